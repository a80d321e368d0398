"""reflow.graph.device: TensorFlow 1.15.5's answers, and what is reflow's own."""

import pytest

from reflow.graph.device import DeviceSpec, merge_device
from tests.graph.recorded import disagreements


def test_devices_answer_as_recorded_from_tensorflow():
    assert disagreements("device") == {}


def test_merge_string_gives_the_name_that_the_device_function_gives():
    merger = merge_device("/job:a/cpu:0")
    assert merger.merge_string("/gpu:1") == "/job:a/device:GPU:1"
    assert merger.merge_string("") == merger.merge_string(None) == "/job:a/device:CPU:0"


def test_there_is_one_device_function_for_each_name():
    assert merge_device("/cpu:0") is merge_device("/device:CPU:0")
    assert merge_device(merge_device("/cpu:0")) is merge_device("/cpu:0")


def test_changing_a_specification_leaves_its_device_function_as_it_was():
    spec = DeviceSpec(job="a")
    merger = merge_device(spec)
    spec.job = "b"
    assert merger.merge_string("") == "/job:a"
    assert merge_device(spec).merge_string("") == "/job:b"


def test_a_specification_has_five_parts_and_no_others():
    with pytest.raises(AttributeError, match="nonsense"):
        DeviceSpec().nonsense = 1


@pytest.mark.parametrize("name", [3, ["/cpu:0"], b"/cpu:0"])
def test_what_is_no_string_names_no_device(name):
    with pytest.raises(TypeError, match="named by a string or a DeviceSpec"):
        merge_device(name)

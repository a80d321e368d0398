"""Eager execution: what it keeps, and what it must not change."""

import subprocess
import sys
import threading

import numpy as np
import pytest

from reflow import tf
from reflow.graph.execution import current, eager_mode
from reflow.runtime.eager import engine
from reflow.runtime.eager.context import context


@pytest.fixture(autouse=True)
def eagerly():
    with eager_mode():
        yield


def test_what_was_read_of_a_variable_stays_when_it_changes():
    v = tf.Variable([1.0, 2.0])
    read, part = v.read_value(), v[:1]
    v.assign_add([1.0, 1.0])
    v.assign([5.0, 6.0])
    assert read.numpy().tolist() == [1.0, 2.0]
    assert part.numpy().tolist() == [1.0]
    assert v.numpy().tolist() == [5.0, 6.0]


def test_a_tensor_does_not_follow_the_array_that_it_was_made_of():
    array = np.ones(2, np.float32)
    tensor, variable = tf.constant(array), tf.Variable(array)
    array[0] = 9.0
    assert tensor.numpy()[0] == variable.numpy()[0] == 1.0


def test_the_array_of_a_tensor_is_the_programs_own():
    tensor = tf.constant([1.0, 2.0])
    tensor.numpy()[0] = 9.0
    assert tensor.numpy()[0] == 1.0


def test_equal_constants_are_different_tensors():
    x, y = tf.constant(2.0), tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        z = y * 3.0
    assert tape.gradient(z, y) is None


def test_zeros_keep_their_signs():
    assert [np.signbit(tf.constant(zero).numpy()) for zero in (0.0, -0.0, 0.0)] == [0, 1, 0]
    assert [bool(tf.is_inf(1.0 / (tf.constant(1.0) * zero))) for zero in (0.0, -0.0)] == [1, 1]


def test_truths_and_numbers_are_told_apart():
    assert [tf.constant(value).dtype for value in (1, True, 1.0)] == [tf.int32, tf.bool, tf.float32]
    x = tf.constant([2.0, 3.0])
    assert [tf.add(x, value).dtype for value in (1, 1.0)] == [tf.float32, tf.float32]


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(engine, "_MAX_KNOWN", 8)
    x = tf.constant(1.0)
    for number in range(1, 100):
        assert tf.multiply(x, float(number)).numpy() == number
    assert len(context().known_arguments) <= 8


def test_lists_become_what_the_op_takes():
    one, two = tf.constant(1), tf.constant(2)
    for _ in range(2):
        assert tf.stack([one, two]).numpy().tolist() == [1, 2]
        assert tf.reshape(tf.ones([2]), [two, one]).shape.as_list() == [2, 1]
        assert tf.concat([[one], [3]], 0).numpy().tolist() == [1, 3]


def test_ops_that_take_references_are_refused():
    from reflow.ops.state import Assign

    with pytest.raises(
        RuntimeError, match=r"does not support eager execution\. Arg 'output_ref' is a ref"
    ):
        Assign(tf.constant(1.0), 2.0)


def test_a_device_that_does_not_exist_is_refused():
    with pytest.raises(RuntimeError, match="unknown device"), tf.device("/device:GPU:77"):
        pass
    with pytest.raises(RuntimeError, match="does not support functions"), tf.device(str):
        pass
    with tf.device("/cpu:0"):
        assert tf.constant(1).device.endswith("CPU:0")
    assert current.device == ""


def test_threads_build_graphs_unless_they_say_otherwise():
    seen = []
    thread = threading.Thread(target=lambda: seen.append(tf.executing_eagerly()))
    thread.start()
    thread.join()
    assert seen == [False]
    assert tf.executing_eagerly()


def test_a_failure_names_the_op():
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[Op:MatMul\]"):
        tf.matmul(tf.ones([2, 3]), tf.ones([2, 3]))
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"Incompatible shapes: \[2\] vs. \[3\] \[Op:AddV2\]"
    ):
        tf.ones([2]) + tf.ones([3])


def run(program):
    command = [sys.executable, "-c", f"from reflow import tf\n{program}"]
    return subprocess.run(command, capture_output=True, text=True)


def test_eager_execution_is_enabled_at_startup():
    program = """
tf.enable_eager_execution()
tf.enable_eager_execution()
print(tf.constant(1) + 1)
import threading
thread = threading.Thread(target=lambda: print(tf.executing_eagerly()))
thread.start()
thread.join()
"""
    assert run(program).stdout == "tf.Tensor(2, shape=(), dtype=int32)\nTrue\n"


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("tf.constant(1); tf.enable_eager_execution()", "must be called at program startup"),
        ("tf.enable_eager_execution(execution_mode=7)", "execution_mode must be one of"),
        ("tf.enable_eager_execution(device_policy=7)", "device_policy must be one of"),
        ("tf.enable_eager_execution(3)", "TypeError"),
        (
            "e = tf.contrib.eager; tf.enable_eager_execution(None, e.DEVICE_PLACEMENT_WARN)\n"
            "tf.enable_eager_execution(None, e.DEVICE_PLACEMENT_SILENT)",
            "Trying to change the options",
        ),
    ],
)
def test_eager_execution_is_refused(program, message):
    assert message in run(program).stderr

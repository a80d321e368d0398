"""The table of TensorFlow's inner modules: true to TensorFlow and to reflow."""

import importlib.util

import pytest

from reflow.running.inner_modules import INNER_MODULES, SAME_MODULES
from reflow.tensorflow_names import is_tensorflow_name

# TensorFlow 0.x had these, or their names are not in the list.
NOT_IN_1_15 = {
    "tensorflow.core.framework.types_pb2",
    "tensorflow.core.lib.core.error_codes_pb2",
    "tensorflow.examples.tutorials.mnist",
    "tensorflow.models.rnn.rnn",
    "tensorflow.models.rnn.rnn_cell",
    "tensorflow.models.rnn.seq2seq",
    "tensorflow.python.framework.test_util",
    "tensorflow.python.ops.rnn_cell",
    "tensorflow.python.ops.seq2seq",
    "tensorflow.python.ops.standard_ops",
    "tensorflow.python.ops.summary_ops",
    "tensorboard.compat.notf",
}


@pytest.mark.parametrize("module", sorted(INNER_MODULES.keys() - NOT_IN_1_15))
def test_each_module_is_one_of_tensorflow(module):
    assert is_tensorflow_name(module)


@pytest.mark.parametrize("place", sorted({p for ps in INNER_MODULES.values() for p in ps.split()}))
def test_each_place_is_public_in_tensorflow_or_a_module_of_reflow(place):
    if place == "tf" or place.startswith("tf."):
        assert is_tensorflow_name(place)
    else:
        assert importlib.util.find_spec(place)


@pytest.mark.parametrize("module", sorted(SAME_MODULES.values()))
def test_each_alias_is_a_module_of_reflow(module):
    assert importlib.util.find_spec(module)

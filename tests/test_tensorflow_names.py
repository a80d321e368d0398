"""Names that are TensorFlow's, and what is said of those that reflow lacks."""

import pytest

from reflow.tensorflow_names import explain_absence, is_tensorflow_name


@pytest.mark.parametrize(
    "path",
    [
        "tf",
        "tf.nn",
        "tf.nn.relu",
        "tensorflow.train.AdamOptimizer",
        "tensorflow.compat.v1.placeholder",
        "tf.compat.v1.nn.conv2d",
        "tf.contrib.layers.xavier_initializer",
        "tf.contrib.slim",
        "tf.contrib.tensorrt.create_inference_graph",
        "tf.contrib.boosted_trees",
        "tf.contrib.eager.Iterator",
        "tf.contrib.mpi_collectives",
        "tf.keras.layers.Dense",
        "tf.estimator.Estimator",
        "tf.raw_ops.MatMul",
        "tensorflow.python.ops.math_ops",
        "tensorflow.python.ops.array_ops.reshape",
        "tensorflow.python.framework.ops.RegisterGradient",
        "tensorflow.python.keras.engine.training",
    ],
)
def test_names_of_tensorflow(path):
    assert is_tensorflow_name(path)


@pytest.mark.parametrize(
    "path", ["tf.rellu", "tf.nn.rellu", "numpy", "tf.absolute_import", "tensorflow.models.rnn"]
)
def test_other_names(path):
    assert not is_tensorflow_name(path)


def test_what_is_said():
    assert (
        explain_absence("tf.nn.relu") == "tf.nn.relu is in TensorFlow 1.15, but not in reflow yet."
    )
    assert explain_absence("tf.nn.rellu") == (
        "tf.nn.rellu is not a name of TensorFlow 1.15. Did you mean tf.nn.relu?"
    )
    assert explain_absence("tensorflow.contrib.tensorrt") == (
        "tensorflow.contrib.tensorrt is in TensorFlow 1.15, but not in reflow yet."
    )
    assert explain_absence("tf.qqqqqq") == "tf.qqqqqq is not a name of TensorFlow 1.15."
    assert explain_absence("tf.models.rnn.ptb") == "tf.models.rnn.ptb is not in reflow."

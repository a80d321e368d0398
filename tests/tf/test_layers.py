"""tf.layers, against TensorFlow 1.15.5 (see layer_programs.py)."""

from tests.tf import recorded


@recorded.programs("layers")
def test_programs(program):
    recorded.check(program)

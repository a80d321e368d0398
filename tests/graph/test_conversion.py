"""tf.convert_to_tensor against TensorFlow 1.15.5 (see graph_programs.py)."""

from tests.tf import recorded


@recorded.programs("conversions")
def test_programs(program):
    recorded.check(program)

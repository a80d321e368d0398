"""tf.cond, against TensorFlow 1.15.5 (see control_flow_programs.py)."""

from tests.tf import recorded


@recorded.programs("conditionals")
def test_programs(program):
    recorded.check(program)

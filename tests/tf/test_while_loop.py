"""tf.while_loop, against TensorFlow 1.15.5 (see control_flow_programs.py)."""

from tests.tf import recorded


@recorded.programs("loops")
def test_programs(program):
    recorded.check(program)

"""tf.map_fn, tf.scan and tf.foldl, against TensorFlow 1.15.5 (see control_flow_programs.py)."""

from tests.tf import recorded


@recorded.programs("rows")
def test_programs(program):
    recorded.check(program)

"""Random ops, against what TensorFlow 1.15.5 recorded (tests/reference/variable_programs.py)."""

from tests.tf import recorded


@recorded.programs("random")
def test_programs(program):
    recorded.check(program)

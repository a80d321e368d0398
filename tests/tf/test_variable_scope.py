"""Variable scopes and get_variable, against what TensorFlow 1.15.5 recorded (tests/reference/variable_programs.py)."""

from tests.tf import recorded


@recorded.programs("variable_scope")
def test_programs(program):
    recorded.check(program)

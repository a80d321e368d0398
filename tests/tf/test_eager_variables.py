"""What programs see of eager variables, as TensorFlow 1.15.5 has it."""

from tests.tf import recorded


@recorded.programs("eager variables")
def test_programs(program):
    recorded.check(program)

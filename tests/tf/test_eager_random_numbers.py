"""What programs see of eager random numbers, as TensorFlow 1.15.5 has it."""

from tests.tf import recorded


@recorded.programs("eager random numbers")
def test_programs(program):
    recorded.check(program)

"""What programs see of eager data, as TensorFlow 1.15.5 has it."""

from tests.tf import recorded


@recorded.programs("eager data")
def test_programs(program):
    recorded.check(program)

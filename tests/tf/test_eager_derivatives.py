"""What programs see of eager derivatives, as TensorFlow 1.15.5 has it."""

from tests.tf import recorded


@recorded.programs("eager derivatives")
def test_programs(program):
    recorded.check(program)

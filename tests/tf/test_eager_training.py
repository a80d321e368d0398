"""What programs see of eager training, as TensorFlow 1.15.5 has it."""

from tests.tf import recorded


@recorded.programs("eager training")
def test_programs(program):
    recorded.check(program)

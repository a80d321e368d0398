"""What programs see of eager tensors, as TensorFlow 1.15.5 has it."""

from tests.tf import recorded


@recorded.programs("eager tensors")
def test_programs(program):
    recorded.check(program)

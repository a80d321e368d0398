"""Functions of elements, against TensorFlow 1.15.5 (see data_programs.py)."""

from tests.tf import recorded


@recorded.programs("data_functions")
def test_programs(program):
    recorded.check(program)

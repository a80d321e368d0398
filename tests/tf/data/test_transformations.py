"""What is made of datasets, against TensorFlow 1.15.5 (see data_programs.py)."""

from tests.tf import recorded


@recorded.programs("data_transformations")
def test_programs(program):
    recorded.check(program)

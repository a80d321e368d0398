"""Datasets of files, against TensorFlow 1.15.5 (see data_programs.py)."""

from tests.tf import recorded


@recorded.programs("data_files")
def test_programs(program):
    recorded.check(program)

"""Initializers, against TensorFlow 1.15.5 (see variable_programs.py)."""

from tests.tf import recorded


@recorded.programs("initializers")
def test_programs(program):
    recorded.check(program)

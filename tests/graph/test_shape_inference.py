"""Shapes that do not fit, against TensorFlow 1.15.5 (see graph_programs.py)."""

from tests.tf import recorded


@recorded.programs("shape_refusals")
def test_programs(program):
    recorded.check(program)

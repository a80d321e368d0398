"""Values known when a graph is built, against TensorFlow 1.15.5 (see graph_programs.py)."""

from tests.tf import recorded


@recorded.programs("constant_values")
def test_programs(program):
    recorded.check(program)

"""Python's operators on tensors, against TensorFlow 1.15.5 (see graph_programs.py)."""

from tests.tf import recorded


@recorded.programs("operators")
def test_programs(program):
    recorded.check(program)

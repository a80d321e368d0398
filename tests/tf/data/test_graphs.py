"""The nodes and functions of pipelines, against TensorFlow 1.15.5 (see data_programs.py)."""

from tests.tf import recorded


@recorded.programs("data_graphs")
def test_programs(program):
    recorded.check(program)

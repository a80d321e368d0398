"""What programs of the zoo print, compared with what they should."""

import os
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[2]
# Threads that wait for each other crawl where other processes use the cores.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}

_NUMBER = re.compile(r"(-?\d+\.?\d*)(%?)")


def assert_same(lines, expected):
    """The same text, with the same numbers but for what rounding may do to them in training."""
    assert [_NUMBER.sub("#", line) for line in lines] == [
        _NUMBER.sub("#", line) for line in expected.splitlines()
    ]
    found, wanted = _NUMBER.findall("".join(lines)), _NUMBER.findall(expected)
    for (number, percent), (right, _) in zip(found, wanted, strict=True):
        close = {"abs": 1.0} if percent else {"rel": 1e-2, "abs": 1e-3}
        assert float(number) == pytest.approx(float(right), **close), lines


def accuracies(lines):
    return [float(percent) for percent in re.findall(r"test accuracy ([\d.]+)%", "".join(lines))]

"""Compares what a program of tests/reference yields under reflow with what TensorFlow recorded."""

import functools
import pathlib
import types

import pytest

import reflow as tf
from tests import reference
from tests.reference import compare, spec, store, variable_programs

_recordings = functools.cache(
    lambda name: store.read(name, pathlib.Path(reference.__file__).parent)
)

# Box-Muller in double, rounded: the C library's float32 functions decide the last bits.
_TOLERANCE = types.SimpleNamespace(rtol=2e-6, atol=1e-6)


def programs(group):
    """Parametrises a test over a group of variable_programs."""
    chosen = variable_programs.GROUPS[group]
    return pytest.mark.parametrize("program", chosen, ids=lambda program: program.__name__)


def check(program):
    """Runs a program in a graph of its own; AssertionError where it yields something else."""
    expected = _recordings("variables")[program.__name__]["observations"]
    with tf.Graph().as_default():
        actual = list(program(tf))
    assert len(actual) == len(expected)
    for number, (left, right) in enumerate(zip(expected, actual, strict=True)):
        _same(left, right, f"{program.__name__}[{number}]")


def _same(expected, actual, what):
    if isinstance(expected, list):
        assert isinstance(actual, (list, tuple)) and len(expected) == len(actual), what
        for number, (left, right) in enumerate(zip(expected, actual, strict=True)):
            _same(left, right, f"{what}[{number}]")
    elif isinstance(expected, dict) and "refused" in expected:
        assert expected["refused"] == actual["refused"], f"{what}: {expected} {actual}"
        # Behind the reason TensorFlow repeats the op and its inputs.
        reason = expected["message"].split(" for '")[0].rstrip(".")
        wanted, message = spec.plain(reason), spec.plain(actual["message"])
        assert wanted in message, f"{what}: expected {wanted!r}. Received: {message!r}"
    else:
        compare.same(expected, actual, _TOLERANCE, what)

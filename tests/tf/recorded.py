"""Compares what a program of tests/reference yields under reflow with what TensorFlow recorded."""

import functools
import pathlib
import sys
import types

import pytest

from reflow import tf
from reflow.graph.execution import eager_mode
from tests import reference
from tests.reference import (
    compare,
    control_flow_programs,
    data_programs,
    eager_programs,
    graph_programs,
    layer_programs,
    spec,
    store,
    training_programs,
    variable_programs,
)

_recordings = functools.cache(
    lambda name: store.read(name, pathlib.Path(reference.__file__).parent)
)

#: Modules of programs: the name of the recording, and how close numbers must be.
_SOURCES = {
    data_programs: ("data", types.SimpleNamespace(rtol=2e-6, atol=1e-6)),
    # Box-Muller in double, rounded: the C library's float32 functions decide the last bits.
    variable_programs: ("variables", types.SimpleNamespace(rtol=2e-6, atol=1e-6)),
    # Rounding adds up from step to step: as close as one op must be, for each dtype.
    training_programs: ("training", types.SimpleNamespace(rtol=None, atol=None)),
    eager_programs: ("eager", types.SimpleNamespace(rtol=None, atol=None)),
    control_flow_programs: ("control_flow", types.SimpleNamespace(rtol=None, atol=None)),
    layer_programs: ("layers", types.SimpleNamespace(rtol=None, atol=None)),
    graph_programs: ("graphs", types.SimpleNamespace(rtol=None, atol=None)),
}


def programs(group):
    """Parametrises a test over a group of programs."""
    chosen = next(module.GROUPS[group] for module in _SOURCES if group in module.GROUPS)
    return pytest.mark.parametrize("program", chosen, ids=lambda program: program.__name__)


def recording(name):
    """What the program of that name in graph_programs yielded under TensorFlow."""
    return _recordings("graphs")[name]["observations"]


def check(program):
    """Runs a program in a graph of its own, or eagerly; AssertionError where it yields something
    else."""
    name, tolerance = _SOURCES[sys.modules[program.__module__]]
    expected = _recordings(name)[program.__name__]["observations"]
    mode = eager_mode() if name == "eager" else tf.Graph().as_default()
    with mode:
        actual = list(program(tf))
    assert len(actual) == len(expected)
    for number, (left, right) in enumerate(zip(expected, actual, strict=True)):
        _same(left, right, f"{program.__name__}[{number}]", tolerance)


def _same(expected, actual, what, tolerance):
    if isinstance(expected, list):
        assert isinstance(actual, (list, tuple)) and len(expected) == len(actual), what
        for number, (left, right) in enumerate(zip(expected, actual, strict=True)):
            _same(left, right, f"{what}[{number}]", tolerance)
    elif isinstance(expected, dict) and "refused" in expected:
        assert expected["refused"] == actual["refused"], f"{what}: {expected} {actual}"
        # Behind the reason TensorFlow repeats the op and its inputs.
        reason = expected["message"].split(" for '")[0].rstrip(".")
        wanted, message = spec.plain(reason), spec.plain(actual["message"])
        assert wanted in message, f"{what}: expected {wanted!r}. Received: {message!r}"
    else:
        compare.same(expected, actual, tolerance, what)

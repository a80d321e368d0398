"""Every op case on a simulated GPU: the answers of TensorFlow, with everything where it belongs.

What the simulation shows and what it does not is told in tests/runtime/simulated_gpu.py.
"""

import inspect
from functools import cache

import pytest
import torch

import reflow as tf
from reflow.graph import gradient_registry
from reflow.runtime.lowering import is_for_cpu
from reflow.runtime.plan import Plan
from tests.ops.parts import parts
from tests.reference import compare, observe, spec, store
from tests.runtime.simulated_gpu import GpuTensor, simulated_gpu

# An index that does not exist gives zeros on a GPU, in TensorFlow too, where the CPU has an error.
OTHERWISE_ON_GPUS = {("resources", "lookups")}

#: Gradients that cases register, which can be done once.
REGISTERED = ("TimesTen", "WrongCount", "OverriddenByFive", "OverriddenByNothing")

recordings = cache(store.read)


def check_places(step, start, end, outputs):
    """A trace that fails where a step leaves numbers on the CPU that belong on the GPU."""
    for value, output in zip(step.outputs, outputs):
        if is_for_cpu(step.op) or value.on_host or not isinstance(output, torch.Tensor):
            continue
        assert isinstance(output, GpuTensor), f"{step.op.type} left {output} on the CPU"


def forget_registered():
    for name in REGISTERED:
        gradient_registry._registered.pop(name, None)


@pytest.fixture
def none_registered():
    """Gradients that a case registers can be registered though the case has run before."""
    forget_registered()
    yield
    forget_registered()


@pytest.fixture
def places_checked(monkeypatch):
    plain = Plan.__init__

    def init(plan, *args, **keywords):
        given = inspect.signature(plain).bind(plan, *args, **keywords)
        # Functions of data sets run on the CPU.
        if given.arguments["device"].type != "cpu":
            given.arguments["trace"] = check_places
        plain(*given.args, **given.kwargs)

    monkeypatch.setattr(Plan, "__init__", init)


def check(table, entry):
    answers = recordings(table)[entry.name]
    if isinstance(entry, spec.Script):
        seen = observe.script_observations(tf, entry)
        compare.same(answers["observations"], seen, entry, "observation")
        return
    compare.values(entry, answers["values"], observe.Built(tf, entry))
    if entry.grad:
        compare.gradients(entry, answers, observe.Built(tf, entry))


@pytest.mark.parametrize(("table", "entries"), list(parts(spec.Case, spec.Script)))
def test_answers_on_a_gpu(table, entries, none_registered, places_checked):
    failures = {}
    with simulated_gpu():
        for entry in entries:
            if (table, entry.name) in OTHERWISE_ON_GPUS:
                continue
            try:
                check(table, entry)
            except Exception as error:
                failures[f"{table}.{entry.name}"] = error
    assert not failures

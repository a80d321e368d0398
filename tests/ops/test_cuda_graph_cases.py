"""Every op case in a CUDA graph that was recorded with other numbers, on a simulated GPU.

A kernel that takes a number from the GPU to Python, or from Python to the GPU, would go on with
that of the recording: its answers would differ from those of the same steps on the CPU.
"""

import numpy as np
import pytest

import reflow as tf
from reflow.runtime import cuda_graphs
from tests.ops.parts import parts
from tests.reference import observe, spec
from tests.runtime.simulated_gpu import simulated_gpu

RUNS_BEFORE = 2


def others(arrays):
    """Arrays of the same shapes with their numbers in another order."""
    return [array.ravel()[::-1].reshape(array.shape).copy() for array in arrays]


def runs(entry):
    """Results of a case and its gradients, of runs with other numbers and then with its own."""
    built = observe.Built(tf, entry)
    with tf.Session(graph=built.graph) as session:
        values = built.values(session)
    fetched = [leaf for leaf in built.leaves if isinstance(leaf, (tf.Tensor, tf.Operation))]
    if entry.grad:
        first = built.differentiate(values).first
        fetched += [gradient for gradient in first if isinstance(gradient, tf.Tensor)]
    own = built.arrays
    with tf.Session(graph=built.graph) as session:
        for arrays in [others(own)] * (RUNS_BEFORE + 2) + [own]:
            try:
                yield session.run(fetched, built.feed(arrays))
            except tf.errors.OpError as error:
                yield type(error).__name__


@pytest.fixture
def short_graphs(monkeypatch):
    monkeypatch.setattr(cuda_graphs, "_FEWEST_STEPS", 1)
    monkeypatch.setattr(cuda_graphs, "_RUNS_BEFORE", RUNS_BEFORE)


@pytest.mark.parametrize(("table", "entries"), list(parts(spec.Case)))
def test_recorded_with_other_numbers(table, entries, short_graphs):
    failures = {}
    for entry in entries:
        expected = list(runs(entry))
        with simulated_gpu():
            received = list(runs(entry))
        try:
            check(received, expected)
        except AssertionError as error:
            failures[f"{table}.{entry.name}"] = error
    assert not failures


def check(received, expected):
    """The results of runs are equal but for rounding: a GPU takes other ways."""
    assert len(received) == len(expected)
    for here, there in zip(received, expected):
        if isinstance(there, list):
            check(here, there)
        elif isinstance(there, (np.ndarray, np.generic)) and there.dtype.kind in "fc":
            np.testing.assert_allclose(here, there, rtol=1e-5, atol=1e-5)
        else:
            np.testing.assert_equal(here, there)

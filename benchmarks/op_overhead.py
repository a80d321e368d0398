"""Measures what an op costs in a plan beyond the calls of PyTorch that compute the same.

    python -m benchmarks.op_overhead [NAME ...]

For each op a plan of many copies of it, fed and fetched, runs in turn with a plain function that
does as much with PyTorch.  The operands are small, so that what remains is the cost of the calls;
the last column says how many microseconds longer each op of the plan takes: a function of
TensorFlow's may be several.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import torch

import reflow as tf
from benchmarks.op_cases import CASES, Case
from reflow.ops.values import to_numpy
from reflow.runtime.plan import InferenceMode, Plan
from reflow.runtime.states import States

COPIES = 40
ROUNDS = 300
ALLOWED = 2.0


def seconds(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def plan_of(case: Case, copies: int) -> Plan:
    """A plan of so many copies of the op."""
    cpu, states = torch.device("cpu"), States()
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        fed = [tf.placeholder(value.dtype, value.shape) for value in case.inputs]
        fetches = [case.build(*fed) for _ in range(copies)]
        flat = [part for item in fetches for part in (item if isinstance(item, list) else [item])]
        return Plan(flat, [], {tensor: tensor.shape for tensor in fed}, states, cpu)


def in_plan(case: Case, copies: int) -> Callable[[], Any]:
    plan = plan_of(case, copies)
    values = [torch.from_numpy(value) for value in case.inputs]
    return lambda: plan.run(values)


def in_torch(case: Case, copies: int) -> Callable[[], Any]:
    """As many calls of PyTorch, each result taken as an array."""
    compute = case.compute
    values = [torch.from_numpy(value) for value in case.inputs]

    def call() -> list[Any]:
        with InferenceMode(True):
            return [arrays(compute(*values)) for _ in range(copies)]

    return call


def arrays(result: Any) -> Any:
    if isinstance(result, (tuple, list)):
        return [to_numpy(item) for item in result]
    return to_numpy(result)


def measure(case: Case) -> tuple[float, float]:
    """Microseconds of one op: in a plan, and of PyTorch's calls."""
    calls = [make(case, copies) for make in (in_plan, in_torch) for copies in (COPIES, 2 * COPIES)]
    least = [float("inf")] * len(calls)
    for _ in range(ROUNDS):
        for i, call in enumerate(calls):
            least[i] = min(least[i], seconds(call))
    plan, plan_twice, plain, plain_twice = least
    return (plan_twice - plan) / COPIES * 1e6, (plain_twice - plain) / COPIES * 1e6


def main() -> None:
    names = sys.argv[1:] or list(CASES)
    torch.set_num_threads(1)
    print(f"{'':30s} {'ops':>4s} {'plan':>8s} {'PyTorch':>8s} {'an op beyond':>13s}")
    for name in names:
        ours, plain = measure(CASES[name])
        count = max(1, len(plan_of(CASES[name], 1).steps))
        beyond = (ours - plain) / count
        mark = "  *" if beyond > ALLOWED else ""
        print(f"{name:30s} {count:4d} {ours:8.2f} {plain:8.2f} {beyond:13.2f}{mark}", flush=True)


if __name__ == "__main__":
    main()

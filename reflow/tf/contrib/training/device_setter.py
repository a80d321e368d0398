"""Which parameter server an operation goes to: strategies for tf.train.replica_device_setter."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np

from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape


class RandomStrategy:
    """A server that the operation's name decides, the same in each run.

    Args:
      num_ps_tasks: how many there are.
      seed: other seeds decide otherwise.
    """

    def __init__(self, num_ps_tasks: int, seed: int = 0) -> None:
        self._num_tasks = num_ps_tasks
        self._seed = seed

    def __call__(self, op: Operation) -> int:
        digest = hashlib.md5(f"{op.name}_{self._seed}".encode(), usedforsecurity=False)
        return int(digest.hexdigest(), 16) % self._num_tasks


class GreedyLoadBalancingStrategy:
    """The server that has the least to bear so far.

    Args:
      num_tasks: how many there are.
      load_fn: what an operation adds to a server's load.
    """

    def __init__(self, num_tasks: int, load_fn: Callable[[Operation], float]) -> None:
        self._loads = np.zeros(num_tasks)
        self._load_fn = load_fn

    def __call__(self, op: Operation) -> int:
        task = int(np.argmin(self._loads))
        self._loads[task] += self._load_fn(op)
        return task


def byte_size_load_fn(op: Operation) -> int:
    """The size of an operation's only output in bytes, as a load.

    Raises:
      ValueError: it has several outputs or none, or the shape is not known.
    """
    if len(op.outputs) != 1:
        raise ValueError(f"Op {op} must have a single output")
    (output,) = op.outputs
    shape = output.shape
    if not shape.is_fully_defined():
        shape = TensorShape(op.get_attr("shape"))
    shape.assert_is_fully_defined()
    return int(shape.num_elements()) * output.dtype.size

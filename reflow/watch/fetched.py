"""The numbers that a program fetches itself, and how often they are recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reflow.graph.operation import Tensor
from reflow.watch.examples import is_accuracy
from reflow.watch.walks import is_scalar

# The least time between two records of what the program fetches, in seconds, once there are some.
INTERVAL = 0.05
FIRST = 20


class Scalars:
    """The floating point numbers among what is fetched."""

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self.tensors = [(i, tensor) for i, tensor in enumerate(tensors) if is_scalar(tensor)]
        self.accuracy = next((t for _, t in self.tensors if is_accuracy(t)), None)

    def of(self, fetched: Sequence[Any]) -> dict[Tensor, float]:
        """Their values."""
        return {tensor: float(fetched[i]) for i, tensor in self.tensors if np.ndim(fetched[i]) == 0}


class Pace:
    """Not more often than now and then, but at first always."""

    def __init__(self, interval: float, first: int) -> None:
        self._interval = interval
        self._left = first
        self._next = 0.0

    def is_due(self, now: float) -> bool:
        if now < self._next and not self._left:
            return False
        self._left = max(0, self._left - 1)
        self._next = now + self._interval
        return True

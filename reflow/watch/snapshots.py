"""Copies of a learner's variables from a short while ago, for when its numbers go bad."""

from __future__ import annotations

import math
from time import perf_counter

import torch

from reflow.graph.operation import Operation
from reflow.ops.variable_slot import VariableSlot
from reflow.watch.reading import are_finite

# Larger models are not copied: their elements.
_MOST = 25_000_000

# The least time between two copies, in seconds, from a step on: in quick steps what is around the
# copying takes longer than the copying itself.
_INTERVAL = 0.01
_INTERVAL_FROM = 64


class Snapshots:
    """The two last copies, of which the older one still is good when the younger was taken of
    variables that had gone bad already.

    Args:
      slots: of the learner's variables.
      share: the part of the training time that copying may take.

    Attributes:
      next: the step after which the next copy is to be taken.
    """

    def __init__(self, slots: dict[Operation, VariableSlot], share: float) -> None:
        self._slots = slots
        self._share = share
        self._kept: list[tuple[int, dict[Operation, torch.Tensor]]] = []
        size = sum(slot.value.numel() for slot in slots.values() if slot.value is not None)
        self.next: float = math.inf if size > _MOST else 0

    def take(self, step: int, plain: float) -> float:
        """Copies the variables.

        Args:
          step: how many steps they have been trained.
          plain: how long a step takes, in seconds.

        Returns:
          How long it took, in seconds.
        """
        start = perf_counter()
        old = self._kept.pop(0)[1] if len(self._kept) == 2 else {}
        copies = {op: _copied(slot.value, old.get(op)) for op, slot in self._slots.items()}
        self._kept.append((step, copies))
        seconds = perf_counter() - start
        self.next = step + 1
        if plain:
            interval = _INTERVAL if step >= _INTERVAL_FROM else 0.0
            pause = max(interval, seconds / self._share) if self._share else math.inf
            self.next = step + pause // plain + 1
        return seconds

    def last_finite(self) -> tuple[int, dict[Operation, torch.Tensor]] | None:
        """After how many steps the youngest copy without NaN or infinities was taken, and it."""
        for step, copies in reversed(self._kept):
            if all(are_finite(list(copies.values()))):
                return step, copies
        return None


def _copied(value: torch.Tensor, into: torch.Tensor | None) -> torch.Tensor:
    if into is None or into.shape != value.shape or into.stride() != value.stride():
        return value.clone()
    return into.copy_(value)

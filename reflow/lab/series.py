"""What one tag recorded, step by step, in bounded memory."""

from __future__ import annotations

import math
from array import array
from collections.abc import MutableSequence, Sequence
from typing import Generic, TypeVar

import numpy as np

Item = TypeVar("Item")


class Series(Generic[Item]):
    """Points in the order of their recording; when there are too many, every other one goes.

    Args:
      limit: how many points are kept at most.
      serial: where the points' numbers begin.

    Attributes:
      steps, times, items: of the points.
      serial: that of the last point; it grows by one with each.
    """

    def __init__(self, limit: int, serial: int = 0) -> None:
        self.steps = array("q")
        self.times = array("d")
        self.items: MutableSequence[Item] = self._sequence(())
        self.serial = serial
        self._limit = limit
        self._thinned_at = serial

    def add(self, step: int, time: float, item: Item) -> None:
        """Appends a point."""
        self.steps.append(step)
        self.times.append(time)
        self.items.append(item)
        self.serial += 1
        if len(self.items) > self._limit:
            self._keep(self._worth_keeping(self._limit // 2))
            self._thinned_at = self.serial

    def added_since(self, serial: int) -> slice | None:
        """The points after those that somebody has; None if that somebody must take them all."""
        if not self._thinned_at <= serial <= self.serial or serial == 0:
            return None
        return slice(len(self.items) - (self.serial - serial), None)

    def _sequence(self, items: Sequence[Item]) -> MutableSequence[Item]:
        return list(items)

    def _worth_keeping(self, points: int) -> Sequence[int]:
        return evenly(len(self.items), points)

    def _keep(self, places: Sequence[int]) -> None:
        self.steps = array("q", [self.steps[i] for i in places])
        self.times = array("d", [self.times[i] for i in places])
        self.items = self._sequence([self.items[i] for i in places])


class Scalars(Series[float]):
    """Numbers: peaks and dips outlast the thinning."""

    def _sequence(self, items: Sequence[float]) -> MutableSequence[float]:
        return array("d", items)

    def _worth_keeping(self, points: int) -> Sequence[int]:
        return extremes(self.items, points)


def evenly(count: int, points: int) -> list[int]:
    """The places of about so many of `count` points, the first and the last among them."""
    if count <= points:
        return list(range(count))
    return sorted({round(i * (count - 1) / max(points - 1, 1)) for i in range(points)})


def extremes(values: Sequence[float], points: int) -> list[int]:
    """The places of at most about `points` of the values, in order, that draw the same line.

    Of each of equal stretches its first, its least, its greatest and its last; where a value is
    not finite, that one too.
    """
    count = len(values)
    if count <= points:
        return list(range(count))
    kept = {0, count - 1}
    numbers = np.asarray(values, np.float64)
    for part in np.array_split(np.arange(count), max(1, points // 4)):
        stretch = numbers[part]
        finite = part[np.isfinite(stretch)]
        kept |= {int(part[0]), int(part[-1])}
        if len(finite):
            kept |= {int(finite[numbers[finite].argmin()]), int(finite[numbers[finite].argmax()])}
        if len(finite) < len(part):
            kept.add(int(part[~np.isfinite(stretch)][0]))
    return sorted(kept)


def number(value: float) -> float | None:
    """The value as JSON has it: what is not finite is null."""
    return value if math.isfinite(value) else None

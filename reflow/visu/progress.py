"""How far a training run is: one live line in a terminal, now and then a line elsewhere.

It goes to stderr, so that what the program prints stays as it is; in a terminal the program's own
lines scroll by above.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from reflow.watch.current import current
from reflow.watch.sparkline import sparkline

if TYPE_CHECKING:
    from rich.progress import Progress

    from reflow.visu.dashboard import MnistDataVis

__all__ = ["Display", "LiveLine", "show", "sparkline"]

_SECONDS_BETWEEN_UPDATES = 0.25
#: Elsewhere than in a terminal, this many lines for a whole run.
_LINES = 10


class Display(Protocol):
    """Where progress is shown."""

    def advance(self, iteration: int) -> None:
        """An iteration is done.  Costs next to nothing when there is nothing new to show."""


@contextlib.contextmanager
def show(data: MnistDataVis, iterations: int) -> Iterator[Display]:
    """Show the progress of a run as long as the context lasts.

    Args:
      data: where its curves are.
      iterations: how many there will be.
    """
    if current.recorder is not None:  # which shows how far it is, if anything is to be shown
        yield _Nothing()
        return
    if not sys.stderr.isatty():
        yield _Lines(data, iterations)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    with Progress(
        BarColumn(10),
        MofNCompleteColumn(),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
        refresh_per_second=1 / _SECONDS_BETWEEN_UPDATES,
        redirect_stdout=sys.stdout.isatty(),
    ) as progress:
        yield LiveLine(progress, data, iterations)


class _Nothing:
    """Shows nothing."""

    def advance(self, iteration: int) -> None:
        pass


class LiveLine:
    """A line with a bar and the curves, rewritten in place."""

    def __init__(self, progress: Progress, data: MnistDataVis, iterations: int) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=iterations)
        self._data = data
        self._iterations = iterations
        self._speed = _Speed()
        self._next_update = 0.0

    def advance(self, iteration: int) -> None:
        now = time.monotonic()
        if now < self._next_update and iteration < self._iterations:
            return
        self._next_update = now + _SECONDS_BETWEEN_UPDATES
        description = "  ".join([*_curves(self._data), self._speed.after(iteration)])
        self._progress.update(self._task, completed=iteration, description=description)


class _Lines:
    """A line for each tenth of the run."""

    def __init__(self, data: MnistDataVis, iterations: int) -> None:
        self._data = data
        self._iterations = iterations
        self._speed = _Speed()
        self._next_line = iterations // _LINES

    def advance(self, iteration: int) -> None:
        if iteration < self._next_line:
            return
        self._next_line = min(iteration + max(1, self._iterations // _LINES), self._iterations)
        parts = [f"step {iteration}/{self._iterations}", *_last_values(self._data)]
        print("  ".join([*parts, self._speed.after(iteration)]), file=sys.stderr)


class _Speed:
    """Iterations per second since the last time it was asked for."""

    def __init__(self) -> None:
        self._iteration = 0
        self._time = time.perf_counter()

    def after(self, iteration: int) -> str:
        now = time.perf_counter()
        speed = (iteration - self._iteration) / max(now - self._time, 1e-9)
        self._iteration, self._time = iteration, now
        return f"{speed:.0f} steps/s"


def _last_values(data: MnistDataVis) -> list[str]:
    parts = []
    for name, accuracies, losses in (("train", data.y1, data.z1), ("test", data.y2, data.z2)):
        if accuracies:
            parts.append(f"{name} accuracy {accuracies[-1]:.4f} loss {losses[-1]:.3f}")
    return parts


def _curves(data: MnistDataVis) -> list[str]:
    parts = []
    if data.z1:
        parts.append(f"loss {sparkline(data.z1)} {data.z1[-1]:.2f}")
    if data.y2:
        parts.append(f"test {sparkline(data.y2)} {data.y2[-1]:.4f}")
    return parts

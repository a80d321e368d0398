"""How far a run is: two live lines in a terminal, now and then a line elsewhere, on stderr.

What the program prints stays as it is: in a terminal it scrolls by above the live lines, which are
wiped before it and drawn again after it.
"""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Any, Final, Protocol, TextIO

from reflow.files.run_directory import Run, Tags
from reflow.watch.output import Write
from reflow.watch.sparkline import sparkline

__all__ = ["Panel", "Quiet", "make_panel"]

_BETWEEN_DRAWINGS: Final = 0.5
_FIRST_PAUSE: Final = 5.0
_LONGEST_PAUSE: Final = 60.0
_LOSSES_SHOWN: Final = 24
_MOST_LEARNERS: Final = 2

_WIDTH: Final = 80  # where the terminal does not know its own
_WIPE: Final = "\x1b[J"


class Panel(Protocol):
    """Shows how far the run is, from the recorder's thread."""

    address: str | None

    def around(self, stream: TextIO, write: Write) -> Write:
        """The `write` that the program is to call, given a stream's own."""

    def show(self, run: Run, step: int, numbers: Mapping[str, float]) -> None:
        """Shows what is known by now, if it is time."""

    def end(self, run: Run, step: int, numbers: Mapping[str, float]) -> None:
        """Shows how it ended."""


def make_panel(quiet: bool) -> Panel:
    """The panel that fits to where stderr leads."""
    if quiet or sys.stderr is None:
        return Quiet()
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        return _Live(sys.stderr)
    return _Lines(sys.stderr)


class Quiet:
    """Shows nothing."""

    address: str | None = None

    def around(self, stream: TextIO, write: Write) -> Write:
        return write

    def show(self, run: Run, step: int, numbers: Mapping[str, float]) -> None:
        pass

    def end(self, run: Run, step: int, numbers: Mapping[str, float]) -> None:
        pass


class _Lines(Quiet):
    """A line now and then, less often the longer the run lasts."""

    def __init__(self, stream: TextIO) -> None:
        self._write = stream.write  # before the program's own way to it is listened to
        self._pause = _FIRST_PAUSE
        self._next = time.monotonic() + self._pause

    def show(self, run: Run, step: int, numbers: Mapping[str, float]) -> None:
        now = time.monotonic()
        if now < self._next or not step:
            return
        self._pause = min(self._pause * 1.5, _LONGEST_PAUSE)
        self._next = now + self._pause
        _say(self._write, "  ".join([*_position(run, step, numbers), *_figures(numbers)]))

    def end(self, run: Run, step: int, numbers: Mapping[str, float]) -> None:
        _say(self._write, _ending(run, step, numbers))


class _Live(Quiet):
    """Two lines below what the program prints, drawn again and again.

    The cursor stays where the program left it, at the beginning of the first of them.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._write = stream.write
        self._lock = threading.RLock()
        self._is_drawn = False
        self._unfinished: set[int] = set()  # streams whose last line is
        self._losses: dict[str, deque[float]] = {}
        self._next = 0.0

    def around(self, stream: TextIO, write: Write) -> Write:
        if not stream.isatty():
            return write

        def over(text: str) -> Any:
            with self._lock:
                self._wipe()
                if text.endswith("\n"):
                    self._unfinished.discard(id(stream))
                elif text:
                    self._unfinished.add(id(stream))
                return write(text)

        return over

    def show(self, run: Run, step: int, numbers: Mapping[str, float]) -> None:
        now = time.monotonic()
        if now < self._next or not step:
            return
        self._next = now + _BETWEEN_DRAWINGS
        for tag in _loss_tags(numbers):
            self._losses.setdefault(tag, deque(maxlen=_LOSSES_SHOWN)).append(numbers[tag])
        drawn = self._drawn(run, step, numbers).rstrip("\n")
        with self._lock:
            if not self._unfinished:
                self._out(f"{_WIPE}{drawn}\x1b[{drawn.count(chr(10))}A\r")
                self._is_drawn = True

    def _drawn(self, run: Run, step: int, numbers: Mapping[str, float]) -> str:
        """The two lines, with their colours if there are to be any."""
        from rich.console import Console
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        first = Table.grid(padding=(0, 2))
        name = Text("paused" if run.paused else os.path.basename(run.program), "bold")
        bar = [] if run.steps_total is None else [ProgressBar(run.steps_total, step, width=24)]
        first.add_row(name, *bar, *map(Text, _position(run, step, numbers)))
        shown = [self._losses[tag] for tag in _loss_tags(numbers) if tag in self._losses]
        curves = [sparkline([*values], _LOSSES_SHOWN) for values in shown]
        address = [self.address] if self.address else []
        second = Text("  ".join([*curves, *_figures(numbers), *address]))
        paper = io.StringIO()
        width = os.get_terminal_size(self._stream.fileno()).columns
        console = Console(file=paper, force_terminal=True, width=width or _WIDTH)
        for line in (first, second):
            console.print(line, no_wrap=True, overflow="ellipsis", crop=True)
        return paper.getvalue()

    def end(self, run: Run, step: int, numbers: Mapping[str, float]) -> None:
        with self._lock:
            self._wipe()
            self._out(f"reflow: {_ending(run, step, numbers)}\n")

    def _wipe(self) -> None:
        if self._is_drawn:
            self._is_drawn = False
            self._out(_WIPE)

    def _out(self, text: str) -> None:
        self._write(text)
        self._stream.flush()


def _say(write: Write, line: str) -> None:
    write(f"reflow: {line}\n")


def _loss_tags(numbers: Mapping[str, float]) -> list[str]:
    return [tag for tag in numbers if tag.startswith(Tags.TRAINING_LOSS)][:_MOST_LEARNERS]


def _position(run: Run, step: int, numbers: Mapping[str, float]) -> list[str]:
    """How far it is, how fast, and how long it will last."""
    rate = numbers.get(Tags.STEPS_PER_SECOND, 0.0)
    total = run.steps_total
    parts = [f"step {step:,}" if total is None else f"step {step:,} of {total:,}"]
    if rate > 0:
        parts.append(f"{rate:,.0f} steps/s" if rate >= 10 else f"{rate:.2g} steps/s")
        if total is not None:
            parts.append(f"{_duration(max(0, total - step) / rate)} left")
    return parts


def _figures(numbers: Mapping[str, float]) -> list[str]:
    parts = []
    for tag in _loss_tags(numbers):
        parts.append(f"{tag[len(Tags.TRAINING_LOSS) :]} {numbers[tag]:.4g}")
    for name, tag in (("accuracy", Tags.TRAINING_ACCURACY), ("test", Tags.TEST_ACCURACY)):
        if tag in numbers:
            parts.append(f"{name} {numbers[tag]:.4f}")
    return parts


def _ending(run: Run, step: int, numbers: Mapping[str, float]) -> str:
    seconds = (run.ended or time.time()) - run.started
    steps = [f"{step:,} steps"] if step else []
    parts = [f"{run.state} after {_duration(seconds)}", *steps, *_figures(numbers)]
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    """As 0:07, 12:34 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

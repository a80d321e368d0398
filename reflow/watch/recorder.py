"""The recorder: a thread that makes records of what is observed.

Whatever happens to it, the program hears nothing of it but a line on stderr.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from reflow.files.run_directory import FINISHED, Tags
from reflow.watch.clock import Clock
from reflow.watch.control import Control
from reflow.watch.course import Course
from reflow.watch.disk import Disk
from reflow.watch.event_file import EventFile
from reflow.watch.housekeeping import Housekeeping
from reflow.watch.hyperparameters import program_codes
from reflow.watch.output import Output
from reflow.watch.panel import Panel
from reflow.watch.run_files import RunFiles
from reflow.watch.sample import Cost, Sample
from reflow.watch.waiting import Feed, Item, Value, Waiting
from reflow.watch.writer import Writer

__all__ = ["Recorder"]

# Seconds between looks at what the lab wants and what there is to write.
_TICK: Final = 0.25
# Seconds that a program which ends waits at most for what is still to be recorded.
_PATIENCE: Final = 20.0
# After so many of them what takes long is left out.
_UNHURRIED: Final = 2.0


class Recorder:
    """Records a run until it is closed.  `reflow.watch.sample.Recorder` is what the taps see.

    Args:
      files: the run's directory.
      program: the program's file, if there is one.
      panel: shows how far the run is.

    Attributes:
      files: as given.
      paused: whether runs are to wait, as the lab asks.

    Raises:
      OSError: there can be no event file.
    """

    def __init__(self, files: RunFiles, program: str | None, panel: Panel) -> None:
        self.files = files
        self.paused = False
        started = files.run.started
        self._clock = Clock(started)
        self._file = EventFile(files.directory, started)
        self._writer = Writer(self._file, started, self._remark)
        files.note(figures=self._writer.figures)
        self._waiting = Waiting()
        self._control = Control(files.directory)
        self._output = Output(files.directory)
        self._disk = Disk(files, self._step)
        self._housekeeping = Housekeeping(files, program, self._output, self._disk)
        self._course = Course()
        self._panel = panel
        self._cost = 0.0
        self._ending: tuple[str, dict[str, str] | None] = (FINISHED, None)
        self._next_tick = 0.0
        self._takes = True
        self._is_closed = False
        self._thread = threading.Thread(target=self._work, name="reflow recorder", daemon=True)

    def start(self) -> None:
        """Begins to listen to what the program prints, and to write."""
        self._output.listen(self._panel.around)
        self._thread.start()

    # -- What the program's threads call ------------------------------------------------------

    def put(self, sample: Sample) -> None:
        """Takes what was read off a run; returns at once."""
        if not self._takes:
            return
        if sample.learner is not None:
            self._course.look(sample.learner, sample.step, sys._getframe(1))
        self._take(sample)

    def feed(
        self, values: Mapping[str, Value], step: int | None = None, owned: tuple[str, ...] = ()
    ) -> None:
        """Takes what was not read off a run, see `Feed`; returns at once."""
        if self._takes:
            self._take(Feed(step, values, owned))

    def _take(self, item: Item) -> None:
        if not self._housekeeping.codes:
            self._housekeeping.codes = program_codes(sys._getframe(2))
        self._waiting.put(self._clock.now(), item)

    def note(self, **fields: Any) -> None:
        """Sets fields of run.json; adds to `remarks`, a list of lines."""
        if self._is_closed:
            return
        self.files.note(**fields)
        if "steps" in fields:
            self._course.note(fields["steps"])
        if "steps_total" in fields:
            self._course.given = fields["steps_total"]

    def write(self, name: str, make: Callable[[], Any]) -> None:
        """Has the thread write what `make` gives to a JSON file of the run's directory."""
        self._housekeeping.jobs.append((name, make))

    def cost(self) -> Cost:
        """What the thread has spent."""
        writer = self._writer
        return Cost(self._cost, writer.cost_of_pictures, writer.cost_of_distributions)

    def wait_while_paused(self) -> None:
        """Returns when runs may go on."""
        if self.paused:
            self._control.wait_while_paused()

    def shows_at(self, address: str) -> None:
        """Tells the panel where the page is."""
        self._panel.address = address

    def ends(self, state: str, error: dict[str, str] | None = None) -> None:
        """Tells how the run will have ended when it is closed."""
        self._ending = (state, error)

    def close(self) -> None:
        """Records what waits, says how the run ended, and ends the thread."""
        if self._is_closed:
            return
        self._is_closed = True
        self._takes = False
        self._waiting.close()
        try:
            self._thread.join(_UNHURRIED)
            self._writer.in_haste = True
            self._thread.join(_PATIENCE)
        finally:
            self._output.stop()
            self._note_total()
            with contextlib.suppress(OSError, ValueError):
                self.files.end(*self._ending)
            self._panel.end(self.files.run, self._step(), self._numbers())

    def abandon(self) -> None:
        """In a child that was forked: the run is its parent's."""
        self._is_closed = True
        self._takes = False
        self._let_go()
        self._output.stop()

    # -- The thread -----------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            with np.errstate(all="ignore"):
                while not self._waiting.is_over and not self._disk.is_gone:
                    item = self._waiting.take(_TICK)
                    if item is not None:
                        self._writer.write(*item)
                    self._tick(time.monotonic())
                    self._cost = time.thread_time()
                self._writer.write_held(self._clock.now(), is_last=True)
                self._disk.tries(self._file.flush)
                self._housekeeping.finish()
        except Exception as error:  # A mistake of the recorder's is no reason to end the program.
            self._disk.gives_up(f"{type(error).__name__}: {error}")
        finally:
            self._takes = False
            self._let_go()
            self._file.close()

    def _tick(self, now: float) -> None:
        if now < self._next_tick:
            return
        self._next_tick = now + _TICK
        if self._control.poll():
            self.paused = self._control.paused
            self.files.note(paused=self.paused)
            self._disk.tries(self.files.write)
        self._writer.write_held(self._clock.now())
        if self._file.waits:
            self._disk.tries(self._file.flush)
        self._note_total()
        run, inner = self.files.run, self._course.inner
        if inner is not None and run.batch_size is not None:
            self.files.note(epoch_size=inner * run.batch_size)
        self._housekeeping.work(now)
        self._panel.show(run, self._step(), self._numbers())

    def _note_total(self) -> None:
        total = self._course.total(self._step())
        if total != self.files.run.steps_total:
            self.files.note(steps_total=total)

    def _step(self) -> int:
        """Of the learner that is farthest of those that train: not every step is observed."""
        step = self._course.step
        return self._writer.step if step is None else step

    def _numbers(self) -> dict[str, float]:
        """What to show: the last that were recorded, but of no learner that has ended."""
        found = {
            tag: number
            for tag, number in list(self._writer.numbers.items())
            if not tag.startswith(Tags.TRAINING_LOSS)
            or not self._course.has_ended(tag[len(Tags.TRAINING_LOSS) :])
        }
        rate = self._course.rate
        return found if rate is None else {**found, Tags.STEPS_PER_SECOND: rate}

    def _remark(self, line: str) -> None:
        self.files.note(remarks=[line])

    def _let_go(self) -> None:
        self.paused = False
        self._control.release()

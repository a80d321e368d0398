"""What the taps hand to the recorder: raw arrays, to be made into statistics in its thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Batch:
    """Examples that were fed, and what the program made of them.

    Attributes:
      tag: Tags.TRAINING_BATCH or Tags.TEST_BATCH.
      images: as fed, [n, height, width] or [n, height, width, channels].
      labels: class numbers [n], or None.
      probabilities: [n, classes], or None.
      rows: of a large batch only some examples are given, the wrong answers first: their rows in
        the batch; None: all are given.
      total, correct: of a batch that is not given whole, how many examples it has, and how many of
        them are right where that is known.
    """

    tag: str
    images: Array
    labels: Array | None
    probabilities: Array | None
    rows: Array | None = None
    total: int | None = None
    correct: int | None = None


@dataclass
class Sample:
    """What was read off one run.  Tags are those of `reflow.files.run_directory.Tags`.

    The arrays are copies: the program cannot change them any more.

    Attributes:
      step: the number of the training run, from 1 on; for another run, of the last one before it.
      time: seconds since 1970.
      scalars: by tag.
      arrays: of which the distribution is recorded, by tag.
      kernels: of first convolutions, [height, width, channels in, channels out], by tag.
      maps: activations of a few images of the batch, [n, height, width, channels], by tag.
      units: activations of the whole batch, [n, units], by tag, for the inputs that excite a unit.
      batch: the examples, if there are images among what was fed.
      texts: by tag.
      learner: whom the run trained; None: nobody, or it has ended long ago.
    """

    step: int
    time: float
    scalars: dict[str, float] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)
    kernels: dict[str, Array] = field(default_factory=dict)
    maps: dict[str, Array] = field(default_factory=dict)
    units: dict[str, Array] = field(default_factory=dict)
    batch: Batch | None = None
    texts: dict[str, str] = field(default_factory=dict)
    learner: str | None = None


class Cost(NamedTuple):
    """The CPU seconds that the recorder's thread has spent: in all, for pictures and for
    distributions of samples."""

    total: float = 0.0
    pictures: float = 0.0
    distributions: float = 0.0


class Recorder(Protocol):
    """What the taps need of the recorder; all of it may be called from any thread.

    Attributes:
      paused: whether runs are to wait.
    """

    paused: bool

    def put(self, sample: Sample) -> None:
        """Takes a sample and returns at once."""

    def cost(self) -> Cost:
        """What its thread has spent."""

    def wait_while_paused(self) -> None:
        """Returns when runs may go on."""

    def note(self, **fields: Any) -> None:
        """Sets fields of run.json, such as steps, batch_size and overhead; adds to `remarks`, a
        list of lines."""

    def write(self, name: str, make: Callable[[], Any]) -> None:
        """Has its thread write what `make` gives to a JSON file of the run directory."""


def as_float64(values: Array) -> npt.NDArray[np.float64]:
    """The elements in one dimension."""
    return np.asarray(values).reshape(-1).astype(np.float64)

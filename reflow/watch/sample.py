"""What the taps hand to the recorder: raw arrays, to be made into statistics in its thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

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
    """

    tag: str
    images: Array
    labels: Array | None
    probabilities: Array | None


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


def as_float64(values: Array) -> npt.NDArray[np.float64]:
    """The elements in one dimension."""
    return np.asarray(values).reshape(-1).astype(np.float64)

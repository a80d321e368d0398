"""Hands what the dashboard is given to the recorder, if the program is watched.

What the program says of its curves goes before what was found in its runs; weights, biases and
digits are recorded where they were not found.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from reflow.files.run_directory import Tags, Tiles
from reflow.ops.image import png
from reflow.watch.current import current

__all__ = [
    "record_histograms",
    "record_iterations",
    "record_test",
    "record_test_digits",
    "record_training",
    "record_training_digits",
]

_SIDE = 28  # of a digit, in pixels
_COMPRESSION = 2
_LOSS = "loss"


def record_iterations(count: int) -> None:
    """How many there will be."""
    if current.recorder is not None:
        current.recorder.note(steps_total=count)


def record_training(iteration: float, accuracy: float, loss: float) -> None:
    """A point of the curves of the batch."""
    _record_curves(iteration, Tags.TRAINING_ACCURACY, accuracy, Tags.TRAINING_LOSS, loss)


def record_test(iteration: float, accuracy: float, loss: float) -> None:
    """A point of the curves of the test set."""
    _record_curves(iteration, Tags.TEST_ACCURACY, accuracy, Tags.TEST_LOSS, loss)


def _record_curves(
    iteration: float, accuracy_tag: str, accuracy: float, loss_tag: str, loss: float
) -> None:
    if current.recorder is not None:
        values = {accuracy_tag: float(accuracy), f"{loss_tag}{_LOSS}": float(loss)}
        current.recorder.feed(values, int(iteration), owned=(accuracy_tag, loss_tag))


def record_histograms(
    iteration: float, first: npt.ArrayLike, second: npt.ArrayLike, titles: Sequence[str | None]
) -> None:
    """Copies of what the fourth and the fifth graph show: the program may go on to use its arrays.

    Args:
      titles: of the six graphs, where the program has given any: then it shows something else than
        all weights and all biases there.
    """
    if current.recorder is not None:
        tags = [
            usual if title is None else f"{Tags.SHOWN}{number}/{title}"
            for number, usual, title in ((4, Tags.WEIGHTS, titles[3]), (5, Tags.BIASES, titles[4]))
        ]
        values = dict(zip(tags, (np.array(first), np.array(second))))
        current.recorder.feed(values, int(iteration))


def record_training_digits(iteration: float, image: npt.NDArray[Any]) -> None:
    """A picture of digits of the batch, uint8 [height, width, 3]."""
    _record_digits(iteration, Tags.TRAINING_BATCH, image)


def record_test_digits(iteration: float, image: npt.NDArray[Any]) -> None:
    """A picture of digits of the test set, uint8 [height, width, 3]."""
    _record_digits(iteration, Tags.TEST_BATCH, image)


def _record_digits(iteration: float, tag: str, image: npt.NDArray[Any]) -> None:
    if current.recorder is not None:
        current.recorder.feed({tag: partial(_tiles, image)}, int(iteration))


def _tiles(image: npt.NDArray[Any]) -> Tiles:
    lines, columns = image.shape[0] // _SIDE, image.shape[1] // _SIDE
    return Tiles(png.write(image, _COMPRESSION), _SIDE, _SIDE, columns, lines * columns)

"""MNIST, embedded whole: 60,000 training and 10,000 test images of handwritten digits.

The four canonical IDX files of Yann LeCun, Corinna Cortes and Christopher Burges, gzip-compressed;
`data/mnist/NOTICE.md` tells their source and licence.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from reflow.datasets import idx

__all__ = [
    "FILES",
    "IMAGES_MAGIC",
    "LABELS_MAGIC",
    "TEST_IMAGES",
    "TEST_LABELS",
    "TRAIN_IMAGES",
    "TRAIN_LABELS",
    "Mnist",
    "load",
    "path",
]

TRAIN_IMAGES: Final = "train-images-idx3-ubyte.gz"
TRAIN_LABELS: Final = "train-labels-idx1-ubyte.gz"
TEST_IMAGES: Final = "t10k-images-idx3-ubyte.gz"
TEST_LABELS: Final = "t10k-labels-idx1-ubyte.gz"
FILES: Final = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)

IMAGES_MAGIC: Final = 2051
LABELS_MAGIC: Final = 2049

_FOLDER: Final = Path(__file__).parent / "data" / "mnist"


class Mnist(NamedTuple):
    """Images: uint8 [n, 28, 28], 0 (paper) to 255 (ink). Labels: uint8 [n], 0 to 9."""

    train_images: npt.NDArray[np.uint8]
    train_labels: npt.NDArray[np.uint8]
    test_images: npt.NDArray[np.uint8]
    test_labels: npt.NDArray[np.uint8]


def path(name: str) -> Path:
    """Returns where the embedded file lies.

    Raises:
      ValueError: `name` is none of `FILES`.
    """
    if name not in FILES:
        raise ValueError(f"Expected one of {', '.join(FILES)}. Received: {name!r}.")
    return _FOLDER / name


def load() -> Mnist:
    """Returns all of MNIST: images uint8 [60000, 28, 28] and [10000, 28, 28], labels uint8."""
    return Mnist(
        idx.read(path(TRAIN_IMAGES), magic=IMAGES_MAGIC),
        idx.read(path(TRAIN_LABELS), magic=LABELS_MAGIC),
        idx.read(path(TEST_IMAGES), magic=IMAGES_MAGIC),
        idx.read(path(TEST_LABELS), magic=LABELS_MAGIC),
    )

"""Small pictures of what a network sees and learns, side by side in one PNG.

The digits are arranged as the canon's `tensorflowvisu` does it: the misrecognised first.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from reflow.files.run_directory import Tags, Tiles
from reflow.ops.image import png
from reflow.watch.sample import Array, Batch

__all__ = ["feature_maps", "filters", "of_batch", "strongest"]

Pixels = npt.NDArray[np.uint8]

# As the canon's: 10 lines of 10 training digits, 25 lines of 40 test digits.
_TRAINING = (100, 10)
_TEST = (1000, 40)

_LONGEST_SIDE = 64  # of a tile; larger ones are averaged down
_LONGEST_SIDE_OF_MANY = 32  # where an image comes once for each unit that it excites
_MOST_FILTERS, _MOST_CHANNELS = 128, 8
_MOST_IMAGES_OF_MAPS, _MOST_MAPS = 4, 64
_MOST_UNITS, _IMAGES_OF_A_UNIT = 100, 9
_GRAY_OF_ZERO = 127.5
_COMPRESSION = 2  # for speed: more would shrink digits by a tenth in twice the time


def of_batch(batch: Batch) -> Tiles:
    """Examples, the wrong answers first; without labels or answers in the order of the batch."""
    most, columns = _TEST if batch.tag == Tags.TEST_BATCH else _TRAINING
    predictions = certainties = None
    correct = batch.correct
    order: npt.NDArray[np.intp] = np.arange(len(batch.images))
    if batch.probabilities is not None:
        predictions = batch.probabilities.argmax(axis=1)
        certainties = batch.probabilities.max(axis=1)
        if batch.labels is not None:
            is_right = predictions == batch.labels
            correct = int(is_right.sum()) if correct is None else correct
            order = np.argsort(is_right, kind="stable")
    chosen = order[:most]
    return _tiles(
        _as_pixels(batch.images[chosen]),
        columns,
        labels=_chosen(batch.labels, chosen),
        predictions=_chosen(predictions, chosen),
        certainties=_chosen(certainties, chosen),
        total=len(batch.images) if batch.total is None else batch.total,
        correct=correct,
        rows=_rows(batch, chosen),
    )


def _rows(batch: Batch, chosen: npt.NDArray[np.intp]) -> list[int]:
    """The rows of examples in the batch that was fed, of which not all may be given."""
    rows: list[int] = (chosen if batch.rows is None else batch.rows[chosen]).tolist()
    return rows


def _chosen(values: Array | None, rows: npt.NDArray[np.intp]) -> list[Any] | None:
    return None if values is None else list(values[rows].tolist())


def filters(kernels: Array) -> Tiles:
    """The filters [height, width, channels in, channels out] of a convolution.

    In colours where they look at three channels; else a row for each filter, its channels side by
    side.  Zero is gray, a filter's largest weight black or white.
    """
    weights = _finite(kernels).transpose(3, 0, 1, 2)[:_MOST_FILTERS]
    greatest = np.abs(weights).max(axis=(1, 2, 3), keepdims=True, initial=1e-30)
    pixels = _rounded(weights / greatest * _GRAY_OF_ZERO + _GRAY_OF_ZERO)
    count, height, width, channels = pixels.shape
    if channels == 3:
        return _tiles(pixels, _columns(count), names=[f"filter {i}" for i in range(count)])
    shown = min(channels, _MOST_CHANNELS)
    rows = pixels[..., :shown].transpose(0, 3, 1, 2).reshape(-1, height, width, 1)
    if channels == 1:
        return _tiles(rows, _columns(count), names=[f"filter {i}" for i in range(count)])
    names = [f"filter {i}, channel {j}" for i in range(count) for j in range(shown)]
    return _tiles(rows, shown, names=names)


def feature_maps(maps: Array) -> Tiles:
    """An activation's channels [n, height, width, channels], each from its least to its greatest.

    A row for each image.
    """
    shown = _finite(maps)[:_MOST_IMAGES_OF_MAPS, ..., :_MOST_MAPS].transpose(0, 3, 1, 2)
    images, channels, height, width = shown.shape
    least = shown.min(axis=(2, 3), keepdims=True)
    span = np.maximum(shown.max(axis=(2, 3), keepdims=True) - least, 1e-30)
    pixels = _rounded((shown - least) / span * 255).reshape(-1, height, width, 1)
    names = [f"image {i}, channel {j}" for i in range(images) for j in range(channels)]
    rows = np.repeat(np.arange(images), channels).tolist()
    return _tiles(pixels, channels, names=names, rows=rows)


def strongest(activations: Array, batch: Batch) -> Tiles:
    """For each unit the images that excite it most, a row each, the strongest first.

    Args:
      activations: [n, units], of the examples of the batch.
    """
    shown = np.where(np.isfinite(activations), activations, -np.inf)[:, :_MOST_UNITS]
    ranks = np.argsort(-shown, axis=0, kind="stable")[:_IMAGES_OF_A_UNIT].T
    count, columns = ranks.shape
    chosen = ranks.reshape(-1)
    numbers = np.repeat(np.arange(count), columns)
    # Each image is made small once, not for each unit.
    images, of_image = np.unique(chosen, return_inverse=True)
    small = _averaged_down(_as_pixels(batch.images[images]), _LONGEST_SIDE_OF_MANY)
    return _tiles(
        small[of_image],
        columns,
        names=[str(number) for number in numbers],
        certainties=activations[chosen, numbers].tolist(),
        rows=_rows(batch, chosen),
    )


# -- Pixels ------------------------------------------------------------------------------------


def _as_pixels(images: Array) -> Pixels:
    """Images as fed, as uint8 [n, height, width, 1 or 3]; by their range they are told apart."""
    if images.ndim == 3:
        images = images[..., None]
    if images.shape[-1] == 4:  # the fourth is how opaque they are
        images = images[..., :3]
    elif images.shape[-1] not in (1, 3):
        images = images.mean(axis=-1, keepdims=True)
    if images.dtype == np.uint8:
        return images
    values = _finite(images)
    least, greatest = float(values.min(initial=0)), float(values.max(initial=0))
    if least >= 0 and greatest <= 1:
        return _rounded(values * 255)
    if least >= -1 and greatest <= 1:
        return _rounded(values * _GRAY_OF_ZERO + _GRAY_OF_ZERO)
    if least >= 0 and greatest <= 255:
        return _rounded(values)
    return _rounded((values - least) * (255 / (greatest - least)))


def _finite(values: Array) -> npt.NDArray[np.float32]:
    """NaN and infinities are shown as zero."""
    found = values.astype(np.float32)
    return np.where(np.isfinite(found), found, np.float32(0))


def _rounded(values: Array) -> Pixels:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _averaged_down(pixels: Pixels, longest_side: int = _LONGEST_SIDE) -> Pixels:
    count, height, width, channels = pixels.shape
    block = -(-max(height, width) // longest_side)
    if block == 1:
        return pixels
    high, wide = max(1, height // block), max(1, width // block)
    down, across = min(block, height), min(block, width)
    cut = pixels[:, : high * down, : wide * across]
    blocks = cut.reshape(count, high, down, wide, across, channels)
    return _rounded(blocks.mean(axis=(2, 4), dtype=np.float32))


def _columns(count: int) -> int:
    """So many that the whole is about as wide as high."""
    return max(1, int(np.ceil(np.sqrt(count))))


def _tiles(pixels: Pixels, columns: int, **description: Any) -> Tiles:
    """Tiles of [n, height, width, 1 or 3]; what is missing in the last line is black."""
    pixels = _averaged_down(pixels)
    count, height, width, channels = pixels.shape
    columns = max(1, min(columns, count))
    lines = max(1, -(-count // columns))
    whole = np.zeros((lines * columns, height, width, channels), np.uint8)
    whole[:count] = pixels
    arranged = whole.reshape(lines, columns, height, width, channels).swapaxes(1, 2)
    picture = np.ascontiguousarray(arranged.reshape(lines * height, columns * width, channels))
    data = png.write(picture, _COMPRESSION)
    return Tiles(data, height, width, columns, count, **description)

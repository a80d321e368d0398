"""Reads runtime values for the recorder: parts of large ones, norms, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
import torch

from reflow.ops.values import to_numpy
from reflow.watch.examples import Images, Kind
from reflow.watch.sample import Array, Batch

# Of larger values so many elements are taken, always the same.
MOST_ELEMENTS = 1 << 16
# Of larger batches so many examples are shown.
MOST_EXAMPLES = 1_000
# Of the images whose feature maps are shown, and of an activation's maps.
_MAPPED_IMAGES, _MOST_MAPS = 4, 64


def elements(value: torch.Tensor, most: int = MOST_ELEMENTS) -> Array:
    """The elements, in any order, or a fixed random part of them."""
    flat = _flat(value.detach())
    if flat.numel() > most:
        flat = flat.index_select(0, _chosen(flat.numel(), most).to(flat.device))
    elif flat.data_ptr() == value.data_ptr():
        flat = flat.clone()
    if flat.dtype in (torch.bfloat16, torch.float16):
        flat = flat.float()
    return to_numpy(flat)


def _flat(value: torch.Tensor) -> torch.Tensor:
    """A value in one dimension, not copied where its memory has no gaps."""
    if value.dim() == 2 and not value.is_contiguous():
        value = value.t()
    elif value.dim() == 4 and not value.is_contiguous():
        value = value.permute(0, 2, 3, 1)
    return value.reshape(-1)


@lru_cache(maxsize=32)
def _chosen(count: int, most: int) -> torch.Tensor:
    """The places of `most` elements of `count`, in order."""
    fractions = _fractions()[:: max(1, MOST_ELEMENTS // most)][:most]
    return (fractions * count).long()


@cache
def _fractions() -> torch.Tensor:
    return torch.from_numpy(np.sort(np.random.default_rng(0).random(MOST_ELEMENTS)))


def together(values: Sequence[torch.Tensor]) -> Array:
    """The elements of all the values, of each its part."""
    total = sum(value.numel() for value in values)
    if total <= MOST_ELEMENTS:
        return np.concatenate([elements(value) for value in values])
    shares = [max(1, MOST_ELEMENTS * value.numel() // total) for value in values]
    return np.concatenate([elements(value, share) for value, share in zip(values, shares)])


def norms(values: Sequence[torch.Tensor]) -> list[float]:
    """The L2 norms of all elements of each."""
    if not values:
        return []
    wide = [v.float() if v.dtype in (torch.bfloat16, torch.float16) else v for v in values]
    found = torch._foreach_norm(wide)
    return [float(norm) for norm in torch.stack([norm.double() for norm in found]).tolist()]


def are_finite(values: Sequence[torch.Tensor]) -> list[bool]:
    """Whether each is without NaN and infinities."""
    return [bool(torch.isfinite(value).all()) for value in values]


def dead_fraction(activation: torch.Tensor) -> float:
    """Of a rectifier's outputs [n, ..., units], the part of units that are 0 everywhere."""
    if activation.dim() < 2 or not activation.numel():
        return 0.0
    greatest = activation.reshape(-1, activation.shape[-1]).amax(0)
    return float((greatest <= 0).float().mean())


def maps_of(activation: torch.Tensor) -> Array:
    """The feature maps [n, height, width, channels] of the first images, and some channels."""
    return to_numpy(activation[:_MAPPED_IMAGES, ..., :_MOST_MAPS].float().contiguous().clone())


def units_of(activation: torch.Tensor) -> Array | None:
    """How much each example excites each unit, [n, units]: of a feature map its greatest."""
    if activation.dim() == 4:
        activation = activation.amax((1, 2))
    if activation.dim() != 2 or activation.numel() > 10 * MOST_ELEMENTS:
        return None
    return to_numpy(activation.float().clone())


# -- Examples ---------------------------------------------------------------------------------


def probabilities(value: torch.Tensor, kind: Kind, is_logits: bool) -> torch.Tensor | None:
    """[n, classes], of a network's answer: of one sigmoid for each example, two classes."""
    value = value.float()
    if value.dim() == 1:
        value = value[:, None]
    if value.dim() != 2 or not value.numel():
        return None
    if is_logits:
        value = value.softmax(1) if kind == "softmax" else value.sigmoid()
    return torch.cat([1 - value, value], 1) if value.shape[1] == 1 else value


def class_numbers(value: torch.Tensor) -> torch.Tensor | None:
    """[n], of labels [n], [n, 1] or one-hot [n, classes]."""
    if value.dim() == 2:
        value = value[:, 0] if value.shape[1] == 1 else value.argmax(1)
    return value.long() if value.dim() == 1 else None


def batch_of(
    tag: str,
    images: Images,
    given: torch.Tensor,
    labels: torch.Tensor | None,
    answer: torch.Tensor | None,
) -> Batch | None:
    """A batch of examples; of a large one those with wrong answers first, as far as there is room.

    Args:
      given: what `images` describes.
      labels: [n].
      answer: the probabilities [n, classes].
    """
    shaped = _shaped(given, images)
    if shaped is None or not len(shaped):
        return None
    count = len(shaped)
    labels = None if labels is None or len(labels) != count else labels
    answer = None if answer is None or len(answer) != count else answer
    if count <= MOST_EXAMPLES:
        return Batch(tag, _copy(shaped), _copy(labels), _copy(answer))
    rows, correct = torch.arange(MOST_EXAMPLES), None
    if labels is not None and answer is not None:
        is_right = answer.argmax(1) == labels
        correct = int(is_right.sum())
        rows = torch.sort(is_right, stable=True).indices[:MOST_EXAMPLES]
    return Batch(
        tag,
        _copy(shaped[rows]),
        None if labels is None else _copy(labels[rows]),
        None if answer is None else _copy(answer[rows]),
        to_numpy(rows),
        count,
        correct,
    )


def _shaped(given: torch.Tensor, images: Images) -> torch.Tensor | None:
    sizes = (
        (images.channels, images.height, images.width)
        if images.is_planar
        else (images.height, images.width, images.channels)
    )
    if given.dim() < 2 or given[0].numel() != images.height * images.width * images.channels:
        return None
    shaped = given.reshape(-1, *sizes)
    return shaped.permute(0, 2, 3, 1) if images.is_planar else shaped


def _copy(value: torch.Tensor | None) -> Any:
    return None if value is None else to_numpy(value.clone(memory_format=torch.contiguous_format))


def as_tensor(value: Any) -> torch.Tensor | None:
    """A runtime value as a torch tensor; None for what is no number."""
    if isinstance(value, torch.Tensor):
        return value
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        return torch.from_numpy(np.ascontiguousarray(value))
    return None

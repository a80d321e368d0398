"""Images turned and flipped."""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.tf._arrays import reverse
from reflow.tf._arrays import shape as shape_of
from reflow.tf._arrays import transpose as transposed
from reflow.tf._case import case
from reflow.tf._casts import cast
from reflow.tf._cond import cond
from reflow.tf._scopes import name_scope
from reflow.tf.image._shapes import checked_image, is_batch, like
from reflow.tf.math import equal, less, mod, round
from reflow.tf.random import random_uniform


def flip_left_right(image: Any) -> Tensor:
    """`image` [height, width, channels], or a batch, with its columns in reverse order."""
    return _flip(image, 1, "flip_left_right")


def flip_up_down(image: Any) -> Tensor:
    """`image` [height, width, channels], or a batch, with its rows in reverse order."""
    return _flip(image, 0, "flip_up_down")


def _flip(image: Any, axis: int, name: str) -> Tensor:
    with name_scope(None, name, [image]):
        image = checked_image(image)
        if is_batch(image):
            return reverse(image, [axis + 1])
        return like(image, reverse(image, [axis]))


def random_flip_left_right(image: Any, seed: int | None = None) -> Tensor:
    """Each image, with a chance of one half, with its columns in reverse order."""
    return _random_flip(image, 1, seed, "random_flip_left_right")


def random_flip_up_down(image: Any, seed: int | None = None) -> Tensor:
    """Each image, with a chance of one half, with its rows in reverse order."""
    return _random_flip(image, 0, seed, "random_flip_up_down")


def _random_flip(image: Any, axis: int, seed: int | None, name: str) -> Tensor:
    with name_scope(None, name, [image]) as scope:
        image = checked_image(image)
        if is_batch(image):
            return _randomly_flipped_batch(image, axis + 1, seed)
        is_flipped = less(random_uniform([], 0, 1.0, seed=seed), 0.5)
        flipped = cond(is_flipped, lambda: reverse(image, [axis]), lambda: image, name=scope)
        return like(image, flipped)


def _randomly_flipped_batch(images: Tensor, axis: int, seed: int | None) -> Tensor:
    batch = shape_of(images)[0]
    drawn = random_uniform([batch], 0, 1.0, seed=seed)
    flips = cast(round(Reshape(drawn, [batch, 1, 1, 1])), images.dtype)
    flipped = reverse(images, [axis])
    return flips * flipped + (1 - flips) * images


def rot90(image: Any, k: Any = 1, name: str | None = None) -> Tensor:
    """`image` [height, width, channels], or a batch, turned left `k` times by 90 degrees."""
    with name_scope(name, "rot90", [image, k]) as scope:
        image = checked_image(image)
        k = convert_to_tensor(k, dtype="int32", name="k")
        k.shape.assert_has_rank(0)
        k = mod(k, 4)
        rows, columns = (1, 2) if is_batch(image) else (0, 1)
        order = [0, 2, 1, 3] if is_batch(image) else [1, 0, 2]
        turns = [
            (equal(k, 1), lambda: transposed(reverse(image, [columns]), order)),
            (equal(k, 2), lambda: reverse(image, [rows, columns])),
            (equal(k, 3), lambda: reverse(transposed(image, order), [columns])),
        ]
        turned = case(turns, default=lambda: image, exclusive=True, name=scope)
        if is_batch(image):
            turned.set_shape([turned.shape[0], None, None, turned.shape[3]])
        else:
            turned.set_shape([None, None, image.shape[2]])
        return turned


def transpose(image: Any, name: str | None = None) -> Tensor:
    """`image` [height, width, channels], or a batch, with height and width exchanged."""
    with name_scope(name, "transpose", [image]):
        image = checked_image(image)
        return transposed(image, [0, 2, 1, 3] if is_batch(image) else [1, 0, 2], name=name)

"""What functions of images ask of their shapes: three dimensions for an image, four for a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.tf._arrays import expand_dims, squeeze
from reflow.tf._arrays import rank as rank_of
from reflow.tf._arrays import shape as shape_of
from reflow.tf._checks import Assert, assert_greater_equal, assert_positive
from reflow.tf._control_flow import with_dependencies
from reflow.tf._joining import unstack
from reflow.tf._tensor_like import is_tensor

Size = Any  # a number, or a scalar tensor


def require(condition: Any, message: str) -> list[Operation]:
    """What is left to check in the run; ValueError for what is known to be wrong."""
    if is_tensor(condition):
        return [Assert(condition, [message])]
    if not condition:
        raise ValueError(message)
    return []


def dimensions(image: Tensor, rank: int) -> list[Size]:
    """The sizes of `image`, tensors where they are not known."""
    if image.shape.is_fully_defined():
        return image.shape.as_list()
    known = image.shape.with_rank(rank).as_list()
    found = unstack(shape_of(image), rank)
    return [size if size is not None else tensor for size, tensor in zip(known, found)]


def image_checks(image: Tensor) -> list[Operation]:
    """What is left to check of [..., height, width, channels], none of them 0.

    Raises:
      ValueError: it is known to be something else.
    """
    sizes = image.shape.sizes
    if sizes is not None and len(sizes) < 3:
        raise ValueError("'image' must be at least three-dimensional.")
    if sizes is not None and 0 in sizes:
        raise ValueError(f"all dims of 'image.shape' must be > 0: {image.shape}")
    if image.shape.is_fully_defined():
        return []
    return [
        assert_positive(shape_of(image), ["all dims of 'image.shape' must be > 0."]),
        assert_greater_equal(
            rank_of(image), 3, message="'image' must be at least three-dimensional."
        ),
    ]


def checked_image(image: Any) -> Tensor:
    """`image` as a tensor, given only if it is one or several images."""
    image = convert_to_tensor(image, name="image")
    return with_dependencies(image_checks(image), image)


def is_batch(image: Tensor) -> bool:
    """Whether there are four dimensions; three and none known mean one image."""
    if image.shape.ndims not in (None, 3, 4):
        raise ValueError("'image' must have either 3 or 4 dimensions.")
    return image.shape.ndims == 4


def as_batch(image: Any) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
    """`image` as a batch, and what makes of a result of that what is to be given."""
    image = convert_to_tensor(image, name="image")
    if is_batch(image):
        return image, lambda result: result
    images = expand_dims(image, 0)
    if image.shape.ndims is None:
        images.set_shape([None] * 4)
    return images, lambda result: squeeze(result, axis=[0])


def known_sizes(sizes: Sequence[Size]) -> list[int | None]:
    """None in place of tensors."""
    return [None if is_tensor(size) else size for size in sizes]


def like(image: Tensor, result: Tensor) -> Tensor:
    """`result` with the static shape of `image`, or of one image."""
    shape = image.shape if image.shape.ndims is not None else TensorShape([None] * 3)
    result.set_shape(shape)
    return result

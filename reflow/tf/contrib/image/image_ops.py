"""Images turned, moved, seen in perspective; pixels that hang together; rows matched to columns.

A transform is a vector (a0, a1, a2, b0, b1, b2, c0, c1).  It says of a place (x, y) of the output
where it lies in the input: at ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), where
k = c0 x + c1 y + 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.execution import executing_eagerly
from reflow.graph.gradient_registry import RegisterGradient
from reflow.graph.operation import Operation, Tensor
from reflow.ops.arrays import Reshape
from reflow.ops.constants import constant
from reflow.ops.functions import Cos, Sin
from reflow.ops.image.components import ImageConnectedComponents
from reflow.ops.image.matching import BipartiteMatch
from reflow.ops.image.projecting import ImageProjectiveTransformV2
from reflow.ops.linear_algebra.solving import MatrixInverse
from reflow.ops.sets import Unique
from reflow.tf._arrays import shape as shape_of
from reflow.tf._casts import cast
from reflow.tf._cond import cond
from reflow.tf._filling import ones, zeros
from reflow.tf._filling import range as counting
from reflow.tf._gathering import gather, where_v2
from reflow.tf._joining import concat
from reflow.tf._matmul import matmul
from reflow.tf._scopes import name_scope
from reflow.tf._static_values import get_static_value
from reflow.tf.math import equal

_PIXELS = frozenset(
    (
        dtypes.uint8,
        dtypes.int32,
        dtypes.int64,
        dtypes.float16,
        dtypes.float32,
        dtypes.float64,
    )
)


def rotate(
    images: Any, angles: Any, interpolation: str = "NEAREST", name: str | None = None
) -> Tensor:
    """Images turned counterclockwise about their middles; what comes in from outside is 0.

    Args:
      images: [batch, height, width, channels], or one image without the batch, or without the
        channels as well.
      angles: in radians: one, or a vector with one for each image.
      interpolation: "NEAREST" or "BILINEAR".

    Raises:
      TypeError: images of a type or rank that are none, or of a rank that is not known.
    """
    with name_scope(name, "rotate"):
        images, result_of = _as_batch(convert_to_tensor(images))
        height, width = (cast(shape_of(images)[axis], dtypes.float32)[None] for axis in (1, 2))
        transforms = angles_to_projective_transforms(angles, height, width)
        return result_of(transform(images, transforms, interpolation=interpolation))


def translate(
    images: Any, translations: Any, interpolation: str = "NEAREST", name: str | None = None
) -> Tensor:
    """Images moved; what comes in from outside is 0.

    Args:
      images, interpolation: as of `rotate`.
      translations: [2], how far to the right and down in pixels; or [batch, 2].
    """
    with name_scope(name, "translate"):
        transforms = translations_to_projective_transforms(translations)
        return transform(images, transforms, interpolation=interpolation)


def angles_to_projective_transforms(
    angles: Any, image_height: Any, image_width: Any, name: str | None = None
) -> Tensor:
    """The transforms [n, 8] that turn images of a size by angles in radians, a scalar or [n]."""
    with name_scope(name, "angles_to_projective_transforms"):
        angles = convert_to_tensor(angles, dtypes.float32, "angles")
        if len(angles.shape) > 1:
            raise TypeError(f"Angles should have rank 0 or 1. Received shape: {angles.shape}")
        if len(angles.shape) == 0:
            angles = angles[None]
        x_offset = (
            (image_width - 1) - (Cos(angles) * (image_width - 1) - Sin(angles) * (image_height - 1))
        ) / 2.0
        y_offset = (
            (image_height - 1)
            - (Sin(angles) * (image_width - 1) + Cos(angles) * (image_height - 1))
        ) / 2.0
        count = shape_of(angles)[0]
        columns = [
            Cos(angles)[:, None],
            -Sin(angles)[:, None],
            x_offset[:, None],
            Sin(angles)[:, None],
            Cos(angles)[:, None],
            y_offset[:, None],
            zeros((count, 2)),
        ]
        return concat(columns, 1)


def translations_to_projective_transforms(translations: Any, name: str | None = None) -> Tensor:
    """The transforms [n, 8] that move images by (right, down), a vector or [n, 2]."""
    with name_scope(name, "translations_to_projective_transforms"):
        translations = convert_to_tensor(translations, dtypes.float32, "translations")
        ndims = translations.shape.ndims
        if ndims is None:
            raise TypeError("The rank of the translations must be statically known")
        if ndims not in (1, 2):
            raise TypeError(
                f"Translations should have rank 1 or 2. Received shape: {translations.shape}"
            )
        if ndims == 1:
            translations = translations[None]
        count = shape_of(translations)[0]
        columns = [
            ones((count, 1)),
            zeros((count, 1)),
            -translations[:, 0, None],
            zeros((count, 1)),
            ones((count, 1)),
            -translations[:, 1, None],
            zeros((count, 2)),
        ]
        return concat(columns, 1)


def transform(
    images: Any,
    transforms: Any,
    interpolation: str = "NEAREST",
    output_shape: Any = None,
    name: str | None = None,
) -> Tensor:
    """Images as transforms show them; what comes in from outside is 0.

    Args:
      images, interpolation: as of `rotate`.
      transforms: [8], or [batch, 8].  No gradient reaches them.
      output_shape: [height, width], by default those of the images.

    Raises:
      TypeError: images of a type or rank that are none, or of a rank that is not known.
      ValueError: an `output_shape` that is no vector of two numbers.
    """
    with name_scope(name, "transform"):
        images = convert_to_tensor(images, name="images")
        transforms = convert_to_tensor(transforms, dtypes.float32, "transforms")
        images, result_of = _as_batch(images)
        if output_shape is None:
            output_shape = shape_of(images)[1:3]
            if not executing_eagerly():
                known = get_static_value(output_shape)
                output_shape = output_shape if known is None else known
        output_shape = convert_to_tensor(output_shape, dtypes.int32, "output_shape")
        if not output_shape.shape.is_compatible_with([2]):
            raise ValueError(
                "output_shape must be a 1-D Tensor of 2 elements: new_height, new_width. "
                f"Received shape: {output_shape.shape}"
            )
        projected = ImageProjectiveTransformV2(
            images, _as_rows(transforms), output_shape, interpolation=interpolation.upper()
        )
        return result_of(projected)


def _as_batch(images: Tensor) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
    """`images` as [batch, height, width, channels], and what undoes that."""
    if images.dtype.base_dtype not in _PIXELS:
        raise TypeError(f"Invalid dtype {images.dtype}.")
    ndims = images.shape.ndims
    if ndims is None:
        raise TypeError("The rank of the images must be statically known")
    if ndims == 2:
        return images[None, :, :, None], lambda result: result[0, :, :, 0]
    if ndims == 3:
        return images[None, :, :, :], lambda result: result[0, :, :, :]
    if ndims == 4:
        return images, lambda result: result
    raise TypeError(f"Images should have rank between 2 and 4. Received shape: {images.shape}")


def _as_rows(transforms: Tensor) -> Tensor:
    """[8] or [n, 8] -> [n, 8]"""
    if len(transforms.shape) == 1:
        return transforms[None]
    if len(transforms.shape) != 2:
        raise TypeError(f"Transforms should have rank 1 or 2. Received shape: {transforms.shape}")
    return transforms


@RegisterGradient("ImageProjectiveTransformV2")
def _projected_back(op: Operation, dy: Tensor) -> tuple[Tensor, None, None]:
    """Seen through the inverse: an approximation, as no pixel's shares are counted."""
    images, transforms, _ = op.inputs
    inverse = MatrixInverse(flat_transforms_to_matrices(_as_rows(transforms)))
    dx = ImageProjectiveTransformV2(
        images=dy,
        transforms=matrices_to_flat_transforms(inverse),
        output_shape=shape_of(images)[1:3],
        interpolation=op.attrs["interpolation"],
    )
    return dx, None, None


def compose_transforms(*transforms: Any) -> Tensor:
    """The transforms [n, 8] that show what the given ones show, one after the other.

    Args:
      transforms: one or several, of one shape: [8] or [n, 8].
    """
    assert transforms, "transforms cannot be empty"
    with name_scope("compose_transforms"):
        first, *others = transforms
        composed = flat_transforms_to_matrices(first)
        for other in others:
            composed = matmul(composed, flat_transforms_to_matrices(other))
        return matrices_to_flat_transforms(composed)


def flat_transforms_to_matrices(transforms: Any) -> Tensor:
    """[8] or [n, 8] -> [n, 3, 3]: they map (x, y, 1) of an output to a multiple of that of the
    input."""
    with name_scope("flat_transforms_to_matrices"):
        transforms = convert_to_tensor(transforms, name="transforms")
        if transforms.shape.ndims not in (1, 2):
            raise ValueError(f"Transforms should be 1D or 2D, got: {transforms}")
        rows = Reshape(transforms, constant([-1, 8]))
        last_entries = ones([shape_of(rows)[0], 1])
        matrices: Tensor = Reshape(concat([rows, last_entries], 1), constant([-1, 3, 3]))
        return matrices


def matrices_to_flat_transforms(transform_matrices: Any) -> Tensor:
    """[3, 3] or [n, 3, 3] -> [n, 8], after division by the last entries."""
    with name_scope("matrices_to_flat_transforms"):
        matrices = convert_to_tensor(transform_matrices, name="transform_matrices")
        if matrices.shape.ndims not in (2, 3):
            raise ValueError(f"Matrices should be 2D or 3D, got: {matrices}")
        rows = Reshape(matrices, constant([-1, 9]))
        rows /= rows[:, 8:9]
        return rows[:, :8]


def bipartite_match(
    distance_mat: Any, num_valid_rows: Any, top_k: int = -1, name: str | None = "bipartite_match"
) -> Any:
    """Rows of a matrix of distances matched to columns: the nearest two first, then of those left.

    Args:
      distance_mat: [rows, columns].
      num_valid_rows: only so many rows are matched; all if it is negative.
      top_k: at most so many matches are made, if it is positive.

    Returns:
      The column of each row and the row of each column, int32, -1 for those without.
    """
    return BipartiteMatch(distance_mat, num_valid_rows, top_k=top_k, name=name)


def connected_components(images: Any) -> Tensor:
    """Numbers 1, 2, ... for the parts of images whose pixels are equal, not zero, and hang together
    above, below, left and right; 0 for zeros.

    Args:
      images: [height, width], or [batch, height, width], all of whose parts have different numbers.
        The first pixels of the parts are in the order of the numbers.

    Raises:
      TypeError: images of another rank.
    """
    with name_scope("connected_components"):
        given = convert_to_tensor(images, name="images")
        if len(given.shape) not in (2, 3):
            raise TypeError(
                "images should have rank 2 (HW) or 3 (NHW). Static shape is " + str(given.shape)
            )
        images = given[None, :, :] if len(given.shape) == 2 else given
        components = ImageConnectedComponents(images)
        ids, positions = Unique(Reshape(components, [-1]))
        zero = where_v2(equal(ids, 0))[:, 0]
        numbers = counting(shape_of(ids)[0] - shape_of(zero)[0]) + 1

        def with_zero() -> Tensor:
            """The numbers with 0 where the id is 0."""
            place = cast(zero[0], dtypes.int32)
            before, after = numbers[:place], numbers[place:]
            return concat([before, [0], after], 0)

        numbers = cond(equal(shape_of(zero)[0], 0), lambda: numbers, with_zero)
        numbered = Reshape(gather(numbers, positions), shape_of(components))
        return numbered[0, :, :] if len(given.shape) == 2 else numbered

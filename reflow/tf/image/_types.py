"""Images of other element types."""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, as_dtype, float16, float32
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Identity
from reflow.ops.math import Mul
from reflow.tf._casts import cast, saturate_cast
from reflow.tf._scopes import name_scope
from reflow.tf.math import div


def convert_image_dtype(
    image: Any, dtype: Any, saturate: bool = False, name: str | None = None
) -> Tensor:
    """`image` with elements of another type, scaled to that type's range.

    Floating-point images have values in [0, 1); integer images use the whole positive range of
    their type.

    Args:
      saturate: what the new type cannot hold becomes its least or largest value.
    """
    image = convert_to_tensor(image, name="image")
    wanted, given = as_dtype(dtype), image.dtype.base_dtype
    if not wanted.is_floating and not wanted.is_integer:
        raise AttributeError("dtype must be either floating point or integer")
    if wanted is given:
        return Identity(image, name=name)
    converted = saturate_cast if saturate else cast
    with name_scope(name, "convert_image", [image]) as scope:
        if given.is_floating and wanted.is_floating:
            return cast(image, wanted, scope)
        if given.is_floating:
            return converted(Mul(image, wanted.max + 0.5), wanted, scope)
        if wanted.is_floating:
            return Mul(cast(image, wanted), 1.0 / given.max, name=scope)
        if given.max > wanted.max:
            factor = (given.max + 1) // (wanted.max + 1)
            return converted(div(image, factor), wanted, scope)
        factor = (wanted.max + 1) // (given.max + 1)
        return Mul(converted(image, wanted), factor, name=scope)


def as_float(image: Any, name: str = "image") -> tuple[Tensor, DType]:
    """`image` with elements that are computed with, and the type that it had."""
    image = convert_to_tensor(image, name=name)
    given = image.dtype.base_dtype
    if given in (float16, float32):
        return image, given
    return convert_image_dtype(image, float32), given

"""Hue, saturation and value changed in YIQ, by given amounts or at random."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.image.yiq import AdjustHsvInYiq
from reflow.tf._scopes import name_scope
from reflow.tf.image._types import convert_image_dtype
from reflow.tf.random import random_uniform


def random_hsv_in_yiq(
    image: Any,
    max_delta_hue: float = 0,
    lower_saturation: float = 1,
    upper_saturation: float = 1,
    lower_value: float = 1,
    upper_value: float = 1,
    seed: int | None = None,
) -> Tensor:
    """adjust_hsv_in_yiq by an angle drawn from [-max_delta_hue, max_delta_hue) and by factors drawn
    from between the given bounds; where these are equal nothing is drawn.

    Raises:
      ValueError: a bound is negative, or a lower one above the upper one.
    """
    if max_delta_hue < 0:
        raise ValueError(f"max_delta must be non-negative. Received: {max_delta_hue}")
    if lower_saturation < 0:
        raise ValueError(f"lower_saturation must be non-negative. Received: {lower_saturation}")
    if lower_value < 0:
        raise ValueError(f"lower_value must be non-negative. Received: {lower_value}")
    if lower_saturation > upper_saturation:
        raise ValueError(
            "lower_saturation must be < upper_saturation. "
            f"Received: {lower_saturation}, {upper_saturation}"
        )
    if lower_value > upper_value:
        raise ValueError(
            f"lower_value must be < upper_value. Received: {lower_value}, {upper_value}"
        )
    delta_hue = _drawn(-max_delta_hue, max_delta_hue, seed) if max_delta_hue else 0
    scale_saturation = _drawn(lower_saturation, upper_saturation, seed)
    scale_value = _drawn(lower_value, upper_value, seed)
    return adjust_hsv_in_yiq(image, delta_hue, scale_saturation, scale_value)


def _drawn(lower: float, upper: float, seed: int | None) -> Any:
    return lower if lower == upper else random_uniform([], lower, upper, seed=seed)


def adjust_hsv_in_yiq(
    image: Any,
    delta_hue: Any = 0,
    scale_saturation: Any = 1,
    scale_value: Any = 1,
    name: str | None = None,
) -> Tensor:
    """`image` [..., height, width, 3] with its hue turned by `delta_hue` radians, its saturation
    times `scale_saturation` and its value times `scale_value`."""
    with name_scope(name, "adjust_hsv_in_yiq", [image]):
        image = convert_to_tensor(image, name="image")
        given = image.dtype
        floats = convert_image_dtype(image, dtypes.float32)
        adjusted = AdjustHsvInYiq(floats, delta_hue, scale_saturation, scale_value)
        return convert_image_dtype(adjusted, given)

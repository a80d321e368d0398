"""What `tensorflow.python.ops.image_ops` and `image_ops_impl` have beside `tf.image`."""

from __future__ import annotations

from typing import Any

from reflow.graph.operation import Tensor
from reflow.graph.seeds import get_seed
from reflow.ops.image.glimpses import ExtractGlimpse
from reflow.ops.image.translating import ScaleAndTranslate
from reflow.tf import image
from reflow.tf.image._quality import _verify_compatible_image_shapes
from reflow.tf.image._resizing import (
    ResizeMethod as ResizeMethodV1,
)
from reflow.tf.image._resizing import (
    ResizeMethodV2 as ResizeMethod,
)
from reflow.tf.image._resizing import (
    resize_image_with_pad as resize_image_with_pad_v1,
)
from reflow.tf.image._resizing import (
    resize_image_with_pad_v2,
    resize_images_v2,
)

__all__ = [
    "ResizeMethod",
    "ResizeMethodV1",
    "_verify_compatible_image_shapes",
    "crop_and_resize_v1",
    "crop_and_resize_v2",
    "draw_bounding_boxes_v2",
    "extract_glimpse_v2",
    "non_max_suppression_with_overlaps",
    "resize_image_with_pad_v1",
    "resize_image_with_pad_v2",
    "resize_images_v2",
    "sample_distorted_bounding_box_v2",
    "scale_and_translate",
]

crop_and_resize_v1 = image.crop_and_resize
non_max_suppression_with_overlaps = image.non_max_suppression_overlaps
scale_and_translate = ScaleAndTranslate


def crop_and_resize_v2(
    image_: Any,
    boxes: Any,
    box_indices: Any,
    crop_size: Any,
    method: str = "bilinear",
    extrapolation_value: float = 0,
    name: str | None = None,
) -> Tensor:
    """tf.image.crop_and_resize."""
    return image.crop_and_resize(
        image_, boxes, box_indices, crop_size, method, extrapolation_value, name
    )


def draw_bounding_boxes_v2(images: Any, boxes: Any, colors: Any, name: str | None = None) -> Tensor:
    """tf.image.draw_bounding_boxes."""
    return image.draw_bounding_boxes(images, boxes, name, colors)


def extract_glimpse_v2(
    input: Any,
    size: Any,
    offsets: Any,
    centered: bool = True,
    normalized: bool = True,
    noise: str = "uniform",
    name: str | None = None,
) -> Tensor:
    """tf.image.extract_glimpse with noise "uniform", "gaussian" or "zero"."""
    glimpse: Tensor = ExtractGlimpse(
        input,
        size,
        offsets,
        centered=centered,
        normalized=normalized,
        noise=noise,
        uniform_noise=False,
        name=name,
    )
    return glimpse


def sample_distorted_bounding_box_v2(
    image_size: Any, bounding_boxes: Any, seed: int = 0, *settings: Any, **named: Any
) -> tuple[Tensor, Tensor, Tensor]:
    """tf.image.sample_distorted_bounding_box, whose seed is one of tf.set_random_seed's kind."""
    seeds = get_seed(seed) if seed else (0, 0)
    return image.sample_distorted_bounding_box(
        image_size, bounding_boxes, *seeds, *settings, **named
    )

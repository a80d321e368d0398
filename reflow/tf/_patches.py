"""Windows cut out of images."""

from __future__ import annotations

from typing import Any

from reflow.graph.operation import Tensor
from reflow.ops.convolution.patches import ExtractImagePatches
from reflow.tf._arguments import renamed


def extract_patches(
    images: Any, sizes: Any, strides: Any, rates: Any, padding: str, name: str | None = None
) -> Tensor:
    """Windows of images, each laid out flat along the channels.

    Args:
      images: [batch, height, width, channels].
      sizes: of a window, [1, rows, columns, 1].
      strides: from window to window, [1, rows, columns, 1].
      rates: from element to element of one window, [1, rows, columns, 1].
    """
    return ExtractImagePatches(
        images, ksizes=sizes, strides=strides, rates=rates, padding=padding, name=name
    )


def extract_image_patches(
    images: Any,
    ksizes: Any = None,
    strides: Any = None,
    rates: Any = None,
    padding: str | None = None,
    name: str | None = None,
    sizes: Any = None,
) -> Tensor:
    """extract_patches, where `ksizes` is another name of `sizes`."""
    sizes = renamed("sizes", sizes, "ksizes", ksizes)
    return extract_patches(images, sizes, strides, rates, padding, name)

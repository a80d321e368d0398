"""Grayscale morphology."""

from __future__ import annotations

from typing import Any

from reflow.graph.operation import Tensor
from reflow.ops.convolution.dilation import Dilation2D
from reflow.ops.math import Neg
from reflow.tf._arguments import renamed
from reflow.tf._arrays import reverse
from reflow.tf._scopes import name_scope


def dilation2d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    rates: Any = None,
    padding: str | None = None,
    name: str | None = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The largest sum of image and filter in each window.

    Args:
      input: [batch, height, width, channels].
      filter: [height, width, channels].
      strides, rates: [1, rows, columns, 1].
    """
    filter = renamed("filters", filters, "filter", filter)
    rates = renamed("dilations", dilations, "rates", rates)
    return Dilation2D(input, filter, strides=strides, rates=rates, padding=padding, name=name)


def erosion2d(
    value: Any, kernel: Any, strides: Any, rates: Any, padding: str, name: str | None = None
) -> Tensor:
    """The smallest difference of image and filter in each window.

    value [batch, height, width, channels], kernel [height, width, channels].
    """
    with name_scope(name, "erosion2d", [value, kernel]) as scope:
        dilated = Dilation2D(
            Neg(value),
            reverse(kernel, [0, 1]),
            strides=strides,
            rates=rates,
            padding=padding,
            name=scope,
        )
        return Neg(dilated)

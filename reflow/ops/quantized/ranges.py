"""Integers together with the range of floats that they stand for."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from reflow.graph.dtypes import DType
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.quantization import ends_of, quantized
from reflow.ops.values import torch_type

Shapes = tuple[TensorShape, TensorShape, TensorShape]


def of_floats(definition: Any) -> Any:
    """The shape rule and the kernel of an op on floats."""
    return definition.rules


def ranged_shape(values: TensorShape, *bounds: TensorShape) -> Shapes:
    for bound in bounds:
        shapes.with_rank(bound, 0)
    return values, shapes.SCALAR, shapes.SCALAR


def integers(numbers: torch.Tensor, low: Any, high: Any, dtype: DType) -> torch.Tensor:
    """Floats as integers that stand for the range, the nearest ones."""
    whole, _, _ = quantized(
        numbers, np.float32(low), np.float32(high), dtype, "MIN_FIRST", "HALF_AWAY_FROM_ZERO"
    )
    return whole.clamp(*ends_of(dtype)).to(torch_type(dtype))


def integer(number: float, low: Any, high: Any, dtype: DType) -> int:
    """What stands for a float; the nearest end for one outside the range."""
    return int(integers(torch.tensor(number, dtype=torch.float64), low, high, dtype))


def zero_of(low: Any, high: Any, dtype: DType) -> int:
    """What would stand for 0, be it outside the range."""
    first, last = ends_of(dtype)
    if low == high:
        return first
    per_unit = (last - first) / (float(high) - float(low))
    return first - round(float(low) * per_unit)


def product_range(
    a: tuple[Any, Any, DType], b: tuple[Any, Any, DType], dtype: DType
) -> tuple[np.float32, np.float32]:
    """The range of sums of products, for numbers (low, high, type): a step is the product of the
    steps of both."""

    def step(low: Any, high: Any, dtype: DType) -> np.float32:
        first, last = ends_of(dtype)
        return np.float32((np.float32(high) - np.float32(low)) / np.float32(last - first))

    first, last = ends_of(dtype)
    unit = step(*a) * step(*b)
    return np.float32(unit * np.float32(first)), np.float32(unit * np.float32(last))

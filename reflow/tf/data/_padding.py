"""The arguments of Dataset.padded_batch as tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.constant_value import constant_value_as_shape
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape, as_shape


def shape_tensor(shape: Any, what: str) -> Tensor:
    """A partly known shape as an int64 vector, -1 for what is not known.

    Args:
      shape: sizes, or a tensor of them.
      what: how errors call it.

    Raises:
      TypeError, ValueError: it is no shape.
    """
    try:
        sizes = [-1 if size is None else size for size in as_shape(shape).as_list()]
        known: Tensor = convert_to_tensor(sizes, dtype=dtypes.int64)
        return known
    except (TypeError, ValueError):
        tensor: Tensor = convert_to_tensor(shape, preferred_dtype=dtypes.int64)
    if tensor.shape.ndims not in (None, 1):
        raise ValueError(
            f"{what} {shape} must be a 1-D tensor of tf.int64 values, but its shape was "
            f"{tensor.shape}."
        )
    if tensor.dtype is not dtypes.int64:
        raise TypeError(
            f"{what} {shape} must be a 1-D tensor of tf.int64 values, but its element type was "
            f"{tensor.dtype.name}."
        )
    return tensor


def padded_shape_tensor(padded_shape: Any, component_shape: TensorShape) -> Tensor:
    """The sizes to fill a component up to, -1 for the largest of the batch, as an int64 vector.

    Raises:
      TypeError, ValueError: `padded_shape` is no shape, or smaller than the component's.
    """
    tensor = shape_tensor(padded_shape, "Padded shape")
    shape = constant_value_as_shape(tensor)
    if not _can_be_padded(component_shape, shape):
        raise ValueError(
            f"The padded shape {shape} is not compatible with the corresponding input component "
            f"shape {component_shape}."
        )
    return tensor


def _can_be_padded(shape: TensorShape, padded_shape: TensorShape) -> bool:
    sizes, padded = shape.sizes, padded_shape.sizes
    if sizes is None or padded is None:
        return True
    return len(sizes) == len(padded) and all(
        size is None or wanted is None or size <= wanted for size, wanted in zip(sizes, padded)
    )


def padding_value_tensor(value: Any, dtype: DType) -> Tensor:
    """What a component is filled up with, a scalar of its type."""
    tensor: Tensor = convert_to_tensor(value, name="padding_value")
    if not tensor.shape.is_compatible_with(TensorShape([])):
        raise ValueError(f"Padding value should be a scalar, but is not: {tensor}")
    if tensor.dtype is not dtype:
        raise TypeError(f"Padding value tensor ({tensor}) does not match output type: {dtype}")
    return tensor


def default_padding(dtype: DType) -> Any:
    """Zero, or the empty string."""
    if dtype is dtypes.string:
        return ""
    if dtype is dtypes.variant:
        raise TypeError("Unable to create padding for field of type 'variant'.")
    return np.zeros((), dtype.as_numpy_dtype)

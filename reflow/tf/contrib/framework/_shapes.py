"""Tensors of expected shapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Operation, Tensor
from reflow.tf import _confusion_matrix
from reflow.tf._scopes import name_scope


def reduce_sum_n(tensors: Any, name: str | None = None) -> Tensor:
    """The sum of all elements of all tensors; ValueError without any."""
    if not tensors:
        raise ValueError("No tensors provided.")
    with name_scope(name, "reduce_sum_n", tensors) as scope:
        sums = [tf.reduce_sum(tensor, name=f"{tensor.op.name}/sum") for tensor in tensors]
        total: Tensor = sums[0] if len(sums) == 1 else tf.add_n(sums, name=scope)
        return total


def remove_squeezable_dimensions(
    predictions: Any, labels: Any, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """(predictions, labels), of which one loses its last dimension if that makes their ranks
    equal."""
    labels, predictions = _confusion_matrix.remove_squeezable_dimensions(
        labels, predictions, name=name
    )
    return predictions, labels


def assert_scalar_int(tensor: Any, name: str | None = None) -> Tensor:
    """The tensor, if it is an integer scalar; else ValueError."""
    with name_scope(name, "assert_scalar_int", [tensor]) as scope:
        tensor = convert_to_tensor(tensor)
        if not tensor.dtype.base_dtype.is_integer:
            raise ValueError(
                f"Expected integer type for {tensor.name}, received type: {tensor.dtype}."
            )
        scalar: Tensor = tf.assert_scalar(tensor, name=scope)
        return scalar


def with_same_shape(expected_tensor: Tensor, tensor: Tensor) -> Tensor:
    """The tensor, checked to have the shape of `expected_tensor`; see `with_shape`."""
    with name_scope(f"{tensor.op.name}/", values=[expected_tensor, tensor]):
        shape = expected_tensor.shape
        expected = (
            shape.as_list()
            if shape.is_fully_defined()
            else tf.shape(expected_tensor, name="expected_shape")
        )
        return with_shape(expected, tensor)


def with_shape(expected_shape: Any, tensor: Tensor) -> Tensor:
    """The tensor, checked to have a shape; at once as far as that is known, else when it is run.

    A tensor of one element is reshaped where a scalar is expected.

    Args:
      expected_shape: a list or an array of sizes, a TensorShape, or an int32 tensor.

    Raises:
      ValueError: the shape is another, or `expected_shape` describes none.
    """
    if isinstance(tensor, SparseTensor):
        raise ValueError("SparseTensor not supported.")
    is_dynamic = tf.contrib.framework.is_tensor(expected_shape)
    if isinstance(expected_shape, (list, tuple)):
        expected_shape = _vector(expected_shape)
    _check_shape_vector(expected_shape, tensor)
    actual = tensor.shape
    if is_dynamic or not actual.is_fully_defined():
        with name_scope(f"{tensor.op.name}/", values=[tensor]):
            if not is_dynamic and len(expected_shape) < 1:
                return tf.reshape(tensor, [])  # type: ignore[no-any-return]
            with tf.control_dependencies([_assert_shape(expected_shape, tensor)]):
                result: Tensor = tf.identity(tensor)
            if not is_dynamic:
                result.set_shape(expected_shape)
            return result
    if not actual.is_compatible_with(expected_shape):
        if len(expected_shape) < 1 and actual.is_compatible_with([1]):
            with name_scope(f"{tensor.op.name}/", values=[tensor]):
                return tf.reshape(tensor, [])  # type: ignore[no-any-return]
        raise ValueError(
            f"Invalid shape for tensor {tensor.name}, expected {expected_shape}, got {actual}."
        )
    return tensor


def _vector(sizes: Any) -> np.ndarray:
    array = np.asarray(sizes)
    is_default_integer = not sizes or array.dtype == np.int64
    return array.astype(np.int32) if is_default_integer else array


def _check_shape_vector(expected_shape: Any, tensor: Tensor) -> None:
    if isinstance(expected_shape, np.ndarray) and expected_shape.ndim > 1:
        raise ValueError(
            f"Invalid rank {expected_shape.ndim} for shape {expected_shape} expected of tensor "
            f"{tensor.name}."
        )
    if isinstance(expected_shape, np.ndarray) or tf.contrib.framework.is_tensor(expected_shape):
        dtype = tf.as_dtype(expected_shape.dtype).base_dtype
        if dtype != dtypes.int32:
            raise ValueError(
                f"Invalid dtype {dtype} for shape {expected_shape} expected of tensor "
                f"{tensor.name}."
            )


def _assert_shape(expected_shape: Any, tensor: Tensor) -> Operation:
    with name_scope(None, "assert_shape", [tensor]) as scope:
        actual_shape = tf.shape(tensor, name="actual")
        if isinstance(expected_shape, tf.TensorShape) and not expected_shape.is_fully_defined():
            expected_shape = [size if size else -1 for size in expected_shape.as_list()]
        data = [
            f"Wrong shape for {tensor.name} [expected] [actual].",
            expected_shape,
            actual_shape,
        ]
        is_shape = _is_shape(expected_shape, tensor, actual_shape)
        check: Operation = tf.Assert(is_shape, data, name=scope)
        return check


def _is_shape(expected_shape: Any, tensor: Tensor, actual_shape: Tensor) -> Tensor:
    with name_scope(None, "is_shape", [tensor]) as scope:
        is_rank = _is_rank(tf.size(expected_shape), tensor)
        are_sizes = _are_sizes(expected_shape, actual_shape)
        both: Tensor = tf.logical_and(is_rank, are_sizes, name=scope)
        return both


def _is_rank(expected_rank: Any, tensor: Tensor) -> Tensor:
    with name_scope(None, "is_rank", [tensor]) as scope:
        expected = convert_to_tensor(expected_rank, name="expected")
        actual = tf.rank(tensor, name="actual")
        is_rank: Tensor = tf.equal(expected, actual, name=scope)
        return is_rank


def _are_sizes(expected_shape: Any, actual_shape: Tensor) -> Tensor:
    with name_scope(None, "shape_tensor_equal", [expected_shape, actual_shape]) as scope:
        either = tf.logical_or(
            tf.equal(expected_shape, -1),
            tf.equal(expected_shape, actual_shape, "equal"),
            name="exclude_partial_shape",
        )
        are_sizes: Tensor = tf.reduce_all(either, name=scope)
        return are_sizes

"""Names of tensorflow.python.framework.composite_tensor_utils: values put behind each other."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph.composite_tensor import CompositeTensor
from reflow.graph.indexed_slices import SparseTensor, SparseTensorValue
from reflow.tf._sparse_arranging import sparse_concat
from reflow.tf.ragged._concat import concat
from reflow.tf.ragged._tensor import RaggedTensor
from reflow.tf.ragged._value import RaggedTensorValue

__all__ = ["append_composite_tensor", "get_shape", "is_composite_or_composite_value"]


def is_composite_or_composite_value(tensor: Any) -> bool:
    """Whether it is a composite tensor, or what a run gives for a sparse or ragged one."""
    return isinstance(tensor, (CompositeTensor, SparseTensorValue, RaggedTensorValue))


def get_shape(tensor: Any) -> Any:
    """The shape of a tensor, or of a value."""
    return tensor.dense_shape if isinstance(tensor, SparseTensorValue) else tensor.shape


def append_composite_tensor(target: Any, to_append: Any) -> Any:
    """`to_append` behind `target`, along the first axis; both are of one type.

    Raises:
      RuntimeError: they are not, are nothing composite, or have other shapes.
    """
    if type(target) is not type(to_append):
        raise RuntimeError(f"Unable to concatenate {type(target)} and {type(to_append)}")
    if isinstance(target, SparseTensor):
        return sparse_concat(sp_inputs=[target, to_append], axis=0)
    if isinstance(target, RaggedTensor):
        return concat([target, to_append], axis=0)
    if isinstance(target, SparseTensorValue):
        return _sparse_appended(target, to_append)
    if isinstance(target, RaggedTensorValue):
        return _ragged_appended(target, to_append)
    raise RuntimeError(f"Attempted to concatenate unsupported object {type(target)}.")


def _sparse_appended(target: Any, to_append: Any) -> SparseTensorValue:
    first, second = target.dense_shape, to_append.dense_shape
    if len(first) != len(second) or tuple(first[1:]) != tuple(second[1:]):
        raise RuntimeError(
            f"Unable to concatenate {target} and {to_append}. The inner dense shapes do not match "
            f"({first} vs {second})"
        )
    added = np.array(to_append.indices)
    added[:, 0] += first[0]
    # As many rows as the last element needs.
    rows = max([first[0], *added[:, 0]]) + 1
    return SparseTensorValue(
        indices=np.append(target.indices, added, axis=0),
        values=np.concatenate((target.values, to_append.values), axis=0),
        dense_shape=(rows, *first[1:]),
    )


def _ragged_appended(target: RaggedTensorValue, to_append: RaggedTensorValue) -> RaggedTensorValue:
    if target.shape[1:] != to_append.shape[1:]:
        raise RuntimeError(f"Unable to concatenate {target} and {to_append}")
    splits = np.append(target.row_splits, to_append.row_splits[1:] + target.row_splits[-1])
    if isinstance(target.values, RaggedTensorValue):
        return RaggedTensorValue(_ragged_appended(target.values, to_append.values), splits)
    return RaggedTensorValue(np.concatenate((target.values, to_append.values), axis=0), splits)

"""Dense tensors as sparse ones, and sizes of rows."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Tensor
from reflow.tf._scopes import name_scope


def dense_to_sparse_tensor(dense_tensor: Any, ignore_value: Any = None) -> SparseTensor:
    """The elements that are not `ignore_value`: by default not 0, "" or false."""
    with name_scope("DenseToSparseTensor"):
        dense_tensor = convert_to_tensor(dense_tensor)
        ignored = _ignored(dense_tensor.dtype, ignore_value)
        indices = tf.where(tf.not_equal(dense_tensor, ignored), name="indices")
        return SparseTensor(
            indices=indices,
            values=tf.gather_nd(dense_tensor, indices, name="values"),
            dense_shape=tf.shape(dense_tensor, out_type=dtypes.int64, name="dense_shape"),
        )


def indicators_to_sparse_ids(
    indicators: Any, ignore_value: Any = None, dtype: DType = dtypes.int64
) -> SparseTensor:
    """The positions along the last dimension of what is not `ignore_value`, each row's from its
    start.

    Raises:
      ValueError: `dtype`, that of the positions, is no integer type.
    """
    if not dtype.is_integer:
        raise ValueError(f"Invalid dtype {dtype} not integer.")
    with name_scope(None, "indicators_to_sparse_ids", (indicators, ignore_value)):
        indicators = convert_to_tensor(indicators, name="indicators")
        is_missing = tf.equal(indicators, _ignored(indicators.dtype, ignore_value), name="missing")
        zeros = tf.zeros_like(indicators, dtype=dtypes.int64, name="zeros")
        ones = tf.ones_like(indicators, dtype=dtypes.int64, name="ones")
        present = tf.where(is_missing, zeros, ones, name="binary_indicators")
        # The places in the rows, counted from 1.
        counts = tf.where(is_missing, zeros, tf.cumsum(present, axis=-1), "row_index_indicators")
        longest = tf.reshape(tf.reduce_max(counts), shape=(1,), name="result_last_dim")
        sparse = dense_to_sparse_tensor(counts, ignore_value=0)
        places = tf.reshape(sparse.values - 1, (-1, 1))
        return SparseTensor(
            indices=tf.concat((sparse.indices[:, :-1], places), axis=1, name="indices"),
            values=tf.cast(sparse.indices[:, -1], dtype=dtype, name="values"),
            dense_shape=tf.concat((sparse.dense_shape[0:-1], longest), axis=0, name="dense_shape"),
        )


def sparse_row_envelope(
    sparse_input: SparseTensor, row_axis: int = 0, col_axis: int = 1, name: str | None = None
) -> Tensor:
    """The length of each row: the last column that it has an element in, plus 1.

    Raises:
      ValueError: the axes are no integers, or one and the same.
    """
    if not (isinstance(row_axis, int) and isinstance(col_axis, int)):
        raise ValueError("`row_axis` and `col_axis` must be integers.")
    if row_axis == col_axis:
        raise ValueError("Row and column can not be the same axis.")
    with name_scope(name, "sparse_row_envelope", [sparse_input]):
        rows, columns = sparse_input.indices[:, row_axis], sparse_input.indices[:, col_axis]
        count = tf.cast(sparse_input.dense_shape[row_axis], dtypes.int32)
        lengths = tf.unsorted_segment_max(columns + 1, rows, count, name=name)
        # What a row without elements gives is the smallest number there is.
        zeros = tf.zeros_like(lengths)
        return tf.where(lengths > zeros, lengths, zeros)  # type: ignore[no-any-return]


def _ignored(dtype: DType, value: Any) -> Tensor:
    if value is None:
        value = "" if dtype == dtypes.string else dtype.as_numpy_dtype()
    return tf.cast(value, dtype, name="ignore_value")  # type: ignore[no-any-return]

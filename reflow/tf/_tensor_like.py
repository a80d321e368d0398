"""What counts as a tensor, or may be used in the place of one."""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import as_dtype
from reflow.graph.indexed_slices import IndexedSlices, SparseTensor, SparseTensorValue
from reflow.graph.operation import Tensor


def is_tensor(x: Any) -> bool:
    """Whether x is a tensor, dense or sparse, or a variable."""
    return isinstance(x, (Tensor, SparseTensor, IndexedSlices)) or hasattr(x, "_as_graph_element")


def convert_to_tensor_or_indexed_slices(
    value: Any, dtype: Any = None, name: str | None = None
) -> Tensor | IndexedSlices:
    """IndexedSlices as they are, all else by `tf.convert_to_tensor`.

    Raises:
      ValueError: the slices are of another type than `dtype`.
    """
    if isinstance(value, IndexedSlices):
        return _of_type(value, dtype)
    return convert_to_tensor(value, dtype, name)


def convert_to_tensor_or_sparse_tensor(
    value: Any, dtype: Any = None, name: str | None = None
) -> Tensor | SparseTensor:
    """A SparseTensor or a value of one as a SparseTensor, all else by `tf.convert_to_tensor`.

    Raises:
      RuntimeError: the sparse values are of another type than `dtype`.
    """
    if isinstance(value, SparseTensorValue):
        value = SparseTensor.from_value(value)
    if not isinstance(value, SparseTensor):
        return convert_to_tensor(value, dtype, name)
    if dtype is not None and not as_dtype(dtype).is_compatible_with(value.dtype):
        raise RuntimeError(
            f"Sparse dtype: requested = {as_dtype(dtype).name}, actual = {value.dtype.name}"
        )
    return value


def _of_type(slices: IndexedSlices, dtype: Any) -> IndexedSlices:
    if dtype is not None and not as_dtype(dtype).is_compatible_with(slices.dtype):
        raise ValueError(
            f"Tensor conversion requested dtype {as_dtype(dtype).name} for Tensor with dtype "
            f"{slices.dtype.name}: {slices!r}"
        )
    return slices

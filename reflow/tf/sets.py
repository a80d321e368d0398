"""tf.sets: the rows of tensors, along the last axis, as sets."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Tensor
from reflow.ops import set_operations
from reflow.tf._absence import part_or_error
from reflow.tf._sparse_values import parts
from reflow.tf._tensor_like import convert_to_tensor_or_sparse_tensor

_TYPES = frozenset(
    (
        dtypes.int8,
        dtypes.int16,
        dtypes.int32,
        dtypes.int64,
        dtypes.uint8,
        dtypes.uint16,
        dtypes.string,
    )
)


def size(a: Any, validate_indices: bool = True) -> Tensor:
    """How many different elements each row of a sparse tensor has."""
    a = convert_to_tensor_or_sparse_tensor(a, name="a")
    if not isinstance(a, SparseTensor):
        raise TypeError(f"Expected `SparseTensor`, got {a}.")
    if a.values.dtype.base_dtype not in _TYPES:
        raise TypeError(f"Invalid dtype {a.values.dtype}.")
    return set_operations.SetSize(*parts(a), validate_indices)


def intersection(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """What is in both of each two rows.

    Args:
      a, b: tensors or sparse tensors of one shape, but for the last axis.
    """
    a, b, _ = _operands(a, b)
    return _combined(a, b, "intersection", validate_indices)


def difference(a: Any, b: Any, aminusb: bool = True, validate_indices: bool = True) -> SparseTensor:
    """What is in a row of `a` and not in that of `b`; the other way round unless `aminusb`."""
    a, b, swapped = _operands(a, b)
    return _combined(a, b, "a-b" if aminusb != swapped else "b-a", validate_indices)


def union(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """What is in either of each two rows."""
    a, b, _ = _operands(a, b)
    return _combined(a, b, "union", validate_indices)


set_size, set_intersection, set_difference, set_union = size, intersection, difference, union


def _operands(a: Any, b: Any) -> tuple[Any, Any, bool]:
    """Both as tensors, a dense one before a sparse one, and whether they changed places."""
    a = convert_to_tensor_or_sparse_tensor(a, name="a")
    if a.dtype.base_dtype not in _TYPES:
        raise TypeError(f"'a' invalid dtype {a.dtype}.")
    b = convert_to_tensor_or_sparse_tensor(b, name="b")
    if b.dtype.base_dtype != a.dtype.base_dtype:
        raise TypeError(f"Types don't match, {a.dtype} vs {b.dtype}.")
    if isinstance(a, SparseTensor) and not isinstance(b, SparseTensor):
        return b, a, True
    return a, b, False


def _combined(a: Any, b: Any, operation: str, validate_indices: bool) -> SparseTensor:
    if isinstance(a, SparseTensor):
        combine, operands = set_operations.SparseToSparseSetOperation, (*parts(a), *parts(b))
    elif isinstance(b, SparseTensor):
        combine, operands = set_operations.DenseToSparseSetOperation, (a, *parts(b))
    else:
        combine, operands = set_operations.DenseToDenseSetOperation, (a, b)
    return SparseTensor(*combine(*operands, operation, validate_indices))


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

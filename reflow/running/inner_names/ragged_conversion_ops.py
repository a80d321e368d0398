"""Names of tensorflow.python.ops.ragged.ragged_conversion_ops."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import as_shape
from reflow.ops.constants import constant
from reflow.ops.ragged.conversions import RaggedTensorToTensor
from reflow.tf._casts import cast
from reflow.tf._filling import zeros
from reflow.tf.ragged._tensor import RaggedTensor, is_ragged

__all__ = ["from_sparse", "from_tensor", "ragged_to_dense", "to_sparse", "to_tensor"]


def from_tensor(
    tensor: Any,
    lengths: Any = None,
    padding: Any = None,
    ragged_rank: int = 1,
    row_splits_dtype: Any = dtypes.int64,
    name: str | None = None,
) -> Any:
    """RaggedTensor.from_tensor; what is ragged already stays as it is."""
    if is_ragged(tensor):
        return tensor
    return RaggedTensor.from_tensor(tensor, lengths, padding, ragged_rank, name, row_splits_dtype)


def to_tensor(rt_input: Any, default_value: Any = None, name: str | None = None) -> Any:
    """RaggedTensor.to_tensor; what is not ragged stays as it is."""
    return rt_input.to_tensor(default_value, name) if is_ragged(rt_input) else rt_input


def to_sparse(rt_input: RaggedTensor, name: str | None = None) -> SparseTensor:
    return rt_input.to_sparse(name)


def from_sparse(st_input: Any, name: str | None = None) -> RaggedTensor:
    result: RaggedTensor = RaggedTensor.from_sparse(st_input, name)
    return result


def ragged_to_dense(rt_input: RaggedTensor, default_value: Any = None, shape: Any = None) -> Tensor:
    """The dense tensor as one op computes it, of a shape that can be given."""
    partitions = _partitions(rt_input)
    values = rt_input.flat_values
    if default_value is None:
        default_value = zeros((), values.dtype)
    dense: Tensor = RaggedTensorToTensor(
        _shape_tensor(shape, partitions[0][1].dtype),
        values,
        default_value,
        [tensor for _, tensor in partitions],
        row_partition_types=[kind for kind, _ in partitions],
    )
    return dense


def _partitions(ragged: RaggedTensor) -> list[tuple[str, Tensor]]:
    """For each ragged axis what parts it into rows, as it was made."""
    found = []
    for level in ragged._levels():
        if level._cached_value_rowids is None:
            found.append(("ROW_SPLITS", level.row_splits))
            continue
        if level is ragged:
            found.append(("FIRST_DIM_SIZE", level.nrows()))
        found.append(("VALUE_ROWIDS", level.value_rowids()))
    return found


def _shape_tensor(shape: Any, dtype: Any) -> Tensor:
    """The shape as the op takes it: -1 for what is not known."""
    if isinstance(shape, Tensor):
        tensor = convert_to_tensor(shape)
        return tensor if tensor.dtype in (dtypes.int32, dtypes.int64) else cast(tensor, dtype)
    sizes = as_shape(shape).sizes
    if not sizes:
        return constant(-1, dtype)
    return constant([-1 if size is None else size for size in sizes], dtype)

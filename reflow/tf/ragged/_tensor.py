"""tf.RaggedTensor: a tensor with axes whose rows have different lengths."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.composite_tensor import CompositeTensor
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape, dimension_at_index
from reflow.ops.math import Maximum
from reflow.tf import _filling as filling
from reflow.tf._arrays import shape as shape_of
from reflow.tf._casts import cast
from reflow.tf._gathering import gather
from reflow.tf._joining import concat, stack
from reflow.tf._reductions import reduce_max
from reflow.tf._scopes import name_scope
from reflow.tf.ragged._conversions import Conversions
from reflow.tf.ragged._rows import SPLITS_TYPES, get_positive_axis, row_splits_to_segment_ids
from reflow.tf.ragged._value import RaggedTensorValue

__all__ = [
    "RaggedTensor",
    "convert_to_tensor_or_ragged_tensor",
    "is_ragged",
    "match_row_splits_dtypes",
]


class RaggedTensor(Conversions, CompositeTensor):
    """A tensor with one or more ragged axes: its rows there have different lengths.

    It consists of `values`, all its rows one after the other, and of `row_splits`: row i is
    values[row_splits[i] : row_splits[i + 1]].  The values may be ragged in turn.  Programs make it
    by one of the `from_...` methods, or by tf.ragged.constant.

    Raises:
      ValueError: the constructor is called.
    """

    def __init__(
        self,
        values: Any,
        row_splits: Any,
        cached_row_lengths: Tensor | None = None,
        cached_value_rowids: Tensor | None = None,
        cached_nrows: Tensor | None = None,
        internal: bool = False,
    ) -> None:
        if not internal:
            raise ValueError(
                "RaggedTensor constructor is private; please use one of the factory methods "
                "instead (e.g., RaggedTensor.from_row_lengths())"
            )
        if not isinstance(row_splits, Tensor):
            raise TypeError(f"Row-partitioning argument must be a Tensor, got {row_splits!r}")
        if not isinstance(values, (RaggedTensor, Tensor)):
            raise TypeError(f"values must be a Tensor or RaggedTensor, got {values!r}")
        if row_splits.dtype not in SPLITS_TYPES:
            raise ValueError("Row-partitioning argument must be int32 or int64")
        _check_cached(cached_row_lengths, cached_value_rowids, cached_nrows)
        row_splits.shape.assert_has_rank(1)
        values.shape.with_rank_at_least(1)
        row_splits.set_shape([None])
        self._values = values
        self._row_splits = row_splits
        # What it was made of, so that nobody has to compute that again.
        self._cached_row_lengths = cached_row_lengths
        self._cached_value_rowids = cached_value_rowids
        self._cached_nrows = cached_nrows

    # -- Its parts ------------------------------------------------------------------------------

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return self._values.dtype

    @property
    def shape(self) -> TensorShape:
        """What is known of the sizes; that of a ragged axis is None."""
        count = dimension_at_index(self._row_splits.shape, 0) - 1
        return TensorShape([count, None]).concatenate(self._values.shape[1:])

    def get_shape(self) -> TensorShape:
        return self.shape

    @property
    def ragged_rank(self) -> int:
        """The number of ragged axes, and the axes between them."""
        return len(self.nested_row_splits)

    @property
    def values(self) -> Any:
        """All rows one after the other: a tensor, or a ragged tensor with one ragged axis less."""
        return self._values

    @property
    def row_splits(self) -> Tensor:
        """Where rows begin and end in `values`: [number of rows + 1], int32 or int64."""
        return self._row_splits

    @property
    def flat_values(self) -> Tensor:
        """The innermost values, a tensor."""
        values = self._values
        return values.flat_values if isinstance(values, RaggedTensor) else values

    @property
    def nested_row_splits(self) -> tuple[Tensor, ...]:
        """The splits of all ragged axes, the outermost first."""
        values = self._values
        inner = values.nested_row_splits if isinstance(values, RaggedTensor) else ()
        return (self._row_splits, *inner)

    def value_rowids(self, name: str | None = None) -> Tensor:
        """The row of each of the values."""
        if self._cached_value_rowids is not None:
            return self._cached_value_rowids
        with name_scope(name, "RaggedValueRowIds", [self]):
            return row_splits_to_segment_ids(self._row_splits)

    def nested_value_rowids(self, name: str | None = None) -> tuple[Tensor, ...]:
        """`value_rowids` for all ragged axes, the outermost first."""
        with name_scope(name, "RaggedNestedValueRowIds", [self]):
            return tuple(level.value_rowids() for level in self._levels())

    def _levels(self) -> list[RaggedTensor]:
        """Itself and the ragged tensors that it consists of."""
        values = self._values
        return [self, *(values._levels() if isinstance(values, RaggedTensor) else [])]

    def nrows(self, out_type: Any = None, name: str | None = None) -> Tensor:
        """The number of rows, as `out_type` (by default that of the splits)."""
        out_type = self._row_splits.dtype if out_type is None else as_dtype(out_type)
        if self._cached_nrows is not None:
            return cast(self._cached_nrows, out_type)
        with name_scope(name, "RaggedNRows", [self]):
            return shape_of(self._row_splits, out_type=out_type)[0] - 1

    def row_starts(self, name: str | None = None) -> Tensor:
        """Where each row begins in `values`."""
        with name_scope(name, "RaggedRowStarts", [self]):
            return self._row_splits[:-1]

    def row_limits(self, name: str | None = None) -> Tensor:
        """Where each row ends in `values`."""
        with name_scope(name, "RaggedRowLimits", [self]):
            return self._row_splits[1:]

    def row_lengths(self, axis: int = 1, name: str | None = None) -> Any:
        """The lengths of the rows along an axis; ragged for the second axis after the first."""
        if self._cached_row_lengths is not None:
            return self._cached_row_lengths
        with name_scope(name, "RaggedRowLengths", [self]):
            axis = get_positive_axis(axis, self.shape.ndims)
            if axis == 0:
                return self.nrows()
            splits = self._row_splits
            if axis == 1:
                return splits[1:] - splits[:-1]
            if isinstance(self._values, RaggedTensor):
                return self.with_values(self._values.row_lengths(axis - 1))
            shape = shape_of(self._values, out_type=splits.dtype)
            ones = filling.ones(shape[: axis - 1], splits.dtype)
            return self.with_values(ones * shape[axis - 1])

    def nested_row_lengths(self, name: str | None = None) -> tuple[Tensor, ...]:
        """The lengths of the rows of all ragged axes, the outermost first."""
        with name_scope(name, "RaggedNestedRowLengths", [self]):
            return tuple(level.row_lengths() for level in self._levels())

    def bounding_shape(
        self, axis: Any = None, name: str | None = None, out_type: Any = None
    ) -> Tensor:
        """The smallest shape into which it fits; along some axes only, if `axis` tells them."""
        out_type = self._row_splits.dtype if out_type is None else as_dtype(out_type)
        with name_scope(name, "RaggedBoundingBox", [self, axis]):
            nested = self.nested_row_splits
            if isinstance(axis, int) and axis == 0:
                return shape_of(nested[0], out_type=out_type)[0] - 1
            if isinstance(axis, int) and axis == 1:
                return Maximum(reduce_max(self.row_lengths()), 0)
            splits_shape = shape_of(self._row_splits, out_type=out_type)
            values_shape = shape_of(self.flat_values, out_type=out_type)
            sizes = [splits_shape[0] - 1]
            sizes += [Maximum(reduce_max(splits[1:] - splits[:-1]), 0) for splits in nested]
            ragged = stack(sizes)
            box = concat([ragged, values_shape[1:]], axis=0)
            return box if axis is None else gather(box, axis)

    # -- Others with the same rows --------------------------------------------------------------

    def with_values(self, new_values: Any) -> RaggedTensor:
        """The same rows of other values.

        Raises:
          ValueError: there are more or fewer of them, or their splits are of another type.
        """
        new_values.shape.with_rank_at_least(1)
        self._values.shape[:1].assert_is_compatible_with(new_values.shape[:1])
        if (
            isinstance(new_values, RaggedTensor)
            and self._row_splits.dtype is not new_values.row_splits.dtype
        ):
            raise ValueError(
                "self and new_values have mismatched row_splits dtypes; use "
                "RaggedTensor.with_row_splits_dtype() to convert them to compatible dtypes."
            )
        return self._made(
            new_values,
            self._row_splits,
            self._cached_row_lengths,
            self._cached_value_rowids,
            self._cached_nrows,
        )

    def with_flat_values(self, new_values: Any) -> RaggedTensor:
        """The same rows, in all axes, of other innermost values."""
        if isinstance(self._values, RaggedTensor):
            return self.with_values(self._values.with_flat_values(new_values))
        return self.with_values(new_values)

    def with_row_splits_dtype(self, dtype: Any) -> RaggedTensor:
        """The same with splits of another type, int32 or int64."""
        dtype = as_dtype(dtype)
        if dtype not in SPLITS_TYPES:
            raise ValueError(f"dtype must be int32 or int64. Received: {dtype!r}")
        if self._row_splits.dtype is dtype:
            return self
        row_splits = cast(self._row_splits, dtype)
        values = self._values
        if isinstance(values, RaggedTensor):
            values = values.with_row_splits_dtype(dtype)
        lengths, rowids = (
            None if cached is None else cast(cached, dtype)
            for cached in (self._cached_row_lengths, self._cached_value_rowids)
        )
        return self._made(values, row_splits, lengths, rowids, self._cached_nrows)

    # -- As Python's values ---------------------------------------------------------------------

    def to_list(self) -> list[Any]:
        """Its rows as lists; ValueError in a graph, where they are not known yet."""
        if not self._is_eager():
            raise ValueError(
                "RaggedTensor.to_list() is only supported in eager mode; in graph mode, evaluate "
                "the RaggedTensor first and then use RaggedTensorValue.to_list()."
            )
        return self._eager_value().to_list()

    def _eager_value(self) -> Any:
        value: Any = self.flat_values.numpy()  # type: ignore[attr-defined]
        for splits in reversed(self.nested_row_splits):
            value = RaggedTensorValue(value, splits.numpy())  # type: ignore[attr-defined]
        return value

    def _is_eager(self) -> bool:
        parts = (*self.nested_row_splits, self.flat_values)
        return all(isinstance(part, EagerTensor) for part in parts)

    def __repr__(self) -> str:
        if self._is_eager():
            return f"<tf.RaggedTensor {self.to_list()}>"
        return f"tf.RaggedTensor(values={self._values}, row_splits={self._row_splits})"

    def __bool__(self) -> bool:
        raise TypeError("RaggedTensor may not be used as a boolean.")

    # -- As a composite tensor ------------------------------------------------------------------

    def _as_graph_element(self) -> Tensor:
        """What tells name scopes the graph."""
        return self.flat_values

    @property
    def _type_spec(self) -> Any:
        from reflow.tf.ragged._spec import RaggedTensorSpec  # which knows this class

        return RaggedTensorSpec(self.shape, self.dtype, self.ragged_rank, self._row_splits.dtype)

    def _shape_invariant_to_type_spec(self, shape: Any) -> Any:
        from reflow.tf.ragged._spec import RaggedTensorSpec

        return RaggedTensorSpec(shape, self.dtype, self.ragged_rank, self._row_splits.dtype)

    def consumers(self) -> list[Operation]:
        """The operations that take one of its parts."""
        return self._consumers()


def _check_cached(*tensors: Any) -> None:
    for tensor in tensors:
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(f"Cached value must be a Tensor or None. Received: {tensor!r}")
        if tensor is not None and tensor.dtype not in SPLITS_TYPES:
            raise TypeError(f"Cached value must be int32 or int64. Received: {tensor!r}")


def is_ragged(value: Any) -> bool:
    """Whether it is a ragged tensor, or the value of one."""
    return isinstance(value, (RaggedTensor, RaggedTensorValue))


def match_row_splits_dtypes(*tensors: Any, return_dtype: bool = False) -> Any:
    """The tensors, whose splits must all be of one type; with `return_dtype`, after that type.

    Raises:
      ValueError: they are not.
    """
    found = {tensor.row_splits.dtype for tensor in tensors if isinstance(tensor, RaggedTensor)}
    if len(found) > 1:
        raise ValueError(
            "Input RaggedTensors have mismatched row_splits dtypes; use "
            "RaggedTensor.with_row_splits_dtype() to convert them to compatible dtypes."
        )
    return (found.pop() if found else dtypes.int64, tensors) if return_dtype else tensors


def convert_to_tensor_or_ragged_tensor(
    value: Any, dtype: Any = None, preferred_dtype: Any = None, name: str | None = None
) -> Any:
    """`value` as a ragged tensor, if it is one or the value of one, or else as a tensor.

    Raises:
      ValueError: a ragged tensor is not of the type `dtype`.
    """
    if isinstance(value, RaggedTensor):
        if dtype is not None and not as_dtype(dtype).is_compatible_with(value.dtype):
            raise ValueError(
                f"Tensor conversion requested dtype {as_dtype(dtype).name} for RaggedTensor with "
                f"dtype {value.dtype.name}: {value!r}"
            )
        return value
    if not isinstance(value, RaggedTensorValue):
        return convert_to_tensor(value, dtype, name, preferred_dtype)
    with name_scope(name, "ConvertToTensorOrRaggedTensor", []):
        flat_values = convert_to_tensor(value.flat_values, dtype, "flat_values", preferred_dtype)
        return RaggedTensor.from_nested_row_splits(
            flat_values, value.nested_row_splits, validate=False
        )

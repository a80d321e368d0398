"""Ragged tensors of dense and sparse ones, and back."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import as_dtype
from reflow.graph.indexed_slices import SparseTensor, SparseTensorValue
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.ops.comparisons import Equal, NotEqual
from reflow.ops.constants import constant
from reflow.ops.filling import Fill
from reflow.ops.logic import LogicalAnd, LogicalNot
from reflow.ops.math import Maximum, Minimum
from reflow.ops.ragged.conversions import RaggedTensorToSparse
from reflow.ops.ragged.variants import RaggedTensorFromVariant, RaggedTensorToVariant
from reflow.ops.repeating import BroadcastTo
from reflow.tf import _filling as filling
from reflow.tf._arrays import expand_dims
from reflow.tf._arrays import rank as rank_of
from reflow.tf._arrays import shape as shape_of
from reflow.tf._casts import cast
from reflow.tf._checks import Assert
from reflow.tf._cond import cond
from reflow.tf._gathering import gather, where
from reflow.tf._indexing import boolean_mask
from reflow.tf._joining import concat, stack
from reflow.tf._reductions import reduce_all, reduce_any, reduce_max, reduce_sum
from reflow.tf._scopes import control_dependencies, name_scope
from reflow.tf._tensor_like import convert_to_tensor_or_sparse_tensor
from reflow.tf.math import cumprod, cumsum
from reflow.tf.ragged._factories import Factories
from reflow.tf.ragged._rows import convert_to_int_tensor


class Conversions(Factories):
    """The constructors of tf.RaggedTensor that take other tensors, and what gives these back."""

    row_splits: Tensor
    values: Any
    nested_row_splits: tuple[Tensor, ...]
    flat_values: Tensor

    @classmethod
    def from_tensor(
        cls,
        tensor: Any,
        lengths: Any = None,
        padding: Any = None,
        ragged_rank: int = 1,
        name: str | None = None,
        row_splits_dtype: Any = dtypes.int64,
    ) -> Any:
        """The rows of a dense tensor, [n, m, ...], as those of a ragged one.

        Args:
          lengths: how much of each row is kept; or a list of lengths of rows, for several axes.
          padding: what stands for nothing at the end of rows: of the shape of `tensor` without its
            first two axes. (Not with `lengths`.)
          ragged_rank: how many axes become ragged.
          row_splits_dtype: int32 or int64.

        Raises:
          TypeError, ValueError: arguments do not fit together.
        """
        row_splits_dtype = as_dtype(row_splits_dtype)
        if lengths is not None and padding is not None:
            raise ValueError("Specify lengths or padding, but not both")
        if not isinstance(ragged_rank, int):
            raise TypeError(f"ragged_rank expected int, got {ragged_rank!r}")
        if ragged_rank <= 0:
            raise ValueError(f"ragged_rank must be greater than 0; got {ragged_rank}")
        with name_scope(name, "RaggedFromTensor", [tensor, lengths, padding]):
            tensor = convert_to_tensor(tensor, name="tensor")
            tensor.shape.with_rank_at_least(ragged_rank + 1)
            shape = shape_of(tensor, out_type=row_splits_dtype)
            columns = shape[1]
            if ragged_rank > 1:
                return cls._of_outer_axes(tensor, shape, lengths, padding, ragged_rank)
            if padding is not None:
                lengths = _lengths_before(padding, tensor, columns)
            if lengths is None:
                rows = shape[0]
                count = rows * columns
                splits = filling.range(rows + 1) * columns
                values = Reshape(tensor, concat([[count], shape[2:]], axis=0))
                return cls.from_row_splits(values, splits, validate=False)
            if _is_nested(lengths):
                return cls._of_nested_lengths(tensor, lengths)
            lengths = convert_to_int_tensor(lengths, "lengths", row_splits_dtype)
            lengths.shape.assert_has_rank(1)
            lengths = Maximum(Minimum(lengths, columns), 0)
            limits = cumsum(lengths)
            splits = concat([filling.zeros([1], row_splits_dtype), limits], axis=0)
            mask = filling.sequence_mask(lengths, maxlen=columns)
            return cls.from_row_splits(boolean_mask(tensor, mask), splits, validate=False)

    @classmethod
    def _of_outer_axes(
        cls, tensor: Tensor, shape: Tensor, lengths: Any, padding: Any, ragged_rank: int
    ) -> Any:
        """Flattens all but the last ragged axis, whose rows alone may be cut."""
        flat_shape = concat([constant([-1], shape.dtype), shape[ragged_rank:]], axis=0)
        flat = Reshape(tensor, flat_shape)
        values = cls.from_tensor(flat, lengths, padding, row_splits_dtype=shape.dtype)
        counts = cumprod(shape)  # of the elements down to each axis
        splits = [
            filling.range(0, counts[axis - 1] + 1) * shape[axis] for axis in range(1, ragged_rank)
        ]
        return cls.from_nested_row_splits(values, splits, validate=False)

    @classmethod
    def _of_nested_lengths(cls, tensor: Tensor, lengths: Any) -> Any:
        tensor.shape.with_rank_at_least(len(lengths) + 1)
        everywhere = filling.ones([reduce_sum(lengths[-1])], dtypes.bool)
        ragged_mask = cls.from_nested_row_lengths(everywhere, lengths, validate=False)
        kept = boolean_mask(tensor, ragged_mask.to_tensor(default_value=False))
        return cls.from_nested_row_lengths(kept, lengths, validate=False)

    def to_tensor(self, default_value: Any = None, name: str | None = None) -> Tensor:
        """A dense tensor as wide as the longest row, with `default_value` (0, "") behind others.

        Raises:
          ValueError: the default value does not broadcast to an element of a row.
        """
        with name_scope(name, "RaggedToTensor", [self, default_value]):
            if default_value is not None:
                default_value = convert_to_tensor(default_value, self.values.dtype, "default_value")
            values = self.values
            if isinstance(values, Conversions):
                values = values.to_tensor(default_value)
            if default_value is not None:
                default_value = _broadcast_default(default_value, values)
            splits = self.row_splits
            lengths = [splits[1:] - splits[:-1]]
            row_count = shape_of(splits, out_type=splits.dtype)[0] - 1
            columns = Maximum(reduce_max(lengths), 0)
            values_shape = shape_of(values, out_type=splits.dtype)
            value_shape, value_count = values_shape[1:], values_shape[0]
            if default_value is None:
                default_value = filling.zeros(value_shape, values.dtype)
            default_value.shape.assert_is_compatible_with(values.shape[1:])
            default_value.set_shape(values.shape[1:])
            starts = expand_dims(splits[:-1], 1)
            limits = expand_dims(splits[1:], 1)
            places = expand_dims(filling.range(0, columns), 0)
            # The default value stands behind the values: where there is none, its index is taken.
            table = concat([values, stack([default_value])], axis=0)
            index = starts + places
            has_value = index < limits
            default_index = Fill(stack([row_count, columns]), value_count)
            return gather(table, where(has_value, index, default_index))

    @classmethod
    def from_sparse(
        cls, st_input: Any, name: str | None = None, row_splits_dtype: Any = dtypes.int64
    ) -> Any:
        """The rows of a sparse matrix, whose elements must stand at the beginning of rows.

        Raises:
          TypeError: it is not sparse.
          ValueError: it is not known to be a matrix.
        """
        row_splits_dtype = as_dtype(row_splits_dtype)
        if not isinstance(st_input, (SparseTensor, SparseTensorValue)):
            raise TypeError(f"Expected SparseTensor, got {type(st_input).__name__}")
        with name_scope(name, "RaggedFromSparse", [st_input]):
            sparse = convert_to_tensor_or_sparse_tensor(st_input, name="st_input")
            ranks = (sparse.dense_shape.shape[0], sparse.indices.shape[1])
            if not any(rank == 2 for rank in ranks):
                raise ValueError("rank(st_input) must be 2")
            with control_dependencies([_assert_filled_from_the_left(sparse.indices)]):
                rows = cast(sparse.indices[:, 0], row_splits_dtype)
                count = cast(sparse.dense_shape[0], row_splits_dtype)
                return cls.from_value_rowids(sparse.values, rows, count, validate=False)

    def to_sparse(self, name: str | None = None) -> SparseTensor:
        """The same elements as a sparse tensor."""
        with name_scope(name, "RaggedToSparse", [self]):
            return SparseTensor(
                *RaggedTensorToSparse(self.nested_row_splits, self.flat_values, name=name)
            )

    @classmethod
    def _from_variant(
        cls,
        variant: Any,
        dtype: Any,
        output_ragged_rank: int,
        input_ragged_rank: int | None = None,
        name: str | None = None,
    ) -> Any:
        """What `_to_variant` made variants of; of several variants one with their axes in front."""
        variant = convert_to_tensor(variant, dtypes.variant, "variant")
        ndims = variant.shape.ndims
        if (
            ndims is not None
            and input_ragged_rank is not None
            and output_ragged_rank != input_ragged_rank + ndims
        ):
            raise ValueError(
                "output_ragged_rank must be equal to input_ragged_rank + variant.shape.ndims, "
                f"found variant.shape.ndims: {ndims}, input_ragged_rank: {input_ragged_rank}, "
                f"output_ragged_rank: {output_ragged_rank}"
            )
        inputs = [variant, dtype, input_ragged_rank, output_ragged_rank]
        with name_scope(name, "RaggedFromVariant", inputs):
            splits, values = RaggedTensorFromVariant(
                variant,
                input_ragged_rank=-1 if input_ragged_rank is None else input_ragged_rank,
                output_ragged_rank=output_ragged_rank,
                Tvalues=dtype,
                Tsplits=dtypes.int64,
                name=name,
            )
            return cls.from_nested_row_splits(values, splits, validate=False)

    def _to_variant(self, batched_input: bool = False, name: str | None = None) -> Tensor:
        """It as a scalar variant; its rows as a vector of variants if `batched_input`."""
        with name_scope(name, "RaggedToVariant", [self, batched_input]):
            return RaggedTensorToVariant(
                self.nested_row_splits, self.flat_values, batched_input=batched_input, name=name
            )


def _is_nested(lengths: Any) -> bool:
    """Whether they are a list with the lengths of several axes."""
    return (
        isinstance(lengths, (list, tuple))
        and len(lengths) > 0
        and not isinstance(lengths[0], (int, float))
    )


def _lengths_before(padding: Any, tensor: Tensor, columns: Tensor) -> Tensor:
    """How long each row is without the padding at its end."""
    padding = convert_to_tensor(padding, tensor.dtype, "padding")
    padding.shape.assert_is_compatible_with(tensor.shape[2:])
    equal = Equal(padding, tensor)
    rank = rank_of(tensor)
    inner = filling.range(2, rank)
    # With no inner axes, all axes would be reduced.
    is_padding = cond(rank > 2, lambda: reduce_all(equal, axis=inner), lambda: equal)
    is_padding.set_shape([None, None])
    is_padding.set_shape(tensor.shape[:2])
    is_value = cast(LogicalNot(is_padding), columns.dtype)
    ends = is_value * expand_dims(filling.range(1, columns + 1), 0)
    return reduce_max(ends, axis=1)


def _broadcast_default(default: Tensor, values: Tensor) -> Tensor:
    """The default value in the shape of one of the values."""
    ndims = values.shape.ndims
    if ndims is not None:
        default.shape.with_rank_at_most(ndims - 1)
    if ndims is None or default.shape.ndims is None or ndims != default.shape.ndims + 1:
        default = BroadcastTo(default, shape_of(values)[1:])
    default.shape.assert_is_compatible_with(values.shape[1:])
    return default


def _assert_filled_from_the_left(indices: Tensor) -> Any:
    """Checks that each row of a sparse matrix has elements at its beginning only."""
    rows, columns = indices[:, :-1], indices[:, -1]
    starts_row = reduce_any(NotEqual(rows[1:], rows[:-1]), axis=1)
    in_order = where(starts_row, Equal(columns[1:], 0), Equal(columns[1:], columns[:-1] + 1))
    holds = LogicalAnd(reduce_all(Equal(columns[:1], 0)), reduce_all(in_order))
    return Assert(holds, ["SparseTensor is not right-ragged", "SparseTensor.indices =", indices])

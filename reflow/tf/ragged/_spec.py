"""tf.RaggedTensorSpec: what is known of a ragged tensor before there is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape, as_shape
from reflow.graph.tensor_spec import TensorSpec
from reflow.graph.type_spec import BatchableTypeSpec, register_type_spec_from_value_converter
from reflow.runtime.expansions import register_session_run_conversion_functions
from reflow.tf.ragged._tensor import RaggedTensor, is_ragged
from reflow.tf.ragged._value import RaggedTensorValue


class RaggedTensorSpec(BatchableTypeSpec):
    """The type of the elements of a ragged tensor, its ragged axes and its (partly known) shape.

    Args:
      shape: anything that can be converted to a TensorShape; ragged axes are None.
      dtype: of the elements.
      ragged_rank: the number of ragged axes; by default all but the first. 0: a tensor.
      row_splits_dtype: int32 or int64.

    Raises:
      TypeError, ValueError: `ragged_rank` does not fit the shape, or is not known.
    """

    __slots__ = ("_dtype", "_ragged_rank", "_row_splits_dtype", "_shape")

    def __init__(
        self,
        shape: Any = None,
        dtype: Any = dtypes.float32,
        ragged_rank: int | None = None,
        row_splits_dtype: Any = dtypes.int64,
    ) -> None:
        self._shape = as_shape(shape)
        self._dtype = as_dtype(dtype)
        self._row_splits_dtype = as_dtype(row_splits_dtype)
        rank = self._shape.ndims
        if ragged_rank is None:
            if rank is None:
                raise ValueError("Must specify ragged_rank or a shape with a known rank.")
            ragged_rank = rank - 1
        if not isinstance(ragged_rank, int):
            raise TypeError(f"ragged_rank must be an int. Received: {ragged_rank!r}")
        if rank is not None and ragged_rank >= rank:
            raise ValueError(
                f"ragged_rank must be less than rank. Received: {ragged_rank} and {rank}"
            )
        self._ragged_rank = ragged_rank

    @classmethod
    def from_value(cls, value: RaggedTensor | RaggedTensorValue) -> RaggedTensorSpec:
        """What describes a ragged tensor, or the value of one."""
        return cls(value.shape, value.values.dtype, value.ragged_rank, value.row_splits.dtype)

    @property
    def value_type(self) -> type:
        return RaggedTensor if self._ragged_rank > 0 else Tensor

    def _serialize(self) -> tuple[Any, ...]:
        return self._shape, self._dtype, self._ragged_rank, self._row_splits_dtype

    @property
    def _component_specs(self) -> list[TensorSpec]:
        if self._ragged_rank == 0:
            return [TensorSpec(self._shape, self._dtype)]
        rows = self._shape.sizes[0] if self._shape.sizes else None
        values_shape = TensorShape([None]).concatenate(self._shape[self._ragged_rank + 1 :])
        inner = [TensorSpec([None], self._row_splits_dtype)] * (self._ragged_rank - 1)
        return [
            TensorSpec(values_shape, self._dtype),
            TensorSpec([None if rows is None else rows + 1], self._row_splits_dtype),
            *inner,
        ]

    def _to_components(self, value: Any) -> list[Any]:
        if is_ragged(value):
            return [value.flat_values, *value.nested_row_splits]
        return [value]

    def _from_components(self, components: Sequence[Any]) -> Any:
        """Of arrays a RaggedTensorValue, of tensors a RaggedTensor."""
        values, *nested_splits = components
        make = _made
        if all(isinstance(component, np.ndarray) for component in components):
            make = RaggedTensorValue
        elif isinstance(values, np.ndarray):
            values, *nested_splits = map(convert_to_tensor, components)
        for splits in reversed(nested_splits):
            values = make(values, splits)
        return values

    # In a dataset a ragged tensor is one variant, so that it can be put into batches.

    @property
    def _flat_tensor_specs(self) -> list[TensorSpec]:
        return [TensorSpec(None, dtypes.variant)]

    def _to_tensor_list(self, value: Any) -> list[Tensor]:
        return [value._to_variant(batched_input=False)]

    def _to_batched_tensor_list(self, value: Any) -> list[Tensor]:
        return [value._to_variant(batched_input=True)]

    def _from_compatible_tensor_list(self, tensors: Sequence[Tensor]) -> Any:
        if self._ragged_rank <= 0:
            raise ValueError(f"ragged_rank must be non-negative; got {self._ragged_rank}.")
        (variant,) = tensors
        result = RaggedTensor._from_variant(variant, self._dtype, self._ragged_rank)
        if self._shape.sizes is not None:
            rows = self._shape.sizes[0]
            if rows is not None:
                result.row_splits.set_shape([rows + 1])
            inner = self._shape[1 + self._ragged_rank :]
            result.flat_values.set_shape(TensorShape([None]).concatenate(inner))
        return result

    def _batch(self, batch_size: int | None) -> RaggedTensorSpec:
        shape = TensorShape([batch_size]).concatenate(self._shape)
        return RaggedTensorSpec(shape, self._dtype, self._ragged_rank + 1)

    def _unbatch(self) -> RaggedTensorSpec:
        # A negative rank is no error yet: the elements may be put into batches again.
        return RaggedTensorSpec(self._shape[1:], self._dtype, self._ragged_rank - 1)

    def _to_legacy_output_types(self) -> DType:
        return self._dtype

    def _to_legacy_output_shapes(self) -> TensorShape:
        return self._shape

    def _to_legacy_output_classes(self) -> RaggedTensorSpec:
        return self


def _made(values: Any, splits: Tensor) -> Any:
    return RaggedTensor(values, splits, internal=True)


register_type_spec_from_value_converter(RaggedTensorValue, RaggedTensorSpec.from_value)


# -- What sessions run ---------------------------------------------------------------------------


def _parts(ragged: RaggedTensor | RaggedTensorValue) -> list[Any]:
    return [*ragged.nested_row_splits, ragged.flat_values]


def _value_of(parts: Sequence[Any]) -> Any:
    *nested_splits, value = parts
    for splits in reversed(nested_splits):
        value = RaggedTensorValue(value, splits)
    return value


register_session_run_conversion_functions(
    RaggedTensor,
    lambda ragged: (_parts(ragged), _value_of),
    lambda ragged, value: list(zip(_parts(ragged), _parts(value))),
    _parts,
)

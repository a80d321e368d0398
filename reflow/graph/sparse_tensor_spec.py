"""tf.SparseTensorSpec: what is known of a sparse tensor before there is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.indexed_slices import SparseTensor, SparseTensorValue
from reflow.graph.op_definition import lookup
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape, as_shape
from reflow.graph.tensor_spec import TensorSpec
from reflow.graph.type_spec import BatchableTypeSpec, register_type_spec_from_value_converter


class SparseTensorSpec(BatchableTypeSpec):
    """The element type and the (partly known) dense shape of a sparse tensor.

    As a part of a dataset's elements, a sparse tensor is a vector of three variants.

    Args:
      shape: anything that can be converted to a TensorShape.
      dtype: the type of the values.
    """

    def __init__(self, shape: Any = None, dtype: Any = dtypes.float32) -> None:
        self._shape = as_shape(shape)
        self._dtype = as_dtype(dtype)

    @classmethod
    def from_value(cls, value: Any) -> SparseTensorSpec:
        """The description of a SparseTensor or a SparseTensorValue."""
        if isinstance(value, SparseTensorValue) and isinstance(value.values, np.ndarray):
            return cls(value.dense_shape, value.values.dtype)
        # Other values are put into the graph, as TensorFlow does to look at them.
        value = SparseTensor.from_value(value)
        return cls(value.shape, value.dtype)

    @property
    def shape(self) -> TensorShape:
        return self._shape

    @property
    def dtype(self) -> DType:
        return self._dtype

    @property
    def value_type(self) -> type:
        return SparseTensor

    def _serialize(self) -> tuple[Any, ...]:
        return self._shape, self._dtype

    @property
    def _component_specs(self) -> list[TensorSpec]:
        rank = self._shape.ndims
        return [
            TensorSpec([None, rank], dtypes.int64),
            TensorSpec([None], self._dtype),
            TensorSpec([rank], dtypes.int64),
        ]

    def _to_components(self, value: Any) -> list[Tensor]:
        value = SparseTensor.from_value(value) if isinstance(value, SparseTensorValue) else value
        return [value.indices, value.values, value.dense_shape]

    def _from_components(self, components: Sequence[Any]) -> SparseTensor | SparseTensorValue:
        """Of arrays a SparseTensorValue, of tensors a SparseTensor."""
        are_arrays = all(isinstance(component, np.ndarray) for component in components)
        return (SparseTensorValue if are_arrays else SparseTensor)(*components)

    @property
    def _flat_tensor_specs(self) -> list[TensorSpec]:
        return [TensorSpec(None, dtypes.variant)]

    def _to_tensor_list(self, value: Any) -> list[Tensor]:
        value = SparseTensor.from_value(value)
        return [
            lookup("SerializeSparse")(
                value.indices, value.values, value.dense_shape, out_type=dtypes.variant
            )
        ]

    def _to_batched_tensor_list(self, value: Any) -> list[Tensor]:
        value = SparseTensor.from_value(value)
        if self._shape.merge_with(value.shape).ndims == 0:
            raise ValueError("Unbatching a sparse tensor is only supported for rank >= 1")
        return [
            lookup("SerializeManySparse")(
                value.indices, value.values, value.dense_shape, out_type=dtypes.variant
            )
        ]

    def _from_tensor_list(self, tensors: Sequence[Tensor]) -> SparseTensor:
        (serialized,) = tensors
        result = SparseTensor(*lookup("DeserializeSparse")(serialized, dtype=self._dtype))
        result.indices.set_shape([None, self._shape.ndims])
        result.dense_shape.set_shape([self._shape.ndims])
        return result

    def _batch(self, batch_size: int | None) -> SparseTensorSpec:
        return SparseTensorSpec(TensorShape([batch_size]).concatenate(self._shape), self._dtype)

    def _unbatch(self) -> SparseTensorSpec:
        if self._shape.ndims == 0:
            raise ValueError("Unbatching a tensor is only supported for rank >= 1")
        return SparseTensorSpec(self._shape[1:], self._dtype)

    def _to_legacy_output_types(self) -> DType:
        return self._dtype

    def _to_legacy_output_shapes(self) -> TensorShape:
        return self._shape


register_type_spec_from_value_converter(SparseTensorValue, SparseTensorSpec.from_value)

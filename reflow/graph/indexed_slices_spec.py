"""tf.IndexedSlicesSpec: what is known of IndexedSlices before there are any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.indexed_slices import IndexedSlices, IndexedSlicesValue
from reflow.graph.tensor_shape import as_shape
from reflow.graph.tensor_spec import TensorSpec
from reflow.graph.type_spec import TypeSpec


class IndexedSlicesSpec(TypeSpec):
    """The types and (partly known) shapes of IndexedSlices.

    Args:
      shape: of the dense tensor.
      dtype: of the values.
      indices_dtype: int32 or int64.
      dense_shape_dtype: int32 or int64; None where the slices have no `dense_shape`.
      indices_shape: [n], how many slices there are.
    """

    def __init__(
        self,
        shape: Any = None,
        dtype: Any = dtypes.float32,
        indices_dtype: Any = dtypes.int64,
        dense_shape_dtype: Any = None,
        indices_shape: Any = None,
    ) -> None:
        self._shape = as_shape(shape)
        self._values_dtype = as_dtype(dtype)
        self._indices_dtype = as_dtype(indices_dtype)
        self._dense_shape_dtype: DType | None = (
            None if dense_shape_dtype is None else as_dtype(dense_shape_dtype)
        )
        self._indices_shape = as_shape(indices_shape).with_rank(1)

    @property
    def value_type(self) -> type:
        """What it describes: IndexedSlices."""
        return IndexedSlices

    def _serialize(self) -> tuple[Any, ...]:
        return (
            self._shape,
            self._values_dtype,
            self._indices_dtype,
            self._dense_shape_dtype,
            self._indices_shape,
        )

    @property
    def _component_specs(self) -> tuple[TensorSpec, ...]:
        """What is known of the values, the indices and the dense shape, if there is one."""
        values_shape = self._indices_shape.concatenate(self._shape[1:])
        specs = (
            TensorSpec(values_shape, self._values_dtype),
            TensorSpec(self._indices_shape, self._indices_dtype),
        )
        if self._dense_shape_dtype is None:
            return specs
        return (*specs, TensorSpec([self._shape.ndims], self._dense_shape_dtype))

    def _to_components(self, value: IndexedSlices) -> tuple[Any, ...]:
        parts = value.values, value.indices
        return parts if value.dense_shape is None else (*parts, value.dense_shape)

    def _from_components(self, tensor_list: Sequence[Any]) -> Any:
        """The slices made of these parts; an IndexedSlicesValue of arrays."""
        if not all(isinstance(part, np.ndarray) for part in tensor_list):
            return IndexedSlices(*tensor_list)
        values, indices, *dense_shape = tensor_list
        return IndexedSlicesValue(values, indices, dense_shape[0] if dense_shape else None)

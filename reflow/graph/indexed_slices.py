"""IndexedSlices and SparseTensor: values that are known at some places only."""

from __future__ import annotations

import collections
from typing import Any

from reflow.graph import log
from reflow.graph.composite_tensor import CompositeTensor
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, int64
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.graph import Graph
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape

IndexedSlicesValue = collections.namedtuple(
    "IndexedSlicesValue", ["values", "indices", "dense_shape"]
)


class SparseTensorValue(
    collections.namedtuple("SparseTensorValue", ["indices", "values", "dense_shape"])
):
    """What a SparseTensor holds, in NumPy's arrays.  `shape` was dense_shape before 1.0."""

    __slots__ = ()

    def __new__(
        cls, indices: Any, values: Any, dense_shape: Any = None, shape: Any = None
    ) -> SparseTensorValue:
        return super().__new__(cls, indices, values, _renamed_shape(cls, dense_shape, shape))


class IndexedSlices(CompositeTensor):
    """Rows of a larger tensor: `dense[indices[i]] += values[i]` for every i, zero elsewhere.

    The gradient of a gather.  Indices may repeat.

    Args:
      values: [n, ...].
      indices: [n] integers, positions in the first dimension of the dense tensor.
      dense_shape: the dense tensor's shape, an integer vector, or None if it is not known.
    """

    def __init__(self, values: Tensor, indices: Tensor, dense_shape: Tensor | None = None) -> None:
        if not isinstance(values, EagerTensor):
            for tensor in (indices, dense_shape):
                if isinstance(tensor, Tensor) and tensor.graph is not values.graph:
                    raise ValueError(f"{tensor} must be from the same graph as {values}.")
        self._values = values
        self._indices = indices
        self._dense_shape = dense_shape

    @property
    def values(self) -> Tensor:
        return self._values

    @property
    def indices(self) -> Tensor:
        return self._indices

    @property
    def dense_shape(self) -> Tensor | None:
        return self._dense_shape

    @property
    def shape(self) -> TensorShape:
        from reflow.graph.constant_value import constant_value_as_shape

        return (
            TensorShape(None)
            if self._dense_shape is None
            else constant_value_as_shape(self._dense_shape)
        )

    @property
    def name(self) -> str:
        return self._values.name

    @property
    def device(self) -> str:
        return self._values.device

    @property
    def op(self) -> Operation:
        return self._values.op

    @property
    def dtype(self) -> DType:
        return self._values.dtype

    @property
    def graph(self) -> Graph:
        return self._values.graph

    def consumers(self) -> list[Operation]:
        return self._values.consumers()

    @property
    def _type_spec(self) -> Any:
        from reflow.graph.constant_value import constant_value_as_shape
        from reflow.graph.indexed_slices_spec import IndexedSlicesSpec

        rows = self._indices.shape.merge_with(self._values.shape[:1])
        shape = TensorShape([None]).concatenate(self._values.shape[1:])
        dense = self._dense_shape
        if dense is None:
            return IndexedSlicesSpec(shape, self.dtype, self._indices.dtype, None, rows)
        shape = shape.merge_with(constant_value_as_shape(dense))
        return IndexedSlicesSpec(shape, self.dtype, self._indices.dtype, dense.dtype, rows)

    def _shape_invariant_to_type_spec(self, shape: TensorShape) -> Any:
        from reflow.graph.indexed_slices_spec import IndexedSlicesSpec

        dense = self._dense_shape
        rows = TensorShape([shape[0] if shape.ndims else None])
        return IndexedSlicesSpec(
            shape, self.dtype, self._indices.dtype, None if dense is None else dense.dtype, rows
        )

    def __neg__(self) -> IndexedSlices:
        from reflow.graph.op_definition import lookup

        return IndexedSlices(lookup("Neg")(self._values), self._indices, self._dense_shape)

    def __str__(self) -> str:
        dense = "" if self._dense_shape is None else f", dense_shape={self._dense_shape!s}"
        return f"IndexedSlices(indices={self._indices!s}, values={self._values!s}{dense})"


class SparseTensor(CompositeTensor):
    """A tensor given by its nonzero elements.

    Args:
      indices: [n, rank] int64, in row-major order for the ops that need it.
      values: [n].
      dense_shape: [rank] int64.
      shape: its name before 1.0.
    """

    def __init__(
        self, indices: Any, values: Any, dense_shape: Any = None, shape: Any = None
    ) -> None:
        from reflow.graph.graph import get_default_graph

        dense_shape = _renamed_shape(type(self), dense_shape, shape)
        with get_default_graph().name_scope("SparseTensor"):
            self._indices = convert_to_tensor(indices, int64, "indices")
            self._values = convert_to_tensor(values, name="values")
            self._dense_shape = convert_to_tensor(dense_shape, int64, "dense_shape")
        indices_shape = self._indices.shape.with_rank(2)
        values_shape = self._values.shape.with_rank(1)
        dense_shape_shape = self._dense_shape.shape.with_rank(1)
        indices_shape[0].merge_with(values_shape[0])
        indices_shape[1].merge_with(dense_shape_shape[0])

    @classmethod
    def from_value(cls, value: Any) -> SparseTensor:
        if not isinstance(value, (SparseTensor, SparseTensorValue)):
            raise TypeError(f"Neither a SparseTensor nor SparseTensorValue: {value}.")
        return cls(value.indices, value.values, value.dense_shape)

    @property
    def indices(self) -> Tensor:
        return self._indices

    @property
    def values(self) -> Tensor:
        return self._values

    @property
    def dense_shape(self) -> Tensor:
        return self._dense_shape

    @property
    def shape(self) -> TensorShape:
        from reflow.graph.constant_value import constant_value_as_shape

        return constant_value_as_shape(self._dense_shape)

    def get_shape(self) -> TensorShape:
        return self.shape

    @property
    def op(self) -> Operation:
        return self._values.op

    @property
    def dtype(self) -> DType:
        return self._values.dtype

    @property
    def graph(self) -> Graph:
        return self._indices.graph

    def consumers(self) -> list[Operation]:
        return list(dict.fromkeys(self._values.consumers() + self._indices.consumers()))

    @property
    def _type_spec(self) -> Any:
        from reflow.graph.sparse_tensor_spec import SparseTensorSpec

        return SparseTensorSpec(self.shape, self.dtype)

    def _shape_invariant_to_type_spec(self, shape: TensorShape) -> Any:
        """`shape` is that of the vector `dense_shape`: [rank]."""
        from reflow.graph.sparse_tensor_spec import SparseTensorSpec

        rank = shape.with_rank(1).as_list()[0]
        return SparseTensorSpec(None if rank is None else [None] * rank, self.dtype)

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """Its SparseTensorValue in `session` (default: the default session)."""
        from reflow.graph.default_session import session_for

        indices, values, dense_shape = session_for(self.graph, session, "eval").run(
            [self._indices, self._values, self._dense_shape], feed_dict
        )
        return SparseTensorValue(indices, values, dense_shape)

    def __str__(self) -> str:
        return (
            f"SparseTensor(indices={self._indices!s}, values={self._values!s}, "
            f"dense_shape={self._dense_shape!s})"
        )


def _renamed_shape(owner: type, dense_shape: Any, shape: Any) -> Any:
    if dense_shape is None and shape is None:
        raise TypeError(f"{owner.__name__} is missing a required argument: 'dense_shape'")
    if dense_shape is None:
        log.advise(f"{owner.__name__}(shape=...) is of TensorFlow 0.x: write dense_shape")
        return shape
    return dense_shape

"""Ops that make lookup tables."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph.dtypes import DType, string
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data.base import handle
from reflow.ops.kernels import Host
from reflow.ops.lookup.tables import (
    DenseTable,
    LookupTable,
    MutableTable,
    StaticTable,
    invalid,
)
from reflow.ops.op import op
from reflow.ops.variable_slot import VariableSlot

Array = np.ndarray[Any, Any]
EntryShapes = tuple[TensorShape, TensorShape]

_ATTRS = (
    "container: string = ''",
    "shared_name: string = ''",
    "use_node_name_sharing: bool = false",
    "key_dtype: type",
    "value_dtype: type",
)
_ATTRS_WITH_SHAPE = (*_ATTRS, "value_shape: shape = []")

# The types of values for each type of keys, as TensorFlow 1.15 has kernels for them.
_DENSE_TYPES = {
    "int32": ("float64", "float32", "int32"),
    "int64": ("bool", "float64", "float32", "int32", "int64"),
    "string": ("bool", "float64", "float32", "int32", "int64"),
}
_MUTABLE_TYPES = {**_DENSE_TYPES, "int64": ("float64", "float32", "int32", "int64", "string")}
_STATIC_TYPES = {
    **_MUTABLE_TYPES,
    "int32": (*_DENSE_TYPES["int32"], "string"),
    "string": (*_DENSE_TYPES["string"], "string"),
}


def _types(op: Operation, allowed: dict[str, tuple[str, ...]]) -> tuple[DType, DType]:
    """The types of keys and values; InvalidArgumentError if they are not allowed together."""
    key, value = op.attrs["key_dtype"], op.attrs["value_dtype"]
    if value.name not in allowed.get(key.name, ()):
        raise invalid(
            f"No OpKernel was registered to support Op '{op.type}' with these attrs: "
            f"[key_dtype={key.name}, value_dtype={value.name}]"
        )
    return key, value


class _Place:
    """Where a session keeps the table of a node, or of all nodes of one shared name.

    The table is made when one of them first runs: what is wrong with it then names a node.
    """

    def __init__(self, op: Operation) -> None:
        self._table: Any = None

    def table(self, op: Operation) -> Any:
        if self._table is None:
            self._table = op.definition.rules.make(op)  # type: ignore[attr-defined]
        wanted = op.attrs["key_dtype"], op.attrs["value_dtype"]
        if (self._table.key_dtype, self._table.value_dtype) != wanted:
            raise invalid(
                f"Conflicting key/value dtypes {wanted[0].name}->{wanted[1].name} with "
                f"{self._table.key_dtype.name}-{self._table.value_dtype.name} for table "
                f"{op.attrs['shared_name']}"
            )
        return self._table


def _shared_name(op: Operation) -> Any:
    if not op.attrs["shared_name"]:
        return op
    return op.type, op.attrs["container"], op.attrs["shared_name"]


def _give_table(*, op: Operation, state: _Place) -> Array:
    return handle(state.table(op))


def _scalar_entries(op: Operation) -> EntryShapes:
    return shapes.SCALAR, op.attrs.get("value_shape", shapes.SCALAR)


@op
class HashTableV2:
    """A table that is filled once."""

    outputs = "table_handle: resource"
    attrs = _ATTRS
    stateful = True
    gradient = None
    shape = shapes.scalar
    state = _Place
    state_key = _shared_name
    kernel = _give_table

    def make(op: Operation) -> LookupTable:
        return StaticTable(*_types(op, _STATIC_TYPES))


@op
class MutableHashTableV2:
    """An empty table of scalars."""

    outputs = "table_handle: resource"
    attrs = _ATTRS
    stateful = True
    gradient = None
    shape = shapes.scalar
    state = _Place
    state_key = _shared_name
    kernel = _give_table
    entry_shapes = _scalar_entries

    def make(op: Operation) -> LookupTable:
        return MutableTable(*_types(op, _MUTABLE_TYPES), shapes.SCALAR, 0)


@op
class MutableHashTableOfTensorsV2:
    """An empty table whose values are vectors."""

    outputs = "table_handle: resource"
    attrs = _ATTRS_WITH_SHAPE
    stateful = True
    gradient = None
    shape = shapes.scalar
    state = _Place
    state_key = _shared_name
    kernel = _give_table
    entry_shapes = _scalar_entries

    def make(op: Operation) -> LookupTable:
        return MutableTable(*_types(op, _MUTABLE_TYPES), op.attrs["value_shape"], 1)


@op
class MutableDenseHashTableV2:
    """An empty table in buckets: `empty_key` and `deleted_key`, both scalars or both vectors, mark
    those that hold no entry."""

    inputs = "empty_key: key_dtype, deleted_key: key_dtype"
    outputs = "table_handle: resource"
    attrs = (
        *_ATTRS_WITH_SHAPE,
        "initial_num_buckets: int = 131072",
        "max_load_factor: float = 0.8",
    )
    stateful = True
    gradient = None
    state = _Place
    state_key = _shared_name

    def shape(empty_key: TensorShape, deleted_key: TensorShape) -> TensorShape:
        shapes.with_rank_at_most(empty_key, 1)
        return shapes.SCALAR

    def entry_shapes(op: Operation) -> EntryShapes:
        return op.inputs[0].shape, op.attrs["value_shape"]

    def make(op: Operation) -> DenseTable:
        return DenseTable(*_types(op, _DENSE_TYPES), op.attrs["value_shape"])

    def kernel(
        empty_key: Host,
        deleted_key: Host,
        *,
        op: Operation,
        state: _Place,
        initial_num_buckets: int,
        max_load_factor: float,
    ) -> Array:
        table = state.table(op)
        table.configure(empty_key, deleted_key, initial_num_buckets, max_load_factor)
        return handle(table)


def _referred_table(op: Operation) -> VariableSlot:
    slot = VariableSlot(op.name, string, shapes.of(2))
    slot.value = np.array([op.definition.rules.make(op), op.name], object)  # type: ignore[attr-defined]
    return slot


def _two_strings() -> TensorShape:
    return shapes.of(2)


def _making_reference(definition: Any) -> OpDefinition:
    """The op of TensorFlow 0.x that makes such a table."""
    rules = {
        "__doc__": definition.__doc__,
        "outputs": "table_handle: Ref(string)",
        "shape": _two_strings,
        "state": _referred_table,
        "kernel": None,
    }
    return op(type(definition.name.removesuffix("V2"), (definition.rules,), rules))


HashTable = _making_reference(HashTableV2)
MutableHashTable = _making_reference(MutableHashTableV2)
MutableHashTableOfTensors = _making_reference(MutableHashTableOfTensorsV2)

"""Ops of lookup tables.

The handle of a table is a scalar of type resource; of the ops of TensorFlow 0.x, without V2, a
reference to two strings.  An op takes either as an array that holds the table itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from reflow.graph.dtypes import DType, string
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data.base import given_away, handle
from reflow.ops.kernels import Host
from reflow.ops.lookup_tables import (
    DenseTable,
    LookupTable,
    MutableTable,
    StaticTable,
    invalid,
)
from reflow.ops.op import op
from reflow.ops.variable_slot import VariableSlot, refers_to_variable
from reflow.ops.vocabulary_files import fill_from_file

Array = np.ndarray[Any, Any]
EntryShapes = tuple[TensorShape, TensorShape]

# -- Making tables -------------------------------------------------------------------------------

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

# -- Using tables --------------------------------------------------------------------------------


def _table(table_handle: Array, *types: DType) -> Any:
    """The table behind a handle; InvalidArgumentError unless `types` are those of its keys and, if
    they are given, of its values."""
    table = table_handle.ravel()[0]
    if not isinstance(table, LookupTable):
        raise invalid(f"Expected the handle of a lookup table. Received: {table!r}")
    expected = (table.key_dtype, table.value_dtype)[: len(types)]
    if types != expected:
        found, wanted = (", ".join(t.name for t in group) for group in (types, expected))
        raise invalid(f"Signature mismatch, have: {found} expected: {wanted}")
    return table


def _static_table(table_handle: Array) -> StaticTable:
    table = _table(table_handle)
    if not isinstance(table, StaticTable):
        raise invalid("The table is not initializable")
    return table


def _check_handle(table_handle: TensorShape, op: Operation) -> None:
    if op.inputs[0].dtype._is_ref_dtype:
        shapes.merge(shapes.with_rank(table_handle, 1), shapes.of(2))
    else:
        shapes.with_rank(table_handle, 0)


def _entry_shapes(op: Operation, key: DType, value: DType) -> EntryShapes | None:
    """The shapes of a key and of a value of the table that `op` uses; None where they are unknown.

    Raises:
      ValueError: its keys or values are known to be of other types than `key` and `value`.
    """
    if isinstance(op.inputs[0], EagerTensor):
        return None
    made = op.inputs[0].op
    while made.inputs and refers_to_variable(made.inputs[0].dtype):
        made = made.inputs[0].op  # conditionals and loops hand the handle on
    rule = getattr(made.definition.rules, "entry_shapes", None)
    if rule is None:
        return None
    for found, name in ((key, "key_dtype"), (value, "value_dtype")):
        if found is not made.attrs[name]:
            raise ValueError(
                "Trying to read value with wrong dtype. Expected "
                f"{made.attrs[name].name} got {found.name}"
            )
    shapes_of_entry: EntryShapes = rule(made)
    return shapes_of_entry


@op
class LookupTableFindV2:
    """The values of keys, `default_value` where the table has none."""

    inputs = "table_handle: resource, keys: Tin, default_value: Tout"
    outputs = "values: Tout"
    attrs = ("Tin: type", "Tout: type")
    stateful = True
    gradient = None

    def shape(
        table_handle: TensorShape,
        keys: TensorShape,
        default_value: TensorShape,
        *,
        op: Operation,
        Tin: DType,
        Tout: DType,
    ) -> TensorShape:
        _check_handle(table_handle, op)
        shapes.with_rank_at_most(default_value, 1)
        entry = _entry_shapes(op, Tin, Tout)
        if entry is None:
            return shapes.UNKNOWN
        key, value = entry
        if keys.sizes is None or key.sizes is None or value.sizes is None:
            return shapes.UNKNOWN
        rank = len(keys.sizes) - len(key.sizes)
        if rank < 0:
            raise ValueError(
                f"Expected keys to have suffix {shapes.text(key)} but saw shape: "
                f"{shapes.text(keys)}"
            )
        return shapes.of(*keys.sizes[:rank], *value.sizes)

    def kernel(
        table_handle: Host,
        keys: Host,
        default_value: Host,
        *,
        Tin: DType,
        Tout: DType,
        device: torch.device,
    ) -> Any:
        return given_away(_table(table_handle, Tin, Tout).find(keys, default_value), Tout, device)


@op
class LookupTableInsertV2:
    """Adds entries, or changes those that there are."""

    inputs = "table_handle: resource, keys: Tin, values: Tout"
    attrs = ("Tin: type", "Tout: type")
    stateful = True
    gradient = None

    def shape(
        table_handle: TensorShape, keys: TensorShape, values: TensorShape, *, op: Operation
    ) -> tuple[()]:
        _check_handle(table_handle, op)
        return ()

    def kernel(table_handle: Host, keys: Host, values: Host, *, Tin: DType, Tout: DType) -> None:
        _table(table_handle, Tin, Tout).insert(keys, values)


@op
class LookupTableRemoveV2:
    """Takes entries away; keys that the table does not have are passed over."""

    inputs = "table_handle: resource, keys: Tin"
    attrs = ("Tin: type",)
    stateful = True
    gradient = None

    def shape(table_handle: TensorShape, keys: TensorShape, *, op: Operation) -> tuple[()]:
        _check_handle(table_handle, op)
        shapes.with_rank_at_least(keys, 1)
        return ()

    def kernel(table_handle: Host, keys: Host, *, Tin: DType) -> None:
        _table(table_handle, Tin).remove(keys)


@op
class LookupTableSizeV2:
    """The number of entries."""

    inputs = "table_handle: resource"
    outputs = "size: int64"
    stateful = True
    gradient = None

    def shape(table_handle: TensorShape, *, op: Operation) -> TensorShape:
        _check_handle(table_handle, op)
        return shapes.SCALAR

    def kernel(table_handle: Host, *, device: torch.device) -> torch.Tensor:
        return torch.tensor(_table(table_handle).size(), dtype=torch.int64, device=device)


@op
class LookupTableExportV2:
    """All keys, along the first axis, and their values."""

    inputs = "table_handle: resource"
    outputs = "keys: Tkeys, values: Tvalues"
    attrs = ("Tkeys: type", "Tvalues: type")
    stateful = True
    gradient = None

    def shape(
        table_handle: TensorShape, *, op: Operation, Tkeys: DType, Tvalues: DType
    ) -> tuple[TensorShape, TensorShape]:
        _check_handle(table_handle, op)
        entry = _entry_shapes(op, Tkeys, Tvalues)
        if entry is None or entry[1].sizes is None:
            return shapes.of(None), shapes.UNKNOWN
        return shapes.of(None), shapes.of(None, *entry[1].sizes)

    def kernel(
        table_handle: Host, *, Tkeys: DType, Tvalues: DType, device: torch.device
    ) -> tuple[Any, Any]:
        keys, values = _table(table_handle, Tkeys, Tvalues).export()
        return given_away(keys, Tkeys, device), given_away(values, Tvalues, device)


def _entries_to_fill(
    table_handle: TensorShape, keys: TensorShape, values: TensorShape, *, op: Operation
) -> tuple[()]:
    _check_handle(table_handle, op)
    shapes.merge(shapes.with_rank(keys, 1), values)
    return ()


@op
class LookupTableImportV2:
    """Makes these the entries of the table, of which a static one has none yet."""

    inputs = "table_handle: resource, keys: Tin, values: Tout"
    attrs = ("Tin: type", "Tout: type")
    stateful = True
    gradient = None
    shape = _entries_to_fill

    def kernel(table_handle: Host, keys: Host, values: Host, *, Tin: DType, Tout: DType) -> None:
        _table(table_handle, Tin, Tout).replace(keys, values)


@op
class InitializeTableV2:
    """Fills a static table."""

    inputs = "table_handle: resource, keys: Tkey, values: Tval"
    attrs = ("Tkey: type", "Tval: type")
    stateful = True
    gradient = None
    shape = _entries_to_fill

    def kernel(table_handle: Host, keys: Host, values: Host, *, Tkey: DType, Tval: DType) -> None:
        _static_table(table_handle)
        _table(table_handle, Tkey, Tval).replace(keys, values)


@op
class InitializeTableFromTextFileV2:
    """Fills a static table with an entry for each line of a file.

    key_index, value_index: the column, between `delimiter`s, that holds the key and the value; -2
    is the whole line, -1 its number.  vocab_size: how many lines to read, -1: all.
    """

    inputs = "table_handle: resource, filename: string"
    attrs = (
        "key_index: int >= -2",
        "value_index: int >= -2",
        "vocab_size: int >= -1 = -1",
        "delimiter: string = '\t'",
    )
    stateful = True
    gradient = None

    def shape(table_handle: TensorShape, filename: TensorShape, *, op: Operation) -> tuple[()]:
        _check_handle(table_handle, op)
        shapes.with_rank(filename, 0)
        return ()

    def kernel(
        table_handle: Host,
        filename: Host,
        *,
        key_index: int,
        value_index: int,
        vocab_size: int,
        delimiter: str | bytes,
    ) -> None:
        table = _static_table(table_handle)
        columns = key_index, value_index
        fill_from_file(table, filename.item(), columns, vocab_size, delimiter)


def _taking_reference(definition: Any) -> OpDefinition:
    """The op of TensorFlow 0.x that does the same with a table behind a reference.

    TensorFlow calls ops stateful that take a handle, not those that take a reference.
    """
    inputs = definition.rules.inputs.replace("resource", "Ref(string)", 1)
    rules = {"__doc__": definition.__doc__, "inputs": inputs, "stateful": False}
    return op(type(definition.name.removesuffix("V2"), (definition.rules,), rules))


LookupTableFind = _taking_reference(LookupTableFindV2)
LookupTableInsert = _taking_reference(LookupTableInsertV2)
LookupTableSize = _taking_reference(LookupTableSizeV2)
LookupTableExport = _taking_reference(LookupTableExportV2)
LookupTableImport = _taking_reference(LookupTableImportV2)
InitializeTable = _taking_reference(InitializeTableV2)
InitializeTableFromTextFile = _taking_reference(InitializeTableFromTextFileV2)

"""Ops that fill lookup tables, look keys up, and change them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from reflow.graph.dtypes import DType
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data.base import given_away
from reflow.ops.data_flow.resources import taking_references
from reflow.ops.kernels import Host
from reflow.ops.lookup.making import EntryShapes
from reflow.ops.lookup.tables import LookupTable, StaticTable, invalid
from reflow.ops.lookup.vocabulary_files import fill_from_file
from reflow.ops.op import op
from reflow.ops.variable_slot import refers_to_variable

Array = np.ndarray[Any, Any]


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


LookupTableFind = taking_references(LookupTableFindV2)
LookupTableInsert = taking_references(LookupTableInsertV2)
LookupTableSize = taking_references(LookupTableSizeV2)
LookupTableExport = taking_references(LookupTableExportV2)
LookupTableImport = taking_references(LookupTableImportV2)
InitializeTable = taking_references(InitializeTableV2)
InitializeTableFromTextFile = taking_references(InitializeTableFromTextFileV2)

"""What static tables are filled with: pairs of tensors, or the lines of a file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from reflow.graph import dtypes
from reflow.graph.constant_value import constant_value
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation, Tensor
from reflow.ops.lookup.using import InitializeTableFromTextFileV2, LookupTableImportV2
from reflow.ops.lookup.vocabulary_files import LINE_NUMBER as _LINE_NUMBER
from reflow.ops.lookup.vocabulary_files import WHOLE_LINE as _WHOLE_LINE
from reflow.tf._collections import add_to_collection
from reflow.tf._execution_modes import executing_eagerly
from reflow.tf._scopes import device, init_scope, name_scope


def outside_of_constructs() -> AbstractContextManager[Any]:
    """A scope outside of the conditional or loop around, if there is one.

    What fills a table that is made inside is run before.
    """
    context = get_default_graph()._get_control_flow_context()
    return nullcontext() if context is None else init_scope()


class TableInitializerBase(ABC):
    """Fills a table of keys and values of two types."""

    def __init__(self, key_dtype: Any, value_dtype: Any) -> None:
        self._key_dtype = as_dtype(key_dtype)
        self._value_dtype = as_dtype(value_dtype)

    @property
    def key_dtype(self) -> DType:
        return self._key_dtype

    @property
    def value_dtype(self) -> DType:
        return self._value_dtype

    @property
    def _shared_name(self) -> str:
        """The name that tables of equal contents may share; "" for one of the table's own."""
        return ""

    @abstractmethod
    def initialize(self, table: Any) -> Operation:
        """The operation that fills `table`, which is in the collection TABLE_INITIALIZERS too.

        Raises:
          TypeError: the table's types are others.
        """

    def _check_types(self, table: Any) -> None:
        for kind, ours, theirs in (
            ("key", self._key_dtype, table.key_dtype),
            ("value", self._value_dtype, table.value_dtype),
        ):
            if ours.base_dtype is not theirs:
                raise TypeError(f"Invalid {kind} dtype, expected {theirs!r} but got {ours!r}.")


class KeyValueTensorInitializer(TableInitializerBase):
    """Fills a table with `keys` [n] and their `values` [n].

    Args:
      key_dtype, value_dtype: the types of keys and values that are not tensors yet.
      name: of the scope of the operations.
    """

    def __init__(
        self,
        keys: Any,
        values: Any,
        key_dtype: Any = None,
        value_dtype: Any = None,
        name: str | None = None,
    ) -> None:
        with outside_of_constructs():
            self._keys = convert_to_tensor(keys, key_dtype, "keys")
            self._values = convert_to_tensor(values, value_dtype, "values")
        self._name = "key_value_init" if name is None else name
        super().__init__(self._keys.dtype, self._values.dtype)

    def initialize(self, table: Any) -> Operation:
        self._check_types(table)
        with name_scope(self._name, values=(table.resource_handle, self._keys, self._values)):
            filled = LookupTableImportV2(table.resource_handle, self._keys, self._values)
        add_to_collection(GraphKeys.TABLE_INITIALIZERS, filled)
        operation: Operation = filled
        return operation


class TextFileIndex:
    """What stands for a column of a file: the whole line, or its number, from 0."""

    WHOLE_LINE = _WHOLE_LINE
    LINE_NUMBER = _LINE_NUMBER


class TextFileInitializer(TableInitializerBase):
    """Fills a table with an entry for each line of a text file.

    Args:
      filename: also a scalar tensor.
      key_index, value_index: the column of the key and of the value, from 0, or a TextFileIndex.
        A line's number is an int64; the whole line is a string, as a key also an integer.
      vocab_size: how many lines to read; default: all.
      delimiter: what separates columns, one byte.

    Raises:
      ValueError: no file name, or a type that the column cannot have.
    """

    def __init__(
        self,
        filename: Any,
        key_dtype: Any,
        key_index: int,
        value_dtype: Any,
        value_index: int,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str | None = None,
    ) -> None:
        if not isinstance(filename, Tensor) and not filename:
            raise ValueError(f"Filename required for {name}.")
        super().__init__(key_dtype, value_dtype)
        _check_column("key", key_index, self._key_dtype)
        _check_column("value", value_index, self._value_dtype)
        if vocab_size is not None and vocab_size <= 0:
            raise ValueError(f"Invalid vocab_size {vocab_size}.")
        self._given_filename = filename
        self._key_index = key_index
        self._value_index = value_index
        self._vocab_size = vocab_size
        self._delimiter = delimiter
        self._name = name
        with init_scope(), device("CPU"):
            self._filename = convert_to_tensor(filename, dtypes.string, "asset_path")

    def initialize(self, table: Any) -> Operation:
        self._check_types(table)
        with name_scope(self._name, "text_file_init", (table.resource_handle,)):
            filled: Operation = InitializeTableFromTextFileV2(
                table.resource_handle,
                self._filename,
                key_index=self._key_index,
                value_index=self._value_index,
                vocab_size=-1 if self._vocab_size is None else self._vocab_size,
                delimiter=self._delimiter,
            )
        add_to_collection(GraphKeys.TABLE_INITIALIZERS, filled)
        if not executing_eagerly() and constant_value(self._filename) is not None:
            add_to_collection(GraphKeys.ASSET_FILEPATHS, self._filename)
        return filled

    @property
    def _shared_name(self) -> str:
        size = f"_{self._vocab_size}" if self._vocab_size else ""
        columns = f"{self._key_index}_{self._value_index}"
        return f"hash_table_{self._given_filename}{size}_{columns}"


def _check_column(kind: str, index: int, dtype: DType) -> None:
    if index < _WHOLE_LINE:
        raise ValueError(f"Invalid {kind} index {index}.")
    if index == _LINE_NUMBER and dtype is not dtypes.int64:
        raise ValueError(
            f"Signature mismatch. {kind.capitalize()}s must be dtype {dtypes.int64!r}, "
            f"got {dtype!r}."
        )
    if index != _WHOLE_LINE or dtype is dtypes.string:
        return
    if kind == "value":
        raise ValueError(
            f"Signature mismatch. Values must be dtype {dtypes.string!r}, got {dtype!r}."
        )
    if not dtype.is_integer:
        raise ValueError(f"Signature mismatch. Keys must be integer or string, got {dtype!r}.")


class TextFileStringTableInitializer(TextFileInitializer):
    """Fills a table from int64 to strings with the lines of a file."""

    def __init__(
        self,
        filename: Any,
        key_column_index: int = TextFileIndex.LINE_NUMBER,
        value_column_index: int = TextFileIndex.WHOLE_LINE,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str | None = "text_file_string_table_init",
    ) -> None:
        super().__init__(
            filename,
            dtypes.int64,
            key_column_index,
            dtypes.string,
            value_column_index,
            vocab_size,
            delimiter,
            name,
        )


class TextFileIdTableInitializer(TextFileInitializer):
    """Fills a table from strings (or integers) to int64 with the lines of a file."""

    def __init__(
        self,
        filename: Any,
        key_column_index: int = TextFileIndex.WHOLE_LINE,
        value_column_index: int = TextFileIndex.LINE_NUMBER,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str | None = "text_file_id_table_init",
        key_dtype: Any = dtypes.string,
    ) -> None:
        super().__init__(
            filename,
            key_dtype,
            key_column_index,
            dtypes.int64,
            value_column_index,
            vocab_size,
            delimiter,
            name,
        )

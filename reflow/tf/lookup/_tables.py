"""What tables have in common, and those that are filled once."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Operation, Tensor
from reflow.ops.lookup.making import HashTableV2
from reflow.ops.lookup.using import LookupTableExportV2, LookupTableFindV2, LookupTableSizeV2
from reflow.tf._execution_modes import executing_eagerly
from reflow.tf._scopes import init_scope, name_scope
from reflow.tf.lookup._initializers import TableInitializerBase, outside_of_constructs


class LookupInterface:
    """A map from keys of one type to values of another, which a session keeps."""

    _resource_handle: Tensor | None = None
    _table_name: str | None = None

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
    def name(self) -> str | None:
        """The last part of the name of the table's node; None without a graph."""
        return self._table_name

    @property
    def resource_handle(self) -> Tensor | None:
        """The handle of the table; None if only hash buckets stand behind it."""
        return self._resource_handle

    def _set_handle(self, handle: Tensor) -> None:
        self._resource_handle = handle
        if not executing_eagerly():
            self._table_name = handle.op.name.split("/")[-1]

    def _check_key_type(self, keys: Any) -> None:
        if keys.dtype.base_dtype is not self._key_dtype:
            raise TypeError(
                f"Signature mismatch. Keys must be dtype {self._key_dtype!r}, got {keys.dtype!r}."
            )


def of_values(keys: Any, values: Tensor) -> Any:
    """What was looked up for `keys`, sparse as they are."""
    if isinstance(keys, SparseTensor):
        return SparseTensor(keys.indices, values, keys.dense_shape)
    return values


class InitializableLookupTableBase(LookupInterface, ABC):
    """A table that an initializer fills.

    Args:
      default_value: for keys that the table does not have, a scalar.
    """

    def __init__(self, default_value: Any, initializer: TableInitializerBase) -> None:
        super().__init__(initializer.key_dtype, initializer.value_dtype)
        self._default_value = convert_to_tensor(default_value, self._value_dtype)
        self._default_value.shape.merge_with([])
        self._initializer = initializer
        with init_scope():
            self._set_handle(self._create_resource())
        with outside_of_constructs():
            self._init_op = self._initialize()

    @abstractmethod
    def _create_resource(self) -> Tensor:
        """The handle of a new table."""

    def _initialize(self) -> Operation:
        return self._initializer.initialize(self)

    @property
    def initializer(self) -> Operation:
        """The operation that fills the table."""
        return self._init_op

    @property
    def default_value(self) -> Tensor:
        return self._default_value

    def size(self, name: str | None = None) -> Tensor:
        """The number of entries, an int64 scalar."""
        with name_scope(name, f"{self.name}_Size", [self.resource_handle]):
            size: Tensor = LookupTableSizeV2(self.resource_handle)
            return size

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The values of `keys`, a tensor or a SparseTensor of any shape.

        Raises:
          TypeError: the keys are of another type than the table's.
          FailedPreconditionError: (at run time) the table is not filled yet.
        """
        self._check_key_type(keys)
        dense = keys.values if isinstance(keys, SparseTensor) else keys
        scope_values = (self.resource_handle, dense, self._default_value)
        with name_scope(name, f"{self.name}_Lookup", scope_values):
            values = LookupTableFindV2(self.resource_handle, dense, self._default_value)
        values.set_shape(dense.shape)
        return of_values(keys, values)


class StaticHashTable(InitializableLookupTableBase):
    """A table that an initializer fills once (tf.tables_initializer runs that of all tables).

    Args:
      initializer: a KeyValueTensorInitializer or a TextFileInitializer.
      default_value: for keys that the table does not have, a scalar.
      name: of the table's node.
    """

    def __init__(
        self, initializer: TableInitializerBase, default_value: Any, name: str | None = None
    ) -> None:
        self._shared_name = self._name_to_share(initializer)
        self._name = name or "hash_table"
        super().__init__(default_value, initializer)

    def _create_resource(self) -> Tensor:
        handle: Tensor = HashTableV2(
            shared_name=self._shared_name,
            key_dtype=self._key_dtype,
            value_dtype=self._value_dtype,
            name=self._name,
        )
        return handle

    def _name_to_share(self, initializer: TableInitializerBase) -> str:
        """Tables of one such name are one table in a session; "": the node has its own."""
        return initializer._shared_name or f"hash_table_{uuid.uuid4()}"

    @property
    def init(self) -> Operation:
        """The older name of `initializer`."""
        return self.initializer

    def export(self, name: str | None = None) -> tuple[Tensor, Tensor]:
        """All keys, [n], and their values, [n]."""
        with name_scope(name, f"{self.name}_Export", [self.resource_handle]):
            keys, values = LookupTableExportV2(
                self.resource_handle, self._key_dtype, self._value_dtype
            )
        values.set_shape(keys.shape.concatenate(self._default_value.shape))
        return keys, values


# The names of these in TensorFlow's inner module.
InitializableLookupTableBaseV1 = InitializableLookupTableBase
StaticHashTableV1 = HashTable = StaticHashTable

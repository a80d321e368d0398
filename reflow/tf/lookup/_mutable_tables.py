"""Tables that are empty at first, and grow and shrink while a session runs."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation, Tensor
from reflow.ops.lookup.making import (
    MutableDenseHashTableV2,
    MutableHashTableOfTensorsV2,
    MutableHashTableV2,
)
from reflow.ops.lookup.using import (
    LookupTableExportV2,
    LookupTableFindV2,
    LookupTableImportV2,
    LookupTableInsertV2,
    LookupTableRemoveV2,
    LookupTableSizeV2,
)
from reflow.tf._collections import add_to_collection
from reflow.tf._execution_modes import executing_eagerly
from reflow.tf._scopes import colocate_with, name_scope
from reflow.tf.lookup._tables import LookupInterface
from reflow.tf.train._saveable import SaveableObject, SaveSpec


class _MutableTable(LookupInterface, ABC):
    """What tables that change have in common.

    Args:
      default_value: for keys that the table does not have; all values have its shape.
      name: of the table's node, and in checkpoints.
      checkpoint: whether checkpoints hold the table's entries.
    """

    def __init__(
        self, key_dtype: Any, value_dtype: Any, default_value: Tensor, name: str, checkpoint: bool
    ) -> None:
        super().__init__(key_dtype, value_dtype)
        self._default_value = default_value
        self._name = name
        self._checkpoint = checkpoint
        self._set_handle(self._create_resource())
        if checkpoint and not executing_eagerly():
            add_to_collection(GraphKeys.SAVEABLE_OBJECTS, _SaveableTable(self, name))

    @abstractmethod
    def _create_resource(self) -> Tensor:
        """The handle of a new table."""

    def size(self, name: str | None = None) -> Tensor:
        """The number of entries, an int64 scalar."""
        with name_scope(name, f"{self.name}_Size", [self.resource_handle]):
            with colocate_with(self.resource_handle):
                size: Tensor = LookupTableSizeV2(self.resource_handle)
                return size

    def lookup(self, keys: Any, name: str | None = None) -> Tensor:
        """The values of `keys`, a tensor of any shape; of each the default one if it has none."""
        scope_values = (self.resource_handle, keys, self._default_value)
        with name_scope(name, f"{self.name}_lookup_table_find", scope_values):
            keys = convert_to_tensor(keys, self._key_dtype, "keys")
            with colocate_with(self.resource_handle):
                found: Tensor = LookupTableFindV2(self.resource_handle, keys, self._default_value)
                return found

    def insert(self, keys: Any, values: Any, name: str | None = None) -> Operation:
        """The operation that gives `keys` these values, one for each.

        Raises:
          TypeError: keys or values are of other types than the table's.
        """
        scope_values = [self.resource_handle, keys, values]
        with name_scope(name, f"{self.name}_lookup_table_insert", scope_values):
            keys = convert_to_tensor(keys, self._key_dtype, "keys")
            values = convert_to_tensor(values, self._value_dtype, "values")
            with colocate_with(self.resource_handle):
                inserted: Operation = LookupTableInsertV2(self.resource_handle, keys, values)
                return inserted

    def remove(self, keys: Any, name: str | None = None) -> Operation:
        """The operation that takes `keys` out of the table, those that it has.

        Raises:
          TypeError: the keys are of another type than the table's.
        """
        self._check_key_type(keys)
        scope_values = (self.resource_handle, keys, self._default_value)
        with name_scope(name, f"{self.name}_lookup_table_remove", scope_values):
            removed: Operation = LookupTableRemoveV2(self.resource_handle, keys)
            return removed

    def export(self, name: str | None = None) -> tuple[Tensor, Tensor]:
        """All keys, along the first axis, and their values."""
        scope_name = f"{self.name}_lookup_table_export_values"
        with name_scope(name, scope_name, [self.resource_handle]):
            with colocate_with(self.resource_handle):
                keys, values = LookupTableExportV2(
                    self.resource_handle, self._key_dtype, self._value_dtype
                )
                return keys, values

    def _gather_saveables_for_checkpoint(self) -> dict[str, Callable[[], SaveableObject]]:
        """What saves the table, for a Saver that is given the table itself."""
        return {"table": functools.partial(_SaveableTable, self, self._name)}


class _SaveableTable(SaveableObject):
    """The entries of a table in a checkpoint: NAME-keys and NAME-values."""

    def __init__(self, table: _MutableTable, name: str) -> None:
        keys, values = table.export()
        specs = [SaveSpec(keys, "", f"{name}-keys"), SaveSpec(values, "", f"{name}-values")]
        super().__init__(table, specs, name)

    def restore(
        self,
        restored_tensors: Sequence[Tensor],
        restored_shapes: Sequence[Tensor] | None,
        name: str | None = None,
    ) -> Operation:
        handle = self.op.resource_handle
        with name_scope(name, f"{self.name}_table_restore"):
            with colocate_with(handle):
                filled: Operation = LookupTableImportV2(handle, *restored_tensors)
                return filled


class MutableHashTable(_MutableTable):
    """A table to which entries are added, and from which they are taken.

    Args:
      key_dtype, value_dtype: of keys and values.
      default_value: for keys that the table does not have; all values have its shape.
      name: of the table's node, and in checkpoints.
      checkpoint: whether checkpoints hold the table's entries.
    """

    def __init__(
        self,
        key_dtype: Any,
        value_dtype: Any,
        default_value: Any,
        name: str = "MutableHashTable",
        checkpoint: bool = True,
    ) -> None:
        default = convert_to_tensor(default_value, value_dtype)
        super().__init__(key_dtype, value_dtype, default, name, checkpoint)

    def _create_resource(self) -> Tensor:
        options = {
            "use_node_name_sharing": self._checkpoint,
            "key_dtype": self._key_dtype,
            "value_dtype": self._value_dtype,
            "name": self._name,
        }
        shape = self._default_value.shape
        handle: Tensor
        if shape.ndims == 0:
            handle = MutableHashTableV2(**options)
        else:
            handle = MutableHashTableOfTensorsV2(value_shape=shape, **options)
        return handle


class DenseHashTable(_MutableTable):
    """A table as MutableHashTable, in buckets, whose keys may also be vectors.

    Args:
      key_dtype, value_dtype: of keys and values.
      default_value: for keys that the table does not have; all values have its shape.
      empty_key, deleted_key: what stands for no key in a bucket, and for one that was removed: two
        different keys that are never inserted, removed or looked up.
      initial_num_buckets: a power of 2; default: 131072.
      name: of the table's node, and in checkpoints.
      checkpoint: whether checkpoints hold the table's entries.
    """

    def __init__(
        self,
        key_dtype: Any,
        value_dtype: Any,
        default_value: Any,
        empty_key: Any,
        deleted_key: Any,
        initial_num_buckets: int | None = None,
        name: str = "MutableDenseHashTable",
        checkpoint: bool = True,
    ) -> None:
        default = convert_to_tensor(default_value, value_dtype, "default_value")
        self._initial_num_buckets = initial_num_buckets
        self._empty_key = convert_to_tensor(empty_key, key_dtype, "empty_key")
        self._deleted_key = convert_to_tensor(deleted_key, key_dtype, "deleted_key")
        super().__init__(key_dtype, value_dtype, default, name, checkpoint)

    def _create_resource(self) -> Tensor:
        handle: Tensor = MutableDenseHashTableV2(
            empty_key=self._empty_key,
            deleted_key=self._deleted_key,
            use_node_name_sharing=self._checkpoint,
            value_dtype=self._value_dtype,
            value_shape=self._default_value.shape,
            initial_num_buckets=self._initial_num_buckets,
            name=self._name,
        )
        return handle

    # Other names of `insert` and `remove`.
    insert_or_assign = _MutableTable.insert
    erase = _MutableTable.remove

"""tf.contrib.lookup: tables, and functions that make them, in the names before tf.lookup's."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.operation import Tensor
from reflow.tf._absence import part_or_error
from reflow.tf._scopes import name_scope
from reflow.tf.lookup import _vocabularies
from reflow.tf.lookup._hash_buckets import (
    FastHashSpec,
    HasherSpec,
    IdTableWithHashBuckets,
    StrongHashSpec,
)
from reflow.tf.lookup._initializers import (
    KeyValueTensorInitializer,
    TableInitializerBase,
    TextFileIdTableInitializer,
    TextFileIndex,
    TextFileInitializer,
    TextFileStringTableInitializer,
)
from reflow.tf.lookup._mutable_tables import DenseHashTable as MutableDenseHashTable
from reflow.tf.lookup._mutable_tables import MutableHashTable
from reflow.tf.lookup._tables import (
    InitializableLookupTableBase,
    LookupInterface,
    StaticHashTable,
)
from reflow.tf.lookup._vocabularies import index_table_from_file, index_to_string_table_from_file


class HashTable(StaticHashTable):
    """A table that an initializer fills once.

    Args:
      initializer: a KeyValueTensorInitializer or a TextFileInitializer.
      default_value: for keys that the table does not have, a scalar.
      shared_name: tables of one such name are one table in a session.
      name: of the table's node.
    """

    def __init__(
        self,
        initializer: TableInitializerBase,
        default_value: Any,
        shared_name: str | None = None,
        name: str | None = None,
    ) -> None:
        self._given_shared_name = shared_name or ""
        super().__init__(initializer, default_value, name)

    def _name_to_share(self, initializer: TableInitializerBase) -> str:
        return self._given_shared_name


def index_table_from_tensor(
    mapping: Any,
    num_oov_buckets: int = 0,
    default_value: int = -1,
    hasher_spec: HasherSpec = FastHashSpec,
    dtype: DType = dtypes.string,
    name: str | None = None,
) -> LookupInterface:
    """A table from the elements of a vector of words to their positions.

    Args:
      mapping: [n], no word twice.
      num_oov_buckets: how many ids from n on are for other words; with none, these have the
        `default_value`.
      hasher_spec: the hash that chooses between such ids.
      dtype: of the keys: string or an integer type.

    Raises:
      ValueError: no vector, one of another type, or a negative number of buckets.
      TypeError: keys can not be of that type.
    """
    if mapping is None:
        raise ValueError("mapping must be specified.")
    return _vocabularies.index_table_from_tensor(
        mapping, num_oov_buckets, default_value, hasher_spec, dtype, name
    )


def index_to_string_table_from_tensor(
    mapping: Any, default_value: Any = "UNK", name: str | None = None
) -> StaticHashTable:
    """A table from positions in a vector of words, int64, to these words.

    Args:
      mapping: [n].
      default_value: for other numbers.
    """
    if mapping is None:
        raise ValueError("mapping must be specified.")
    return _vocabularies.index_to_string_table_from_tensor(mapping, default_value, name)


# -- The oldest names ------------------------------------------------------------------------------


def string_to_index_table_from_file(
    vocabulary_file: Any = None,
    num_oov_buckets: int = 0,
    vocab_size: int | None = None,
    default_value: int = -1,
    hasher_spec: HasherSpec = FastHashSpec,
    name: str | None = None,
) -> LookupInterface:
    """`index_table_from_file` of words."""
    return index_table_from_file(
        vocabulary_file, num_oov_buckets, vocab_size, default_value, hasher_spec, name=name
    )


def string_to_index_table_from_tensor(
    mapping: Any,
    num_oov_buckets: int = 0,
    default_value: int = -1,
    hasher_spec: HasherSpec = FastHashSpec,
    name: str | None = None,
) -> LookupInterface:
    """`index_table_from_tensor` of words."""
    with name_scope(name, "string_to_index") as scope:
        mapping = convert_to_tensor(mapping)
    if mapping.dtype.base_dtype is not dtypes.string:
        raise ValueError("string_to_index_table_from_tensor requires string.")
    return index_table_from_tensor(mapping, num_oov_buckets, default_value, hasher_spec, name=scope)


def string_to_index(
    tensor: Any, mapping: Any, default_value: int = -1, name: str | None = None
) -> Any:
    """The positions of words in a vector; a table is made for it, which has to be filled."""
    table: Any = index_table_from_tensor(mapping, default_value=default_value, name=name)
    return table.lookup(tensor)


def index_to_string(
    tensor: Any, mapping: Any, default_value: Any = "UNK", name: str | None = None
) -> Tensor:
    """The words at positions in a vector; a table is made for it, which has to be filled."""
    table = index_to_string_table_from_tensor(mapping, default_value, name)
    words: Tensor = table.lookup(tensor)
    return words


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

"""Tables between words and their numbers in a list, or in a file with a word in each line."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.constant_value import constant_value
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.operation import Tensor
from reflow.tf import _filling as filling
from reflow.tf._arrays import size
from reflow.tf._casts import cast
from reflow.tf._scopes import name_scope
from reflow.tf.lookup._hash_buckets import FastHashSpec, HasherSpec, IdTableWithHashBuckets
from reflow.tf.lookup._initializers import (
    KeyValueTensorInitializer,
    TextFileIdTableInitializer,
    TextFileIndex,
    TextFileStringTableInitializer,
)
from reflow.tf.lookup._tables import LookupInterface, StaticHashTable


def _check_file(vocabulary_file: Any) -> None:
    if vocabulary_file is None or (isinstance(vocabulary_file, str) and not vocabulary_file):
        raise ValueError("vocabulary_file must be specified and must not be empty.")


def _check_buckets(num_oov_buckets: int) -> None:
    if num_oov_buckets < 0:
        raise ValueError(f"num_oov_buckets must be greater or equal than 0, got {num_oov_buckets}.")


def _check_key_type(dtype: DType) -> None:
    if not dtype.is_integer and dtype.base_dtype is not dtypes.string:
        raise TypeError("Only integer and string keys are supported.")


def _with_buckets(
    table: StaticHashTable, num_oov_buckets: int, hasher_spec: HasherSpec, key_dtype: DType
) -> LookupInterface:
    if not num_oov_buckets:
        return table
    return IdTableWithHashBuckets(table, num_oov_buckets, hasher_spec, key_dtype=key_dtype)


def index_table_from_file(
    vocabulary_file: Any = None,
    num_oov_buckets: int = 0,
    vocab_size: int | None = None,
    default_value: int = -1,
    hasher_spec: HasherSpec = FastHashSpec,
    key_dtype: DType = dtypes.string,
    name: str | None = None,
    key_column_index: int = TextFileIndex.WHOLE_LINE,
    value_column_index: int = TextFileIndex.LINE_NUMBER,
    delimiter: str = "\t",
) -> LookupInterface:
    """A table from the lines of a file to their numbers.

    Args:
      vocabulary_file: its name, also a scalar tensor.
      num_oov_buckets: how many ids behind the last line's are for other words; with none, these
        have the `default_value`.
      vocab_size: how many lines to read; default: all.
      hasher_spec: the hash that chooses between such ids.
      key_dtype: of the keys: string or an integer type.
      key_column_index, value_column_index, delimiter: where in a line key and value stand.

    Raises:
      ValueError: no file name, or a number out of range.
      TypeError: keys can not be of that type.
    """
    _check_file(vocabulary_file)
    _check_buckets(num_oov_buckets)
    if vocab_size is not None and vocab_size < 1:
        shown = vocabulary_file
        if isinstance(vocabulary_file, Tensor):
            shown = constant_value(vocabulary_file) or "?"
        raise ValueError(
            f"vocab_size must be greater than 0, got {vocab_size}. vocabulary_file: {shown}"
        )
    _check_key_type(key_dtype)
    with name_scope(name, "string_to_index"):
        with name_scope(None, "hash_table"):
            initializer = TextFileIdTableInitializer(
                vocabulary_file,
                key_column_index,
                value_column_index,
                vocab_size,
                delimiter,
                name="table_init",
                key_dtype=dtypes.int64 if key_dtype.is_integer else key_dtype,
            )
            table = StaticHashTable(initializer, default_value)
        return _with_buckets(table, num_oov_buckets, hasher_spec, key_dtype)


def index_table_from_tensor(
    vocabulary_list: Any,
    num_oov_buckets: int = 0,
    default_value: int = -1,
    hasher_spec: HasherSpec = FastHashSpec,
    dtype: DType = dtypes.string,
    name: str | None = None,
) -> LookupInterface:
    """A table from the elements of a vector of words to their positions.

    Args:
      vocabulary_list: [n], no word twice.
      num_oov_buckets: how many ids from n on are for other words; with none, these have the
        `default_value`.
      hasher_spec: the hash that chooses between such ids.
      dtype: of the keys: string or an integer type.

    Raises:
      ValueError: no list, one of another type, or a negative number of buckets.
      TypeError: keys can not be of that type.
      FailedPreconditionError: (when the table is filled) a word stands there twice.
    """
    if vocabulary_list is None:
        raise ValueError("vocabulary_list must be specified.")
    _check_buckets(num_oov_buckets)
    _check_key_type(dtype)
    with name_scope(name, "string_to_index"):
        keys = convert_to_tensor(vocabulary_list)
        if keys.dtype.is_integer != dtype.is_integer:
            expected = "integer" if dtype.is_integer else "non-integer"
            raise ValueError(f"Expected {expected}, got {keys.dtype!r}.")
        if not dtype.is_integer and keys.dtype.base_dtype is not dtype:
            raise ValueError(f"Expected {dtype!r}, got {keys.dtype!r}.")
        positions = _positions(keys)
        with name_scope(None, "hash_table"):
            keys = cast(keys, dtypes.int64) if keys.dtype.is_integer else keys
            initializer = KeyValueTensorInitializer(
                keys, positions, keys.dtype.base_dtype, dtypes.int64, name="table_init"
            )
            table = StaticHashTable(initializer, default_value)
        return _with_buckets(table, num_oov_buckets, hasher_spec, dtype)


def _positions(words: Tensor) -> Tensor:
    positions: Tensor = cast(filling.range(size(words)), dtypes.int64)
    return positions


def index_to_string_table_from_file(
    vocabulary_file: Any,
    vocab_size: int | None = None,
    default_value: Any = "UNK",
    name: str | None = None,
    key_column_index: int = TextFileIndex.LINE_NUMBER,
    value_column_index: int = TextFileIndex.WHOLE_LINE,
    delimiter: str = "\t",
) -> StaticHashTable:
    """A table from the numbers of a file's lines, int64, to these lines.

    Args:
      vocabulary_file: its name, also a scalar tensor.
      vocab_size: how many lines to read; default: all.
      default_value: for other numbers.
      key_column_index, value_column_index, delimiter: where in a line key and value stand.

    Raises:
      ValueError: no file name, or no lines.
    """
    _check_file(vocabulary_file)
    if vocab_size is not None and vocab_size < 1:
        raise ValueError(f"vocab_size must be greater than 0, got {vocab_size}.")
    with name_scope(name, "index_to_string"):
        initializer = TextFileStringTableInitializer(
            vocabulary_file,
            key_column_index,
            value_column_index,
            vocab_size,
            delimiter,
            name="table_init",
        )
        return StaticHashTable(initializer, default_value)


def index_to_string_table_from_tensor(
    vocabulary_list: Any, default_value: Any = "UNK", name: str | None = None
) -> StaticHashTable:
    """A table from positions in a vector of words, int64, to these words.

    Args:
      vocabulary_list: [n].
      default_value: for other numbers.

    Raises:
      ValueError: no list.
    """
    if vocabulary_list is None:
        raise ValueError("vocabulary_list must be specified.")
    with name_scope(name, "index_to_string"):
        words = convert_to_tensor(vocabulary_list, dtypes.string)
        initializer = KeyValueTensorInitializer(
            _positions(words), words, dtypes.int64, dtypes.string, name="table_init"
        )
        return StaticHashTable(initializer, default_value)

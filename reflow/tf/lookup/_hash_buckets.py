"""Tables from words to numbers that give unknown words numbers too, by their hashes."""

from __future__ import annotations

import functools
import numbers
from collections.abc import Callable
from typing import Any, NamedTuple

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Operation, Tensor
from reflow.ops.comparisons import NotEqual
from reflow.ops.control import NoOp
from reflow.ops.math import AddV2
from reflow.ops.selection import SelectV2
from reflow.ops.text.conversions import AsString
from reflow.ops.text.hashing import (
    StringToHashBucket,
    StringToHashBucketFast,
    StringToHashBucketStrong,
)
from reflow.tf._casts import cast
from reflow.tf._scopes import name_scope
from reflow.tf.lookup._initializers import TableInitializerBase
from reflow.tf.lookup._tables import LookupInterface, StaticHashTable, of_values
from reflow.tf.math import add


class HasherSpec(NamedTuple):
    """How words are hashed: "fasthash", "stronghash" with a key of two integers, or "legacy"."""

    hasher: str
    key: Any


FastHashSpec = HasherSpec("fasthash", None)


class StrongHashSpec(HasherSpec):
    """A hash that only those can foresee who know the key, two integers.

    Raises:
      ValueError, TypeError: the key is something else.
    """

    __slots__ = ()

    def __new__(cls, key: Any) -> StrongHashSpec:
        if len(key) != 2:
            raise ValueError(f"key must have size 2, got {len(key)}.")
        if not all(isinstance(part, numbers.Integral) for part in key):
            raise TypeError(f"Invalid key {key}. Must be unsigned integer values.")
        return super().__new__(cls, "stronghash", key)


def _hash_function(spec: HasherSpec) -> Callable[..., Tensor]:
    if not isinstance(spec, HasherSpec):
        raise TypeError(f"hasher_spec must be of type HasherSpec {spec}")
    if spec.hasher == "fasthash":
        return StringToHashBucketFast
    if spec.hasher == "legacy":
        return StringToHashBucket
    if spec.hasher == "stronghash":
        return functools.partial(StringToHashBucketStrong, key=spec.key)
    raise ValueError(f"Unknown hasher {spec.hasher}")


def _check_table_types(table: Any, key_dtype: DType) -> None:
    """That `table` (or an initializer) maps what `key_dtype` can be cast to to int64."""
    supported = (dtypes.int64, dtypes.string)
    if table.key_dtype not in supported:
        raise TypeError(
            f"Invalid key dtype, expected one of {supported}, but got {table.key_dtype!r}."
        )
    if table.key_dtype.is_integer != key_dtype.is_integer:
        kind = "integer" if key_dtype.is_integer else "non-integer"
        raise TypeError(f"Invalid key dtype, expected {kind} but got {table.key_dtype!r}.")
    if table.value_dtype is not dtypes.int64:
        raise TypeError(
            f"Invalid value dtype, expected {dtypes.int64!r} but got {table.value_dtype!r}."
        )


class IdTableWithHashBuckets(LookupInterface):
    """A table to int64 ids, and behind its ids one bucket or several for all other keys.

    Args:
      table: from strings or int64 to int64; None: there are only buckets.
      num_oov_buckets: how many buckets.
      hasher_spec: which hash tells the bucket of a key.
      key_dtype: of the keys to look up, string or an integer type.

    Raises:
      TypeError: `table`, `hasher_spec` or `key_dtype` is of another type.
      ValueError: neither a table nor buckets.
    """

    def __init__(
        self,
        table: Any,
        num_oov_buckets: int,
        hasher_spec: HasherSpec = FastHashSpec,
        name: str | None = None,
        key_dtype: DType | None = None,
    ) -> None:
        if table:
            key_dtype = table.key_dtype if key_dtype is None else key_dtype
            _check_table_types(table, key_dtype)
        elif num_oov_buckets <= 0:
            raise ValueError("oov_buckets must be > 0 if no table is supplied.")
        key_dtype = dtypes.string if key_dtype is None else key_dtype
        if not key_dtype.is_integer and key_dtype is not dtypes.string:
            raise TypeError(f"Invalid key_dtype, expected integer or string, got {key_dtype!r}.")
        if not isinstance(hasher_spec, HasherSpec):
            raise TypeError(f"hasher_spec must be of type HasherSpec, got {hasher_spec}")
        super().__init__(key_dtype, dtypes.int64)
        self._table = table or None
        self._num_oov_buckets = num_oov_buckets
        self._hasher_spec = hasher_spec
        name = (name or "").rstrip("/") or (table.name if table else "hash_bucket")
        self._table_name = name.split("/")[-1] if name else None

    @property
    def initializer(self) -> Operation:
        """The operation that fills the table."""
        if self._table is not None:
            operation: Operation = self._table.initializer
            return operation
        with name_scope(None, "init"):
            nothing: Operation = NoOp()
            return nothing

    @property
    def init(self) -> Operation:
        """The older name of `initializer`."""
        return self.initializer

    @property
    def resource_handle(self) -> Tensor | None:
        return None if self._table is None else self._table.resource_handle

    def size(self, name: str | None = None) -> Tensor:
        """The number of entries and buckets, an int64 scalar."""
        with name_scope(name, f"{self.name}_Size"):
            known = (
                convert_to_tensor(0, dtypes.int64) if self._table is None else self._table.size()
            )
            size: Tensor = AddV2(known, self._num_oov_buckets, name="add")
            return size

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The ids of `keys`, a tensor or a SparseTensor of any shape.

        Raises:
          TypeError: the keys are of another type than the table's.
        """
        self._check_key_type(keys)
        dense = keys.values if isinstance(keys, SparseTensor) else keys
        if self._table is not None and self._table.key_dtype is dtypes.int64:
            dense = cast(dense, dtypes.int64)
        if self._num_oov_buckets == 0:
            return of_values(keys, self._table.lookup(dense, name=name))
        with name_scope(name, f"{self.name}_Lookup"):
            ids = self._ids(dense)
        return of_values(keys, ids)

    def _ids(self, keys: Any) -> Tensor:
        words = keys if keys.dtype.base_dtype is dtypes.string else AsString(keys)
        hashed = _hash_function(self._hasher_spec)
        buckets = hashed(words, num_buckets=self._num_oov_buckets, name="hash_bucket")
        if self._table is None:
            return buckets
        ids = self._table.lookup(keys)
        buckets = add(buckets, self._table.size())
        is_known = NotEqual(ids, self._table.default_value)
        found: Tensor = SelectV2(is_known, ids, buckets)
        return found


class StaticVocabularyTable(IdTableWithHashBuckets):
    """A table to int64 ids that an initializer fills, and buckets for all other keys.

    Args:
      initializer: of keys that are strings or int64, and values of int64; None: only buckets.
      num_oov_buckets: how many buckets, at least 1.
      lookup_key_dtype: of the keys to look up, string or an integer type.

    Raises:
      ValueError: no bucket.
      TypeError: the types are others.
    """

    def __init__(
        self,
        initializer: TableInitializerBase | None,
        num_oov_buckets: int,
        lookup_key_dtype: DType | None = None,
        name: str | None = None,
    ) -> None:
        if num_oov_buckets <= 0:
            raise ValueError("oov_buckets must be > 0.")
        table = None
        if initializer:
            _check_table_types(initializer, lookup_key_dtype or initializer.key_dtype)
            table = StaticHashTable(initializer, default_value=-1)
        else:
            lookup_key_dtype = dtypes.string
        super().__init__(table, num_oov_buckets, name=name, key_dtype=lookup_key_dtype)


StaticVocabularyTableV1 = StaticVocabularyTable  # its name in TensorFlow's inner module

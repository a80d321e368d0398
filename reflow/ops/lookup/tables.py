"""Tables from keys to values as a session holds them.

Source of behaviour and of messages: tensorflow/core/kernels/lookup_table_op.cc and
initializable_lookup_table.cc.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from reflow.graph import errors
from reflow.graph.dtypes import DType, string
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes

Array = np.ndarray[Any, Any]
Sizes = tuple[int, ...]


def invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


def _text(sizes: Sequence[int]) -> str:
    return shapes.text(TensorShape(sizes))


def _items(array: Array, item_shape: Sizes) -> list[Any]:
    """What an array is made of, as Python values to be kept: vectors as tuples."""
    if not item_shape:
        flat: list[Any] = array.ravel().tolist()
        return flat
    return [tuple(row) for row in array.reshape(-1, *item_shape).tolist()]


def _array(items: Sequence[Any], dtype: DType, item_shape: Sizes) -> Array:
    """The array that is made of such items, [n, *item_shape]."""
    array = np.empty((len(items), *item_shape), dtype.as_numpy_dtype)
    if items:
        array[:] = items
    return array


def _known_sizes(shape: TensorShape) -> Sizes:
    return tuple(size for size in shape.as_list() if size is not None)


class LookupTable:
    """A map whose keys are scalars or vectors of one type, and whose values are of another.

    Attributes:
      key_dtype, value_dtype, key_shape, value_shape: of one key and of one value.
    """

    def __init__(self, key_dtype: DType, value_dtype: DType, value_shape: Sizes = ()) -> None:
        self.key_dtype = key_dtype
        self.value_dtype = value_dtype
        self.key_shape: Sizes = ()
        self.value_shape = value_shape
        self._entries: dict[Any, Any] = {}
        self._lock = threading.Lock()

    def size(self) -> int:
        return len(self._entries)

    def find(self, keys: Array, default: Array) -> Array:
        """The values of `keys`, `default` where there is none.

        keys: [..., *key_shape] -> [..., *value_shape]
        """
        self._check_keys(keys)
        if default.shape != self.value_shape:
            raise invalid(
                f"Expected shape {_text(self.value_shape)} for default value, got "
                f"{_text(default.shape)}"
            )
        (missing,) = _items(default, self.value_shape)
        get = self._entries.get
        found = [get(key, missing) for key in _items(keys, self.key_shape)]
        values = _array(found, self.value_dtype, self.value_shape)
        return values.reshape(self._values_shape(keys))

    def insert(self, keys: Array, values: Array) -> None:
        """Adds entries, or changes their values.

        keys: [..., *key_shape]; values: [..., *value_shape].
        """
        self._check_entries(keys, values)
        with self._lock:
            self._entries.update(self._pairs(keys, values))

    def remove(self, keys: Array) -> None:
        """Forgets entries, of those that there are."""
        self._check_keys(keys)
        with self._lock:
            for key in _items(keys, self.key_shape):
                self._entries.pop(key, None)

    def replace(self, keys: Array, values: Array) -> None:
        """Makes these all the entries."""
        self._check_entries(keys, values)
        with self._lock:
            self._entries = dict(self._pairs(keys, values))

    def export(self) -> tuple[Array, Array]:
        """All keys, [n, *key_shape], and their values, [n, *value_shape]."""
        with self._lock:
            entries = list(self._entries.items())
        return self._arrays(entries)

    def _arrays(self, entries: Sequence[tuple[Any, Any]]) -> tuple[Array, Array]:
        keys, values = ([entry[i] for entry in entries] for i in (0, 1))
        return (
            _array(keys, self.key_dtype, self.key_shape),
            _array(values, self.value_dtype, self.value_shape),
        )

    def _pairs(self, keys: Array, values: Array) -> Iterable[tuple[Any, Any]]:
        return zip(_items(keys, self.key_shape), _items(values, self.value_shape))

    def _values_shape(self, keys: Array) -> Sizes:
        return (*keys.shape[: keys.ndim - len(self.key_shape)], *self.value_shape)

    def _check_keys(self, keys: Array) -> None:
        rank = len(self.key_shape)
        if keys.ndim < rank or keys.shape[keys.ndim - rank :] != self.key_shape:
            raise invalid(
                f"Input key shape {_text(keys.shape)} must end with the table's key shape "
                f"{_text(self.key_shape)}"
            )

    def _check_entries(self, keys: Array, values: Array) -> None:
        self._check_keys(keys)
        expected = self._values_shape(keys)
        if values.shape != expected:
            raise invalid(f"Expected shape {_text(expected)} for value, got {_text(values.shape)}")


class StaticTable(LookupTable):
    """A table that is filled once, and unknown before."""

    _initialized = False

    def _require_initialized(self) -> None:
        if not self._initialized:
            raise errors.FailedPreconditionError(None, None, "Table not initialized.")

    def size(self) -> int:
        return super().size() if self._initialized else 0

    def find(self, keys: Array, default: Array) -> Array:
        self._require_initialized()
        return super().find(keys, default)

    def export(self) -> tuple[Array, Array]:
        self._require_initialized()
        return super().export()

    def insert(self, keys: Array, values: Array) -> None:
        raise _unsupported("Insert")

    def remove(self, keys: Array) -> None:
        raise _unsupported("Remove")

    def replace(self, keys: Array, values: Array) -> None:
        if keys.shape != values.shape:
            raise invalid(
                "keys and values should have the same dimension."
                f"{_text(keys.shape)} vs {_text(values.shape)}"
            )
        if not keys.size:
            raise invalid("keys and values cannot be empty tensors.")
        self.initialize(list(self._pairs(keys, values)))

    def initialize(self, entries: Sequence[tuple[Any, Any]]) -> None:
        """Fills the table.  A second time changes nothing.

        Raises:
          tf.errors.FailedPreconditionError: a key with two values, or a second time with another
            number of entries.
        """
        with self._lock:
            if self._initialized:
                if len(entries) != len(self._entries):
                    raise errors.FailedPreconditionError(
                        None, None, "Table was already initialized with different data."
                    )
                return
            for key, value in entries:
                before = self._entries.setdefault(key, value)
                if before != value:
                    raise errors.FailedPreconditionError(
                        None,
                        None,
                        "HashTable has different value for same key. Key "
                        f"{_shown(key)} has {_shown(before)} and trying to add value "
                        f"{_shown(value)}",
                    )
            self._initialized = True

    @property
    def is_initialized(self) -> bool:
        return self._initialized


def _shown(item: Any) -> str:
    return item.decode(errors="backslashreplace") if isinstance(item, bytes) else str(item)


def _unsupported(what: str) -> errors.UnimplementedError:
    return errors.UnimplementedError(
        None, None, f"{what} not supported by InitializableLookupTable implementations"
    )


class MutableTable(LookupTable):
    """A table that is empty at first.

    Args:
      value_rank: 0 for scalars as values, 1 for vectors.
    """

    def __init__(
        self, key_dtype: DType, value_dtype: DType, value_shape: TensorShape, value_rank: int
    ) -> None:
        if value_shape.ndims != value_rank or not value_shape.is_fully_defined():
            kind = "vector" if value_rank else "scalar"
            raise invalid(f"Default value must be a {kind}, got shape {shapes.text(value_shape)}")
        super().__init__(key_dtype, value_dtype, _known_sizes(value_shape))


class DenseTable(LookupTable):
    """A table in buckets that are exported as they are, empty ones too.

    Its keys must not be the two that stand for an empty bucket and for one that an entry left.
    """

    _buckets = 0

    def __init__(self, key_dtype: DType, value_dtype: DType, value_shape: TensorShape) -> None:
        if value_shape.ndims not in (0, 1) or not value_shape.is_fully_defined():
            raise invalid(
                "Empty value must be a scalar or a vector, got shape " + shapes.text(value_shape)
            )
        super().__init__(key_dtype, value_dtype, _known_sizes(value_shape))
        self._removed: list[Any] = []  # what is still in the buckets of removed entries

    def configure(
        self, empty_key: Array, deleted_key: Array, buckets: int, max_load_factor: float
    ) -> None:
        """What is known when the table is first used; later calls change nothing."""
        with self._lock:
            if not self._buckets:
                self._configure(empty_key, deleted_key, buckets, max_load_factor)

    def _configure(
        self, empty_key: Array, deleted_key: Array, buckets: int, max_load_factor: float
    ) -> None:
        if not 0 < max_load_factor < 1:
            raise invalid(f"max_load_factor must be between 0 and 1, got: {max_load_factor}")
        if empty_key.ndim > 1:
            raise invalid(
                f"Empty key must be a scalar or a vector, got shape {_text(empty_key.shape)}"
            )
        if empty_key.shape != deleted_key.shape:
            raise invalid(
                "Empty and deleted keys must have same shape, got shapes: "
                f"{_text(empty_key.shape)} and {_text(deleted_key.shape)}"
            )
        (self._empty_key,) = _items(empty_key, empty_key.shape)
        (self._deleted_key,) = _items(deleted_key, empty_key.shape)
        if self._empty_key == self._deleted_key:
            raise invalid("Empty and deleted keys cannot be equal")
        if buckets < 4 or buckets & (buckets - 1):
            raise invalid(f"Number of buckets must be at least 4 and a power of 2, got: {buckets}")
        self.key_shape = empty_key.shape
        self._max_load_factor = max_load_factor
        self._buckets = buckets

    def insert(self, keys: Array, values: Array) -> None:
        self._check_entries(keys, values)
        with self._lock:
            expected = len(self._entries) + math.prod(keys.shape[:1])  # as if all were new
            if expected > self._buckets * self._max_load_factor:
                self._removed.clear()
            while expected > self._buckets * self._max_load_factor:
                self._buckets *= 2
            self._entries.update(self._pairs(keys, values))

    def remove(self, keys: Array) -> None:
        self._check_keys(keys)
        with self._lock:
            for key in _items(keys, self.key_shape):
                if key in self._entries:
                    self._removed.append(self._entries.pop(key))
            # TensorFlow finds no bucket any more; here those of removed entries are used again.
            del self._removed[: len(self._entries) + len(self._removed) - self._buckets]

    def replace(self, keys: Array, values: Array) -> None:
        """Takes over exported buckets."""
        count = math.prod(keys.shape[:1])
        for what, array, shape in (
            ("key", keys, (count, *self.key_shape)),
            ("value", values, (count, *self.value_shape)),
        ):
            if array.size != math.prod(shape) or array.shape[:1] != (count,):
                raise invalid(f"Expected {what} shape {_text(shape)} got {_text(array.shape)}")
        with self._lock:
            pairs = list(self._pairs(keys, values))
            self._buckets = len(pairs)
            self._removed = [value for key, value in pairs if key == self._deleted_key]
            special = (self._empty_key, self._deleted_key)
            self._entries = {key: value for key, value in pairs if key not in special}

    def export(self) -> tuple[Array, Array]:
        """What is in all buckets, keys and values as matrices: [buckets, size of one]."""
        with self._lock:
            buckets = list(self._entries.items())
            buckets += [(self._deleted_key, value) for value in self._removed]
            free = self._buckets - len(buckets)
        keys, values = self._arrays(buckets)
        empty = _array([self._empty_key], self.key_dtype, self.key_shape)
        nothing = b"" if self.value_dtype is string else 0
        rest = np.full((free, *self.value_shape), nothing, values.dtype)
        all_keys = np.concatenate([keys, empty.repeat(free, axis=0)])
        all_values = np.concatenate([values, rest])
        return all_keys.reshape(len(all_keys), -1), all_values.reshape(len(all_values), -1)

    def _check_keys(self, keys: Array) -> None:
        expected = (*keys.shape[:1], *self.key_shape)
        if keys.size != math.prod(expected):
            raise invalid(f"Expected key shape {_text(expected)} got {_text(keys.shape)}")
        for name, key in (("empty_key", self._empty_key), ("deleted_key", self._deleted_key)):
            if key in _items(keys, self.key_shape):
                raise invalid(f"Using the {name} as a table key is not allowed")

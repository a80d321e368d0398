"""Checkpoints of TensorFlow's second format, byte for byte: PREFIX.index and PREFIX.data-*.

The index is a table from tensors' names to their types, shapes and places in the data file.  A
tensor may be stored in slices, parts of a partitioned variable.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from reflow.files import wire
from reflow.files.crc32c import crc32c, extend, mask
from reflow.files.tables import read_table, table_bytes
from reflow.graph.dtypes import DType, as_dtype, string
from reflow.graph.errors import DataLossError, NotFoundError

__all__ = ["BundleReader", "SavedTensor", "Slice", "write_bundle"]

_HEADER: Final = wire.varint_field(1, 1) + wire.message(3, wire.varint_field(1, 1))
_Array = np.ndarray[Any, Any]


class Slice(NamedTuple):
    """Which part of a whole tensor: of each dimension, where it starts and how long it is.

    A length of -1 stands for all of a dimension.
    """

    full_shape: tuple[int, ...]
    starts: tuple[int, ...]
    lengths: tuple[int, ...]

    @classmethod
    def parse(cls, spec: str) -> Slice | None:
        """Of a text such as "4 2 0,2:0,2" (shape, then start,length or "-" of each dimension).

        None for "", the whole; ValueError for what is neither.
        """
        if not spec:
            return None
        *sizes, extents = spec.split(" ")
        full_shape = tuple(map(int, sizes))
        parts = [
            (0, -1) if extent == "-" else tuple(map(int, extent.split(",")))
            for _, extent in zip(full_shape, extents.split(":"), strict=True)
        ]
        starts, lengths = zip(*parts)
        return cls(full_shape, starts, lengths)

    @property
    def region(self) -> tuple[slice, ...]:
        return tuple(
            slice(start, None if length < 0 else start + length)
            for start, length in zip(self.starts, self.lengths)
        )


class SavedTensor(NamedTuple):
    """A tensor to be written."""

    name: str
    value: _Array  # strings: bytes in an object array
    dtype: DType
    slice: Slice | None = None


class _Entry(NamedTuple):
    """What the index says of a tensor."""

    dtype: DType
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    crc: int
    slices: list[Slice]


def write_bundle(prefix: str, tensors: Iterable[SavedTensor]) -> None:
    """Write a checkpoint, in whole or not at all: files are renamed when they are complete.

    Raises:
      OSError: the files cannot be written.
    """
    index: dict[bytes, bytes] = {b"": _HEADER}
    slices: dict[str, tuple[SavedTensor, list[Slice]]] = {}
    data_path = f"{prefix}.data-00000-of-00001"
    offset = 0
    with open(f"{data_path}.part", "wb") as file:
        for tensor in tensors:
            content, checksum = _content(tensor)
            file.write(content)
            key = tensor.name.encode()
            if tensor.slice is not None:
                slices.setdefault(tensor.name, (tensor, []))[1].append(tensor.slice)
                key = _slice_key(tensor.name, tensor.slice)
            entry = _entry(tensor.dtype, tensor.value.shape)
            entry += wire.varint_field(4, offset) + wire.varint_field(5, len(content))
            index[key] = entry + wire.fixed32(6, checksum)
            offset += len(content)
        _sync(file)
    for name, (tensor, parts) in slices.items():
        whole = _entry(tensor.dtype, parts[0].full_shape)
        index[name.encode()] = whole + b"".join(wire.message(7, _extents(part)) for part in parts)
    with open(f"{prefix}.index.part", "wb") as file:
        file.write(table_bytes(index))
        _sync(file)
    os.replace(f"{data_path}.part", data_path)
    os.replace(f"{prefix}.index.part", f"{prefix}.index")


def _sync(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())


def _content(tensor: SavedTensor) -> tuple[bytes, int]:
    """The bytes that hold a tensor's elements, and their masked checksum."""
    if tensor.dtype != string:
        content = np.ascontiguousarray(tensor.value).tobytes()
        return content, mask(crc32c(content))
    items = [bytes(item) for item in tensor.value.ravel().tolist()]
    lengths = b"".join(wire.varint(len(item)) for item in items)
    packed = b"".join(struct.pack("<I", len(item)) for item in items)
    length_crc = struct.pack("<I", mask(crc32c(packed)))
    texts = b"".join(items)
    return lengths + length_crc + texts, mask(crc32c(packed + length_crc + texts))


def _entry(dtype: DType, shape: Sequence[int]) -> bytes:
    """The part of a BundleEntryProto that tells type and shape."""
    sizes = b"".join(wire.message(2, wire.varint_field(1, size)) for size in shape)
    return wire.varint_field(1, dtype.as_datatype_enum) + wire.message(2, sizes)


def _extents(part: Slice) -> bytes:
    """A slice as a TensorSliceProto; all of a dimension has no numbers."""
    return b"".join(
        wire.message(1, wire.varint_field(1, start) + wire.varint_field(2, max(length, 0)))
        for start, length in zip(part.starts, part.lengths)
    )


def _slice_key(name: str, part: Slice) -> bytes:
    """Under which a slice is stored: numbers that sort as they count ("ordered code")."""
    key = b"\0" + name.encode().replace(b"\0", b"\0\xff") + b"\0\x01"
    key += _ordered(len(part.full_shape))
    for start, length in zip(part.starts, part.lengths):
        key += _ordered_signed(start) + _ordered_signed(length)
    return key


def _ordered(number: int) -> bytes:
    content = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return bytes([len(content)]) + content


def _ordered_signed(number: int) -> bytes:
    """A number: its size in leading ones, then its bits; of negative ones all are flipped."""
    positive = ~number if number < 0 else number
    size = next(n for n in range(1, 10) if positive < 1 << (7 * n - 1))
    code = positive | ((1 << size) - 1) << (7 * size)
    if number < 0:
        code ^= (1 << 8 * size) - 1
    return code.to_bytes(size, "big")


def _about_first_format(prefix: str) -> str:
    """What to add for files of TensorFlow's first format, which have the checkpoint's very name."""
    if not os.path.isfile(prefix) and not os.path.isfile(f"{prefix}-00000-of-00001"):
        return ""
    return (
        f". {prefix} is a checkpoint of TensorFlow's first format, which reflow does not read yet; "
        "tf.train.Saver(write_version=tf.train.SaverDef.V2) under TensorFlow 1 writes the second"
    )


class BundleReader:
    """Reads tensors of a checkpoint.

    Args:
      prefix: of its files.

    Raises:
      NotFoundError: there is no such checkpoint.
      DataLossError: its index is damaged.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        path = f"{prefix}.index"
        try:
            with open(path, "rb") as file:
                table = read_table(file.read(), path)
        except OSError as error:
            raise NotFoundError(
                None,
                None,
                f"Unsuccessful TensorSliceReader constructor: {path}: {error.strerror}"
                f"{_about_first_format(prefix)}",
            ) from error
        try:
            header = dict(wire.fields(table.pop(b"", b"")))
            self._table = table
            self._shards = int(header.get(1, 1))
        except (ValueError, TypeError) as error:
            raise DataLossError(None, None, f"{path} has a damaged header: {error}") from error

    def names(self) -> list[str]:
        """The names of the tensors."""
        return [key.decode() for key in self._table if not key.startswith(b"\0")]

    def dtype(self, name: str) -> DType:
        return self._entry(name).dtype

    def shape(self, name: str) -> tuple[int, ...]:
        return self._entry(name).shape

    def read(self, name: str, part: Slice | None = None) -> _Array:
        """A tensor, or a part of it; strings as bytes in an object array.

        Raises:
          NotFoundError: there is none of this name.
          DataLossError: its data is damaged.
        """
        entry = self._entry(name)
        if not entry.slices:
            whole = self._content(name, entry)
            return whole if part is None else whole[part.region]
        whole = np.empty(
            entry.shape, object if entry.dtype == string else entry.dtype.as_numpy_dtype
        )
        for stored in entry.slices:
            key = _slice_key(name, stored)
            whole[stored.region] = self._content(name, _parsed(self._table[key], name))
        return whole if part is None else whole[part.region]

    def _entry(self, name: str) -> _Entry:
        data = self._table.get(name.encode())
        if data is None:
            raise NotFoundError(None, None, f"Key {name} not found in checkpoint")
        return _parsed(data, name)

    def _content(self, name: str, entry: _Entry) -> _Array:
        path = f"{self._prefix}.data-{entry.shard:05d}-of-{self._shards:05d}"
        try:
            with open(path, "rb") as file:
                file.seek(entry.offset)
                content = file.read(entry.size)
        except OSError as error:
            raise NotFoundError(None, None, f"{path}; {error.strerror}") from error
        if len(content) != entry.size:
            raise DataLossError(None, None, f"{path} ends before the data of {name}")
        if entry.dtype == string:
            return _texts(content, entry, name)
        if mask(crc32c(content)) != entry.crc:
            raise _checksum_error(name)
        element = np.dtype(entry.dtype.as_numpy_dtype)
        if len(content) != element.itemsize * int(np.prod(entry.shape, dtype=np.int64)):
            raise DataLossError(None, None, f"{name} has {len(content)} bytes for {entry.shape}")
        return np.frombuffer(content, element).reshape(entry.shape)


def _checksum_error(name: str) -> DataLossError:
    return DataLossError(None, None, f"Checksum does not match: stored of {name}")


def _parsed(data: bytes, name: str) -> _Entry:
    try:
        values: dict[int, Any] = {}
        slices: list[bytes] = []
        for field, value in wire.fields(data):
            if field == 7:
                slices.append(value)  # type: ignore[arg-type]
            else:
                values[field] = value
        shape = tuple(_sizes(size) for field, size in wire.fields(values.get(2, b"")) if field == 2)
        return _Entry(
            as_dtype(values.get(1, 0)),
            shape,
            values.get(3, 0),
            values.get(4, 0),
            values.get(5, 0),
            values.get(6, 0),
            [_parsed_slice(part, shape) for part in slices],
        )
    except (ValueError, TypeError) as error:
        raise DataLossError(None, None, f"the entry of {name} is damaged: {error}") from error


def _sizes(dimension: Any) -> int:
    return int(dict(wire.fields(dimension)).get(1, 0))


def _parsed_slice(data: bytes, full_shape: tuple[int, ...]) -> Slice:
    extents = [dict(wire.fields(extent)) for _, extent in wire.fields(data)]  # type: ignore[arg-type]
    starts = tuple(int(extent.get(1, 0)) for extent in extents)
    lengths = tuple(int(extent.get(2, -1)) for extent in extents)
    return Slice(full_shape, starts, lengths)


def _texts(content: bytes, entry: _Entry, name: str) -> _Array:
    try:
        position, lengths = 0, []
        for _ in range(int(np.prod(entry.shape, dtype=np.int64))):
            length, position = wire.read_varint(content, position)
            lengths.append(length)
        packed = b"".join(struct.pack("<I", length) for length in lengths)
    except (ValueError, struct.error) as error:
        raise DataLossError(None, None, f"the strings of {name} are damaged: {error}") from error
    if mask(extend(crc32c(packed), content[position:])) != entry.crc:
        raise _checksum_error(name)
    position += 4
    texts = np.empty(len(lengths), object)
    for i, length in enumerate(lengths):
        texts[i] = content[position : position + length]
        position += length
    return texts.reshape(entry.shape)

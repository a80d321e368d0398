"""Datasets of what files hold: records of a fixed length, lines of text."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from collections.abc import Iterator as PythonIterator
from collections.abc import Sequence

import numpy as np

from reflow.files import file_io
from reflow.files.streams import COMPRESSIONS, open_stream
from reflow.graph import errors
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.data.base import Context, Dataset, Iterator, handle, invalid
from reflow.ops.data.blocks import Array, Block
from reflow.ops.data.signatures import of_scalars
from reflow.ops.kernels import Host
from reflow.ops.op import op

# How much is read at once.
_CHUNK_BYTES = 1 << 20


def _names(filenames: Array) -> tuple[bytes, ...]:
    if filenames.ndim > 1:
        raise invalid("`filenames` must be a scalar or a vector.")
    return tuple(filenames.reshape(-1).tolist())


def _compression(value: Array) -> str:
    compression: str = value.item().decode()
    if compression and compression not in COMPRESSIONS:
        raise invalid("Unsupported compression_type.")
    return compression


def _checked_buffer_size(buffer_size: Array) -> None:
    # How much is read at once is this module's business, but a wrong size is an error.
    if buffer_size < 0:
        raise invalid("`buffer_size` must be >= 0")


def _strings(items: Sequence[bytes]) -> Block:
    column = np.empty(len(items), object)
    column[:] = items
    return Block([column])


class _FilesIterator(Iterator):
    """Walks through several files, one after the other."""

    def __init__(self, names: Sequence[bytes]) -> None:
        self._names = names
        self._file = 0
        self._chunks: PythonIterator[Sequence[bytes]] | None = None
        self._items: Sequence[bytes] = ()
        self._position = 0  # in the items

    @abstractmethod
    def _read(self, name: bytes) -> PythonIterator[Sequence[bytes]]:
        """The items of a file, in portions."""

    def _next(self, limit: int) -> Block | None:
        while self._position == len(self._items):
            if self._chunks is None:
                if self._file == len(self._names):
                    return None
                self._chunks = self._read(self._names[self._file])
            try:
                chunk = next(self._chunks, None)
            except errors.DataLossError:
                self._leave_file()
                raise
            except errors.OpError:
                # The same file is tried again.
                self._chunks = None
                raise
            if chunk is None:
                self._leave_file()
            else:
                self._items, self._position = chunk, 0
        start, self._position = self._position, min(self._position + limit, len(self._items))
        return _strings(self._items[start : self._position])

    def _leave_file(self) -> None:
        self._chunks = None
        self._file += 1


# -- Records of a fixed length --------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False)
class FixedLengthRecords(Dataset):
    """Files of a header, records of one length, and a footer.  Lengths are in bytes."""

    names: tuple[bytes, ...]
    header: int
    record: int
    footer: int
    compression: str

    def iterate(self, context: Context) -> Iterator:
        return _RecordsIterator(self)

    def wrong_size(self, name: bytes, body: int) -> str:
        return (
            f"Excluding the header ({self.header} bytes) and footer ({self.footer} bytes), input "
            f'file "{name.decode(errors="replace")}" has body length {body} bytes, which is not an '
            f"exact multiple of the record length ({self.record} bytes)."
        )


class _RecordsIterator(_FilesIterator):
    def __init__(self, dataset: FixedLengthRecords) -> None:
        super().__init__(dataset.names)
        self._dataset = dataset

    def _read(self, name: bytes) -> PythonIterator[Sequence[bytes]]:
        dataset = self._dataset
        if not dataset.compression:
            body = file_io.stat(name).length - dataset.header - dataset.footer
            if body < 0 or body % dataset.record:
                raise invalid(dataset.wrong_size(name, body))
        length = dataset.record
        portion = max(1, _CHUNK_BYTES // length) * length
        stream = open_stream(name, dataset.compression)
        header = stream.read(dataset.header)
        if len(header) < dataset.header:
            body = len(header) - dataset.header - dataset.footer
            raise errors.DataLossError(None, None, dataset.wrong_size(name, body))
        # What has been read and may still turn out to be the footer.
        held = stream.read(dataset.footer)
        body = 0
        while chunk := stream.read(portion):
            held += chunk
            end = (len(held) - dataset.footer) // length * length
            yield [held[start : start + length] for start in range(0, end, length)]
            held = held[end:]
            body += end
        left_over = len(held) - dataset.footer
        if left_over:
            raise errors.DataLossError(None, None, dataset.wrong_size(name, body + left_over))


@op
class FixedLengthRecordDatasetV2:
    """A dataset of the records of files, as strings of `record_bytes` bytes."""

    inputs = (
        "filenames: string, header_bytes: int64, record_bytes: int64, footer_bytes: int64, "
        "buffer_size: int64, compression_type: string"
    )
    outputs = "handle: variant"
    stateful = True
    gradient = None

    def shape(
        filenames: TensorShape,
        header_bytes: TensorShape,
        record_bytes: TensorShape,
        footer_bytes: TensorShape,
        buffer_size: TensorShape,
        compression_type: TensorShape,
    ) -> TensorShape:
        return of_scalars(header_bytes, record_bytes, footer_bytes, buffer_size, compression_type)

    def kernel(
        filenames: Host,
        header_bytes: Host,
        record_bytes: Host,
        footer_bytes: Host,
        buffer_size: Host,
        compression_type: Host,
    ) -> Array:
        if header_bytes < 0:
            raise invalid("`header_bytes` must be >= 0")
        if record_bytes <= 0:
            raise invalid("`record_bytes` must be > 0")
        if footer_bytes < 0:
            raise invalid("`footer_bytes` must be >= 0")
        _checked_buffer_size(buffer_size)
        return handle(
            FixedLengthRecords(
                _names(filenames),
                int(header_bytes),
                int(record_bytes),
                int(footer_bytes),
                _compression(compression_type),
            )
        )


# -- Lines ----------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False)
class TextLines(Dataset):
    """The lines of files, without what ends them."""

    names: tuple[bytes, ...]
    compression: str

    def iterate(self, context: Context) -> Iterator:
        return _LinesIterator(self)


class _LinesIterator(_FilesIterator):
    def __init__(self, dataset: TextLines) -> None:
        super().__init__(dataset.names)
        self._compression = dataset.compression

    def _read(self, name: bytes) -> PythonIterator[Sequence[bytes]]:
        stream = open_stream(name, self._compression)
        held = b""
        while chunk := stream.read(_CHUNK_BYTES):
            *lines, held = (held + chunk.replace(b"\r", b"")).split(b"\n")
            yield lines
        if held:
            yield [held]


@op
class TextLineDataset:
    """A dataset of the lines of files."""

    inputs = "filenames: string, compression_type: string, buffer_size: int64"
    outputs = "handle: variant"
    stateful = True
    gradient = None

    def shape(
        filenames: TensorShape, compression_type: TensorShape, buffer_size: TensorShape
    ) -> TensorShape:
        return of_scalars(compression_type, buffer_size)

    def kernel(filenames: Host, compression_type: Host, buffer_size: Host) -> Array:
        _checked_buffer_size(buffer_size)
        return handle(TextLines(_names(filenames), _compression(compression_type)))

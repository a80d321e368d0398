"""Readers: records of the files whose names a queue gives."""

from __future__ import annotations

from typing import Any

from reflow.graph.dtypes import resource
from reflow.graph.operation import Operation, Tensor
from reflow.ops.data_flow import reader_ops
from reflow.tf._execution_modes import executing_eagerly


class ReaderBase:
    """Makes records, pairs of a key and a value, of work units: names of files, mostly.

    Args:
      reader_ref: the handle of the reader.
      supports_serialize: its state can be had as a string.

    Raises:
      RuntimeError: in eager execution, in which there are no readers.
    """

    def __init__(self, reader_ref: Tensor, supports_serialize: bool = False) -> None:
        if executing_eagerly():
            raise RuntimeError(
                "Readers are not supported when eager execution is enabled. Instead, please use "
                "tf.data to get data into your model."
            )
        self._reader_ref = reader_ref
        self._supports_serialize = supports_serialize

    @property
    def reader_ref(self) -> Tensor:
        """The handle of the reader."""
        return self._reader_ref

    @property
    def supports_serialize(self) -> bool:
        """Whether the reader's state can be had as a string."""
        return self._supports_serialize

    def _op(self, name: str) -> Any:
        """The op of that name for this reader's handle: a resource, or a reference."""
        return getattr(reader_ops, f"{name}V2" if self._reader_ref.dtype is resource else name)

    def read(self, queue: Any, name: str | None = None) -> Any:
        """The next record, as (key, value): two string scalars.

        Args:
          queue: of the work units, strings; or its handle.  One is taken from it whenever there is
            no more of the last one; the operation waits while there is none.

        The operation raises tf.errors.OutOfRangeError when the queue is closed and there is nothing
        more.
        """
        return self._op("ReaderRead")(self._reader_ref, _handle(queue), name=name)

    def read_up_to(self, queue: Any, num_records: Any, name: str | None = None) -> Any:
        """The next records, as (keys, values): two string vectors.

        As `read`; they are `num_records`, an int64 scalar, but fewer where a work unit ends.
        """
        return self._op("ReaderReadUpTo")(self._reader_ref, _handle(queue), num_records, name=name)

    def num_records_produced(self, name: str | None = None) -> Tensor:
        """The number of records read so far, an int64 scalar."""
        return self._op("ReaderNumRecordsProduced")(self._reader_ref, name=name)

    def num_work_units_completed(self, name: str | None = None) -> Tensor:
        """The number of work units read to their ends, an int64 scalar."""
        return self._op("ReaderNumWorkUnitsCompleted")(self._reader_ref, name=name)

    def serialize_state(self, name: str | None = None) -> Tensor:
        """What the reader remembers, a string scalar.

        The operation raises tf.errors.UnimplementedError unless `supports_serialize`.
        """
        return self._op("ReaderSerializeState")(self._reader_ref, name=name)

    def restore_state(self, state: Any, name: str | None = None) -> Operation:
        """The operation that has the reader go back to what `serialize_state` gave.

        It raises tf.errors.UnimplementedError unless `supports_serialize`, and
        tf.errors.InvalidArgumentError if `state` is no state; the reader is reset then.
        """
        return self._op("ReaderRestoreState")(self._reader_ref, state, name=name)

    def reset(self, name: str | None = None) -> Operation:
        """The operation that has the reader forget all, also the rest of a work unit."""
        return self._op("ReaderReset")(self._reader_ref, name=name)


def _handle(queue: Any) -> Tensor:
    return queue if isinstance(queue, Tensor) else queue.queue_ref


class WholeFileReader(ReaderBase):
    """Reads whole files: a key is the name of a file, the value what is in it."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(reader_ops.WholeFileReaderV2(name=name), supports_serialize=True)


class TextLineReader(ReaderBase):
    """Reads the lines of files, without what ends them: a key is NAME:NUMBER, from 1.

    Args:
      skip_header_lines: how many lines to pass over in each file.
    """

    def __init__(self, skip_header_lines: int | None = None, name: str | None = None) -> None:
        ref = reader_ops.TextLineReaderV2(skip_header_lines=skip_header_lines, name=name)
        super().__init__(ref)


class FixedLengthRecordReader(ReaderBase):
    """Reads records of one length: a key is NAME:NUMBER, from 0.

    Args:
      record_bytes: the length of a record.
      header_bytes: what to pass over at the start of each file.
      footer_bytes: what to leave out at its end.
      hop_bytes: from the start of a record to that of the next; by default, or 0, `record_bytes`.
      encoding: "ZLIB" or "GZIP" if the files are compressed.
    """

    def __init__(
        self,
        record_bytes: int,
        header_bytes: int | None = None,
        footer_bytes: int | None = None,
        hop_bytes: int | None = None,
        name: str | None = None,
        encoding: str | None = None,
    ) -> None:
        ref = reader_ops.FixedLengthRecordReaderV2(
            record_bytes=record_bytes,
            header_bytes=header_bytes,
            footer_bytes=footer_bytes,
            hop_bytes=hop_bytes,
            encoding=encoding,
            name=name,
        )
        super().__init__(ref)


class IdentityReader(ReaderBase):
    """Gives the work units themselves, as keys and as values."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(reader_ops.IdentityReaderV2(name=name), supports_serialize=True)

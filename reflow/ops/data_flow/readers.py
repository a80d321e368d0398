"""Readers: the records of files whose names a queue gives.

What happens when is TensorFlow's (tensorflow/core/framework/reader_base.cc and its kin): a reader
takes a work unit, a name, from the queue when it has no more of the last one.
"""

from __future__ import annotations

import contextlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, TypeAlias

from reflow.files import file_io, wire
from reflow.files.streams import COMPRESSIONS, open_stream
from reflow.graph import errors
from reflow.graph.dtypes import string
from reflow.graph.operation import Operation
from reflow.ops.data_flow.queues import Queue
from reflow.ops.data_flow.resources import invalid
from reflow.ops.data_flow.waiting import Attempt, Line, Shared

# How much of a file of lines is read at once.
_CHUNK_BYTES = 1 << 18

# A key and a value.
Record: TypeAlias = tuple[bytes, bytes]


class Reader(Shared, ABC):
    """Makes records of work units.

    Attributes:
      kind: the name of its class in TensorFlow.
      work: the work unit that it is at.
    """

    kind: ClassVar[str]

    def __init__(self, op: Operation) -> None:
        self._reads = Line()
        super().__init__(self._reads)
        self.name = f"{self.kind} '{op.name}'"
        # The work unit that is asked for, and on whose behalf.
        self._wanted: Attempt | None = None
        self._asking: Attempt | None = None
        self._clear()

    def _clear(self) -> None:
        self.work = b""
        self._started = self._finished = self._produced = 0

    # -- What tells the kinds apart -------------------------------------------------------------

    def _start(self) -> None:
        """Begins with a new work unit; what fails here costs that unit."""

    @abstractmethod
    def _next(self) -> tuple[Record | None, bool]:
        """The next record, if there is any, and whether the work unit has no more."""

    def _check_state(self, what: str) -> None:
        """UnimplementedError unless all that the reader remembers is in its counts."""
        raise errors.UnimplementedError(None, None, f"Reader {what}")

    # -- Reading --------------------------------------------------------------------------------

    def read(self, queue: Queue, count: int, outputs: Callable[[list[Record]], Any]) -> Attempt:
        """Gives `count` records, when there are so many; fewer where a work unit ends.

        Raises:
          tf.errors.OutOfRangeError: the queue is closed, and there are no more.
          tf.errors.InvalidArgumentError: the queue's elements are no names.
        """
        records: list[Record] = []

        def advance(attempt: Attempt) -> bool:
            while len(records) < count:
                if self._finished == self._started and not self._begin(queue, attempt):
                    return False
                record, ends = self._next()
                if record is not None:
                    records.append(record)
                    self._produced += 1
                if ends:
                    self._finished = self._started
                    if records:
                        break
            attempt.finish(lambda: outputs(records))
            return True

        return self.attempt(self._reads, advance, "Dequeue operation was cancelled")

    def _begin(self, queue: Queue, attempt: Attempt) -> bool:
        """Begins with the next work unit; False while the queue has none."""
        if self._wanted is None:
            self._wanted = queue.dequeue()
            if not self._wanted.is_finished:
                self._asking = attempt
                waiting = threading.Thread(target=self._go_on, args=(self._wanted,), daemon=True)
                waiting.start()
        if not self._wanted.is_finished:
            return False
        wanted, self._wanted, self._asking = self._wanted, None, None
        self.work = _name(queue, wanted.result())
        self._start()
        self._started += 1
        return True

    def _go_on(self, wanted: Attempt) -> None:
        """Lets the reads go on when the queue has given what they want."""
        with contextlib.suppress(errors.OpError):  # Whoever reads meets it.
            wanted.result()
        with self.lock:
            self.advance()

    def cancel(self, attempt: Attempt) -> None:
        with self.lock:
            if self._wanted is not None and self._asking is attempt:
                self._asking = None
                self._wanted.cancel()
                if self._wanted.error is not None:
                    self._wanted = None
            super().cancel(attempt)

    # -- What it has done -------------------------------------------------------------------------

    def check(self, op: Operation) -> None:
        """Nodes of one shared name may want any reader."""

    @property
    def num_records_produced(self) -> int:
        with self.lock:
            return self._produced

    @property
    def num_work_units_completed(self) -> int:
        with self.lock:
            return self._finished

    def reset(self) -> None:
        """Forgets all, also the rest of the work unit that it is at."""
        with self.lock:
            self._clear()

    def state(self) -> bytes:
        """What it remembers, as a ReaderBaseState message; UnimplementedError where that is more
        than such a message holds."""
        with self.lock:
            self._check_state("SerializeState")
            counts = (self._started, self._finished, self._produced)
            fields = [wire.varint_field(number, count) for number, count in enumerate(counts, 1)]
            return b"".join([*fields, wire.message(4, self.work) if self.work else b""])

    def restore(self, state: bytes) -> None:
        """Goes back to what `state` gave.

        Raises:
          tf.errors.InvalidArgumentError: it is no state of a reader between two work units; the
            reader is reset.
        """
        with self.lock:
            self._clear()
            self._check_state("RestoreState")
            work, counts = self._parsed(state)
            if min(counts) < 0:
                raise invalid(f"Unexpected negative value when restoring in {self.name}: {counts}")
            if counts[0] > counts[1]:
                raise invalid(
                    f"Inconsistent work started vs. finished when restoring in {self.name}: "
                    f"{counts[0]} vs. {counts[1]}"
                )
            self.work = work
            self._started, self._finished, self._produced = counts

    def _parsed(self, state: bytes) -> tuple[bytes, list[int]]:
        counts, work = [0, 0, 0], b""
        try:
            for number, value in wire.fields(state):
                if not number:
                    raise ValueError("there is no field 0")
                if number == 4 and isinstance(value, bytes):
                    work = value
                elif number < 4 and isinstance(value, int):
                    counts[number - 1] = value - (value >> 63 << 64)
        except ValueError as error:
            shown = state.decode("latin1").encode("unicode_escape").decode()
            raise invalid(f"Could not parse state for {self.name}: {shown}") from error
        return work, counts


def _name(queue: Queue, components: list[Any]) -> bytes:
    """The work unit that an element of a queue is."""
    if len(components) != 1:
        raise invalid("Expected single component queue")
    if queue.types[0] is not string:
        raise invalid("Expected queue with single string component")
    if components[0].size != 1:
        raise invalid("Expected to dequeue a one-element string tensor")
    name: bytes = components[0].item()
    return name


class _OneRecord(Reader):
    """A reader that makes one record of a work unit: its counts tell all of it."""

    def _check_state(self, what: str) -> None:
        """The counts are all."""


class IdentityReader(_OneRecord):
    """The work units themselves, as keys and values."""

    kind = "IdentityReader"

    def _next(self) -> tuple[Record, bool]:
        return (self.work, self.work), True


class WholeFileReader(_OneRecord):
    """Whole files, under their names."""

    kind = "WholeFileReader"

    def _next(self) -> tuple[Record, bool]:
        with file_io.FileIO(self.work, "rb") as file:
            return (self.work, file.read()), True


class TextLineReader(Reader):
    """The lines of files, without what ends them, under NAME:NUMBER, from 1."""

    kind = "TextLineReader"

    def __init__(self, op: Operation) -> None:
        super().__init__(op)
        self._skipped: int = op.attrs["skip_header_lines"]
        if self._skipped < 0:
            raise invalid(f"skip_header_lines must be >= 0 not {self._skipped}")
        self._text: Iterator[bytes] = iter(())
        self._number = 0

    def _start(self) -> None:
        file_io.stat(self.work)  # A file that is missing is known now.
        self._text = _lines(self.work)
        self._number = 0
        while self._number < self._skipped and next(self._text, None) is not None:
            self._number += 1

    def _next(self) -> tuple[Record | None, bool]:
        line = next(self._text, None)
        if line is None:
            return None, True
        self._number += 1
        return (b"%s:%d" % (self.work, self._number), line), False


def _lines(name: bytes) -> Iterator[bytes]:
    stream = open_stream(name, "")
    held = b""
    while chunk := stream.read(_CHUNK_BYTES):
        *lines, held = (held + chunk).split(b"\n")
        for line in lines:
            yield line.removesuffix(b"\r")
    if held := held.removesuffix(b"\r"):
        yield held


class FixedLengthRecordReader(Reader):
    """Records of `record_bytes`, each `hop_bytes` behind the one before, between a header and a
    footer, under NAME:NUMBER, from 0."""

    kind = "FixedLengthRecordReader"

    def __init__(self, op: Operation) -> None:
        super().__init__(op)
        for name in ("header_bytes", "record_bytes", "footer_bytes", "hop_bytes"):
            if op.attrs[name] < 0:
                raise invalid(f"{name} must be >= 0 not {op.attrs[name]}")
        self._header: int = op.attrs["header_bytes"]
        self._record: int = op.attrs["record_bytes"]
        self._footer: int = op.attrs["footer_bytes"]
        self._hop: int = op.attrs["hop_bytes"] or self._record
        # The op that gives a reference has no such attribute.
        encoding = op.attrs.get("encoding", "")
        self._compression = encoding if encoding in COMPRESSIONS else ""

    def _start(self) -> None:
        file_io.stat(self.work)  # A file that is missing is known now.
        self._stream = open_stream(self.work, self._compression)
        self._number = 0
        # What has been read ahead: of the next record, or the footer.
        self._ahead = b""
        if len(self._stream.read(self._header)) < self._header:
            raise errors.OutOfRangeError(None, None, "reached end of file")

    def _next(self) -> tuple[Record | None, bool]:
        if self._number:
            missing = self._hop - len(self._ahead)
            self._ahead = self._ahead[self._hop :]
            if missing > 0 and len(self._stream.read(missing)) < missing:
                return None, True
        missing = self._record + self._footer - len(self._ahead)
        read = self._stream.read(missing)
        if len(read) < missing:
            return None, True
        self._ahead += read
        key = b"%s:%d" % (self.work, self._number)
        self._number += 1
        return (key, self._ahead[: self._record]), False

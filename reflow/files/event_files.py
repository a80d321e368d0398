"""Event files, which TensorBoard reads: Event messages as TFRecords, written by a thread.

Source: tensorflow/core/util/events_writer.cc and python/summary/writer/event_file_writer.py.
"""

from __future__ import annotations

import os
import queue
import socket
import threading
import time
from collections.abc import Iterator
from typing import IO, Any

from reflow.files.records import framed, read_records
from reflow.graph.errors import DataLossError

_VERSION = "brain.Event:2"


class EventFileWriter:
    """Appends Events to a new file in a directory, without making the caller wait for the disk.

    Args:
      logdir: the directory; made if it is not there.
      max_queue: how many events may wait to be written; a caller with one more waits.
      flush_secs: the longest time that an event stays unwritten.
      filename_suffix: the file's name ends with it.
    """

    def __init__(
        self,
        logdir: str,
        max_queue: int = 10,
        flush_secs: float = 120,
        filename_suffix: str | None = None,
    ) -> None:
        self._logdir = str(logdir)
        self._flush_secs = flush_secs
        self._suffix = filename_suffix or ""
        self._queue: queue.Queue[bytes | threading.Event] = queue.Queue(max(max_queue, 1))
        self._open()

    def _open(self) -> None:
        os.makedirs(self._logdir or ".", exist_ok=True)
        name = f"events.out.tfevents.{int(time.time()):010d}.{socket.gethostname()}{self._suffix}"
        path = os.path.join(self._logdir, name)
        self._file: IO[bytes] = open(path, "ab")  # noqa: SIM115, open until `close`
        self._closed = False
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=self._write_all, name="event writer", daemon=True)
        self._file.write(framed(_event(file_version=_VERSION)))
        self._file.flush()
        self._thread.start()

    def get_logdir(self) -> str:
        """The directory of the file."""
        return self._logdir

    def add_event(self, event: Any) -> None:
        """Hands an Event over; nothing if the writer is closed.  OSError if the disk failed."""
        if not self._closed:
            self._raise_failure()
            self._queue.put(event.SerializeToString())

    def flush(self) -> None:
        """Waits until all events are in the file."""
        if self._closed:
            return
        written = threading.Event()
        self._queue.put(written)
        written.wait()
        self._raise_failure()

    def close(self) -> None:
        """Writes what is left and closes the file."""
        if self._closed:
            return
        self.flush()
        self._closed = True
        self._queue.put(threading.Event())
        self._thread.join()
        self._file.close()

    def reopen(self) -> None:
        """Goes on with a new file, if the writer is closed."""
        if self._closed:
            self._open()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _write_all(self) -> None:
        """Runs in the thread: writes events as they come, flushes when somebody or time asks."""
        unflushed_since: float | None = None
        while True:
            wait = None
            if unflushed_since is not None:
                wait = max(0.0, unflushed_since + self._flush_secs - time.monotonic())
            try:
                item: bytes | threading.Event | None = self._queue.get(timeout=wait)
            except queue.Empty:
                item = None
            try:
                if isinstance(item, bytes):
                    self._file.write(framed(item))
                    unflushed_since = unflushed_since or time.monotonic()
                    continue
                self._file.flush()
                unflushed_since = None
            except OSError as error:
                self._failure = error
            if isinstance(item, threading.Event):
                item.set()
                if self._closed:
                    return


def _event(**fields: Any) -> bytes:
    from tensorboard.compat.proto.event_pb2 import Event

    serialized: bytes = Event(wall_time=time.time(), **fields).SerializeToString()
    return serialized


def read_events(path: str) -> Iterator[Any]:
    """The Events of a file; an unfinished one at its end is left out.

    Raises:
      DataLossError: a checksum does not fit, or a record is no Event.
    """
    from google.protobuf.message import DecodeError
    from tensorboard.compat.proto.event_pb2 import Event

    with open(path, "rb") as file:
        for record in read_records(file, path):
            try:
                yield Event.FromString(record)
            except DecodeError as error:
                raise DataLossError(None, None, f"{path}: not an Event message") from error

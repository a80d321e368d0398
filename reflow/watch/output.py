"""Keeps what the program prints: the beginning and the end of it, in output.txt.

`sys.stdout` and `sys.stderr` stay the objects that they are, with their encoding, file number and
terminal; only their `write` goes through here.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections import deque
from collections.abc import Callable
from typing import Any, Final, TextIO

from reflow.files.run_directory import OUTPUT_FILE

__all__ = ["Output", "Write"]

# Of the beginning and of the end, in characters.
_KEPT: Final = 1 << 19
# Parts that wait to be written; more come only if nobody writes them.
_MOST_PARTS: Final = 1 << 16

Write = Callable[[str], Any]
# Makes of a stream and its `write` the one that the program calls.
Around = Callable[[TextIO, Write], Write]


class Output:
    """Listens to the streams, and writes what it heard when it is told to.

    Args:
      directory: the run's.
    """

    def __init__(self, directory: str) -> None:
        self._path = os.path.join(directory, OUTPUT_FILE)
        self._heard: deque[str] = deque(maxlen=_MOST_PARTS)
        self._head = 0  # characters that the file has of the beginning
        self._head_bytes = 0
        self._tail: deque[str] = deque()
        self._tail_size = 0
        self._left_out = 0
        self._shadowed: list[tuple[TextIO, Write]] = []

    def listen(self, around: Around = lambda stream, write: write) -> None:
        """Hears from now on what is written to `sys.stdout` and `sys.stderr`.

        Args:
          around: what else is to happen when something is written.
        """
        for stream in {id(s): s for s in (sys.stdout, sys.stderr) if s is not None}.values():
            write = self._hearing(around(stream, stream.write))
            with contextlib.suppress(AttributeError):  # a stream that lets nobody set anything
                stream.write = write  # type: ignore[method-assign]
                self._shadowed.append((stream, write))

    def _hearing(self, write: Write) -> Write:
        def heard(text: str) -> Any:
            written = write(text)
            if isinstance(text, str):
                self._heard.append(text)
            return written

        return heard

    def stop(self) -> None:
        """Leaves the streams as they were."""
        for stream, write in self._shadowed:
            if stream.__dict__.get("write") is write:
                del stream.write
        self._shadowed.clear()

    def write(self) -> None:
        """Brings the file up to date.  OSError: it could not be written."""
        heard = "".join(self._heard.popleft() for _ in range(len(self._heard)))
        if not heard:
            return
        fits = heard[: max(0, _KEPT - self._head)]
        if fits:
            self._head += len(fits)
            with open(self._path, "ab") as file:
                self._head_bytes += file.write(fits.encode(errors="replace"))
        if len(fits) < len(heard):
            self._keep_end(heard[len(fits) :])
            self._write_end()

    def _keep_end(self, text: str) -> None:
        self._tail.append(text)
        self._tail_size += len(text)
        while self._tail_size - len(self._tail[0]) >= _KEPT:
            dropped = self._tail.popleft()
            self._tail_size -= len(dropped)
            self._left_out += len(dropped)

    def _write_end(self) -> None:
        tail = "".join(self._tail)[-_KEPT:]
        left_out = self._left_out + self._tail_size - len(tail)
        gap = f"\n[... {left_out} characters ...]\n" if left_out else ""
        with open(self._path, "r+b") as file:
            file.seek(self._head_bytes)
            file.truncate()
            file.write((gap + tail).encode(errors="replace"))

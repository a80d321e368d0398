"""Chooses, of what a long run recorded before it was opened, what is read and in which order.

A run of days has more records than a page can wait for.  Records with the same tags are of one
kind; of each kind a few, evenly over time, are an overview.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from reflow.lab.contents import Record
from reflow.lab.series import evenly

# A past of so many bytes is read at once.
_SHORT = 1 << 24
# Of larger records so many of a kind are read, of smaller ones all.
_SMALL = 1 << 14
_LARGE_RECORDS = 400
_OVERVIEW = 16

# An Event (tensorboard/compat/proto/event.proto) up to the length of its first value's tag: the
# time, the step, and the heads of the summary and of the value.
_VARINT = rb"[\x80-\xff]{0,9}[\x00-\x7f]"
_HEAD = re.compile(
    rb"\x09.{8}(?:\x10%b)?\x2a%b\x0a%b\x0a([\x00-\x7f])" % (_VARINT, _VARINT, _VARINT), re.DOTALL
)
_LONGEST_HEAD = 256


def is_long(records: Sequence[Record]) -> bool:
    """Whether reading the records takes long enough for an overview to be worth it."""
    return sum(record.place.size for record in records) > _SHORT


def chosen(records: Sequence[Record]) -> tuple[list[Record], list[Record]]:
    """An overview, a few of each kind with the first and the last; and all that is worth reading:
    the small records, and of each kind of large ones some."""
    few: set[Record] = set()
    worth = {record for record in records if record.place.size <= _SMALL}
    for kind in _by_kind(records):
        few.update(_evenly(kind, _OVERVIEW))
        worth.update(_evenly([r for r in kind if r.place.size > _SMALL], _LARGE_RECORDS))
    return [r for r in records if r in few], [r for r in records if r in worth]


def _evenly(records: Sequence[Record], count: int) -> list[Record]:
    return [records[i] for i in evenly(len(records), count)]


def _by_kind(records: Sequence[Record]) -> list[list[Record]]:
    kinds: dict[bytes, list[Record]] = defaultdict(list)
    by_path: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_path[record.path].append(record)
    for path, those in by_path.items():
        with open(path, "rb") as file:
            for record in those:
                file.seek(record.place.start)
                kinds[_first_tag(file.read(min(record.place.size, _LONGEST_HEAD)))].append(record)
    return list(kinds.values())


def _first_tag(head: bytes) -> bytes:
    """The tag of an event's first value; of other events nothing."""
    found = _HEAD.match(head)
    return b"" if found is None else head[found.end() : found.end() + found[1][0]]

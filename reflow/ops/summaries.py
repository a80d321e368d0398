"""Values written out in short, as tf.Assert and tf.Print show them: "[1 2][3...]...".

Source: Tensor::SummarizeValue in tensorflow/core/framework/tensor.cc.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_ESCAPES = {ord(char): f"\\{name}" for char, name in zip("\n\r\t\"'\\", "nrt\"'\\")}


def summary(array: Array, limit: int) -> str:
    """The first `limit` elements (all, if negative), rows in brackets, "..." for the rest."""
    limit = array.size if limit < 0 else limit
    elements = [_element(item) for item in array.ravel()[:limit]]
    text = _rows(elements, array.shape, 0)[0] if array.ndim else "".join(elements)
    return text + ("..." if array.size > limit else "")


def _rows(elements: list[str], shape: tuple[int, ...], start: int) -> tuple[str, int]:
    """What is shown of a part of the array whose elements start at `start`, and where it ends."""
    if len(shape) == 1:
        end = min(start + shape[0], len(elements))
        return " ".join(elements[start:end]), end
    text = ""
    for _ in range(shape[0]):
        if start >= len(elements):
            break
        row, end = _rows(elements, shape[1:], start)
        cut_short = len(shape) == 2 and end - start < shape[1]
        text += f"[{row}...]" if cut_short else f"[{row}]"
        start = end
    return text, start


def nested_summary(array: Array, ends: int) -> str:
    """The first and last `ends` elements along each axis (all, if negative), in nested brackets.

    Strings are in quotation marks.  So tf.print shows values."""
    ends = array.size if ends < 0 else min(ends, array.size)
    if array.dtype.kind == "c":
        return f"[{' '.join('?' * ends)}{'...' if ends < array.size else ''}]"
    if array.ndim == 0:
        return _quoted(array[()]) if ends else "..."
    return _nested(array, ends, 0)


def _nested(array: Any, ends: int, axis: int) -> str:
    """A part of an array that lies `axis` axes deep in the whole, whose element has no axis."""
    if not isinstance(array, np.ndarray) or not array.ndim:
        return _quoted(array)
    inner = array.ndim - 1
    gap = "\n" * inner + " " * (axis + 1) if inner else " "
    count = len(array)
    last = range(max(ends, count - ends), count)
    shown = [_nested(array[i], ends, axis + 1) for i in (*range(min(ends, count)), *last)]
    if count > 2 * ends:
        shown.insert(ends, "...")
    # What is left out stands behind a gap even where nothing is in front of it.
    return f"[{gap if shown[:1] == ['...'] else ''}{gap.join(shown)}]"


def _quoted(item: Any) -> str:
    return f'"{_element(item)}"' if isinstance(item, bytes) else _element(item)


def _element(item: Any) -> str:
    if isinstance(item, bytes):
        return "".join(_ESCAPES.get(byte) or _character(byte) for byte in item)
    if isinstance(item, (bool, np.bool_)):
        return str(int(item))
    if isinstance(item, np.floating):
        return _number(item)
    return "?" if isinstance(item, np.complexfloating) else str(item)


def _character(byte: int) -> str:
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"


def _number(item: Any) -> str:
    """The fewest of two numbers of digits that tell the value from its neighbours: those of single
    precision, if it is of half."""
    item = np.float32(item) if item.dtype == np.float16 else item
    few, many = (15, 17) if item.dtype == np.float64 else (6, 9)
    short = f"{item:.{few}g}"
    return short if item.dtype.type(short) == item or np.isnan(item) else f"{item:.{many}g}"

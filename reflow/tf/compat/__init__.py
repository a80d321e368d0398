"""`tf.compat`: text and bytes, numeric types, and the namespace by its version."""

from __future__ import annotations

import numbers as _numbers
import os as _os
from typing import Any, Final

import numpy as _np

import reflow.tf as v1
from reflow.graph.tensor_shape import dimension_at_index, dimension_value
from reflow.tf._absence import part_or_error
from reflow.tf.compat._horizon import forward_compatibility_horizon, forward_compatible

__all__ = [
    "as_bytes",
    "as_str",
    "as_str_any",
    "as_text",
    "bytes_or_text_types",
    "complex_types",
    "dimension_at_index",
    "dimension_value",
    "forward_compatibility_horizon",
    "forward_compatible",
    "integral_types",
    "path_to_str",
    "real_types",
    "v1",
]

# For isinstance: what Python and NumPy have of each kind of number, and of text.
integral_types: Final = (_numbers.Integral, _np.integer)
real_types: Final = (_numbers.Real, _np.integer, _np.floating)
complex_types: Final = (_numbers.Complex, _np.number)
bytes_or_text_types: Final = (bytes, str)


def as_bytes(bytes_or_text: str | bytes | bytearray, encoding: str = "utf-8") -> bytes:
    """Text, encoded; bytes as they are.

    Raises:
      TypeError: neither text nor bytes.
    """
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    if isinstance(bytes_or_text, (bytes, bytearray)):
        return bytes(bytes_or_text)
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


def as_text(bytes_or_text: str | bytes, encoding: str = "utf-8") -> str:
    """Bytes, decoded; text as it is.

    Raises:
      TypeError: neither text nor bytes.
    """
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


as_str = as_text


def as_str_any(value: Any) -> str:
    """Bytes, decoded; anything else as `str` has it."""
    return as_str(value) if isinstance(value, bytes) else str(value)


def path_to_str(path: Any) -> Any:
    """The text of a path object or of bytes; anything else as it is."""
    return as_str_any(_os.fspath(path)) if isinstance(path, (str, bytes, _os.PathLike)) else path


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

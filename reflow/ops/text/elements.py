"""What kernels of strings have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reflow.graph import errors

Array = np.ndarray[Any, Any]


def invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


def as_bytes(attribute: str | bytes) -> bytes:
    """A string attribute as the kernels of TensorFlow see it."""
    return attribute.encode() if isinstance(attribute, str) else attribute


def text(string: bytes) -> str:
    """A string as messages show it."""
    return string.decode(errors="backslashreplace")


def strings_array(strings: Sequence[bytes]) -> Array:
    """A vector of strings."""
    return np.fromiter(strings, object, len(strings))


def mapped(function: Callable[[Any], bytes], array: Array) -> Array:
    """The string that the function makes of each element."""
    return strings_array([function(item) for item in array.ravel().tolist()]).reshape(array.shape)

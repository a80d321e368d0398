"""Arguments that say something of each axis of space: windows, strides, dilations."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any


def for_each_axis(value: Any, name: str, data_format: str) -> list[int]:
    """One number for each axis of a tensor of this format; 1 for the batch and the channels.

    Args:
      value: one number for all axes of space, one for each, or one for each axis of the tensor.
      name: of the argument, for the message.

    Raises:
      ValueError: it has another number of elements.
    """
    rank = len(data_format)
    values: Any = [1] if value is None else value if isinstance(value, Sized) else [value]
    if len(values) == rank:
        return list(values)
    if len(values) not in (1, rank - 2):
        raise ValueError(
            f"{name} should be of length 1, {rank - 2} or {rank} but was {len(values)}"
        )
    of_space = list(values) * (rank - 2) if len(values) == 1 else list(values)
    return [1, 1, *of_space] if data_format.startswith("NC") else [1, *of_space, 1]

"""tf.bitwise: integers as rows of bits.  The ops themselves say what they are called here."""

from __future__ import annotations

from typing import Any

from reflow.ops.exports import exported
from reflow.tf._absence import part_or_error

globals().update(exported("bitwise"))


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

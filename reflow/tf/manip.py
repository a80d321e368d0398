"""tf.manip: moving the elements of tensors."""

from __future__ import annotations

from typing import Any

from reflow.ops.exports import exported
from reflow.tf._absence import part_or_error
from reflow.tf._arrays import reverse
from reflow.tf._gathering import gather_nd

globals().update(exported("manip"))


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

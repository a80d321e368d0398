"""tf.queue: what threads of a program hand elements on with."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf._queues import (
    FIFOQueue,
    PaddingFIFOQueue,
    PriorityQueue,
    QueueBase,
    RandomShuffleQueue,
)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

"""tf.summary: values described for TensorBoard."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.summary._scalar import scalar


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

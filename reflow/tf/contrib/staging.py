"""tf.contrib.staging: elements put aside for a later run."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf._staging import StagingArea


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

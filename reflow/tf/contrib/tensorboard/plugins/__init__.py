"""tf.contrib.tensorboard.plugins: one module for each plugin."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

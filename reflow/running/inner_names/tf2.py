"""tensorflow.python.tf2: whether programs have TensorFlow 2's behaviour."""

from __future__ import annotations

__all__ = ["enabled"]


def enabled() -> bool:
    """False: here is TensorFlow 1."""
    return False

"""Names of tensorflow.python.ops.ragged.ragged_util that are called otherwise."""

from __future__ import annotations

from reflow.tf._repeating import repeat

__all__ = ["repeat"]

"""`tensorflow.python.framework.constant_op`."""

from __future__ import annotations

from reflow.ops.constants import constant as constant_v1

__all__ = ["constant_v1"]

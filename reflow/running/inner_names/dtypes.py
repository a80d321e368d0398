"""`tensorflow.python.framework.dtypes`."""

from __future__ import annotations

from reflow.graph.dtypes import TYPE_NAMES as _TYPE_TO_STRING

__all__ = ["_TYPE_TO_STRING"]

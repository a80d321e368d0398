"""What both solvers ask of the state and of the times."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph.operation import Tensor


def check_types(y0: Tensor, t: Tensor, dt: Tensor | None = None) -> None:
    """Raises TypeError unless all are of floating point, the state perhaps complex."""
    if not (y0.dtype.is_floating or y0.dtype.is_complex):
        raise TypeError(
            "`y0` must have a floating point or complex floating point dtype. Received: "
            f"{y0.dtype.name}"
        )
    if not t.dtype.is_floating:
        raise TypeError(f"`t` must have a floating point dtype. Received: {t.dtype.name}")
    if dt is not None and not dt.dtype.is_floating:
        raise TypeError(f"`dt` must have a floating point dtype. Received: {dt.dtype.name}")


def where_increasing(t: Tensor) -> Any:
    """A context whose operations wait until the times have been found to increase."""
    increases = tf.reduce_all(t[1:] > t[:-1])
    checked = tf.Assert(increases, ["`t` must be monotonic increasing"])
    return tf.control_dependencies([checked])

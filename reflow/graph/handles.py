"""Variables behind handles, as those see them who must not know the class."""

from __future__ import annotations

from typing import Any

from reflow.graph.operation import Tensor


def handle_of(value: Any) -> Tensor | None:
    """The handle of a resource variable, a scalar of type resource; None for anything else."""
    handle = getattr(value, "handle", None)
    return handle if isinstance(handle, Tensor) else None

"""Graph mode and eager mode, for tests that run in both."""

from __future__ import annotations

import importlib.util
from contextlib import AbstractContextManager, nullcontext

#: Whether operations can be executed without a graph.
HAS_EAGER_MODE = importlib.util.find_spec("reflow.tf._eager_context") is not None


def graph_mode() -> AbstractContextManager[None]:
    """Operations made inside are added to a graph."""
    return nullcontext()


def eager_mode() -> AbstractContextManager[None]:
    """Operations made inside are executed at once."""
    return nullcontext()

"""Pickles as Python 2 reads them: its own strings come out as text."""

from __future__ import annotations

import pickle
from typing import Any

__all__ = ["load", "loads"]


def load(file: Any, **options: Any) -> Any:
    """The object that a file holds; the file may be open as text, as Python 2 did not mind."""
    return pickle.load(getattr(file, "buffer", file), **{"encoding": "latin1", **options})


def loads(data: Any, **options: Any) -> Any:
    data = data.encode("latin-1", "surrogateescape") if isinstance(data, str) else data
    return pickle.loads(data, **{"encoding": "latin1", **options})

"""What h5py has lost since version 2."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from reflow.graph import log

__all__ = ["prepare"]


def prepare(h5py: ModuleType) -> None:
    """`dataset.value`: all of it as an array."""
    if not hasattr(h5py.Dataset, "value"):
        h5py.Dataset.value = property(_value)


def _value(dataset: Any) -> Any:
    log.advise("dataset.value is gone from h5py: write dataset[()] instead")
    return dataset[()]

"""Getting ready for a file of TensorFlow's own tests."""

from __future__ import annotations

import sys
from pathlib import Path

from reflow.running.finder import set_stand_in
from reflow.running.tensorflow_tests.absent_names import StandIn
from reflow.running.tensorflow_tests.shared_modules import SharedModuleFinder

__all__ = ["checkout_of", "prepare"]


def checkout_of(path: str) -> Path | None:
    """The folder of TensorFlow's sources that a file of its Python tests lies in, else None."""
    file = Path(path).resolve()
    if not file.name.endswith("_test.py"):
        return None
    for folder in file.parents:
        if folder.name == "python" and folder.parent.name == "tensorflow":
            return folder.parents[1]
    return None


def prepare(path: str) -> None:
    """Have what a file of TensorFlow's tests needs beside TensorFlow found; else do nothing."""
    checkout = checkout_of(path)
    if checkout is not None:
        sys.meta_path.insert(0, SharedModuleFinder(checkout))
        set_stand_in(StandIn)

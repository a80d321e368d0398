"""Copies of TensorFlow's `input_data.py` beside programs of 2015 and 2016.

They read a size from the MNIST files as an array of one element and use it as a number, which NumPy
allows no more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Final

from reflow.graph import log
from reflow.running.aliases import alias

__all__ = ["TutorialCopies"]

_MODULE: Final = "input_data"
#: The first version's way to read a number; from 0.6 on "[0]" follows.
_READS_AN_ARRAY: Final = re.compile(rb"frombuffer\(bytestream\.read\(4\), dtype=\w+\)(?!\[0\])")


class TutorialCopies(MetaPathFinder):
    """Finds reflow's `input_data` in place of a copy that does not run any more."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.rpartition(".")[2] != _MODULE:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
            return None
        if not _READS_AN_ARRAY.search(Path(spec.origin).read_bytes()):
            return None
        log.advise(f"{spec.origin} does not run with NumPy of today: reflow's own stands in")
        return alias(fullname, "reflow.datasets.input_data")

"""What a namespace answers for names that it does not hold: a part loaded on first use, or an
error that says whether TensorFlow 1.15 has the name."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any

from reflow.tensorflow_names import explain_absence


def part_or_error(namespace: str, name: str) -> Any:
    """The submodule `name` of a namespace such as "reflow.tf.train"; AttributeError without one."""
    is_package = "__path__" in vars(sys.modules[namespace])
    if is_package and not name.startswith("_"):
        if importlib.util.find_spec(f"{namespace}.{name}") is not None:
            return importlib.import_module(f"{namespace}.{name}")
    if name.startswith("__"):
        raise AttributeError(f"module {namespace!r} has no attribute {name!r}")
    absence = explain_absence(f"{namespace.removeprefix('reflow.')}.{name}")
    # Without the object Python 3.12 and later make no guess of their own behind this one.
    raise AttributeError(absence, name=name)

"""What a namespace answers for names that it does not hold: a part loaded on first use, or an
error that says whether TensorFlow 1.15 has the name."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any

from reflow.graph import log
from reflow.tensorflow_names import explain_absence
from reflow.tensorflow_renames import RENAMED


def part_or_error(namespace: str, name: str) -> Any:
    """The submodule `name` of a namespace such as "reflow.tf.train", or what its old name stands
    for; AttributeError without either."""
    is_package = "__path__" in vars(sys.modules[namespace])
    if is_package and not name.startswith("_"):
        if importlib.util.find_spec(f"{namespace}.{name}") is not None:
            return importlib.import_module(f"{namespace}.{name}")
    if name.startswith("__"):
        raise AttributeError(f"module {namespace!r} has no attribute {name!r}")
    path = f"{namespace.removeprefix('reflow.')}.{name}"
    if path in RENAMED:
        value = _find(RENAMED[path])
        if value is not None:
            log.advise(f"{path} is the name of TensorFlow 0.x: it is {RENAMED[path]} now")
            setattr(sys.modules[namespace], name, value)
            return value
    absence = explain_absence(path)
    # Without the object Python 3.12 and later make no guess of their own behind this one.
    raise AttributeError(absence, name=name)


def _find(path: str) -> Any:
    """What a public name below `tf` stands for; None if reflow lacks it."""
    value: Any = sys.modules["reflow.tf"]
    for part in path.split(".")[1:]:
        value = getattr(value, part, None)
    return value

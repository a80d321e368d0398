"""How many examples an epoch has, where the program holds them as TensorFlow's tutorials do."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

__all__ = ["examples_in_an_epoch"]


def examples_in_an_epoch(main: Mapping[str, Any]) -> int | None:
    """The number of examples in `mnist.train`, whatever `mnist` is called; None: there is none.

    Args:
      main: the namespace of the program's `__main__`.
    """
    for value in list(main.values()):
        train = _field(value, "train")
        number = _field(train, "_num_examples")
        if isinstance(number, int):
            return number
        for name in ("images", "_images"):
            shape = getattr(_field(train, name), "shape", ())
            if shape:
                return int(shape[0])
    return None


def _field(value: Any, name: str) -> Any:
    """An attribute that is there without anything being computed; else None."""
    if isinstance(value, ModuleType | type):
        return None
    if isinstance(value, tuple) and name in getattr(value, "_fields", ()):
        return getattr(value, name)
    fields = getattr(value, "__dict__", None)
    return fields.get(name) if isinstance(fields, dict) else None

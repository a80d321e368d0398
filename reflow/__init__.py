"""reflow runs TensorFlow 1 programs on PyTorch.

`import reflow as tf` gives the TensorFlow 1 namespace (as does `from reflow import tf`), loaded
when its first name is used; `import reflow.hook` makes `import tensorflow` mean reflow;
`reflow.watch` shows how networks learn.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from reflow.loading import load


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(f"module 'reflow' has no attribute {name!r}")
    if name == "watch":
        return import_module("reflow.watch")
    tf = load("reflow.tf")
    return tf if name == "tf" else getattr(tf, name)


def __dir__() -> list[str]:
    return dir(load("reflow.tf"))

"""reflow runs TensorFlow 1 programs on PyTorch.

`import reflow as tf` gives the TensorFlow 1 namespace (as does `from reflow import tf`), loaded
when its first name is used; `import reflow.hook` makes `import tensorflow` mean reflow.
"""

from __future__ import annotations

from typing import Any

from reflow.loading import load


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(f"module 'reflow' has no attribute {name!r}")
    tf = load("reflow.tf")
    return tf if name == "tf" else getattr(tf, name)


def __dir__() -> list[str]:
    return dir(load("reflow.tf"))

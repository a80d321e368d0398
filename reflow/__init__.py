"""reflow runs TensorFlow 1 programs on PyTorch.

`import reflow as tf` gives the TensorFlow 1 namespace (as does `from reflow import tf`), loaded
when its first name is used; `import reflow.hook` makes `import tensorflow` mean reflow.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(f"module 'reflow' has no attribute {name!r}")
    from reflow import tf

    return getattr(tf, name)


def __dir__() -> list[str]:
    from reflow import tf

    return dir(tf)

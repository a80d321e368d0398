"""`tf.sysconfig`: how TensorFlow 1.15.5 was built, which programs print."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf._versions import CXX11_ABI_FLAG, MONOLITHIC_BUILD

__all__ = ["CXX11_ABI_FLAG", "MONOLITHIC_BUILD"]


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

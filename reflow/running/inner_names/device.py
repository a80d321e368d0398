"""`tensorflow.python.framework.device`."""

from __future__ import annotations

from typing import Any

from reflow.graph.device import DeviceSpec

__all__ = ["check_valid", "is_device_spec"]


def check_valid(spec: str) -> None:
    """Raises ValueError if it is not the name of a device."""
    DeviceSpec.from_string(spec)


def is_device_spec(obj: Any) -> bool:
    """Whether it is a DeviceSpec."""
    return isinstance(obj, DeviceSpec)

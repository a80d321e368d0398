"""`tensorflow.python.framework.device_spec`."""

from __future__ import annotations

from typing import Any

from reflow.graph.device import DeviceSpec as DeviceSpecV1

__all__ = ["DeviceSpecV1", "DeviceSpecV2"]


class DeviceSpecV2(DeviceSpecV1):
    """TensorFlow 2's `tf.DeviceSpec`, whose attributes stay as they are."""

    __slots__ = ("_is_made",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        object.__setattr__(self, "_is_made", True)

    def __setattr__(self, name: str, value: Any) -> None:
        if getattr(self, "_is_made", False):
            raise AttributeError(f"can't set attribute {name!r} of a DeviceSpec")
        super().__setattr__(name, value)

    def parse_from_string(self, spec: str | None) -> DeviceSpecV2:
        """A new specification, of the device that a name stands for."""
        return type(self)(*DeviceSpecV1().parse_from_string(spec)._merged(DeviceSpecV1()))

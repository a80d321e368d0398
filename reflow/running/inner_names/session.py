"""`tensorflow.python.client.session`."""

from __future__ import annotations

from reflow.runtime.devices import Device as _DeviceAttributes

__all__ = ["_DeviceAttributes"]

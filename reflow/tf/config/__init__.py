"""`tf.config`: devices and threads of eager execution."""

from __future__ import annotations

from typing import Any

from reflow.graph.execution import executing_eagerly
from reflow.runtime.eager.context import context
from reflow.tf._absence import part_or_error

__all__ = [
    "experimental",
    "experimental_list_devices",
    "get_soft_device_placement",
    "optimizer",
    "set_soft_device_placement",
    "threading",
]


def get_soft_device_placement() -> bool:
    """Whether an operation may run on another device than it asks for: eager ones may."""
    wanted = context().options.soft_device_placement
    return executing_eagerly() if wanted is None else wanted


def set_soft_device_placement(enabled: bool) -> None:
    """Says whether an operation without a kernel for its device runs elsewhere.

    Here every operation runs wherever numbers are computed.
    """
    context().options.soft_device_placement = enabled


def experimental_list_devices() -> list[str]:
    """The full names of the devices that operations may be placed on."""
    return context().devices()


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

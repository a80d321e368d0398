"""`tf.config.experimental`: the devices of this machine, and how they are used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.runtime.eager import context as modes
from reflow.runtime.eager.context import context
from reflow.runtime.eager.device_options import (
    LogicalDevice,
    PhysicalDevice,
    VirtualDeviceConfiguration,
)

__all__ = [
    "VirtualDeviceConfiguration",
    "get_device_policy",
    "get_memory_growth",
    "get_synchronous_execution",
    "get_virtual_device_configuration",
    "get_visible_devices",
    "list_logical_devices",
    "list_physical_devices",
    "set_device_policy",
    "set_memory_growth",
    "set_synchronous_execution",
    "set_virtual_device_configuration",
    "set_visible_devices",
]

_POLICIES = {
    "silent": modes.DEVICE_PLACEMENT_SILENT,
    "silent_for_int32": modes.DEVICE_PLACEMENT_SILENT_FOR_INT32,
    "warn": modes.DEVICE_PLACEMENT_WARN,
    "explicit": modes.DEVICE_PLACEMENT_EXPLICIT,
}


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices of this machine, of one type ("CPU" or "GPU") or of all."""
    devices = context().options.physical_devices
    return [device for device in devices if device_type in (None, device.device_type)]


def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """The devices that operations may be placed on; asking settles which they are."""
    devices = [LogicalDevice(d.name, d.device_type) for d in context().placed_devices()]
    return [device for device in devices if device_type in (None, device.device_type)]


def get_visible_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices of this machine that may be used."""
    devices = context().options.visible_devices
    return [device for device in devices if device_type in (None, device.device_type)]


def set_visible_devices(devices: Any, device_type: str | None = None) -> None:
    """Says which devices may be used: a list or one of them, of one type or of all.

    Raises:
      ValueError: there is no such device, or not the first GPUs would be used.
      RuntimeError: operations have run already.
    """
    context().options.set_visible_devices(devices, device_type)


def get_memory_growth(device: PhysicalDevice) -> bool | None:
    """Whether the program has asked for a GPU's memory to be taken as it is needed."""
    return context().options.memory_growth(device)


def set_memory_growth(device: PhysicalDevice, enable: bool) -> None:
    """Says whether a GPU's memory is taken as it is needed: here it always is.

    Raises:
      ValueError: it is no GPU, or divided.
      RuntimeError: operations have run already.
    """
    context().options.set_memory_growth(device, enable)


def get_virtual_device_configuration(
    device: PhysicalDevice,
) -> list[VirtualDeviceConfiguration] | None:
    """The parts that a device is divided into, or None."""
    return context().options.virtual_devices(device)


def set_virtual_device_configuration(
    device: PhysicalDevice, virtual_devices: Sequence[VirtualDeviceConfiguration]
) -> None:
    """Divides a CPU into several devices, or limits the memory of a GPU.

    Raises:
      ValueError: a CPU's memory is to be limited, or a GPU's not, or a GPU divided.
      RuntimeError: operations have run already.
    """
    context().options.set_virtual_devices(device, virtual_devices)


def get_device_policy() -> str:
    """What is done about tensors on another device than an operation's: "silent", ..."""
    policy = context().device_policy
    return next(name for name, number in _POLICIES.items() if number == policy)


def set_device_policy(device_policy: str | None) -> None:
    """Says what is done about them; all numbers lie on one device, so it never happens.

    Raises:
      ValueError: there is no such policy.
    """
    if device_policy is not None and device_policy not in _POLICIES:
        raise ValueError(f"Not a valid device policy: {device_policy!r}")
    context().device_policy = None if device_policy is None else _POLICIES[device_policy]


def get_synchronous_execution() -> bool:
    """Whether an operation is done when it returns, as the program has asked."""
    return context().execution_mode == modes.SYNC


def set_synchronous_execution(enable: bool | None) -> None:
    """Says whether operations must be done when they return: here they always are."""
    context().execution_mode = None if enable is None else modes.SYNC if enable else modes.ASYNC

"""The devices of this machine, for programs that ask before they build (`client.device_lib`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from reflow.runtime.config import placement_for
from reflow.runtime.devices import Device

__all__ = ["LocalDevice", "is_built_with_cuda", "list_local_devices"]


@dataclass(frozen=True)
class LocalDevice:
    """A device, with the fields of TensorFlow's DeviceAttributes.

    Attributes:
      name: "/device:GPU:0".
      device_type: "CPU" or "GPU".
      memory_limit: the memory that it offers, in bytes.
      incarnation: tells one life of the device from the next.
      physical_device_desc: what a GPU is called and can do; "" for a CPU.
    """

    name: str
    device_type: str
    memory_limit: int
    incarnation: int
    physical_device_desc: str


def list_local_devices(session_config: Any = None) -> list[LocalDevice]:
    """The devices that a session would have.

    Args:
      session_config: a tf.ConfigProto, or None.
    """
    return [_described(device) for device in placement_for(session_config).devices]


def _described(device: Device) -> LocalDevice:
    index = device.spec.device_index
    description = ""
    if device.device_type == "GPU":
        gpu = torch.cuda.get_device_properties(index)
        description = (
            f"device: {index}, name: {gpu.name}, compute capability: {gpu.major}.{gpu.minor}"
        )
    return LocalDevice(
        f"/device:{device.device_type}:{index}",
        device.device_type,
        device.memory_limit_bytes,
        device.incarnation,
        description,
    )


def is_built_with_cuda() -> bool:
    """Whether GPUs could be used, were there any: torch has builds without."""
    is_built: bool = torch.backends.cuda.is_built()  # type: ignore[no-untyped-call]
    return is_built

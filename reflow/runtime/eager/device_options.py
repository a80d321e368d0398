"""What programs ask, by `tf.config`, of the devices and threads of eager execution.

Most of it must be asked before the first operation runs.  Source: TensorFlow 1.15,
`tensorflow/python/eager/context.py`, whose texts of errors these are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

__all__ = ["DeviceOptions", "LogicalDevice", "PhysicalDevice", "VirtualDeviceConfiguration"]

_BYTES_PER_MB = 1 << 20


class PhysicalDevice(NamedTuple):
    """A device of this machine: "/physical_device:GPU:0" of type "GPU"."""

    name: str
    device_type: str


class LogicalDevice(NamedTuple):
    """A device that operations may be placed on: ".../device:GPU:0" of type "GPU"."""

    name: str
    device_type: str


class VirtualDeviceConfiguration(NamedTuple):
    """A part of a physical device: the memory that it may use, in megabytes; None on CPUs."""

    memory_limit: float | None = None


class DeviceOptions:
    """The options, until `settle` says that execution begins.

    Attributes:
      physical_devices: those of this machine.
      visible_devices: those of them that may be used.
      soft_device_placement: whether an operation may run elsewhere than it asks; None: as usual.
      optimizer_jit, optimizer_options: hints that change no number; nothing here heeds them.
    """

    def __init__(self) -> None:
        self.physical_devices = [PhysicalDevice("/physical_device:CPU:0", "CPU")]
        self.physical_devices += [
            PhysicalDevice(f"/physical_device:GPU:{index}", "GPU")
            for index in range(torch.cuda.device_count())
        ]
        self.visible_devices = list(self.physical_devices)
        self.soft_device_placement: bool | None = None
        self.optimizer_jit = False
        self.optimizer_options: dict[str, Any] = {}
        self._threads = {"Intra": 0, "Inter": 0}
        self._memory_growth: dict[PhysicalDevice, bool | None] = {
            device: None for device in self.physical_devices if device.device_type == "GPU"
        }
        self._virtual: dict[PhysicalDevice, list[VirtualDeviceConfiguration]] = {}
        self._log_placement = False
        self._is_settled = False

    def settle(self) -> tuple[dict[str, int], bool]:
        """Applies the options, which from now on cannot be changed.

        Returns:
          How many devices of each type there are, and whether to log where operations are placed.
        """
        self._is_settled = True
        if self._threads["Intra"] > 0:
            torch.set_num_threads(self._threads["Intra"])
        counts = {"CPU": 1, "GPU": 0}
        for device in self.visible_devices:
            parts = self._virtual.get(device, [])
            if device.device_type == "CPU":
                counts["CPU"] = max(1, len(parts))
                continue
            counts["GPU"] += 1
            if parts:
                index = int(device.name.rpartition(":")[2])
                total = torch.cuda.get_device_properties(index).total_memory
                limit = (parts[0].memory_limit or 0) * _BYTES_PER_MB
                torch.cuda.set_per_process_memory_fraction(min(1.0, limit / total), index)
        return counts, self._log_placement

    def _refuse_if_settled(self, message: str) -> None:
        if self._is_settled:
            raise RuntimeError(message)

    # -- Threads and logging --------------------------------------------------------------------

    def threads(self, kind: str) -> int:
        """How many threads: "Intra", of one operation; "Inter", for several; 0: as usual."""
        return self._threads[kind]

    def set_threads(self, kind: str, count: int) -> None:
        """Says how many; between operations it has no meaning here, as they run in turn."""
        if self._threads[kind] != count:
            self._refuse_if_settled(
                f"{kind} op parallelism cannot be modified after initialization."
            )
            self._threads[kind] = count

    @property
    def log_device_placement(self) -> bool:
        """Whether to log where operations are placed."""
        return self._log_placement

    @log_device_placement.setter
    def log_device_placement(self, is_wanted: bool) -> None:
        if self._log_placement != is_wanted:
            self._refuse_if_settled("Device placement logging must be set at program startup")
            self._log_placement = is_wanted

    # -- Devices --------------------------------------------------------------------------------

    def set_visible_devices(self, devices: Any, device_type: str | None) -> None:
        """Says which devices may be used, of one type or of all.

        Raises:
          ValueError: there is no such device, or not the first GPUs would be used.
          RuntimeError: execution has begun.
        """
        wanted = devices if isinstance(devices, list) else [devices]
        for device in wanted:
            self._check(device)
            if device_type is not None and device.device_type != device_type:
                raise ValueError(f"Unrecognized device: {device!r}")
        if device_type is not None:
            others = [d for d in self.visible_devices if d.device_type != device_type]
            wanted = [*others, *wanted]
        gpus = [device for device in wanted if device.device_type == "GPU"]
        if gpus != [d for d in self.physical_devices if d.device_type == "GPU"][: len(gpus)]:
            raise ValueError(f"The first GPUs must be visible. Received: {gpus}")
        if wanted != self.visible_devices:
            self._refuse_if_settled("Visible devices cannot be modified after being initialized")
            self.visible_devices = wanted

    def memory_growth(self, device: Any) -> bool | None:
        """What `set_memory_growth` said of a GPU; None if nothing."""
        self._check(device)
        return self._memory_growth[device]

    def set_memory_growth(self, device: Any, enable: bool) -> None:
        """Says whether a GPU's memory is taken as it is needed: here it always is."""
        self._check(device)
        if device in self._virtual:
            raise ValueError("Cannot set memory growth on device when virtual devices configured")
        if device.device_type != "GPU":
            raise ValueError("Cannot set memory growth on non-GPU devices")
        if self._memory_growth[device] != enable:
            self._refuse_if_settled("Physical devices cannot be modified after being initialized")
            self._memory_growth[device] = enable

    def virtual_devices(self, device: Any) -> list[VirtualDeviceConfiguration] | None:
        """The parts that a device is divided into; None if it is not."""
        self._check(device)
        return self._virtual.get(device)

    def set_virtual_devices(self, device: Any, parts: Sequence[VirtualDeviceConfiguration]) -> None:
        """Divides a CPU, or limits the memory of a GPU.

        Raises:
          ValueError: a CPU's memory is to be limited, or a GPU's not, or a GPU divided.
          RuntimeError: execution has begun.
        """
        self._check(device)
        limits = [part.memory_limit for part in parts]
        if device.device_type == "CPU":
            if any(limit is not None for limit in limits):
                raise ValueError(
                    "Setting memory limit on CPU virtual devices is currently not supported"
                )
        elif None in limits:
            raise ValueError("Setting memory limit is required for GPU virtual devices is")
        elif len(limits) > 1:
            raise ValueError(f"A GPU cannot be divided. Received: {list(parts)}")
        if self._virtual.get(device) != parts:
            self._refuse_if_settled("Virtual devices cannot be modified after being initialized")
            self._virtual[device] = list(parts)

    def _check(self, device: Any) -> None:
        if device not in self.physical_devices:
            raise ValueError(f"Unrecognized device: {device!r}")

"""The devices that a session has, and where its operations are placed."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch

from reflow.graph import device as device_names
from reflow.graph import errors, log
from reflow.graph.device import DeviceSpec, canonical_name
from reflow.graph.graph import Graph
from reflow.graph.operation import Operation

_TASK = "/job:localhost/replica:0/task:0"
# What TensorFlow says of a CPU's memory, which it does not limit.
_CPU_MEMORY = 256 << 20
# A device lives as long as the process.
_INCARNATION = time.time_ns()


@dataclass(frozen=True)
class Device:
    """A device of a session (an item of `Session.list_devices`).

    Attributes:
      name: "/job:localhost/replica:0/task:0/device:CPU:0".
      device_type: "CPU" or "GPU".
      memory_limit_bytes: the memory that it offers, in bytes.
      incarnation: tells one life of the device from the next.
    """

    name: str
    device_type: str
    memory_limit_bytes: int
    incarnation: int = _INCARNATION

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", canonical_name(self.name))

    def __str__(self) -> str:
        fields = self.name, self.device_type, self.memory_limit_bytes, self.incarnation
        return f"_DeviceAttributes({', '.join(map(str, fields))})"

    @property
    def spec(self) -> DeviceSpec:
        return DeviceSpec.from_string(self.name)


class Placement:
    """The devices of one session.  All its numbers are computed on one of them, the default.

    A device that the program names is checked, as TensorFlow does: it decides whether the
    program may run, not where.

    Args:
      device_count: how many devices of a type to have at most (GPU) or to have (CPU).
      soft: an operation whose device does not exist is placed on the default one.
      log: print where operations are placed.
    """

    def __init__(
        self, device_count: dict[str, int] | None = None, soft: bool = False, log: bool = False
    ) -> None:
        self.devices = list(_devices(device_count or {}))
        self.default = next((d for d in self.devices if d.device_type == "GPU"), self.devices[0])
        self._soft = soft
        self._log = log
        self._placed = 0
        # What device specifications mean, the empty one among them.
        self._found = {"": self.default}

    @property
    def torch_device(self) -> torch.device:
        """The default device as torch names it."""
        return torch.device("cuda:0" if self.default.device_type == "GPU" else "cpu")

    def named(self, name: str) -> Device:
        """The device that a (partial) name means, "" the default one.

        Raises:
          RuntimeError: there is none.
        """
        wanted = DeviceSpec.from_string(name)
        for device in [self.default, *self.devices]:
            if _matches(wanted, device.spec):
                return device
        if self._soft:
            return self.default
        raise RuntimeError(
            f"{_TASK}{name} unknown device. Available: {', '.join(d.name for d in self.devices)}"
        )

    def place(self, graph: Graph) -> None:
        """Places what was added to the graph since the last call.

        Raises:
          InvalidArgumentError: an operation names a device that does not exist.
        """
        new: Sequence[Operation] = graph._ordered[self._placed :]
        self.place_operations(new)
        self._placed += len(new)

    def place_operations(self, operations: Iterable[Operation]) -> None:
        """Places these; InvalidArgumentError as for `place`."""
        for op in operations:
            device = self._found.get(op.device)
            if device is None:
                device = self._found[op.device] = self._device_of(op)
            if self._log:
                print(f"{op.name}: ({op.type}): {device.name}", file=sys.stderr)

    def _device_of(self, op: Operation) -> Device:
        wanted = DeviceSpec.from_string(op.device)
        for device in self.devices:
            if _matches(wanted, device.spec):
                return device if self.default.device_type == "CPU" else self.default
        if self._soft:
            return self.default
        if device_names.missing_gpus_are_replaced and wanted.device_type == "GPU":
            log.advise(f"there is no {op.device} here: its operations run on {self.default.name}")
            return self.default
        available = ", ".join(device.name for device in self.devices)
        line = op.user_line
        raise errors.InvalidArgumentError(
            None,
            op,
            f"Cannot assign a device for operation {op.name}: node {op.name}"
            f"{f' (defined at {line})' if line is not None else ''} was explicitly assigned to "
            f"{op.device} but available devices are [ {available} ]. Make sure the device "
            "specification refers to a valid device, or let a session choose another one with "
            "tf.ConfigProto(allow_soft_placement=True).",
        )


def _devices(device_count: dict[str, int]) -> Iterator[Device]:
    # TensorFlow makes one CPU where the program asks for none.
    for index in range(device_count.get("CPU", 0) or 1):
        yield Device(f"{_TASK}/device:CPU:{index}", "CPU", _CPU_MEMORY)
    if not torch.cuda.is_available():
        return
    count = torch.cuda.device_count()
    for index in range(min(count, device_count.get("GPU", count))):
        memory = torch.cuda.get_device_properties(index).total_memory
        yield Device(f"{_TASK}/device:GPU:{index}", "GPU", memory)


def _matches(wanted: DeviceSpec, device: DeviceSpec) -> bool:
    """Whether `device` is one that the (partial) specification allows."""
    fields = ("job", "replica", "task", "device_type", "device_index")
    return all(getattr(wanted, f) in (None, getattr(device, f)) for f in fields)

"""Device names: `DeviceSpec`, and how the specifications of nested `tf.device` scopes merge.

Source: TensorFlow 1.15, `tf.DeviceSpec`. A full name is
"/job:worker/replica:0/task:0/device:GPU:1"; every part may be left out, and "/cpu:0" and "/gpu:1"
are short for "/device:CPU:0" and "/device:GPU:1".
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, Protocol, TypeAlias

__all__ = ["DeviceSpec", "HasDevice", "MergeDevice", "canonical_name", "merge_device"]

# Whether operations for a GPU that the machine does not have run on what it has: `reflow run` says
# so, whose user cannot change the program.
missing_gpus_are_replaced = False

# job, replica, task, device type, device index; None for each that is not specified.
_Components: TypeAlias = tuple[str | None, int | None, int | None, str | None, int | None]


class HasDevice(Protocol):
    """What a device function is called with: an operation, or a `NodeDef`."""

    @property
    def device(self) -> str: ...


def _device_type(value: Any) -> str:
    # Only these two have a lower-case spelling, from TensorFlow's first releases.
    return value.upper() if value in ("cpu", "gpu") else str(value)


_CONVERSIONS: Final[dict[str, Callable[[Any], str | int]]] = {
    "job": str,
    "replica": int,
    "task": int,
    "device_type": _device_type,
    "device_index": int,
}


class DeviceSpec:
    """Which device to use, as far as it is specified. Its attributes may be set.

    Args:
      job: name of the job, or None if not specified, as for the others.
      replica: index of the replica.
      task: index of the task.
      device_type: "CPU", "GPU", ...
      device_index: index among the devices of that type; None means any.
    """

    __slots__ = ("device_index", "device_type", "job", "replica", "task")

    job: str | None
    replica: int | None
    task: int | None
    device_type: str | None
    device_index: int | None

    def __init__(
        self,
        job: Any = None,
        replica: Any = None,
        task: Any = None,
        device_type: Any = None,
        device_index: Any = None,
    ) -> None:
        self._set(job, replica, task, device_type, device_index)

    def _set(self, job: Any, replica: Any, task: Any, device_type: Any, device_index: Any) -> None:
        self.job = job
        self.replica = replica
        self.task = task
        self.device_type = device_type
        self.device_index = device_index

    def __setattr__(self, name: str, value: Any) -> None:
        if value is not None and name in _CONVERSIONS:
            value = _CONVERSIONS[name](value)
        object.__setattr__(self, name, value)

    @classmethod
    def from_string(cls, spec: str | None) -> DeviceSpec:
        """The specification that a name stands for; None and "" specify nothing.

        Raises:
          ValueError: the name is not of the form described at the top.
        """
        return cls(*_parse(spec))

    def parse_from_string(self, spec: str | None) -> DeviceSpec:
        """Sets every part from a name, as `from_string` reads it, and returns itself."""
        self._set(*_parse(spec))
        return self

    def to_string(self) -> str:
        """The name, such as "/job:worker/device:GPU:*"; "" if nothing is specified."""
        name = ""
        if self.job is not None:
            name += f"/job:{self.job}"
        if self.replica is not None:
            name += f"/replica:{self.replica}"
        if self.task is not None:
            name += f"/task:{self.task}"
        if self.device_type is not None:
            index = "*" if self.device_index is None else self.device_index
            name += f"/device:{self.device_type}:{index}"
        return name

    def make_merged_spec(self, dev: DeviceSpec) -> DeviceSpec:
        """A new specification: what `dev` specifies, and the rest as here."""
        return type(self)(*self._merged(dev))

    def merge_from(self, dev: DeviceSpec) -> None:
        """Takes over what `dev` specifies."""
        self._set(*self._merged(dev))

    def replace(self, **kwargs: Any) -> DeviceSpec:
        """A new specification with the parts named in `kwargs` set to other values."""
        return type(self)(**{**{name: getattr(self, name) for name in _CONVERSIONS}, **kwargs})

    def _merged(self, dev: DeviceSpec) -> _Components:
        return (
            self.job if dev.job is None else dev.job,
            self.replica if dev.replica is None else dev.replica,
            self.task if dev.task is None else dev.task,
            self.device_type if dev.device_type is None else dev.device_type,
            self.device_index if dev.device_index is None else dev.device_index,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DeviceSpec) and self.to_string() == other.to_string()

    def __hash__(self) -> int:
        return hash(self.to_string())

    def __repr__(self) -> str:
        return f"DeviceSpec({self.to_string()!r})"


def _parse(spec: str | None) -> _Components:
    """The parts of a device name.

    Raises:
      ValueError: a part is not known, an index is no number, or two types are given.
      TypeError: `spec` is no string.
    """
    if spec is None:
        return None, None, None, None, None
    if not isinstance(spec, str):
        raise TypeError(f"A device is named by a string or a DeviceSpec. Received: {spec!r}")
    job: str | None = None
    replica: int | None = None
    task: int | None = None
    device: tuple[str, int | None] | None = None
    for part in spec.split("/"):
        match part.split(":"):
            case [""]:
                pass
            case ["job", name]:
                job = name
            case ["replica", index]:
                replica = int(index)
            case ["task", index]:
                task = int(index)
            case [type_, *indices] if type_.upper() in ("CPU", "GPU") and len(indices) < 2:
                device = _only_device(device, type_.upper(), *indices, spec=spec)
            case ["device", type_, index]:
                device = _only_device(device, type_, index, spec=spec)
            case [word, *_]:
                raise ValueError(f"Unknown attribute: '{word}' in '{spec}'")
    if device is None:
        return job, replica, task, None, None
    return job, replica, task, *device


def _only_device(
    earlier: tuple[str, int | None] | None, device_type: str, index: str = "*", *, spec: str
) -> tuple[str, int | None]:
    if earlier is not None:
        raise ValueError(f"Cannot specify multiple device types: {spec}")
    return device_type, None if index == "*" else int(index)


def canonical_name(device: DeviceSpec | str | None) -> str:
    """The full name of a device: "/device:CPU:0" for "/cpu:0", "" for None.

    Raises:
      ValueError: the name is not valid.
    """
    spec = device if isinstance(device, DeviceSpec) else DeviceSpec.from_string(device)
    return spec.to_string()


class MergeDevice:
    """A device function that adds one specification to what inner scopes have specified.

    Args:
      spec: the specification; a later change of the object given has no effect.
    """

    __slots__ = ("_name",)

    def __init__(self, spec: DeviceSpec | str | None) -> None:
        self._name = canonical_name(spec)

    def __call__(self, node_def: HasDevice) -> DeviceSpec:
        """The device of `node_def`, with what it leaves open as specified here."""
        return DeviceSpec.from_string(self.merge_string(node_def.device))

    def merge_string(self, device: str | None) -> str:
        """The name of `device`, with what it leaves open as specified here."""
        return _merge_names(self._name, device or "")

    @property
    def is_null_merge(self) -> bool:
        """Whether nothing is specified here."""
        return not self._name

    def __repr__(self) -> str:
        return f"MergeDevice({self._name!r})"


@lru_cache(maxsize=1024)
def _merge_names(outer: str, inner: str) -> str:
    return DeviceSpec.from_string(outer).make_merged_spec(DeviceSpec.from_string(inner)).to_string()


@lru_cache(maxsize=1024)
def _merger(name: str) -> MergeDevice:
    return MergeDevice(name)


def merge_device(spec: DeviceSpec | MergeDevice | str | None) -> MergeDevice:
    """The device function of a `tf.device` scope: inner specifications take precedence.

    Args:
      spec: a specification or the name of one. A `MergeDevice` is returned as it is.

    Raises:
      ValueError: the name is not valid.
    """
    return spec if isinstance(spec, MergeDevice) else _merger(canonical_name(spec))

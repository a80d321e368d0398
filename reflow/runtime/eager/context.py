"""The context of eager execution: its devices, its policies, and the calls that it knows.

It answers what programs ask of `tensorflow.python.eager.context`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

import torch

from reflow.graph.device import DeviceSpec
from reflow.graph.execution import current, eager_mode, executing_eagerly, graph_mode
from reflow.graph.graph import get_default_graph
from reflow.graph.seeds import eager_seeds
from reflow.runtime.config import placement_for
from reflow.runtime.devices import Device, Placement
from reflow.runtime.eager.device_options import DeviceOptions, VirtualDeviceConfiguration
from reflow.runtime.memory import keep_freed_memory

if TYPE_CHECKING:
    from reflow.runtime.eager.calls import Call
    from reflow.runtime.eager.engine import KnownArguments

__all__ = [
    "ASYNC",
    "DEVICE_PLACEMENT_EXPLICIT",
    "DEVICE_PLACEMENT_SILENT",
    "DEVICE_PLACEMENT_SILENT_FOR_INT32",
    "DEVICE_PLACEMENT_WARN",
    "EAGER_MODE",
    "GRAPH_MODE",
    "SYNC",
    "Context",
    "VirtualDeviceConfiguration",
    "async_clear_error",
    "async_wait",
    "context",
    "device",
    "eager_mode",
    "ensure_initialized",
    "executing_eagerly",
    "execution_mode",
    "get_log_device_placement",
    "global_seed",
    "graph_mode",
    "in_eager_mode",
    "internal_operation_seed",
    "list_devices",
    "num_gpus",
    "set_execution_mode",
    "set_global_seed",
    "set_log_device_placement",
]

GRAPH_MODE = 0
EAGER_MODE = 1

# What happens to inputs that lie on another device: here all numbers lie on one.
DEVICE_PLACEMENT_EXPLICIT = 0
DEVICE_PLACEMENT_WARN = 1
DEVICE_PLACEMENT_SILENT = 2
DEVICE_PLACEMENT_SILENT_FOR_INT32 = 3

# Whether a call of an op waits for its value: here it always does.
SYNC = 0
ASYNC = 1


class Context:
    """What eager operations of this process share.

    Attributes:
      calls: the calls known so far, with what their ops keep from one to the next.
      known_arguments: the same by how the program wrote them.
      shared_resources: variables and their like by (op type, container, shared name).
    """

    def __init__(self) -> None:
        self._config: Any = None
        self._device_policy: int | None = None
        self._execution_mode: int | None = None
        self.calls: dict[Any, Call] = {}
        self.known_arguments: dict[Any, KnownArguments] = {}
        self.shared_resources: dict[Any, Any] = {}
        self._names: dict[str, str] = {}

    def configure(self, config: Any, device_policy: int | None, execution_mode: int | None) -> None:
        """Takes what the program asks for when it enables eager execution.

        Raises:
          ValueError: it asked for something else before.
        """
        for name, value in (
            ("config", config),
            ("device_policy", device_policy),
            ("execution_mode", execution_mode),
        ):
            if value is None:
                continue
            known = getattr(self, f"_{name}")
            if known is not None and known != value:
                raise ValueError(
                    "Trying to change the options of an active eager execution. "
                    f"Context {name}: {known}, specified {name}: {value}"
                )
            setattr(self, f"_{name}", value)
        keep_freed_memory()

    @property
    def device_policy(self) -> int:
        """What is done about tensors on other devices."""
        return DEVICE_PLACEMENT_SILENT if self._device_policy is None else self._device_policy

    @device_policy.setter
    def device_policy(self, policy: int | None) -> None:
        self._device_policy = policy

    @property
    def execution_mode(self) -> int:
        """Whether operations may be unfinished when they return."""
        return SYNC if self._execution_mode is None else self._execution_mode

    @execution_mode.setter
    def execution_mode(self, mode: int | None) -> None:
        if mode not in (None, SYNC, ASYNC):
            raise ValueError(f"Execution mode should be None/SYNC/ASYNC. Received: {mode}")
        self._execution_mode = mode

    @cached_property
    def options(self) -> DeviceOptions:
        """What the program has asked of devices and threads."""
        return DeviceOptions()

    @cached_property
    def _placement(self) -> Any:
        counts, logs = self.options.settle()
        if self._config is None:
            return Placement(counts, log=logs)
        return placement_for(self._config)

    @cached_property
    def torch_device(self) -> torch.device:
        """Where numbers are computed."""
        device: torch.device = self._placement.torch_device
        return device

    def device_name_of(self, scope: str) -> str:
        """The full name of the device that a scope means.

        Raises:
          RuntimeError: there is none.
        """
        name = self._names.get(scope)
        if name is None:
            name = self._names[scope] = self._placement.named(scope).name
        return name

    def executing_eagerly(self) -> bool:
        """Whether this thread executes eagerly."""
        return executing_eagerly()

    in_eager_mode = executing_eagerly

    def devices(self) -> list[str]:
        """The full names of all devices."""
        return [device.name for device in self._placement.devices]

    def placed_devices(self) -> list[Device]:
        """The devices that operations may be placed on."""
        return list(self._placement.devices)

    def num_gpus(self) -> int:
        return sum(device.device_type == "GPU" for device in self._placement.devices)

    def ensure_initialized(self) -> None:
        """Finds the devices, if no operation has yet: options are settled then."""
        self._placement  # noqa: B018

    @property
    def scope_name(self) -> str:
        """The name scope of eager operations, "" or ending in "/"."""
        return current.scope

    @property
    def device_name(self) -> str:
        """The full name of the device that eager operations run on."""
        return self.device_name_of(current.device)

    @property
    def device_spec(self) -> DeviceSpec:
        return DeviceSpec.from_string(current.device)

    @property
    def post_execution_callbacks(self) -> list[Any]:
        """What this thread has called after each operation (see callbacks.py)."""
        return list(current.callbacks)

    def add_post_execution_callback(self, callback: Any) -> None:
        current.callbacks = (*current.callbacks, callback)

    def clear_post_execution_callbacks(self) -> None:
        current.callbacks = ()

    def _set_global_seed(self, seed: int | None) -> None:
        eager_seeds.set(seed)

    def _internal_operation_seed(self) -> int:
        return eager_seeds.next()

    def forget_calls(self) -> None:
        """Forgets the calls and so where their ops' random streams stand."""
        self.calls.clear()
        self.known_arguments.clear()


_context = Context()


def context() -> Context:
    """The one context of this process."""
    return _context


def ensure_initialized() -> None:
    """`Context.ensure_initialized` of the one context."""
    _context.ensure_initialized()


def device(name: str | None) -> AbstractContextManager[None]:
    """Places the eager operations that are made inside."""
    with eager_mode():
        return get_default_graph().device(name)


def in_eager_mode() -> bool:
    """The older name of `executing_eagerly`."""
    return executing_eagerly()


def num_gpus() -> int:
    """How many GPUs there are."""
    return _context.num_gpus()


def list_devices() -> list[str]:
    """The full names of the devices that eager operations may run on."""
    return _context.devices()


def set_execution_mode(mode: int | None) -> None:
    """Says whether operations may be unfinished when they return: here they are done."""
    _context.execution_mode = mode


@contextmanager
def execution_mode(mode: int | None) -> Iterator[None]:
    """`set_execution_mode` for what is made inside."""
    saved = _context._execution_mode
    set_execution_mode(mode)
    try:
        yield
    finally:
        _context._execution_mode = saved


def async_wait() -> None:
    """Waits for operations that are unfinished: there are none."""


def async_clear_error() -> None:
    """Forgets the failure of an operation that was unfinished: there is none."""


def global_seed() -> int | None:
    """The seed that tf.set_random_seed set while executing eagerly."""
    return eager_seeds.seed


def get_log_device_placement() -> bool:
    """Whether it is logged where operations are placed."""
    return _context.options.log_device_placement


def set_log_device_placement(enabled: bool) -> None:
    """Says whether it is logged; RuntimeError once operations have run."""
    _context.options.log_device_placement = enabled


def set_global_seed(seed: int | None) -> None:
    """Sets the seed for eager operations."""
    eager_seeds.set(seed)


def internal_operation_seed() -> int:
    """A seed for an eager operation that the program gave none."""
    return eager_seeds.next()

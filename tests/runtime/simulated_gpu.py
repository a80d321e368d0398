"""A GPU for machines that have none: torch's "cuda:0", with the CPU computing its numbers.

Inside `simulated_gpu()` torch reports one GPU.  A tensor there keeps its numbers in a tensor of the
CPU that only this module sees, so that, as on a real one:

- an operation fails that mixes tensors of the GPU with tensors of the CPU (of rank 1 and more);
- `Tensor.numpy()` fails without a copy to the CPU, and a copy shares no memory;
- what makes the CPU wait for the GPU is counted (`Gpu.waits`), and warned of where
  torch.cuda.set_sync_debug_mode asks for that;
- a CUDA graph keeps the kernels launched while it is captured, with their arguments, and replays
  exactly these on the memory that they were captured with; nothing that waits can be captured.

What it does not show: speed, what no CPU kernel does the way a GPU's does, and torch's own faults.
"""

from __future__ import annotations

import contextlib
import threading
import types
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from unittest import mock

import torch
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import TorchDispatchMode

GPU = torch.device("cuda:0")
_CPU = torch.device("cpu")

# Operations that bring numbers from one device to another, by name.
_COPIES = {"_to_copy", "to", "copy_", "cpu", "cuda", "lift_fresh"}
# Operations whose indices may lie on either device.
_INDEXING = {"index", "index_put", "index_put_", "_index_put_impl_"}
# Operations that tell the CPU what the GPU has computed.
_WAITING = {
    "item",
    "_local_scalar_dense",
    "equal",
    "is_nonzero",
    "nonzero",
    "masked_select",
    "unique_dim",
    "_unique2",
    "unique_consecutive",
    "bincount",
    "cpu",
}


class GpuTensor(torch.Tensor):
    """A tensor of the simulated GPU.

    To torch's C++ parts it is one of the "meta" device, which every build of torch knows.
    """

    held: torch.Tensor  # the numbers

    @staticmethod
    def __new__(cls, held: torch.Tensor) -> GpuTensor:
        tensor = torch.Tensor._make_wrapper_subclass(
            cls,
            held.shape,
            strides=held.stride(),
            storage_offset=held.storage_offset(),
            dtype=held.dtype,
            device="meta",
        )
        tensor.held = held
        return tensor

    __torch_function__ = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return _gpu().call(func, args, kwargs or {})

    device = property(lambda self: GPU)
    is_cuda = property(lambda self: True)
    is_cpu = property(lambda self: False)
    is_meta = property(lambda self: False)

    def data_ptr(self) -> int:
        return self.held.data_ptr()

    def new_tensor(self, data: Any, *, dtype: torch.dtype | None = None) -> torch.Tensor:
        return torch.tensor(data, dtype=dtype or self.dtype, device=GPU)

    def numpy(self, *, force: bool = False) -> Any:
        if not force:
            raise TypeError(
                "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy the "
                "tensor to host memory first."
            )
        return self.cpu().numpy(force=True)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        return self.numpy()

    def tolist(self) -> Any:
        return self.cpu().tolist()

    def __getitem__(self, index: Any) -> Any:
        return _gpu().call(_getitem, (self, index), {})

    def __setitem__(self, index: Any, value: Any) -> None:
        _gpu().call(_setitem, (self, index, value), {})

    def __repr__(self) -> str:
        return f"GpuTensor({self.held})"


def _getitem(tensor: torch.Tensor, index: Any) -> torch.Tensor:
    return tensor[index]


def _setitem(tensor: torch.Tensor, index: Any, value: Any) -> None:
    tensor[index] = value


_getitem.__name__ = "index"
_setitem.__name__ = "index_put_"


class _Calls(TorchDispatchMode):
    """Brings the calls that one thread makes of torch to the GPU."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return _gpu().call(func, args, kwargs or {})


class Gpu:
    """The simulated GPU: takes each call of torch that concerns it.

    Attributes:
      waits: how often the CPU has waited for it.
      graph: the graph that is being captured, None if none is.
    """

    def __init__(self) -> None:
        self.waits = 0
        self.graph: CudaGraph | None = None
        self.sync_debug_mode = 0

    def call(self, func: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """What `func` gives, computed by the CPU."""
        packet = getattr(func, "overloadpacket", func)
        name = packet.__name__
        tensors = [
            leaf for leaf in pytree.arg_tree_leaves(*args, **kwargs) if torch.is_tensor(leaf)
        ]
        on_gpu = [tensor for tensor in tensors if isinstance(tensor, GpuTensor)]
        target = _target(name, args, kwargs)
        if on_gpu and name not in _COPIES:
            _check_devices(name, tensors, func)
        self._notice_wait(name, args, kwargs, tensors, target)
        inner_args, inner_kwargs = pytree.tree_map(_held, (args, kwargs))
        inner_kwargs.pop("pin_memory", None)
        inner_kwargs.pop("non_blocking", None)

        def launch() -> Any:
            return func(*inner_args, **inner_kwargs)

        if self.graph is not None:
            self.graph.remember(tensor.held for tensor in on_gpu)
        result = launch()
        if not on_gpu and target is not GPU:
            return result
        if self.graph is not None:
            self.graph.add(launch, result)
        if target is _CPU:
            return pytree.tree_map_only(torch.Tensor, torch.clone, result)
        known = {id(tensor.held): tensor for tensor in on_gpu}
        foreign = {id(tensor) for tensor in tensors if not isinstance(tensor, GpuTensor)}

        def on_the_gpu(value: torch.Tensor) -> torch.Tensor:
            if id(value) in foreign and name == "copy_":
                return value
            if id(value) in foreign:  # a copy to the same device, as it seems to the CPU
                value = value.clone()
            return known[id(value)] if id(value) in known else GpuTensor(value)

        return pytree.tree_map_only(torch.Tensor, on_the_gpu, result)

    def _notice_wait(
        self, name: str, args: Any, kwargs: Any, tensors: list[torch.Tensor], target: Any
    ) -> None:
        from_gpu = any(isinstance(tensor, GpuTensor) for tensor in tensors)
        waits = from_gpu and (name in _WAITING or target is _CPU)
        brings = False
        if name in _COPIES:
            source = args[1] if name == "copy_" else args[0]
            goal = isinstance(args[0], GpuTensor) if name == "copy_" else target is GPU
            brings = goal and torch.is_tensor(source) and not isinstance(source, GpuTensor)
            waits |= brings and not (kwargs.get("non_blocking") or any(arg is True for arg in args))
        if self.graph is not None and (waits or brings):
            # A copy from the host would be replayed from memory that is another's by then.
            raise RuntimeError("CUDA error: operation not permitted when stream is capturing")
        self.waits += waits
        if waits and self.sync_debug_mode:
            warnings.warn(f"called a synchronizing CUDA operation: {name}", stacklevel=2)


def _target(name: str, args: Any, kwargs: Any) -> torch.device | None:
    """The device that a call asks for, None if it does not."""
    named = [kwargs.get("device"), *args]
    device = next((item for item in named if isinstance(item, torch.device)), None)
    if device is None and name == "cpu":
        return _CPU
    if device is None and name == "copy_" and not isinstance(args[0], GpuTensor):
        return _CPU
    if device is None:
        return None
    # torch's C++ parts say "meta" for the device of a GpuTensor.
    return GPU if device.type in ("cuda", "meta") else _CPU


def _check_devices(name: str, tensors: list[torch.Tensor], func: Any) -> None:
    for position, tensor in enumerate(tensors):
        is_index = name in _INDEXING and position > 0
        if not isinstance(tensor, GpuTensor) and tensor.dim() > 0 and not is_index:
            raise RuntimeError(
                "Expected all tensors to be on the same device, but found at least two devices, "
                f"cuda:0 and cpu! (when calling {func})"
            )


def _held(leaf: Any) -> Any:
    if isinstance(leaf, GpuTensor):
        return leaf.held
    return _CPU if isinstance(leaf, torch.device) else leaf


# -- CUDA graphs ---------------------------------------------------------------------------------


class CudaGraph:
    """As torch.cuda.CUDAGraph."""

    def __init__(self) -> None:
        self._launches: list[tuple[Callable[[], Any], list[torch.Tensor]]] = []
        self._before: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def remember(self, tensors: Iterable[torch.Tensor]) -> None:
        """Keeps the numbers that these tensors have, unless it knows what they had before."""
        for tensor in tensors:
            if 0 not in tensor.stride():  # else nothing is written to it
                self._before.setdefault(id(tensor), (tensor, tensor.clone()))

    def end(self) -> None:
        """Undoes what was computed while capturing: a GPU computes nothing then."""
        for tensor, numbers in reversed(self._before.values()):
            tensor.copy_(numbers)
        self._before.clear()

    def add(self, launch: Callable[[], Any], result: Any) -> None:
        tensors = [leaf for leaf in pytree.tree_leaves(result) if torch.is_tensor(leaf)]
        self._launches.append((launch, tensors))

    def replay(self) -> None:
        """Computes what was captured once more, into the memory that it went to then."""
        with torch.utils._python_dispatch._disable_current_modes(), torch.inference_mode():
            for launch, tensors in self._launches:
                again = [leaf for leaf in pytree.tree_leaves(launch()) if torch.is_tensor(leaf)]
                for captured, computed in zip(tensors, again, strict=True):
                    if captured.data_ptr() != computed.data_ptr():
                        captured.copy_(computed)


@contextlib.contextmanager
def _capturing(graph: CudaGraph, **options: Any) -> Iterator[None]:
    """As torch.cuda.graph."""
    gpu = _gpu()
    gpu.graph = graph
    try:
        yield
    finally:
        gpu.graph = None
        with torch.utils._python_dispatch._disable_current_modes(), torch.inference_mode():
            graph.end()


# -- The machine ---------------------------------------------------------------------------------

_current: list[Gpu] = []


def _gpu() -> Gpu:
    return _current[-1]


@contextlib.contextmanager
def simulated_gpu() -> Iterator[Gpu]:
    """Gives the process a GPU."""
    gpu = Gpu()
    properties = types.SimpleNamespace(name="simulated", total_memory=1 << 30, major=9, minor=0)

    def set_sync_debug_mode(mode: int | str) -> None:
        gpu.sync_debug_mode = {"default": 0, "warn": 1}.get(mode, mode)

    functions = {
        "is_available": lambda: True,
        "device_count": lambda: 1,
        "current_device": lambda: 0,
        "get_device_properties": lambda device=None: properties,
        "synchronize": lambda device=None: None,
        "set_sync_debug_mode": set_sync_debug_mode,
        "get_sync_debug_mode": lambda: gpu.sync_debug_mode,
        "CUDAGraph": CudaGraph,
        "graph": _capturing,
        "_lazy_init": lambda: None,
    }
    only_cpu = torch._C._only_lift_cpu_tensors()
    with contextlib.ExitStack() as stack:
        for name, function in functions.items():
            stack.enter_context(mock.patch.object(torch.cuda, name, function))
        stack.enter_context(
            mock.patch.object(torch.Tensor, "pin_memory", lambda self, device=None: self)
        )
        stack.callback(_current.pop)
        _current.append(gpu)
        stack.callback(torch._C._set_only_lift_cpu_tensors, only_cpu)
        torch._C._set_only_lift_cpu_tensors(True)
        stack.enter_context(mock.patch.object(threading.Thread, "run", _run_thread))
        stack.enter_context(_Calls())
        yield gpu


_plain_run = threading.Thread.run


def _run_thread(thread: threading.Thread) -> None:
    with _Calls():
        _plain_run(thread)

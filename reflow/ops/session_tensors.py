"""Tensors that a session keeps from one run for later ones, by handles that are texts."""

from __future__ import annotations

import itertools
import threading
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op

# How the names of this machine's devices begin.
_TASK = "/job:localhost/replica:0/task:0"


class SessionTensors:
    """What a session keeps, by its handles: "operation;number;device"."""

    def __init__(self, op: Operation) -> None:
        self._kept: dict[str, tuple[DType, Any]] = {}
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def keep(self, name: str, device: str, dtype: DType, value: Any) -> str:
        """Keeps a copy of a value; gives the handle."""
        with self._lock:
            handle = f"{name};{next(self._numbers)};{device}"
            self._kept[handle] = dtype, _copy(value)
        return handle

    def get(self, handle: str, dtype: DType | None = None) -> Any:
        """A copy of what is kept; InvalidArgumentError if it is nothing, or of another type."""
        kept = self._kept.get(handle)
        if kept is None:
            raise errors.InvalidArgumentError(
                None, None, f"The tensor with handle '{handle}' is not in the session store."
            )
        if dtype not in (None, kept[0]):
            raise errors.InvalidArgumentError(
                None, None, f"The tensor with handle '{handle}' is {kept[0].name}, not {dtype}"
            )
        return _copy(kept[1])

    def delete(self, handle: str) -> None:
        """Forgets a tensor; InvalidArgumentError if there is none."""
        if self._kept.pop(handle, None) is None:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Failed to delete a tensor with handle '{handle}' in the session store.",
            )

    def forget(self, handle: str) -> None:
        """Forgets a tensor that nobody refers to any more, unless it was deleted."""
        self._kept.pop(handle, None)


def _copy(value: Any) -> Any:
    return value.clone() if isinstance(value, torch.Tensor) else value.copy()


def _key(op: Operation) -> str:
    """All operations of a session share its tensors."""
    return "session tensors"


@op
class GetSessionHandle:
    """Has the session keep a tensor.  The output is its handle, a scalar."""

    inputs = "value: T"
    outputs = "handle: string"
    attrs = ("T: type",)
    stateful = True
    gradient = None
    state = SessionTensors
    state_key = _key

    def shape(value: TensorShape) -> TensorShape:
        return shapes.SCALAR

    def kernel(
        value: Any, *, T: DType, op: Operation, state: SessionTensors, device: torch.device
    ) -> Any:
        place = f"{_TASK}/device:{'GPU' if device.type == 'cuda' else 'CPU'}:0"
        return np.array(state.keep(op.name, place, T, value).encode(), object)


@op
class GetSessionTensor:
    """The tensor that the session keeps under a handle, a scalar."""

    inputs = "handle: string"
    outputs = "value: dtype"
    attrs = ("dtype: type",)
    stateful = True
    gradient = None
    state = SessionTensors
    state_key = _key

    def shape(handle: TensorShape) -> TensorShape:
        shapes.with_rank(handle, 0)
        return shapes.UNKNOWN

    def kernel(handle: Host, *, dtype: DType, state: SessionTensors) -> Any:
        return state.get(handle.item().decode(), dtype)


@op
class DeleteSessionTensor:
    """Has the session forget the tensor under a handle, a scalar."""

    inputs = "handle: string"
    stateful = True
    gradient = None
    state = SessionTensors
    state_key = _key

    def shape(handle: TensorShape) -> tuple[()]:
        shapes.with_rank(handle, 0)
        return ()

    def kernel(handle: Host, *, state: SessionTensors) -> None:
        state.delete(handle.item().decode())

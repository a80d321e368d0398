"""Handles of tensors that a session keeps: what a run gives for tf.get_session_handle."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reflow.graph import dtypes
from reflow.graph.device import canonical_name
from reflow.graph.dtypes import DType
from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.operation import Tensor
from reflow.ops.constants import Placeholder
from reflow.ops.session_tensors import DeleteSessionTensor, GetSessionTensor, SessionTensors

if TYPE_CHECKING:
    from reflow.runtime.session import BaseSession

# For each graph: what reads and what deletes kept tensors, each with the placeholder of the handle.
_Pair = tuple[Tensor, Any]
_made: weakref.WeakKeyDictionary[Graph, dict[str, _Pair]] = weakref.WeakKeyDictionary()


class TensorHandle:
    """Stands for a tensor that a session keeps, as long as this object lives.

    Args:
      handle: under which the session keeps it.
      dtype: its type.
      session: keeps it.
      kept: where.
    """

    def __init__(
        self, handle: bytes, dtype: DType, session: BaseSession, kept: SessionTensors
    ) -> None:
        self._handle = handle.decode()
        self._dtype = dtype
        self._session = session
        self._kept = kept
        self._is_mine = True

    def __del__(self) -> None:
        if self._is_mine:
            self._kept.forget(self._handle)

    def __str__(self) -> str:
        return self._handle

    @property
    def handle(self) -> str:
        """The text under which the session keeps the tensor."""
        return self._handle

    def value(self) -> Any:
        """The runtime value, for feeding it."""
        return self._kept.get(self._handle)

    def eval(self) -> Any:
        """The tensor as an array; TypeError if somebody else may have deleted it."""
        self._check()
        name, _, device = self._handle.partition(";")
        device = device.rpartition(";")[2]

        def read(holder: Tensor) -> Any:
            return GetSessionTensor(holder, dtype=self._dtype)

        holder, reader = self._pair(f"{name};{device}", device, read)
        return self._session.run(reader, {holder: self._handle})

    def delete(self) -> None:
        """Has the session forget the tensor; TypeError if somebody else may have deleted it."""
        self._check()
        self._is_mine = False
        device = self._handle.rpartition(";")[2]

        def forget(holder: Tensor) -> Any:
            return DeleteSessionTensor(holder)

        holder, deleter = self._pair("delete", device, forget)
        self._session.run(deleter, {holder: self._handle})

    def get_raw_handle(self) -> str:
        """The text; from now on the session keeps the tensor until it is told to delete it."""
        self._is_mine = False
        return self._handle

    def _check(self) -> None:
        if not self._is_mine:
            raise TypeError(f"Persistent tensor {self._handle} may have already been deleted.")

    def _pair(self, key: str, device: str, make: Callable[[Tensor], Any]) -> _Pair:
        """A placeholder and what takes the handle from it; once for each graph."""
        graph = self._session.graph
        pairs = _made.setdefault(graph, {})
        if key not in pairs:
            with graph.as_default():
                pairs[key] = with_holder(device, make)
        return pairs[key]


def with_holder(device: str, make: Callable[[Tensor], Any]) -> _Pair:
    """A placeholder for a handle and what `make` makes of it, on a device."""
    with get_default_graph().device(canonical_name(device)):
        holder = Placeholder(dtype=dtypes.string)
        return holder, make(holder)

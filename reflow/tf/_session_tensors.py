"""Tensors that stay in the session between its runs."""

from __future__ import annotations

from typing import Any

from reflow.graph.dtypes import as_dtype
from reflow.graph.operation import Tensor
from reflow.ops.session_tensors import DeleteSessionTensor, GetSessionHandle, GetSessionTensor
from reflow.runtime.tensor_handles import with_holder
from reflow.tf._scopes import colocate_with


def get_session_handle(data: Tensor, name: str | None = None) -> Tensor:
    """Has the session keep a tensor; a run gives an object that stands for it.

    Its attribute `handle` is what `get_session_tensor` takes; the session forgets the tensor when
    the object goes.

    Raises:
      TypeError: `data` is no tensor.
    """
    if not isinstance(data, Tensor):
        raise TypeError(f"`data` must be of type Tensor. Received: {data!r}")
    with colocate_with(data):
        return GetSessionHandle(data, name=name)


def get_session_tensor(handle: str, dtype: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """A placeholder for handles, and the tensor that the session keeps under the one that is fed.

    Args:
      handle: of a tensor, for its device.
      dtype: of the tensor.
    """
    return with_holder(
        _device(handle), lambda holder: GetSessionTensor(holder, dtype=as_dtype(dtype), name=name)
    )


def delete_session_tensor(handle: str, name: str | None = None) -> tuple[Tensor, Any]:
    """A placeholder for handles, and the operation that has the session forget the tensor."""
    return with_holder(_device(handle), lambda holder: DeleteSessionTensor(holder, name=name))


def _device(handle: Any) -> str:
    return str(handle).rpartition(";")[2]

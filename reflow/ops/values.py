"""Values as the runtime holds them: torch tensors on a device, NumPy arrays on the host.

Numbers run through kernels as torch tensors.  Strings, and the small integers that describe
shapes, are NumPy arrays: a device is never waited for to learn a shape.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import torch

from reflow.graph import dtypes
from reflow.graph.dtypes import DType

_TORCH_TYPES: dict[DType, torch.dtype] = {
    dtypes.float16: torch.float16,
    dtypes.bfloat16: torch.bfloat16,
    dtypes.float32: torch.float32,
    dtypes.float64: torch.float64,
    dtypes.complex64: torch.complex64,
    dtypes.complex128: torch.complex128,
    dtypes.int8: torch.int8,
    dtypes.int16: torch.int16,
    dtypes.int32: torch.int32,
    dtypes.int64: torch.int64,
    dtypes.uint8: torch.uint8,
    dtypes.uint16: torch.uint16,
    dtypes.uint32: torch.uint32,
    dtypes.uint64: torch.uint64,
    dtypes.bool: torch.bool,
    dtypes.qint8: torch.int8,
    dtypes.quint8: torch.uint8,
    dtypes.qint16: torch.int16,
    dtypes.quint16: torch.uint16,
    dtypes.qint32: torch.int32,
}

# The element types that torch computes with: it only stores the larger unsigned integers.
COMMON_TYPES = frozenset(_TORCH_TYPES) - {dtypes.uint16, dtypes.uint32, dtypes.uint64}

# So many elements at most are better left to NumPy where torch would need several calls.
_SMALL = 512

# Element types whose values never are torch tensors.
HOST_TYPES = frozenset((dtypes.string, dtypes.resource, dtypes.variant))


def torch_type(dtype: DType) -> torch.dtype:
    """The torch element type of a TensorFlow one; TypeError for strings and handles."""
    try:
        return _TORCH_TYPES[dtype.base_dtype]
    except KeyError:
        raise TypeError(f"{dtype.name} values are not numbers.") from None


def handle(value: object) -> np.ndarray[Any, Any]:
    """A Python object as the value of a scalar `variant` or `resource` tensor."""
    array = np.empty((), object)
    array[()] = value
    return array


def to_torch(array: Any, dtype: DType, device: torch.device | str = "cpu") -> torch.Tensor:
    """A host array as a torch tensor; shares memory with the array where it can."""
    array = np.asarray(array)
    if dtype.base_dtype is dtypes.bfloat16:
        # NumPy knows no bfloat16: its bits travel as 16-bit integers.
        bits = torch.from_numpy(np.array(array, order="C").view(np.int16))
        return placed(bits.view(torch.bfloat16), device)
    if array.dtype.names:
        array = array.view(array.dtype[0])  # quantized: NumPy knows it as a record of one number
    if not array.flags.writeable or any(stride < 0 for stride in array.strides):
        array = array.copy()
    if not array.dtype.isnative or array.dtype.char in "qQ":  # other names of int64
        array = array.astype(dtype.base_dtype.as_numpy_dtype)
    return placed(torch.from_numpy(array), device)


class _Copies(threading.local):
    made = 0


#: How many copies to a GPU this thread has made.
copies = _Copies()


def placed(tensor: torch.Tensor, device: torch.device | str) -> torch.Tensor:
    """A tensor of the CPU on `device`: itself there, else a copy.

    The program goes on while the copy is made, and does not wait for the GPU.
    """
    if device == "cpu" or torch.device(device).type == "cpu":
        return tensor
    copies.made += 1
    return tensor.pin_memory().to(device, non_blocking=True)


def to_numpy(value: Any) -> np.ndarray[Any, Any]:
    """A runtime value as a host array; shares memory with a CPU tensor."""
    if not isinstance(value, torch.Tensor):
        return np.asarray(value)
    if value.dtype is torch.bfloat16:
        bits: np.ndarray[Any, Any] = value.contiguous().view(torch.int16).cpu().numpy()
        return bits.view(dtypes.bfloat16.as_numpy_dtype)
    array: np.ndarray[Any, Any] = value.numpy(force=True)
    return array


def is_small(tensor: torch.Tensor) -> bool:
    """Whether NumPy computes with it sooner than torch, whose calls take five times as long to
    begin; a tensor's passage there and back costs about as much as one of them."""
    return tensor.is_cpu and tensor.numel() <= _SMALL and tensor.dtype is not torch.bfloat16


def copied(value: Any) -> Any:
    """A runtime value that shares memory with no other."""
    return value.clone() if isinstance(value, torch.Tensor) else value.copy()

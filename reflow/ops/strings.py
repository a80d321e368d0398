"""Strings of bytes read as numbers."""

from __future__ import annotations

import numpy as np
import torch

from reflow.graph.dtypes import DType
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.values import to_torch


@op
class DecodeRaw:
    """The bytes of every string as numbers: a last dimension is added.  Strings of one length.

    [n] strings of 4 bytes, out_type int16 -> [n, 2].
    """

    inputs = "bytes: string"
    outputs = "output: out_type"
    attrs = (
        "out_type: {half, float, double, int32, uint16, uint8, int16, int8, int64, complex64, "
        "complex128, bool}",
        "little_endian: bool = true",
    )
    gradient = None

    def shape(bytes: TensorShape) -> TensorShape:
        return shapes.UNKNOWN if bytes.sizes is None else shapes.of(*bytes.sizes, None)

    def kernel(
        bytes: Host, *, out_type: DType, little_endian: bool, device: torch.device
    ) -> torch.Tensor:
        dtype = np.dtype(out_type.as_numpy_dtype)
        strings = bytes.ravel().tolist()
        length = len(strings[0]) if strings else 0
        for i, string in enumerate(strings):
            if len(string) != length:
                raise ValueError(
                    "DecodeRaw requires input strings to all be the same size, but element "
                    f"{i} has size {len(string)} != {length}"
                )
        if length % dtype.itemsize:
            raise ValueError(
                f"Input to DecodeRaw has length {length} that is not a multiple of "
                f"{dtype.itemsize}, the size of {out_type.name}"
            )
        stored = dtype.newbyteorder("<" if little_endian else ">")
        numbers = np.frombuffer(b"".join(strings), stored).astype(dtype)
        count = length // dtype.itemsize
        return to_torch(numbers.reshape(*bytes.shape, count), out_type, device)

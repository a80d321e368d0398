"""Tensors as strings: `TensorProto` messages."""

from __future__ import annotations

from typing import Any

import torch

from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data.base import given_away, handle
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.text.elements import Array, invalid


@op
class SerializeTensor:
    """A tensor as a TensorProto, a scalar string."""

    inputs = "tensor: T"
    outputs = "serialized: string"
    attrs = ("T: type",)
    export = ("serialize_tensor", "io.serialize_tensor")
    gradient = None

    def shape(tensor: TensorShape) -> TensorShape:
        return shapes.SCALAR

    def kernel(tensor: Host) -> Array:
        # Here, where a program needs it: the import of the message classes takes long.
        from reflow.graph.tensor_proto import make_raw_tensor_proto

        return handle(make_raw_tensor_proto(tensor).SerializeToString())


@op
class ParseTensor:
    """The tensor that a TensorProto holds."""

    inputs = "serialized: string"
    outputs = "output: out_type"
    attrs = ("out_type: type",)
    export = ("parse_tensor", "io.parse_tensor")
    gradient = None

    def shape(serialized: TensorShape) -> TensorShape:
        return shapes.UNKNOWN

    def kernel(serialized: Host, *, out_type: DType, device: torch.device) -> Any:
        if serialized.ndim:
            raise invalid(
                f"Expected `serialized` to be a scalar, got shape: {list(serialized.shape)}"
            )
        array, dtype = _parsed(serialized.item())
        if dtype is not out_type:
            raise invalid(
                f"Type mismatch between parsed tensor ({dtype.name}) and dtype ({out_type.name})"
            )
        return given_away(array, out_type, device)


def _parsed(serialized: bytes) -> tuple[Array, DType]:
    from google.protobuf.message import DecodeError
    from tensorboard.compat.proto.tensor_pb2 import TensorProto

    from reflow.graph.tensor_proto import make_ndarray

    try:
        message = TensorProto.FromString(serialized)
        return make_ndarray(message), as_dtype(message.dtype)
    except (DecodeError, ValueError, TypeError, KeyError) as error:
        raise invalid(f"Could not parse `serialized` as TensorProto: {error}") from None

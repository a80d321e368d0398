"""Changes of element type."""

from __future__ import annotations

from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.op import op
from reflow.ops.values import HOST_TYPES, torch_type


@op
class Cast:
    """x as elements of another type.

    Floats are cut towards zero; complex numbers lose their imaginary part.
    """

    inputs = "x: SrcT"
    outputs = "y: DstT"
    attrs = ("SrcT: type", "DstT: type", "Truncate: bool = false")
    elementwise = True
    view = True

    shape = shapes.same

    def kernel(x: Any, *, SrcT: DType, DstT: DType) -> torch.Tensor:
        if SrcT in HOST_TYPES or DstT in HOST_TYPES:
            raise errors.UnimplementedError(
                None, None, f"Cast {SrcT.name} to {DstT.name} is not supported"
            )
        if SrcT.is_complex and not DstT.is_complex:
            x = x.real
        return x.to(torch_type(DstT))

    def gradient(op: Operation, dy: Tensor) -> Tensor | None:
        source = op.inputs[0].dtype.base_dtype
        if not all(dtype.is_floating or dtype.is_complex for dtype in (source, dy.dtype)):
            return None
        return Cast(dy, DstT=source)


_BITS = (
    "{bfloat16, half, float, double, int64, int32, uint8, uint16, uint32, uint64, int8, int16, "
    "complex64, complex128, qint8, quint8, qint16, quint16, qint32}"
)


@op
class Bitcast:
    """The same bits read as another type.

    A larger type takes up a last dimension of as many smaller ones; a smaller type adds it.
    """

    inputs = "input: T"
    outputs = "output: type"
    attrs = (f"T: {_BITS}", f"type: {_BITS}")
    export = ("bitcast",)
    view = True

    def shape(input: TensorShape, *, T: DType, type: DType) -> TensorShape:
        if input.sizes is None:
            return shapes.UNKNOWN
        if T.size >= type.size:
            return shapes.of(*input.sizes, *([T.size // type.size] if T.size > type.size else []))
        parts = type.size // T.size
        if not input.sizes or input.sizes[-1] not in (None, parts):
            last = input.sizes[-1] if input.sizes else "a scalar"
            raise ValueError(f"Cannot bitcast due to shape. {last} does not match {parts}")
        return TensorShape.of(input.sizes[:-1])

    def kernel(input: torch.Tensor, *, T: DType, type: DType) -> torch.Tensor:
        wanted = torch_type(type)
        input = input.resolve_conj().contiguous()
        if T.size > type.size:
            return input.unsqueeze(-1).view(wanted)
        result = input.view(wanted)
        return result.squeeze(-1) if T.size < type.size else result

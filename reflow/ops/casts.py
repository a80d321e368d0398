"""Changes of element type."""

from __future__ import annotations

import torch

from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation, Tensor
from reflow.ops import shapes
from reflow.ops.op import op
from reflow.ops.values import torch_type


@op
class Cast:
    """x as elements of another type: floats are cut towards zero, complex lose the imaginary part."""

    inputs = "x: SrcT"
    outputs = "y: DstT"
    attrs = ("SrcT: type", "DstT: type", "Truncate: bool = false")
    view = True

    shape = shapes.same

    def kernel(x: torch.Tensor, *, DstT: DType) -> torch.Tensor:
        return x.to(torch_type(DstT))

    def gradient(op: Operation, dy: Tensor) -> Tensor | None:
        source = op.inputs[0].dtype.base_dtype
        if not (source.is_floating or source.is_complex):
            return None
        return Cast(dy, DstT=source)  # type: ignore[no-any-return]

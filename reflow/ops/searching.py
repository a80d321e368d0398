"""Places in sorted rows."""

from __future__ import annotations

import torch

from reflow.graph.dtypes import DType
from reflow.graph.op_definition import OpDefinition
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.op import op
from reflow.ops.unsigned import in_order


def _bound(name: str, doc: str, right: bool) -> OpDefinition:
    def shape(sorted_inputs: TensorShape, values: TensorShape) -> TensorShape:
        rows = shapes.with_rank(sorted_inputs, 2).sizes or ()
        shapes.merge(
            shapes.of(*rows[:1]), shapes.of(*(shapes.with_rank(values, 2).sizes or ())[:1])
        )
        return values

    def kernel(
        sorted_inputs: torch.Tensor, values: torch.Tensor, *, out_type: DType
    ) -> torch.Tensor:
        rows, wanted = in_order(sorted_inputs).contiguous(), in_order(values).contiguous()
        short = out_type.name == "int32"
        return torch.searchsorted(rows, wanted, right=right, out_int32=short)

    rules = {
        "__doc__": doc,
        "inputs": "sorted_inputs: T, values: T",
        "outputs": "output: out_type",
        "attrs": ("T: type", "out_type: {int32, int64} = int32"),
        "shape": shape,
        "kernel": kernel,
        "gradient": None,
    }
    return op(type(name, (), rules))


LowerBound = _bound(
    "LowerBound",
    "For each value of a row the number of elements of the sorted row that are less.",
    right=False,
)
UpperBound = _bound(
    "UpperBound",
    "For each value of a row the number of elements of the sorted row that are not greater.",
    right=True,
)

"""Elementwise arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.ops import shapes
from reflow.ops.broadcasting import unbroadcast
from reflow.ops.op import op

_NUMBERS = (
    "T: {bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, complex128}"
)

BinaryGradient = Callable[[Operation, Tensor], "tuple[Tensor | None, Tensor | None]"]


def _binary(
    name: str, doc: str, kernel: Callable[..., Any], gradient: BinaryGradient | None, types: str = _NUMBERS
) -> OpDefinition:
    """An op of two inputs that broadcast.  `gradient` gives them before broadcasting is undone."""
    rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": "x: T, y: T",
        "outputs": "z: T",
        "attrs": (types,),
        "shape": shapes.broadcast,
        "kernel": staticmethod(kernel),
        "gradient": None,
    }
    if gradient is not None:
        rules["gradient"] = lambda op, dz: unbroadcast(op, *gradient(op, dz))
    return op(type(name, (), rules))


Add = _binary("Add", "x + y", torch.add, lambda op, dz: (dz, dz))
Mul = _binary("Mul", "x * y", torch.mul, lambda op, dz: (Mul(dz, op.inputs[1]), Mul(op.inputs[0], dz)))

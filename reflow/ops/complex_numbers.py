"""Complex numbers from real ones, and their parts.  The conjugate is in elementwise.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.ops import shapes
from reflow.ops.broadcasting import unbroadcast
from reflow.ops.constants import constant
from reflow.ops.math import DivNoNan, Mul, Neg, Reciprocal
from reflow.ops.op import op


@op
class Complex:
    """real + i imag.  The inputs broadcast."""

    inputs = "real: T, imag: T"
    outputs = "out: Tout"
    attrs = ("T: {float, double} = float", "Tout: {complex64, complex128} = complex64")

    shape = shapes.broadcast

    def kernel(real: torch.Tensor, imag: torch.Tensor) -> torch.Tensor:
        return torch.complex(real, imag)

    def gradient(op: Operation, dz: Tensor) -> tuple[Tensor | None, Tensor | None]:
        part = op.inputs[0].dtype.base_dtype
        return unbroadcast(op, Real(dz, Tout=part), Imag(dz, Tout=part))


def _complex(real: Tensor, imag: Tensor, like: Tensor) -> Tensor:
    return Complex(real, imag, Tout=like.dtype.base_dtype)


def _part(
    name: str,
    doc: str,
    kernel: Callable[..., Any],
    gradient: Callable[[Operation, Tensor], Tensor],
    view: bool = False,
    input: str = "input",
    output: str = "output",
) -> OpDefinition:
    """An op of complex numbers that gives real ones."""
    rules = {
        "__doc__": doc,
        "inputs": f"{input}: T",
        "outputs": f"{output}: Tout",
        "attrs": ("T: {complex64, complex128} = complex64", "Tout: {float, double} = float"),
        "shape": shapes.same,
        "kernel": staticmethod(kernel),
        "gradient": staticmethod(gradient),
        "view": view,
    }
    return op(type(name, (), rules))


def _zero(x: Tensor) -> Tensor:
    return constant(0, x.dtype.base_dtype)


Real: OpDefinition = _part(
    "Real",
    "The real part.",
    torch.real,
    lambda op, dy: _complex(dy, _zero(dy), op.inputs[0]),
    view=True,
)
Imag: OpDefinition = _part(
    "Imag",
    "The imaginary part.",
    torch.imag,
    lambda op, dy: _complex(_zero(dy), dy, op.inputs[0]),
    view=True,
)


def _angle_gradient(op: Operation, dy: Tensor) -> Tensor:
    x, part = op.inputs[0], dy.dtype.base_dtype
    # -dy / (imag + i real)
    turned = Reciprocal(_complex(Imag(x, Tout=part), Real(x, Tout=part), x))
    return Mul(Neg(_complex(dy, _zero(dy), x)), turned)


Angle: OpDefinition = _part(
    "Angle", "The angle in the complex plane, in radians.", torch.angle, _angle_gradient
)


def _magnitude_gradient(op: Operation, dy: Tensor) -> Tensor:
    x, y = op.inputs[0], op.outputs[0]
    return DivNoNan(Mul(_complex(dy, _zero(dy), x), x), _complex(y, _zero(y), x))


ComplexAbs: OpDefinition = _part(
    "ComplexAbs", "The magnitude.", torch.abs, _magnitude_gradient, input="x", output="y"
)

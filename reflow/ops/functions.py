"""Elementwise functions of one variable: roots, exponentials, circular and hyperbolic functions,
the sigmoid, rounding."""

from __future__ import annotations

import torch

from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.ops.constants import constant
from reflow.ops.elementwise import (
    FLOATS,
    SIGNED,
    binary,
    conj,
    gradient_of_function,
    no_integers,
    no_kernel,
    reals_only,
    unary,
)
from reflow.ops.math import (
    Add,
    AddV2,
    Exp,
    Mul,
    Neg,
    RealDiv,
    Reciprocal,
    Square,
    Sub,
    product,
    times,
)

_tanh_backward = torch.ops.aten.tanh_backward.default
_sigmoid_backward = torch.ops.aten.sigmoid_backward.default


def _one(x: Tensor, name: str = "Const") -> Tensor:
    return constant(1, x.dtype.base_dtype, name=name)


# -- Roots ---------------------------------------------------------------------------------------

Sqrt: OpDefinition = unary(
    "Sqrt",
    "The square root.",
    torch.sqrt,
    lambda op, dy: SqrtGrad(op.outputs[0], dy),
    export=("sqrt", "math.sqrt"),
    sparse=True,
)


def _sqrt_second(op: Operation, dz: Tensor) -> tuple[Tensor, Tensor]:
    quotient = RealDiv(dz, op.inputs[0])
    return Mul(Neg(conj(quotient)), op.outputs[0]), times(quotient, 0.5)


SqrtGrad: OpDefinition = gradient_of_function(
    "SqrtGrad",
    "dy * 0.5 / y: the gradient of the square root.",
    lambda y, dy: dy * 0.5 / y.conj(),
    _sqrt_second,
)

Rsqrt: OpDefinition = unary(
    "Rsqrt",
    "1 / sqrt(x)",
    torch.rsqrt,
    lambda op, dy: RsqrtGrad(op.outputs[0], dy),
    export=("rsqrt", "math.rsqrt"),
)


def _rsqrt_second(op: Operation, dz: Tensor) -> tuple[Tensor, Tensor]:
    y, dy = conj(op.inputs[0]), op.inputs[1]
    return Mul(Mul(times(conj(dz), -1.5), dy), Square(y)), RsqrtGrad(y, dz)


def _rsqrt_grad(y: torch.Tensor, dy: torch.Tensor) -> torch.Tensor:
    y = y.conj()
    return dy * -0.5 * y * y * y


RsqrtGrad: OpDefinition = gradient_of_function(
    "RsqrtGrad", "dy * -0.5 * y ** 3: the gradient of 1 / sqrt(x).", _rsqrt_grad, _rsqrt_second
)


# -- Exponentials and logarithms near 0 ----------------------------------------------------------

Expm1: OpDefinition = unary(
    "Expm1",
    "exp(x) - 1, exact near 0.",
    torch.expm1,
    lambda op, dy: product(dy, Exp(conj(op.inputs[0]))),
    export=("expm1", "math.expm1"),
)
Log1p: OpDefinition = unary(
    "Log1p",
    "log(1 + x), exact near 0.",
    torch.log1p,
    lambda op, dy: product(
        dy, Reciprocal(AddV2(_one(op.inputs[0], "add/x"), conj(op.inputs[0]), name="add"))
    ),
    export=("log1p", "math.log1p"),
)


# -- Circular functions --------------------------------------------------------------------------

Sin: OpDefinition = unary(
    "Sin",
    "The sine of x in radians.",
    torch.sin,
    lambda op, dy: product(dy, Cos(conj(op.inputs[0]))),
    export=("sin", "math.sin"),
)
Cos: OpDefinition = unary(
    "Cos",
    "The cosine of x in radians.",
    torch.cos,
    lambda op, dy: product(Neg(dy), Sin(conj(op.inputs[0]))),
    export=("cos", "math.cos"),
)
Tan: OpDefinition = unary(
    "Tan",
    "The tangent of x in radians.",
    no_integers(torch.tan),
    lambda op, dy: product(Square(Reciprocal(Cos(conj(op.inputs[0])))), dy),
    SIGNED,
    export=("tan", "math.tan"),
)


def _leg(x: Tensor) -> Tensor:
    """sqrt(1 - x ** 2)"""
    return Sqrt(Sub(_one(x), Square(conj(x))))


Asin: OpDefinition = unary(
    "Asin",
    "The inverse of the sine, in radians.",
    reals_only(torch.asin),
    lambda op, dy: product(dy, Reciprocal(_leg(op.inputs[0]))),
    SIGNED,
    export=("asin", "math.asin"),
)
Acos: OpDefinition = unary(
    "Acos",
    "The inverse of the cosine, in radians.",
    reals_only(torch.acos),
    lambda op, dy: product(Neg(dy), Reciprocal(_leg(op.inputs[0]))),
    SIGNED,
    export=("acos", "math.acos"),
)
Atan: OpDefinition = unary(
    "Atan",
    "The inverse of the tangent, in radians.",
    reals_only(torch.atan),
    lambda op, dy: product(dy, Reciprocal(Add(_one(op.inputs[0]), Square(conj(op.inputs[0]))))),
    SIGNED,
    export=("atan", "math.atan"),
)


def _atan2_gradient(op: Operation, dz: Tensor) -> tuple[Tensor, Tensor]:
    y, x = op.inputs
    scaled = RealDiv(dz, Add(Square(x), Square(y)))
    return Mul(x, scaled), Mul(Neg(y), scaled)


Atan2: OpDefinition = binary(
    "Atan2",
    "The angle, in radians, between the first axis and the point (x, y).",
    torch.atan2,
    _atan2_gradient,
    FLOATS,
    inputs=("y", "x"),
    export=("atan2", "math.atan2"),
)


# -- Hyperbolic functions ------------------------------------------------------------------------

Sinh: OpDefinition = unary(
    "Sinh",
    "The hyperbolic sine.",
    torch.sinh,
    lambda op, dy: product(dy, Cosh(conj(op.inputs[0]))),
    export=("sinh", "math.sinh"),
)
Cosh: OpDefinition = unary(
    "Cosh",
    "The hyperbolic cosine.",
    torch.cosh,
    lambda op, dy: product(dy, Sinh(conj(op.inputs[0]))),
    export=("cosh", "math.cosh"),
)
Tanh: OpDefinition = unary(
    "Tanh",
    "The hyperbolic tangent.",
    torch.tanh,
    lambda op, dy: TanhGrad(conj(op.outputs[0]), dy),
    export=("tanh", "math.tanh", "nn.tanh"),
    sparse=True,
)


def _tanh_grad(y: torch.Tensor, dy: torch.Tensor) -> torch.Tensor:
    # torch takes the conjugate of y, which the op was given already.
    return dy * (1 - y * y) if y.is_complex() else _tanh_backward(dy, y)


def _tanh_second(op: Operation, dz: Tensor) -> tuple[Tensor, Tensor]:
    y, dy = conj(op.inputs[0]), conj(op.inputs[1])
    return Mul(Mul(times(dz, -2.0), dy), y), TanhGrad(y, dz)


TanhGrad: OpDefinition = gradient_of_function(
    "TanhGrad",
    "dy * (1 - y * y): the gradient of the hyperbolic tangent.",
    _tanh_grad,
    _tanh_second,
)

Asinh: OpDefinition = unary(
    "Asinh",
    "The inverse of the hyperbolic sine.",
    torch.asinh,
    lambda op, dy: RealDiv(dy, Cosh(conj(op.outputs[0]))),
    export=("asinh", "math.asinh"),
)
Acosh: OpDefinition = unary(
    "Acosh",
    "The inverse of the hyperbolic cosine.",
    torch.acosh,
    lambda op, dy: RealDiv(dy, Sinh(conj(op.outputs[0]))),
    export=("acosh", "math.acosh"),
)
Atanh: OpDefinition = unary(
    "Atanh",
    "The inverse of the hyperbolic tangent.",
    torch.atanh,
    lambda op, dy: product(dy, Reciprocal(Sub(_one(op.inputs[0]), Square(conj(op.inputs[0]))))),
    export=("atanh", "math.atanh"),
)


# -- The sigmoid ---------------------------------------------------------------------------------


def _sigmoid(x: torch.Tensor) -> torch.Tensor:
    # torch's complex exponential overflows into NaN: it is taken of numbers below 0 only.
    if not x.is_complex():
        return torch.sigmoid(x)
    decay = torch.exp(torch.where(x.real < 0, x, -x))
    return torch.where(x.real < 0, decay, 1) / (1 + decay)


Sigmoid: OpDefinition = unary(
    "Sigmoid",
    "1 / (1 + exp(-x))",
    _sigmoid,
    lambda op, dy: SigmoidGrad(conj(op.outputs[0]), dy),
    export=("sigmoid", "math.sigmoid", "nn.sigmoid"),
)


def _sigmoid_grad(y: torch.Tensor, dy: torch.Tensor) -> torch.Tensor:
    return dy * y * (1 - y) if y.is_complex() else _sigmoid_backward(dy, y)


def _sigmoid_second(op: Operation, dz: Tensor) -> tuple[Tensor, Tensor]:
    y, dy = conj(op.inputs[0]), conj(op.inputs[1])
    product = Mul(dz, dy)
    return Sub(product, Mul(times(product, 2.0), y)), SigmoidGrad(y, dz)


SigmoidGrad: OpDefinition = gradient_of_function(
    "SigmoidGrad",
    "dy * y * (1 - y): the gradient of the sigmoid.",
    _sigmoid_grad,
    _sigmoid_second,
)


# -- Rounding.  TensorFlow lets no gradient through. ---------------------------------------------

Floor: OpDefinition = unary(
    "Floor",
    "x rounded down.",
    torch.floor,
    lambda op, dy: None,
    FLOATS,
    export=("floor", "math.floor"),
)
Ceil: OpDefinition = unary(
    "Ceil", "x rounded up.", torch.ceil, lambda op, dy: None, FLOATS, export=("ceil", "math.ceil")
)
Rint: OpDefinition = unary(
    "Rint",
    "The nearest whole number; the even one of two.",
    torch.round,
    lambda op, dy: None,
    FLOATS,
    export=("rint", "math.rint"),
)


def _round(x: torch.Tensor) -> torch.Tensor:
    if x.is_complex():
        raise no_kernel(x)
    return torch.round(x)


Round: OpDefinition = unary(
    "Round",
    "The nearest whole number; the even one of two.",
    _round,
    lambda op, dy: None,
    SIGNED,
)

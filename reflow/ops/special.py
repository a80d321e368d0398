"""Special functions, elementwise: error, gamma, beta, zeta and Bessel functions."""

from __future__ import annotations

import math

import torch

from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.broadcasting import BroadcastGradientArgs
from reflow.ops.comparisons import Greater
from reflow.ops.constants import constant
from reflow.ops.elementwise import FLOATS, UNDEFINED, binary, unary
from reflow.ops.filling import ZerosLike
from reflow.ops.math import (
    Abs,
    AddV2,
    Exp,
    Log,
    Mul,
    Neg,
    Reciprocal,
    Sign,
    Square,
    Sub,
    product,
)
from reflow.ops.op import op
from reflow.ops.selection import Select

_REALS = "T: {float, double}"


def _plus(x: Tensor, number: float) -> Tensor:
    return AddV2(x, constant(number, x.dtype.base_dtype))


# -- Error functions -----------------------------------------------------------------------------


def _gaussian(scale: float, op: Operation, dy: Tensor) -> Tensor:
    """dy * scale * exp(-x ** 2)"""
    return product(
        product(constant(scale, dy.dtype.base_dtype), dy), Exp(Neg(Square(op.inputs[0])))
    )


_TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)

Erf: OpDefinition = unary(
    "Erf",
    "The Gauss error function.",
    torch.erf,
    lambda op, dy: _gaussian(_TWO_OVER_ROOT_PI, op, dy),
    FLOATS,
    export=("erf", "math.erf"),
    sparse=True,
)
Erfc: OpDefinition = unary(
    "Erfc",
    "1 - erf(x)",
    torch.erfc,
    lambda op, dy: _gaussian(-_TWO_OVER_ROOT_PI, op, dy),
    FLOATS,
    export=("erfc", "math.erfc"),
)


# -- Gamma functions -----------------------------------------------------------------------------


def _digamma(x: torch.Tensor) -> torch.Tensor:
    # Infinite at every pole, as TensorFlow has it; torch says NaN at the negative ones.
    return torch.where((x <= 0) & (x == x.floor()), math.inf, torch.digamma(x))


def _polygamma(a: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    sign = 1 - 2 * torch.remainder(a + 1, 2)
    values = sign * torch.exp(torch.lgamma(a + 1)) * torch.special.zeta(a + 1, x)
    values = torch.where(a == 0, _digamma(x), values)
    return torch.where((a >= 0) & (a == a.floor()), values, math.nan)


Lgamma: OpDefinition = unary(
    "Lgamma",
    "The logarithm of the absolute value of the gamma function.",
    torch.lgamma,
    lambda op, dy: product(dy, Digamma(op.inputs[0])),
    FLOATS,
    export=("lgamma", "math.lgamma"),
)
Digamma: OpDefinition = unary(
    "Digamma",
    "The derivative of Lgamma.",
    _digamma,
    lambda op, dy: product(dy, Polygamma(constant(1, dy.dtype.base_dtype), op.inputs[0])),
    FLOATS,
    export=("digamma", "math.digamma"),
)
# Neither has TensorFlow derivatives by the order of Polygamma and the exponent of Zeta.
Polygamma: OpDefinition = binary(
    "Polygamma",
    "The a-th derivative of Digamma at x.",
    _polygamma,
    lambda op, dz: (None, Mul(dz, Polygamma(_plus(op.inputs[0], 1), op.inputs[1]))),
    _REALS,
    inputs=("a", "x"),
    export=("polygamma", "math.polygamma"),
)
Zeta: OpDefinition = binary(
    "Zeta",
    "The Hurwitz zeta function: the sum of (q + n) ** -x over n = 0, 1, ...",
    torch.special.zeta,
    lambda op, dz: (
        None,
        Mul(dz, Mul(Neg(op.inputs[0]), Zeta(_plus(op.inputs[0], 1), op.inputs[1]))),
    ),
    _REALS,
    inputs=("x", "q"),
    export=("zeta", "math.zeta"),
)


def _igamma_grad_a(a: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """The derivative, term by term, of P(a, x) = sum of x ** (a + n) exp(-x) / Gamma(a + n + 1)."""
    dtype, a, x = a.dtype, a.double(), x.double()
    log_x = torch.log(x)
    total = torch.zeros_like(a + x)
    terms = float(x.where(x.isfinite(), 0.0).max()) if x.numel() else 0.0
    # The terms rise until n reaches x and then fall like those of exp(x).
    for n in range(int(terms + 10 * math.sqrt(terms)) + 60):
        term = torch.exp((a + n) * log_x - x - torch.lgamma(a + n + 1))
        total += term * (log_x - torch.digamma(a + n + 1))
    total = torch.where((a > 0) & (x >= 0), total, math.nan)
    return torch.where(x == 0, 0.0, total).to(dtype)


IgammaGradA: OpDefinition = binary(
    "IgammaGradA",
    "The derivative of igamma(a, x) by a.",
    _igamma_grad_a,
    UNDEFINED,
    _REALS,
    inputs=("a", "x"),
)


def _of_positive(values: torch.Tensor, a: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """The values where a is positive and x a number, else NaN."""
    return torch.where((a > 0) & ~x.isnan(), values, math.nan)


def _igamma_gradient(op: Operation, dz: Tensor) -> tuple[Tensor, Tensor]:
    a, x = op.inputs
    log_density = Sub(AddV2(Neg(x), Mul(_plus(a, -1), Log(x))), Lgamma(a))
    return Mul(IgammaGradA(a, x), dz), Mul(Exp(log_density), dz)


def _igammac_gradient(op: Operation, dz: Tensor) -> tuple[Tensor, Tensor]:
    da, dx = _igamma_gradient(op, dz)
    return Neg(da), Neg(dx)


Igamma: OpDefinition = binary(
    "Igamma",
    "The lower regularised incomplete gamma function P(a, x).",
    lambda a, x: torch.where(x == 0, 0, _of_positive(torch.special.gammainc(a, x), a, x)),
    _igamma_gradient,
    _REALS,
    inputs=("a", "x"),
    export=("igamma", "math.igamma"),
)
Igammac: OpDefinition = binary(
    "Igammac",
    "The upper regularised incomplete gamma function Q(a, x) = 1 - P(a, x).",
    lambda a, x: _of_positive(torch.special.gammaincc(a, x), a, x),
    _igammac_gradient,
    _REALS,
    inputs=("a", "x"),
    export=("igammac", "math.igammac"),
)


# -- The incomplete beta function ----------------------------------------------------------------


def _beta_fraction(a: torch.Tensor, b: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """The continued fraction of the incomplete beta function, by Lentz's method.

    Press et al., Numerical Recipes, section 6.4.  Converges fast for x < (a + 1) / (a + b + 2).
    """
    tiny = 1e-300
    numerator = torch.ones_like(x)
    denominator = _away_from_zero(1 - (a + b) * x / (a + 1), tiny).reciprocal()
    fraction = denominator.clone()
    for m in range(1, 400):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for coefficient in (even, odd):
            denominator = _away_from_zero(1 + coefficient * denominator, tiny).reciprocal()
            numerator = _away_from_zero(1 + coefficient / numerator, tiny)
            step = denominator * numerator
            fraction = fraction * step
        if bool(((step - 1).abs().nan_to_num() < 1e-15).all()):
            break
    return fraction


def _away_from_zero(x: torch.Tensor, tiny: float) -> torch.Tensor:
    return torch.where(x.abs() < tiny, tiny, x)


def _betainc(a: torch.Tensor, b: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    dtype, a, b, x = x.dtype, a.double(), b.double(), x.double()
    # The fraction converges on one side; the other is its mirror image.
    mirrored = x > (a + 1) / (a + b + 2)
    p, q = torch.where(mirrored, b, a), torch.where(mirrored, a, b)
    y = torch.where(mirrored, 1 - x, x)
    log_front = torch.xlogy(p, y) + torch.special.xlog1py(q, -y)
    log_front += torch.lgamma(p + q) - torch.lgamma(p) - torch.lgamma(q)
    value = torch.exp(log_front) * _beta_fraction(p, q, y) / p
    value = torch.where(mirrored, 1 - value, value)
    valid = (a > 0) & (b > 0) & (x >= 0) & (x <= 1)
    return torch.where(valid, value, math.nan).to(dtype)


@op
class Betainc:
    """The regularised incomplete beta function.  a, b, x: of one shape, or scalars beside it."""

    inputs = "a: T, b: T, x: T"
    outputs = "z: T"
    attrs = (_REALS,)
    export = ("betainc", "math.betainc")

    def shape(a: TensorShape, b: TensorShape, x: TensorShape) -> TensorShape:
        merged = shapes.UNKNOWN
        for shape in (a, b, x):
            if shape.sizes is None:
                return shapes.UNKNOWN
            if shape.sizes:
                merged = shapes.merge(merged, shape)
        return shapes.SCALAR if merged.sizes is None else merged

    kernel = staticmethod(_betainc)

    def gradient(op: Operation, dz: Tensor) -> tuple[None, None, Tensor]:
        # By x only, as in TensorFlow.
        from reflow.ops.arrays import Reshape, Shape
        from reflow.ops.reductions import Sum

        a, b, x = op.inputs
        log_beta = Sub(AddV2(Lgamma(a), Lgamma(b)), Lgamma(AddV2(a, b)))
        log_density = AddV2(Mul(_plus(b, -1), Log(_plus(Neg(x), 1))), Mul(_plus(a, -1), Log(x)))
        dx = Mul(Exp(Sub(log_density, log_beta)), dz)
        shape_a, shape_x = Shape(a), Shape(x)
        _, axes = BroadcastGradientArgs(shape_a, shape_x)
        return None, None, Reshape(Sum(dx, axes), shape_x)


# -- Bessel functions ----------------------------------------------------------------------------


def _bessel_i1e_gradient(op: Operation, dy: Tensor) -> Tensor:
    x, y = op.inputs[0], op.outputs[0]
    dtype = x.dtype.base_dtype
    # The derivative at 0 is 1/2; the formula divides by 0 there.
    epsilon = {"float64": 2.0**-52, "float16": 2.0**-10}.get(dtype.name, 2.0**-23)
    safe = Greater(Abs(x), constant(epsilon, dtype))
    safe_x = Select(safe, x, _plus(ZerosLike(x), epsilon))
    slope = Sub(BesselI0e(safe_x), Mul(y, AddV2(Sign(safe_x), Reciprocal(safe_x))))
    return Mul(dy, Select(safe, slope, _plus(ZerosLike(x), 0.5)))


BesselI0e: OpDefinition = unary(
    "BesselI0e",
    "exp(-abs(x)) times the modified Bessel function of order 0.",
    torch.special.i0e,
    lambda op, dy: product(
        dy, Sub(BesselI1e(op.inputs[0]), Mul(Sign(op.inputs[0]), op.outputs[0]))
    ),
    FLOATS,
    export=("math.bessel_i0e",),
    sparse=True,
)
BesselI1e: OpDefinition = unary(
    "BesselI1e",
    "exp(-abs(x)) times the modified Bessel function of order 1.",
    torch.special.i1e,
    _bessel_i1e_gradient,
    FLOATS,
    export=("math.bessel_i1e",),
    sparse=True,
)

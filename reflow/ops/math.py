"""Elementwise arithmetic, and the powers, exponentials and logarithms that its gradients need."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.broadcasting import unbroadcast
from reflow.ops.casts import Cast
from reflow.ops.comparisons import Greater, GreaterEqual, LessEqual, NotEqual
from reflow.ops.constants import constant
from reflow.ops.elementwise import (
    SIGNED,
    UNDEFINED,
    binary,
    conj,
    gradient_of_function,
    is_integer,
    no_integers,
    no_kernel,
    unary,
)
from reflow.ops.filling import ZerosLike
from reflow.ops.op import op
from reflow.ops.selection import Select
from reflow.ops.shape_tensors import filled, shape_of
from reflow.ops.unsigned import widened

_SUMS = (
    "T: {bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, complex128}"
)
_PRODUCTS = (
    "T: {bfloat16, half, float, double, uint8, int8, uint16, int16, int32, int64, complex64, "
    "complex128}"
)
_FACTORS = "T: {half, float, double, complex64, complex128}"
_REMAINDERS = "T: {int32, int64, bfloat16, half, float, double}"
_ORDERED = "T: {bfloat16, half, float, double, int32, int64}"


def times(x: Tensor, factor: float) -> Tensor:
    """x multiplied by a number of x's own type."""
    return Mul(constant(factor, x.dtype.base_dtype), x)


def product(x: Any, y: Any) -> Tensor:
    """x * y, under the name that the operator gives it."""
    result: Tensor = Mul(x, y, name="mul")
    return result


# -- Of one operand ------------------------------------------------------------------------------

Neg: OpDefinition = unary(
    "Neg",
    "-x",
    torch.neg,
    lambda op, dy: Neg(dy),
    SIGNED,
    export=("negative", "math.negative"),
    sparse=True,
)

Sign: OpDefinition = unary(
    "Sign",
    "-1, 0 or 1: x / abs(x), and 0 at 0.",
    torch.sgn,
    lambda op, dy: filled(shape_of(op.inputs[0]), 0, dy.dtype.base_dtype, "zeros"),
    SIGNED,
    export=("sign", "math.sign"),
    sparse=True,
)

Abs: OpDefinition = unary(
    "Abs",
    "The absolute value.",
    torch.abs,
    lambda op, dy: product(dy, Sign(op.inputs[0])),
    "T: {bfloat16, half, float, double, int8, int16, int32, int64}",
)

Square: OpDefinition = unary(
    "Square",
    "x * x",
    torch.square,
    lambda op, dy: Mul(dy, times(conj(op.inputs[0]), 2.0)),
    SIGNED,
    export=("square", "math.square"),
    sparse=True,
)

# The exponential function gives normal numbers from here on, and a bit below.
_LEAST_EXPONENT = {torch.float32: -87.33, torch.float64: -708.39}


def _exp(x: torch.Tensor) -> torch.Tensor:
    least = _LEAST_EXPONENT.get(x.dtype)
    if least is None or x.device.type != "cpu" or not x.numel() or x.amin().item() >= least:
        return torch.exp(x)
    # MKL, which torch calls, would take fifty times as long for numbers that count as zero.
    return x.clamp_min(least).exp_().masked_fill_(x < least, 0.0)


Exp: OpDefinition = unary(
    "Exp",
    "The exponential function.",
    _exp,
    lambda op, dy: product(dy, conj(op.outputs[0])),
    export=("exp", "math.exp"),
)

Log: OpDefinition = unary(
    "Log",
    "The natural logarithm.",
    torch.log,
    lambda op, dy: product(dy, Reciprocal(conj(op.inputs[0]))),
    export=("log", "math.log"),
)

_RECIPROCAL_DOC = "1 / x"


_reciprocal = no_integers(torch.reciprocal)

Reciprocal: OpDefinition = unary(
    "Reciprocal",
    _RECIPROCAL_DOC,
    _reciprocal,
    lambda op, dy: ReciprocalGrad(op.outputs[0], dy),
    SIGNED,
    export=("reciprocal", "math.reciprocal"),
)
Inv: OpDefinition = unary(
    "Inv", _RECIPROCAL_DOC, _reciprocal, lambda op, dy: ReciprocalGrad(op.outputs[0], dy), SIGNED
)


def _reciprocal_grad(y: torch.Tensor, dy: torch.Tensor) -> torch.Tensor:
    return -dy * y.conj().square()


def _reciprocal_second(op: Operation, dz: Tensor) -> tuple[Tensor, Tensor]:
    y, dy = conj(op.inputs[0]), op.inputs[1]
    return Mul(Mul(times(conj(dz), -2.0), dy), y), ReciprocalGrad(y, dz)


_RECIPROCAL_GRAD_DOC = "-dy * y ** 2: the gradient of 1 / x."
ReciprocalGrad: OpDefinition = gradient_of_function(
    "ReciprocalGrad", _RECIPROCAL_GRAD_DOC, _reciprocal_grad, _reciprocal_second
)
InvGrad: OpDefinition = gradient_of_function(
    "InvGrad", _RECIPROCAL_GRAD_DOC, _reciprocal_grad, _reciprocal_second
)


# -- Sums and products ---------------------------------------------------------------------------


@functools.wraps(torch.add)
def _add(x: Any, y: Any) -> Any:
    # Strings are arrays of bytes objects, which add up to longer ones.
    return np.asarray(x + y, object) if isinstance(x, np.ndarray) else torch.add(x, y)


Add: OpDefinition = binary(
    "Add", "x + y, also of strings.", _add, lambda op, dz: (dz, dz), _SUMS[:-1] + ", string}"
)
AddV2: OpDefinition = binary("AddV2", "x + y", torch.add, lambda op, dz: (dz, dz), _SUMS)
Sub: OpDefinition = binary(
    "Sub", "x - y", widened(torch.sub), lambda op, dz: (dz, Neg(dz)), _PRODUCTS
)
Mul: OpDefinition = binary(
    "Mul",
    "x * y",
    torch.mul,
    lambda op, dz: (Mul(dz, conj(op.inputs[1])), Mul(conj(op.inputs[0]), dz)),
    _PRODUCTS,
)


def _where_zero(y: torch.Tensor, result: torch.Tensor) -> torch.Tensor:
    """0 where y is 0, else the result."""
    return torch.where(y == 0, torch.zeros((), dtype=result.dtype, device=result.device), result)


MulNoNan: OpDefinition = binary(
    "MulNoNan",
    "x * y, and 0 where y is 0 even if x is NaN or infinite.",
    lambda x, y: _where_zero(y, x * y),
    lambda op, dz: (MulNoNan(dz, op.inputs[1]), MulNoNan(op.inputs[0], dz)),
    _FACTORS,
)

SquaredDifference: OpDefinition = binary(
    "SquaredDifference",
    "(x - y) * conj(x - y)",
    lambda x, y: _squared_magnitude(x - y),
    lambda op, dz: _squared_difference_gradient(op, dz),
    SIGNED,
    export=("squared_difference", "math.squared_difference"),
)


def _squared_magnitude(x: torch.Tensor) -> torch.Tensor:
    return x * x.conj() if x.is_complex() else x.square()


def _squared_difference_gradient(op: Operation, dz: Tensor) -> tuple[Tensor, Tensor]:
    twice = Mul(constant(2, dz.dtype.base_dtype, name="scalar"), dz)
    dx = product(twice, Sub(op.inputs[0], op.inputs[1], name="sub"))
    return dx, Neg(dx)


@op
class AddN:
    """The sum of tensors of one shape."""

    inputs = "inputs: N * T"
    outputs = "sum: T"
    attrs = (
        "N: int >= 1",
        "T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, "
        "bfloat16, uint16, complex128, half, uint32, uint64, variant}",
    )
    placewise = True

    def shape(inputs: list[TensorShape]) -> TensorShape:
        return _merged(inputs)

    def kernel(inputs: list[torch.Tensor]) -> torch.Tensor:
        return _sum_of(inputs)

    def gradient(op: Operation, dy: Tensor) -> list[Tensor]:
        return [dy] * len(op.inputs)


@op
class AccumulateNV2:
    """The sum of tensors of one shape, which is known beforehand."""

    inputs = "inputs: N * T"
    outputs = "sum: T"
    attrs = ("N: int >= 1", "T: numbertype", "shape: shape")

    def shape(inputs: list[TensorShape], *, shape: TensorShape) -> TensorShape:
        return _merged([shape, *inputs])

    def kernel(inputs: list[torch.Tensor]) -> torch.Tensor:
        return _sum_of(inputs)

    def gradient(op: Operation, dy: Tensor) -> list[Tensor]:
        return [dy] * len(op.inputs)


def _merged(parts: Sequence[TensorShape]) -> TensorShape:
    merged = shapes.UNKNOWN
    for part in parts:
        merged = shapes.merge(merged, part)
    return merged


def _sum_in_place(inputs: list[torch.Tensor]) -> torch.Tensor:
    if len(inputs) == 1:
        return inputs[0].clone()
    total = inputs[0] + inputs[1]
    for term in inputs[2:]:
        total += term
    return total


_sum_of = widened(_sum_in_place)


# -- Quotients -----------------------------------------------------------------------------------


Divide = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def _of_integers(
    divide: Divide, error: type[errors.OpError] = errors.InvalidArgumentError
) -> Divide:
    """`divide`, with TensorFlow's error where an integer is divided by 0."""

    def call(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        # The CPU looks itself whether it divides by 0.
        if not x.is_cpu and x.numel() and bool((y == 0).any()):
            raise error(None, None, _BY_ZERO)  # type: ignore[call-arg]
        try:
            return divide(x, y)
        except RuntimeError as failure:
            if str(failure) != "ZeroDivisionError":
                raise
            raise error(None, None, _BY_ZERO) from None  # type: ignore[call-arg]

    return call


_BY_ZERO = "Integer division by zero"


def _truncated(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return torch.div(x, y, rounding_mode="trunc")


def _floored(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return torch.div(x, y, rounding_mode="floor")


_truncated_integers = _of_integers(_truncated)
_floored_integers = _of_integers(_floored)
_floored_remainder_of_integers = _of_integers(torch.remainder)
_remainder_of_integers = _of_integers(torch.fmod)
# TensorFlow takes a division by zero for an internal error of these two.
_truncated_integers_internal = _of_integers(_truncated, errors.InternalError)
_truncated_remainder_of_integers = _of_integers(torch.fmod, errors.InternalError)


def _quotient(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """x / y; of integers rounded towards zero."""
    return _truncated_integers(x, y) if is_integer(x) else torch.div(x, y)


def _mod(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return _remainder_of_integers(x, y) if is_integer(x) else torch.fmod(x, y)


def _truncated_quotient(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return _truncated_integers_internal(x, y) if is_integer(x) else torch.div(x, y)


def _truncated_remainder(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return _truncated_remainder_of_integers(x, y) if is_integer(x) else torch.fmod(x, y)


def _floored_quotient(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if is_integer(x):
        return _floored_integers(x, y)
    if x.is_complex():
        raise no_kernel(x)
    return torch.floor(x / y)


def _floored_remainder(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return _floored_remainder_of_integers(x, y) if is_integer(x) else torch.remainder(x, y)


def _quotient_gradient(
    divide: Callable[..., Tensor], op: Operation, dz: Tensor
) -> tuple[Tensor, Tensor]:
    x, y = conj(op.inputs[0]), conj(op.inputs[1])
    return divide(dz, y), product(dz, divide(divide(Neg(x), y), y))


RealDiv: OpDefinition = binary(
    "RealDiv",
    "x / y; of integers rounded towards zero.",
    widened(_quotient),
    lambda op, dz: _quotient_gradient(RealDiv, op, dz),
    _PRODUCTS,
    export=("realdiv",),
)
Div: OpDefinition = binary(
    "Div",
    "x / y; of integers rounded towards zero.",
    widened(_quotient),
    lambda op, dz: _quotient_gradient(RealDiv, op, dz),
    _PRODUCTS,
)
DivNoNan: OpDefinition = binary(
    "DivNoNan",
    "x / y, and 0 where y is 0.",
    lambda x, y: _where_zero(y, x / y),
    lambda op, dz: _quotient_gradient(functools.partial(DivNoNan, name="div_no_nan"), op, dz),
    _FACTORS,
)
FloorDiv: OpDefinition = binary(
    "FloorDiv",
    "x / y rounded down.",
    widened(_floored_quotient),
    lambda op, dz: (None, None),
    _PRODUCTS,
    export=("floor_div",),
)
TruncateDiv: OpDefinition = binary(
    "TruncateDiv",
    "x / y; of integers rounded towards zero.",
    widened(_truncated_quotient),
    lambda op, dz: (None, None),
    _PRODUCTS,
    export=("truncatediv",),
)
FloorMod: OpDefinition = binary(
    "FloorMod",
    "What is left of x after FloorDiv: has the sign of y.",
    _floored_remainder,
    lambda op, dz: (dz, product(dz, Neg(FloorDiv(op.inputs[0], op.inputs[1])))),
    _REMAINDERS,
    export=("floormod", "mod", "math.floormod", "math.mod"),
)
Mod: OpDefinition = binary(
    "Mod",
    "What is left of x after division: has the sign of x.",
    _mod,
    UNDEFINED,
    "T: {int32, int64, half, half, bfloat16, float, double}",
)
TruncateMod: OpDefinition = binary(
    "TruncateMod",
    "What is left of x after division: has the sign of x.",
    _truncated_remainder,
    UNDEFINED,
    _REMAINDERS,
    export=("truncatemod",),
)


# -- Powers and logarithms of two operands -------------------------------------------------------


def _pow(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if is_integer(x) and bool((y < 0).any()):
        raise errors.InvalidArgumentError(
            None, None, "Integers to negative integer powers are not allowed"
        )
    return torch.pow(x, y)


def _pow_gradient(op: Operation, dz: Tensor) -> tuple[Tensor, Tensor]:
    x, y, z = conj(op.inputs[0]), conj(op.inputs[1]), conj(op.outputs[0])
    dx = product(product(dz, y), Pow(x, Sub(y, 1, name="sub")))
    # The logarithm of a negative base is no real number: nothing flows to the exponent there.
    has_log = NotEqual(x, 0) if x.dtype.is_complex else Greater(x, 0)
    ones = filled(shape_of(x, name="ones_like/Shape"), 1, x.dtype.base_dtype, "ones_like")
    log_x = Select(has_log, Log(Select(has_log, x, ones)), ZerosLike(x, name="zeros_like"))
    return dx, product(product(dz, z), log_x)


Pow: OpDefinition = binary(
    "Pow",
    "x to the power of y.",
    _pow,
    _pow_gradient,
    "T: {bfloat16, float, half, double, int32, int64, complex64, complex128}",
)


def _is_nonzero(x: Tensor) -> Tensor:
    """1 where x is not 0, else 0, in x's type."""
    return Cast(NotEqual(x, constant(0, x.dtype.base_dtype)), DstT=x.dtype.base_dtype)


Xdivy: OpDefinition = binary(
    "Xdivy",
    "x / y, and 0 where x is 0.",
    lambda x, y: _where_zero(x, x / y),
    lambda op, dz: (
        Mul(Xdivy(_is_nonzero(op.inputs[0]), op.inputs[1]), dz),
        Mul(Xdivy(Neg(op.inputs[0]), Square(op.inputs[1])), dz),
    ),
    _FACTORS,
    export=("math.xdivy",),
)
Xlogy: OpDefinition = binary(
    "Xlogy",
    "x * log(y), and 0 where x is 0.",
    lambda x, y: _where_zero(x, x * torch.log(y)),
    lambda op, dz: (
        Mul(Xlogy(_is_nonzero(op.inputs[0]), op.inputs[1]), dz),
        Mul(Xdivy(op.inputs[0], op.inputs[1]), dz),
    ),
    _FACTORS,
    export=("math.xlogy",),
)


# -- The larger and the smaller ------------------------------------------------------------------


def _choice_gradient(chosen: OpDefinition, op: Operation, dz: Tensor) -> tuple[Tensor, Tensor]:
    """The gradient flows to the operand that was chosen; to x where both are equal."""
    # The operands' shapes are "Shape" and "Shape_1".
    zeros = filled(shape_of(dz, name="Shape_2"), 0, dz.dtype.base_dtype, "zeros")
    mask = chosen(op.inputs[0], op.inputs[1])
    return Select(mask, dz, zeros), Select(mask, zeros, dz)


# Of so many numbers a sum takes longer than it takes to ask for one.
_MANY = 1 << 14


def _maximum(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if not x.is_cpu:
        return torch.where(x < y, y, x)
    # Of 0 and -0, clamp gives its bound; NaN of either it would give on.
    return _with_nan_as(-math.inf, y).clamp(min=x)


def _minimum(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if not x.is_cpu:
        return torch.where(y < x, y, x)
    return _with_nan_as(math.inf, y).clamp(max=x)


def _with_nan_as(number: float, x: torch.Tensor) -> torch.Tensor:
    if x.numel() > _MANY and math.isfinite(x.sum().item()):
        return x  # reading it once is sooner than a copy
    return torch.nan_to_num(x, number, math.inf, -math.inf)


Maximum: OpDefinition = binary(
    "Maximum",
    "The larger of x and y, and x where either is NaN.",
    _maximum,
    lambda op, dz: _choice_gradient(GreaterEqual, op, dz),
    _ORDERED,
    export=("maximum", "math.maximum"),
    of_integers=torch.maximum,
)
Minimum: OpDefinition = binary(
    "Minimum",
    "The smaller of x and y, and x where either is NaN.",
    _minimum,
    lambda op, dz: _choice_gradient(LessEqual, op, dz),
    _ORDERED,
    export=("minimum", "math.minimum"),
    of_integers=torch.minimum,
)


@op
class NextAfter:
    """The number next to x1 in the direction of x2.  The inputs broadcast."""

    inputs = "x1: T, x2: T"
    outputs = "output: T"
    attrs = ("T: {double, float} = float",)
    export = ("math.nextafter",)

    shape = shapes.broadcast
    kernel = staticmethod(torch.nextafter)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor | None, Tensor | None]:
        return unbroadcast(op, dy, ZerosLike(dy))

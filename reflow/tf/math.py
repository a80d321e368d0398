"""tf.math, and the source of those of its names that `tf` itself has too."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dispatch import add_dispatch_support
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape, as_shape
from reflow.ops import math as math_ops
from reflow.ops import scans
from reflow.ops.activations import Softplus
from reflow.ops.arrays import Identity
from reflow.ops.comparisons import Equal, NotEqual
from reflow.ops.complex_numbers import Angle, Complex, ComplexAbs, Imag, Real
from reflow.ops.constants import constant
from reflow.ops.elementwise import Conj
from reflow.ops.exports import exported, on_sparse_values
from reflow.ops.functions import Round
from reflow.ops.logic import LogicalAnd, LogicalNot, LogicalOr
from reflow.ops.special import BesselI0e, BesselI1e, Lgamma
from reflow.tf._absence import part_or_error
from reflow.tf._casts import cast
from reflow.tf._checks import is_non_decreasing, is_strictly_increasing
from reflow.tf._confusion_matrix import confusion_matrix
from reflow.tf._filling import zeros_like
from reflow.tf._reductions import (
    argmax,
    argmin,
    count_nonzero,
    reduce_all,
    reduce_any,
    reduce_euclidean_norm,
    reduce_logsumexp,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_std,
    reduce_sum,
    reduce_variance,
)
from reflow.tf._scopes import name_scope
from reflow.tf._segments import bincount, unsorted_segment_mean, unsorted_segment_sqrt_n

globals().update(exported("math"))

# What integers become before a true division.
_TRUE_DIVISION_TYPES = {
    dtypes.uint8: dtypes.float32,
    dtypes.int8: dtypes.float32,
    dtypes.uint16: dtypes.float32,
    dtypes.int16: dtypes.float32,
    dtypes.int32: dtypes.float64,
    dtypes.int64: dtypes.float64,
}
_DIVIDES_AS_IT_IS = frozenset(
    (
        dtypes.bfloat16,
        dtypes.float16,
        dtypes.float32,
        dtypes.float64,
        dtypes.complex64,
        dtypes.complex128,
    )
)


@add_dispatch_support
@on_sparse_values
def abs(x: Any, name: str | None = None) -> Tensor:
    """The absolute value; of a complex number its magnitude, a real number."""
    with name_scope(name, "Abs", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex:
            return ComplexAbs(x, Tout=x.dtype.real_dtype, name=scope)
        return math_ops.Abs(x, name=scope)


@add_dispatch_support
def add(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x + y, elementwise; also of strings."""
    return math_ops.Add(x, y, name=name)


@add_dispatch_support
def subtract(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x - y, elementwise."""
    return math_ops.Sub(x, y, name=name)


@add_dispatch_support
def multiply(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x * y, elementwise."""
    return math_ops.Mul(x, y, name=name)


def scalar_mul(scalar: Any, x: Any, name: str | None = None) -> Any:
    """x (a tensor or IndexedSlices) multiplied by one number; ValueError if it is not one."""
    scalar = convert_to_tensor(scalar, x.dtype.base_dtype, "scalar")
    if scalar.shape.ndims != 0:
        raise ValueError(f"Only scalar multiply works, got shape {scalar.shape}")
    if isinstance(x, IndexedSlices):
        return IndexedSlices(math_ops.Mul(scalar, x.values, name=name), x.indices, x.dense_shape)
    return math_ops.Mul(scalar, x, name=name)


@add_dispatch_support
def pow(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x to the power of y, elementwise; integers take no negative powers."""
    with name_scope(name, "Pow", [x]) as scope:
        return math_ops.Pow(x, y, name=scope)


# -- Quotients -----------------------------------------------------------------------------------


def _same_type(x: Tensor, y: Tensor) -> dtypes.DType:
    types = x.dtype.base_dtype, y.dtype.base_dtype
    if types[0] is not types[1]:
        raise TypeError(f"x and y must have the same dtype, got {types[0]!r} != {types[1]!r}")
    return types[0]


@add_dispatch_support
def truediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y as Python 3 divides: integers become floats first (float64 from 32 bits on)."""
    with name_scope(name, "truediv", [x, y]) as scope:
        x, y = convert_to_tensor(x, name="x"), convert_to_tensor(y, name="y")
        return math_ops.RealDiv(*as_true_division(x, y), name=scope)


def as_true_division(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Dividend and divisor in the type that a true division has; TypeError if there is none."""
    dtype = _same_type(x, y)
    if dtype in _DIVIDES_AS_IT_IS:
        return x, y
    if dtype not in _TRUE_DIVISION_TYPES:
        raise TypeError(f"Invalid dtype {dtype!r} in __truediv__")
    return cast(x, _TRUE_DIVISION_TYPES[dtype]), cast(y, _TRUE_DIVISION_TYPES[dtype])


@add_dispatch_support
def divide(x: Any, y: Any, name: str | None = None) -> Any:
    """x / y; of two Python numbers, a Python number."""
    return x / y if name is None else truediv(x, y, name)


def div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y as Python 2 divides: integers are rounded down."""
    with name_scope(name, "div", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, x.dtype.base_dtype, "y")
        dtype = _same_type(x, y)
        divided = math_ops.RealDiv if dtype.is_floating or dtype.is_complex else math_ops.FloorDiv
        return divided(x, y, name=scope)


@add_dispatch_support
def floordiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y rounded down."""
    with name_scope(name, "floordiv", [x, y]) as scope:
        return math_ops.FloorDiv(x, y, name=scope)


@add_dispatch_support
def divide_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y, and 0 where y is 0."""
    with name_scope(name, "div_no_nan", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, x.dtype.base_dtype, "y")
        return math_ops.DivNoNan(x, y, name=scope)


def multiply_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x * y, and 0 where y is 0 even if x is NaN or infinite."""
    with name_scope(name, "multiply_no_nan", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, x.dtype.base_dtype, "y")
        return math_ops.MulNoNan(x, y, name=scope)


def reciprocal_no_nan(x: Any, name: str | None = None) -> Tensor:
    """1 / x, and 0 where x is 0."""
    with name_scope(name, "reciprocal_no_nan", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        one = constant(1, x.dtype.base_dtype, name="one")
        return math_ops.DivNoNan(one, x, name=scope)


# -- Comparisons and logic -----------------------------------------------------------------------


@add_dispatch_support
def equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x == y, elementwise."""
    return Equal(x, y, name=name)


@add_dispatch_support
def not_equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x != y, elementwise."""
    return NotEqual(x, y, name=name)


@add_dispatch_support
def logical_xor(x: Any, y: Any, name: str = "LogicalXor") -> Tensor:
    """Whether one of x and y is true, but not both."""
    either = LogicalOr(x, y)
    both = LogicalAnd(x, y)
    return LogicalAnd(either, LogicalNot(both), name=name)


# -- Complex numbers -----------------------------------------------------------------------------


@add_dispatch_support
def complex(real: Any, imag: Any, name: str | None = None) -> Tensor:
    """real + i imag.  float32 makes complex64, float64 complex128; TypeError for other types."""
    real = convert_to_tensor(real, name="real")
    imag = convert_to_tensor(imag, name="imag")
    with name_scope(name, "Complex", [real, imag]) as scope:
        types = real.dtype.base_dtype, imag.dtype.base_dtype
        if types == (dtypes.float32, dtypes.float32):
            result = dtypes.complex64
        elif types == (dtypes.float64, dtypes.float64):
            result = dtypes.complex128
        else:
            raise TypeError(
                f"real and imag have incorrect types: {real.dtype.name} {imag.dtype.name}"
            )
        return Complex(real, imag, Tout=result, name=scope)


@add_dispatch_support
def real(input: Any, name: str | None = None) -> Tensor:
    """The real part; of real numbers, the numbers."""
    with name_scope(name, "Real", [input]) as scope:
        x = convert_to_tensor(input, name="input")
        return Real(x, Tout=x.dtype.real_dtype, name=scope) if x.dtype.is_complex else x


def _part(op: OpDefinition, input: Any, name: str | None) -> Tensor:
    """The imaginary part or the angle; 0 of what is not complex."""
    with name_scope(name, op.name, [input]) as scope:
        x = convert_to_tensor(input, name="input")
        if x.dtype.is_complex:
            return op(x, Tout=x.dtype.real_dtype, name=scope)
        return zeros_like(x)


@add_dispatch_support
def imag(input: Any, name: str | None = None) -> Tensor:
    """The imaginary part; zeros for real numbers."""
    return _part(Imag, input, name)


@add_dispatch_support
def angle(input: Any, name: str | None = None) -> Tensor:
    """The angle in the complex plane, in radians; zeros for real numbers."""
    return _part(Angle, input, name)


@add_dispatch_support
def conj(x: Any, name: str | None = None) -> Tensor:
    """The complex conjugate; real numbers are their own.  TypeError for what is no number."""
    if isinstance(x, Tensor) and (x.dtype.is_floating or x.dtype.is_integer):
        return x
    with name_scope(name, "Conj", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex or x.dtype.base_dtype is dtypes.variant:
            return Conj(x, name=scope)
        if x.dtype.is_floating or x.dtype.is_integer:
            return x
        raise TypeError(f"Expected numeric or variant tensor, got dtype {x.dtype!r}")


# -- Functions of one variable -------------------------------------------------------------------


@add_dispatch_support
def log_sigmoid(x: Any, name: str | None = None) -> Tensor:
    """log(1 / (1 + exp(-x))), without overflow."""
    with name_scope(name, "LogSigmoid", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return math_ops.Neg(Softplus(-x), name=scope)


@add_dispatch_support
def round(x: Any, name: str | None = None) -> Tensor:
    """The nearest whole number; the even one of two."""
    x = convert_to_tensor(x, name="x")
    return x if x.dtype.is_integer else Round(x, name=name)


# -- Sums of tensors, running sums ---------------------------------------------------------------


def _tensors(inputs: Any) -> list[Tensor | IndexedSlices]:
    if not isinstance(inputs, (list, tuple)):
        raise TypeError(f"inputs must be a list of tensors. Received: {inputs!r}")
    if not inputs:
        raise ValueError(
            "inputs must be a list of at least one Tensor/IndexedSlices with the same dtype and "
            "shape. Received: []"
        )
    return [x if isinstance(x, IndexedSlices) else convert_to_tensor(x) for x in inputs]


@add_dispatch_support
def add_n(inputs: Sequence[Any], name: str | None = None) -> Tensor:
    """The sum of a list of tensors (or IndexedSlices) of one shape and type."""
    tensors = _tensors(inputs)
    if len(tensors) > 1:
        return math_ops.AddN(tensors, name=name)
    single = convert_to_tensor(tensors[0])
    return Identity(single, name=name) if name else single


def accumulate_n(
    inputs: Sequence[Any],
    shape: Any = None,
    tensor_dtype: Any = None,
    name: str | None = None,
) -> Tensor:
    """The sum of a list of tensors of one shape and type.

    Args:
      shape: the shape of all, where theirs is not known.
      tensor_dtype: the type that they must have.
    """
    tensors = _tensors(inputs)
    if not all(isinstance(x, Tensor) and x.dtype == tensors[0].dtype for x in tensors):
        raise ValueError(
            "inputs must be a list of at least one Tensor with the same dtype and shape"
        )
    merged = TensorShape(None) if shape is None else as_shape(shape)
    for tensor in tensors:
        merged = merged.merge_with(tensor.shape)
    if tensor_dtype is not None and tensor_dtype != tensors[0].dtype:
        raise TypeError(f"tensor_dtype is {tensor_dtype}, but input is of type {tensors[0].dtype}")
    if len(tensors) > 1:
        return math_ops.AccumulateNV2(tensors, shape=merged, name=name)
    return tensors[0] if name is None else Identity(tensors[0], name=name)


def cumsum(
    x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Tensor:
    """The running sum along an axis.

    Args:
      exclusive: each element stands for those before it, the first for none.
      reverse: from the last element on.
    """
    return _scanned(scans.Cumsum, x, axis, exclusive, reverse, name)


def cumprod(
    x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Tensor:
    """The running product along an axis.  Arguments as of `cumsum`."""
    return _scanned(scans.Cumprod, x, axis, exclusive, reverse, name)


def cumulative_logsumexp(
    x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Tensor:
    """The logarithm of the running sum of exponentials.  Arguments as of `cumsum`."""
    return _scanned(scans.CumulativeLogsumexp, x, axis, exclusive, reverse, name)


def _scanned(
    op: OpDefinition, x: Any, axis: Any, exclusive: bool, reverse: bool, name: str | None
) -> Tensor:
    with name_scope(name, op.name, [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return op(x, axis, exclusive=exclusive, reverse=reverse, name=scope)


def polyval(coeffs: Sequence[Any], x: Any, name: str | None = None) -> Tensor:
    """The polynomial with these coefficients, the highest power's first, at x."""
    with name_scope(name, "polyval", [*coeffs, x]) as scope:
        x = convert_to_tensor(x, name="x")
        if not coeffs:
            return zeros_like(x, name=scope)
        tensors = [convert_to_tensor(c, name=f"coeff_{i}") for i, c in enumerate(coeffs)]
        value = tensors[0]
        for coefficient in tensors[1:]:
            value = coefficient + value * x
        return value


# -- Special functions ---------------------------------------------------------------------------


def lbeta(x: Any, name: str | None = None) -> Tensor:
    """The logarithm of the absolute value of the beta function of x's last dimension."""
    with name_scope(name, "lbeta", [x]):
        x = convert_to_tensor(x, name="x")
        log_product = reduce_sum(Lgamma(x), axis=[-1])
        return log_product - Lgamma(reduce_sum(x, axis=[-1]))


def bessel_i0(x: Any, name: str | None = None) -> Tensor:
    """The modified Bessel function of order 0."""
    with name_scope(name, "bessel_i0", [x]):
        return math_ops.Exp(abs(x)) * BesselI0e(x)


def bessel_i1(x: Any, name: str | None = None) -> Tensor:
    """The modified Bessel function of order 1."""
    with name_scope(name, "bessel_i1", [x]):
        return math_ops.Exp(abs(x)) * BesselI1e(x)


# Functions of tf.nn, which is built on this module.
_OF_NN = frozenset(
    (
        "in_top_k",
        "l2_normalize",
        "log_softmax",
        "softmax",
        "softplus",
        "softsign",
        "top_k",
        "zero_fraction",
    )
)


def __getattr__(name: str) -> Any:
    if name in _OF_NN:
        return getattr(importlib.import_module("reflow.tf.nn"), name)
    return part_or_error(__name__, name)

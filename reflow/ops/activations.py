"""Activation functions, elementwise, with TensorFlow's values and gradients at the edges."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
import torch.nn.functional as functional

from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.ops import shapes
from reflow.ops.comparisons import Less
from reflow.ops.constants import constant
from reflow.ops.filling import ZerosLike
from reflow.ops.functions import Sigmoid
from reflow.ops.math import Add, Exp, Mul, Neg, RealDiv, product
from reflow.ops.op import op
from reflow.ops.selection import Select
from reflow.ops.unsigned import widened

_FLOATS = "T: {half, bfloat16, float, double}"
_REALS = "T: realnumbertype"


def _activation(
    name: str,
    doc: str,
    kernel: Callable[..., Any],
    gradient: Callable[[Operation, Tensor], Tensor],
    types: str = _FLOATS,
    attrs: tuple[str, ...] = (),
    in_place: Callable[..., Any] | None = None,
) -> OpDefinition:
    rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": "features: T",
        "outputs": "activations: T",
        "attrs": (*attrs, types),
        "placewise": True,
        "shape": shapes.same,
        "kernel": staticmethod(kernel),
        "gradient": staticmethod(gradient),
    }
    if in_place is not None:
        rules["in_place"] = staticmethod(in_place)
    return op(type(name, (), rules))


def _gradient_op(
    name: str,
    doc: str,
    second_input: str,
    kernel: Callable[..., Any],
    gradient: Callable[[Operation, Tensor], tuple[Tensor, Tensor]] | None,
    types: str = _FLOATS,
    attrs: tuple[str, ...] = (),
    in_place: Callable[..., Any] | None = None,
) -> OpDefinition:
    """The op that takes gradients of an activation back: of `gradients` and the activation's
    features or outputs."""
    rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": f"gradients: T, {second_input}: T",
        "outputs": "backprops: T",
        "attrs": (*attrs, types),
        "placewise": True,
        "shape": shapes.merge,
        "kernel": staticmethod(kernel),
    }
    if gradient is not None:
        rules["gradient"] = staticmethod(gradient)
    if in_place is not None:
        rules["in_place"] = staticmethod(in_place)
    return op(type(name, (), rules))


def _linear(again: Callable[..., Tensor], *attrs: str) -> Callable[[Operation, Tensor], Any]:
    """The gradient of a gradient op that is linear in its gradients and flat in its features."""

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
        x = op.inputs[1]
        return again(dy, x, **{name: op.attrs[name] for name in attrs}), ZerosLike(x)

    return gradient


_threshold_backward = torch.ops.aten.threshold_backward


def _relu_grad(gradients: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    # One pass where torch has it; the product with a mask, as TensorFlow writes it, takes two.
    return _threshold_backward.default(gradients, features, 0)


def _relu_grad_in_place(gradients: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    return _threshold_backward.grad_input(gradients, features, 0, grad_input=gradients)


def _relu6_grad(gradients: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    return gradients * ((features > 0) & (features < 6))


Relu = _activation(
    "Relu",
    "max(features, 0).",
    widened(lambda features: features.clamp_min(0)),
    lambda op, dy: ReluGrad(dy, op.outputs[0]),
    "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64, "
    "qint8}",
    in_place=lambda features: features.clamp_min_(0),
)
ReluGrad: OpDefinition = _gradient_op(
    "ReluGrad",
    "gradients where features > 0, else 0.",
    "features",
    widened(_relu_grad),
    lambda op, dy: _linear(ReluGrad)(op, dy),
    _REALS,
    in_place=_relu_grad_in_place,
)

Relu6 = _activation(
    "Relu6",
    "min(max(features, 0), 6).",
    widened(lambda features: features.clamp(0, 6)),
    lambda op, dy: Relu6Grad(dy, op.outputs[0]),
    _REALS,
)
Relu6Grad: OpDefinition = _gradient_op(
    "Relu6Grad",
    "gradients where 0 < features < 6, else 0.",
    "features",
    widened(_relu6_grad),
    lambda op, dy: _linear(Relu6Grad)(op, dy),
    _REALS,
)


_leaky_relu_backward = torch.ops.aten.leaky_relu_backward


@cache
def _rounded(number: float, dtype: torch.dtype) -> float:
    """The number as the type holds it, which is what TensorFlow computes with."""
    return torch.tensor(number, dtype=dtype).item()


def _leaky_relu(features: torch.Tensor, *, alpha: float) -> torch.Tensor:
    return functional.leaky_relu(features, _rounded(alpha, features.dtype))


def _leaky_relu_in_place(features: torch.Tensor, *, alpha: float) -> torch.Tensor:
    return functional.leaky_relu_(features, _rounded(alpha, features.dtype))


def _leaky_relu_grad(
    gradients: torch.Tensor, features: torch.Tensor, *, alpha: float
) -> torch.Tensor:
    slope = _rounded(alpha, features.dtype)
    return _leaky_relu_backward.default(gradients, features, slope, False)


def _leaky_relu_grad_in_place(
    gradients: torch.Tensor, features: torch.Tensor, *, alpha: float
) -> torch.Tensor:
    slope = _rounded(alpha, features.dtype)
    return _leaky_relu_backward.grad_input(gradients, features, slope, False, grad_input=gradients)


LeakyRelu = _activation(
    "LeakyRelu",
    "features where positive, else alpha * features.",
    _leaky_relu,
    lambda op, dy: LeakyReluGrad(dy, op.inputs[0], alpha=op.attrs["alpha"]),
    f"{_FLOATS} = float",
    ("alpha: float = 0.20000000298023224",),
    in_place=_leaky_relu_in_place,
)
LeakyReluGrad: OpDefinition = _gradient_op(
    "LeakyReluGrad",
    "gradients where features > 0, else alpha * gradients.",
    "features",
    _leaky_relu_grad,
    lambda op, dy: _linear(LeakyReluGrad, "alpha")(op, dy),
    f"{_FLOATS} = float",
    ("alpha: float = 0.20000000298023224",),
    in_place=_leaky_relu_grad_in_place,
)

Elu = _activation(
    "Elu",
    "exp(features) - 1 where negative, else features.",
    lambda features: functional.elu(features),
    lambda op, dy: EluGrad(dy, op.outputs[0]),
)
EluGrad: OpDefinition = _gradient_op(
    "EluGrad",
    "gradients * (outputs + 1) where outputs < 0, else gradients.",
    "outputs",
    lambda gradients, outputs: torch.where(outputs < 0, gradients * (outputs + 1), gradients),
    lambda op, dy: _exponential_second(EluGrad, op, dy),
)

# Klambauer et al., "Self-Normalizing Neural Networks" (2017).
_SELU_SCALE = 1.0507009873554804934193349852946
_SELU_SCALE_ALPHA = 1.7580993408473768599402175208123

Selu = _activation(
    "Selu",
    "scale * (features where positive, else alpha * (exp(features) - 1)).",
    lambda features: functional.selu(features),
    lambda op, dy: SeluGrad(dy, op.outputs[0]),
)
SeluGrad: OpDefinition = _gradient_op(
    "SeluGrad",
    "The gradient of Selu, by its outputs.",
    "outputs",
    lambda gradients, outputs: torch.where(
        outputs < 0, gradients * (outputs + _SELU_SCALE_ALPHA), gradients * _SELU_SCALE
    ),
    lambda op, dy: _exponential_second(SeluGrad, op, dy),
)


def _exponential_second(again: OpDefinition, op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
    gradients, outputs = op.inputs
    negative = Less(outputs, constant(0, outputs.dtype))
    return again(dy, outputs), Select(negative, Mul(dy, gradients), ZerosLike(outputs))


def _softplus_second(op: Operation, ddy: Tensor) -> tuple[Tensor, Tensor]:
    dy, x = op.inputs
    # sigmoid'(x) = 1 / (exp(-x) + 2 + exp(x))
    slope = Add(Add(Exp(Neg(x)), constant(2.0, x.dtype)), Exp(x))
    return SoftplusGrad(ddy, x), RealDiv(Mul(ddy, dy), slope)


# From here on softplus(x) is x, to the precision of the type; Eigen has float16's as 2 ** -13.
_LINEAR_FROM = {
    dtype: -math.log(2**-13 if dtype is torch.float16 else torch.finfo(dtype).eps) - 2
    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64)
}

Softplus = _activation(
    "Softplus",
    "log(exp(features) + 1), without overflow.",
    lambda features: functional.softplus(features, 1, _LINEAR_FROM[features.dtype]),
    lambda op, dy: product(dy, Sigmoid(op.inputs[0])),
)
SoftplusGrad: OpDefinition = _gradient_op(
    "SoftplusGrad",
    "gradients / (exp(-features) + 1).",
    "features",
    lambda gradients, features: gradients * torch.sigmoid(features),
    _softplus_second,
)

Softsign = _activation(
    "Softsign",
    "features / (abs(features) + 1).",
    lambda features: features / (features.abs() + 1),
    lambda op, dy: SoftsignGrad(dy, op.inputs[0]),
)
# TensorFlow 1.15 has no second gradient of softsign either.
SoftsignGrad: OpDefinition = _gradient_op(
    "SoftsignGrad",
    "gradients / (1 + abs(features)) ** 2.",
    "features",
    lambda gradients, features: gradients / (1 + features.abs()).square(),
    None,
)

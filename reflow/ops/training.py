"""The updates of optimizers: one op for each variable, as TensorFlow has them.

The plan joins equal updates of several variables into one call (runtime/fusion.py).
Source: tensorflow/core/kernels/training_ops.cc.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.op_definition import OpDefinition
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.variable_slot import VariableSlot

Ref = VariableSlot


def check_same_shape(var: torch.Tensor, grad: torch.Tensor) -> None:
    if var.shape != grad.shape:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"var and grad do not have the same shape {list(var.shape)} {list(grad.shape)}",
        )


def _update(name: str, doc: str, inputs: str, shape: Callable[..., Any], kernel: Callable[..., Any], *attrs: str) -> OpDefinition:
    return op(
        type(
            name,
            (),
            {
                "__doc__": doc,
                "inputs": inputs,
                "outputs": "out: Ref(T)",
                "attrs": ("T: numbertype", *attrs),
                "stateful": True,
                "updates": True,
                "gradient": None,
                "shape": staticmethod(shape),
                "kernel": staticmethod(kernel),
            },
        )
    )


_LOCKING = "use_locking: bool = false"
_NESTEROV = "use_nesterov: bool = false"
_INDICES = "Tindices: {int32, int64}"


def _gradient_descent_shape(var: TensorShape, alpha: TensorShape, delta: TensorShape) -> TensorShape:
    shapes.with_rank(alpha, 0)
    return shapes.merge(var, delta)


def _gradient_descent(var: Ref, alpha: torch.Tensor, delta: torch.Tensor) -> None:
    value = var.read()
    check_same_shape(value, delta)
    value.sub_(delta * alpha)


ApplyGradientDescent = _update(
    "ApplyGradientDescent",
    "var -= alpha * delta",
    "var: Ref(T), alpha: T, delta: T",
    _gradient_descent_shape,
    _gradient_descent,
    _LOCKING,
)


def _momentum_shape(
    var: TensorShape, accum: TensorShape, lr: TensorShape, grad: TensorShape, momentum: TensorShape
) -> TensorShape:
    shapes.with_rank(lr, 0)
    shapes.with_rank(momentum, 0)
    return shapes.merge(shapes.merge(var, accum), grad)


def _momentum(
    var: Ref,
    accum: Ref,
    lr: torch.Tensor,
    grad: torch.Tensor,
    momentum: torch.Tensor,
    *,
    use_nesterov: bool,
) -> None:
    value, velocity = var.read(), accum.read()
    check_same_shape(value, grad)
    velocity.mul_(momentum).add_(grad)
    if use_nesterov:
        value.sub_(grad * lr + velocity * momentum * lr)
    else:
        value.sub_(velocity * lr)


ApplyMomentum = _update(
    "ApplyMomentum",
    """accum = momentum * accum + grad;  var -= lr * accum, or with Nesterov's momentum
    var -= lr * (grad + momentum * accum).""",
    "var: Ref(T), accum: Ref(T), lr: T, grad: T, momentum: T",
    _momentum_shape,
    _momentum,
    _LOCKING,
    _NESTEROV,
)


def _sparse_momentum_shape(
    var: TensorShape,
    accum: TensorShape,
    lr: TensorShape,
    grad: TensorShape,
    indices: TensorShape,
    momentum: TensorShape,
) -> TensorShape:
    shapes.with_rank(lr, 0)
    shapes.with_rank(momentum, 0)
    shapes.with_rank(indices, 1)
    return shapes.merge(var, accum)


def _sparse_momentum(
    var: Ref,
    accum: Ref,
    lr: torch.Tensor,
    grad: torch.Tensor,
    indices: torch.Tensor,
    momentum: torch.Tensor,
    *,
    use_nesterov: bool,
) -> None:
    value, velocity = var.read(), accum.read()
    check_rows(value, indices)
    # A row that comes twice is updated twice, one after the other.
    for index, row in zip(indices.tolist(), grad):
        velocity[index].mul_(momentum).add_(row)
        step = velocity[index] * lr
        value[index].sub_(row * lr + step * momentum if use_nesterov else step)


def check_rows(var: torch.Tensor, indices: torch.Tensor) -> None:
    """InvalidArgumentError for an index that is no row of `var`."""
    if indices.numel() and not (0 <= int(indices.min()) and int(indices.max()) < var.shape[0]):
        position = int(((indices < 0) | (indices >= var.shape[0])).nonzero()[0])
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Index {int(indices[position])} at offset {position} in indices is out of range "
            f"[0, {var.shape[0]})",
        )


SparseApplyMomentum = _update(
    "SparseApplyMomentum",
    "ApplyMomentum on the rows `indices` of var and accum.",
    "var: Ref(T), accum: Ref(T), lr: T, grad: T, indices: Tindices, momentum: T",
    _sparse_momentum_shape,
    _sparse_momentum,
    _INDICES,
    _LOCKING,
    _NESTEROV,
)


def _adam_shape(*inputs: TensorShape) -> TensorShape:
    var, m, v, *scalars, grad = inputs
    for scalar in scalars:
        shapes.with_rank(scalar, 0)
    return shapes.merge(shapes.merge(shapes.merge(var, m), v), grad)


def adam_step_size(beta1_power: torch.Tensor, beta2_power: torch.Tensor, lr: torch.Tensor) -> torch.Tensor:
    """lr * sqrt(1 - beta2^t) / (1 - beta1^t): Kingma and Ba (2014), before section 2.1."""
    return lr * torch.sqrt(1 - beta2_power) / (1 - beta1_power)


# torch's fused Adam corrects the bias itself, from a count of steps.  The step size above has
# the correction already: after this many steps torch's is exactly 1.
_MANY_STEPS = torch.tensor(1e9)


def adam_update(
    values: list[torch.Tensor],
    m: list[torch.Tensor],
    v: list[torch.Tensor],
    gradients: list[torch.Tensor],
    step_size: torch.Tensor,
    beta1: float,
    beta2: float,
    epsilon: float,
) -> None:
    """m, v and values one step further, all variables in one call.

    m += (1 - beta1) * (g - m);  v += (1 - beta2) * (g^2 - v);  values -= step * m / (sqrt(v) + epsilon)
    """
    device = values[0].device
    steps = [_MANY_STEPS if device.type == "cpu" else _MANY_STEPS.to(device)] * len(values)
    torch._fused_adam_(
        values,
        gradients,
        m,
        v,
        [],
        steps,
        amsgrad=False,
        lr=float(step_size) if device.type == "cpu" else step_size.float(),
        beta1=beta1,
        beta2=beta2,
        weight_decay=0.0,
        eps=epsilon,
        maximize=False,
    )


def fits_fused_adam(beta1: float, beta2: float) -> bool:
    """Whether torch's bias correction vanishes after `_MANY_STEPS`."""
    return abs(beta1) < 0.9999999 and abs(beta2) < 0.9999999


def _adam(
    var: Ref,
    m: Ref,
    v: Ref,
    beta1_power: torch.Tensor,
    beta2_power: torch.Tensor,
    lr: torch.Tensor,
    beta1: Host,
    beta2: Host,
    epsilon: Host,
    grad: torch.Tensor,
    *,
    use_nesterov: bool,
) -> None:
    value, first, second = var.read(), m.read(), v.read()
    check_same_shape(value, grad)
    step_size = adam_step_size(beta1_power, beta2_power, lr)
    b1, b2, small = float(beta1), float(beta2), float(epsilon)
    if value.dtype in (torch.float32, torch.float64) and not use_nesterov and fits_fused_adam(b1, b2):
        adam_update([value], [first], [second], [grad], step_size, b1, b2, small)
        return
    first.add_((grad - first) * (1 - b1))
    second.add_((grad.square() - second) * (1 - b2))
    numerator = first * b1 + grad * (1 - b1) if use_nesterov else first
    value.sub_(numerator * step_size / (second.sqrt() + small))


ApplyAdam = _update(
    "ApplyAdam",
    """Kingma and Ba, "Adam: a method for stochastic optimization" (2014).

    lr_t = lr * sqrt(1 - beta2_power) / (1 - beta1_power);  m += (1 - beta1) * (grad - m);
    v += (1 - beta2) * (grad^2 - v);  var -= lr_t * m / (sqrt(v) + epsilon)
    """,
    "var: Ref(T), m: Ref(T), v: Ref(T), beta1_power: T, beta2_power: T, lr: T, beta1: T, beta2: T, "
    "epsilon: T, grad: T",
    _adam_shape,
    _adam,
    _LOCKING,
    _NESTEROV,
)

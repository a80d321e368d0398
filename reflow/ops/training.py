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
from reflow.ops.scattering import rounds
from reflow.ops.variable_slot import VariableSlot

Ref = VariableSlot


def check_same_shape(var: torch.Tensor, grad: torch.Tensor) -> None:
    if var.shape != grad.shape:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"var and grad do not have the same shape {list(var.shape)} {list(grad.shape)}",
        )


def _update(
    name: str,
    doc: str,
    inputs: str,
    attrs: tuple[str, ...],
    shape: Callable[..., Any],
    kernel: Callable[..., Any],
    joined: Callable[..., Any] | None = None,
    per_variable: tuple[str, ...] = (),
) -> OpDefinition:
    """An optimizer's update of a variable.

    `joined` does several updates in one call: the inputs named by `per_variable` come as
    lists, the others are the same for all.
    """
    rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": inputs,
        "outputs": "out: Ref(T)",
        "attrs": ("T: numbertype", *attrs),
        "stateful": True,
        "updates": True,
        "gradient": None,
        "shape": staticmethod(shape),
        "kernel": staticmethod(kernel),
    }
    if joined is not None:
        rules["joined"] = staticmethod(joined)
        rules["per_variable"] = per_variable
    return op(type(name, (), rules))


_LOCKING = "use_locking: bool = false"
_NESTEROV = "use_nesterov: bool = false"
_INDICES = "Tindices: {int32, int64}"


def _gradient_descent_shape(
    var: TensorShape, alpha: TensorShape, delta: TensorShape
) -> TensorShape:
    shapes.with_rank(alpha, 0)
    return shapes.merge(var, delta)


def _gradient_descent(var: Ref, alpha: torch.Tensor, delta: torch.Tensor) -> None:
    value = var.read()
    check_same_shape(value, delta)
    value.sub_(delta * alpha)


def _gradient_descents(vars: list[Ref], alpha: torch.Tensor, deltas: list[torch.Tensor]) -> None:
    values = [var.read() for var in vars]
    for value, delta in zip(values, deltas):
        check_same_shape(value, delta)
    torch._foreach_sub_(values, torch._foreach_mul(deltas, alpha))


ApplyGradientDescent = _update(
    "ApplyGradientDescent",
    "var -= alpha * delta",
    "var: Ref(T), alpha: T, delta: T",
    (_LOCKING,),
    _gradient_descent_shape,
    _gradient_descent,
    _gradient_descents,
    ("var", "delta"),
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


def _momenta(
    vars: list[Ref],
    accums: list[Ref],
    lr: torch.Tensor,
    grads: list[torch.Tensor],
    momentum: torch.Tensor,
    *,
    use_nesterov: bool,
) -> None:
    values = [var.read() for var in vars]
    velocities = [accum.read() for accum in accums]
    for value, grad in zip(values, grads):
        check_same_shape(value, grad)
    torch._foreach_mul_(velocities, momentum)
    torch._foreach_add_(velocities, grads)
    steps = torch._foreach_mul(velocities, lr)
    if use_nesterov:
        torch._foreach_mul_(steps, momentum)
        torch._foreach_add_(steps, torch._foreach_mul(grads, lr))
    torch._foreach_sub_(values, steps)


ApplyMomentum = _update(
    "ApplyMomentum",
    """accum = momentum * accum + grad;  var -= lr * accum, or with Nesterov's momentum
    var -= lr * (grad + momentum * accum).""",
    "var: Ref(T), accum: Ref(T), lr: T, grad: T, momentum: T",
    (_LOCKING, _NESTEROV),
    _momentum_shape,
    _momentum,
    _momenta,
    ("var", "accum", "grad"),
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
    for chosen in rounds(indices):
        rows, where = grad[chosen], indices[chosen]
        velocity[where] = moved = velocity[where] * momentum + rows
        step = moved * lr
        value[where] -= rows * lr + step * momentum if use_nesterov else step


def check_rows(var: torch.Tensor, indices: torch.Tensor) -> None:
    """InvalidArgumentError for an index that is no row of `var`."""
    if indices.numel() and not (int(indices.min()) >= 0 and int(indices.max()) < var.shape[0]):
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
    (_INDICES, _LOCKING, _NESTEROV),
    _sparse_momentum_shape,
    _sparse_momentum,
)


def _adam_shape(*inputs: TensorShape) -> TensorShape:
    var, m, v, *scalars, grad = inputs
    for scalar in scalars:
        shapes.with_rank(scalar, 0)
    return shapes.merge(shapes.merge(shapes.merge(var, m), v), grad)


def adam_step_size(
    beta1_power: torch.Tensor, beta2_power: torch.Tensor, lr: torch.Tensor
) -> torch.Tensor:
    """lr * sqrt(1 - beta2^t) / (1 - beta1^t): Kingma and Ba (2014), before section 2.1."""
    return lr * torch.sqrt(1 - beta2_power) / (1 - beta1_power)


# torch's fused Adam corrects the bias itself, from a count of steps.  The step size above has
# the correction already: after this many steps torch's is exactly 1.
_MANY_STEPS = torch.tensor(1e9)


def _fits_torch(values: list[torch.Tensor], beta1: float, beta2: float, use_nesterov: bool) -> bool:
    """Whether torch's fused Adam computes the same: its bias correction must vanish."""
    return (
        not use_nesterov
        and abs(beta1) < 0.9999999
        and abs(beta2) < 0.9999999
        and all(v.dtype in (torch.float32, torch.float64) for v in values)
    )


def _dense(tensors: list[torch.Tensor], like: list[torch.Tensor]) -> list[torch.Tensor]:
    """The tensors without gaps and in the element order of `like`: variables may be laid out by
    columns (`VariableSlot`)."""
    return [
        (t.t() if by.dim() == 2 and not by.is_contiguous() else t).contiguous()
        for t, by in zip(tensors, like)
    ]


def _adams(
    vars: list[Ref],
    ms: list[Ref],
    vs: list[Ref],
    beta1_power: torch.Tensor,
    beta2_power: torch.Tensor,
    lr: torch.Tensor,
    beta1: Host,
    beta2: Host,
    epsilon: Host,
    grads: list[torch.Tensor],
    *,
    use_nesterov: bool,
) -> None:
    values = [var.read() for var in vars]
    first = [m.read() for m in ms]
    second = [v.read() for v in vs]
    for value, grad in zip(values, grads):
        check_same_shape(value, grad)
    step_size = adam_step_size(beta1_power, beta2_power, lr)
    b1, b2, small = float(beta1), float(beta2), float(epsilon)
    if not _fits_torch(values, b1, b2, use_nesterov):
        for value, m, v, grad in zip(values, first, second, grads):
            m.add_((grad - m) * (1 - b1))
            v.add_((grad.square() - v) * (1 - b2))
            numerator = m * b1 + grad * (1 - b1) if use_nesterov else m
            value.sub_(numerator * step_size / (v.sqrt() + small))
        return
    device = values[0].device
    on_cpu = device.type == "cpu"
    torch._fused_adam_(
        _dense(values, values),
        _dense(grads, values),
        _dense(first, values),
        _dense(second, values),
        [],
        [_MANY_STEPS if on_cpu else _MANY_STEPS.to(device)] * len(values),
        amsgrad=False,
        # On a GPU the step size stays there: reading it would wait for all work before.
        lr=float(step_size) if on_cpu else step_size.float(),
        beta1=b1,
        beta2=b2,
        weight_decay=0.0,
        eps=small,
        maximize=False,
    )


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
    _adams(
        [var],
        [m],
        [v],
        beta1_power,
        beta2_power,
        lr,
        beta1,
        beta2,
        epsilon,
        [grad],
        use_nesterov=use_nesterov,
    )


ApplyAdam = _update(
    "ApplyAdam",
    """Kingma and Ba, "Adam: a method for stochastic optimization" (2014).

    lr_t = lr * sqrt(1 - beta2_power) / (1 - beta1_power);  m += (1 - beta1) * (grad - m);
    v += (1 - beta2) * (grad^2 - v);  var -= lr_t * m / (sqrt(v) + epsilon)
    """,
    "var: Ref(T), m: Ref(T), v: Ref(T), beta1_power: T, beta2_power: T, lr: T, beta1: T, beta2: T, "
    "epsilon: T, grad: T",
    (_LOCKING, _NESTEROV),
    _adam_shape,
    _adam,
    _adams,
    ("var", "m", "v", "grad"),
)

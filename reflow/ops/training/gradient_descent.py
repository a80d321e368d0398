"""Gradient descent: plain, proximal and with momentum."""

from __future__ import annotations

import torch

from reflow.ops.kernels import Host
from reflow.ops.training.steps import Tensors, descend, in_one_layout
from reflow.ops.training.update_ops import update_ops

_NESTEROV = "use_nesterov: bool = false"


def _gradient_descent(values: Tensors, alpha: torch.Tensor, deltas: Tensors) -> None:
    """var -= alpha * delta"""
    descend(values, deltas, alpha)


GRADIENT_DESCENT = update_ops(
    "GradientDescent", _gradient_descent, "var: Ref(T), alpha: T, delta: T", sparse=False
)


def _proximal_gradient_descent(
    values: Tensors, alpha: Host, l1: Host, l2: Host, deltas: Tensors
) -> None:
    """Duchi and Singer, "Efficient learning using forward-backward splitting" (2009).

    p = var - alpha * delta;  var = sign(p) * max(|p| - alpha * l1, 0) / (1 + alpha * l2)
    """
    rate = float(alpha)
    torch._foreach_sub_(values, deltas, alpha=rate)
    if l1 > 0:
        threshold = rate * float(l1)
        kept = torch._foreach_clamp_max(torch._foreach_clamp_min(values, -threshold), threshold)
        torch._foreach_sub_(values, kept)
    torch._foreach_div_(values, 1 + float(l2) * rate)


PROXIMAL_GRADIENT_DESCENT = update_ops(
    "ProximalGradientDescent",
    _proximal_gradient_descent,
    "var: Ref(T), alpha: T, l1: T, l2: T, delta: T",
)


def _momentum(
    values: Tensors,
    accums: Tensors,
    lr: torch.Tensor,
    grads: Tensors,
    momentum: Host,
    *,
    use_nesterov: bool,
) -> None:
    """accum = momentum * accum + grad;  var -= lr * accum, or with Nesterov's momentum
    var -= lr * (grad + momentum * accum)."""
    decay = float(momentum)
    laid_out = in_one_layout(values, [accums], grads) if decay else None  # torch's keeps no 0
    if laid_out is not None:
        fused_values, fused_accums, fused_grads = laid_out
        torch._fused_sgd_(
            fused_values,
            fused_grads,
            fused_accums,
            weight_decay=0.0,
            momentum=decay,
            lr=float(lr) if lr.device.type == "cpu" else lr,
            dampening=0.0,
            nesterov=use_nesterov,
            maximize=False,
            is_first_step=False,
        )
        return
    torch._foreach_mul_(accums, decay)
    torch._foreach_add_(accums, grads)
    if use_nesterov:
        steps = torch._foreach_mul(accums, decay)
        torch._foreach_mul_(steps, lr)
        torch._foreach_add_(steps, torch._foreach_mul(grads, lr))
        torch._foreach_sub_(values, steps)
    else:
        descend(values, accums, lr)


MOMENTUM = update_ops(
    "Momentum",
    _momentum,
    "var: Ref(T), accum: Ref(T), lr: T, grad: T, momentum: T",
    (_NESTEROV,),
)


def _keras_momentum(
    values: Tensors,
    accums: Tensors,
    lr: torch.Tensor,
    grads: Tensors,
    momentum: Host,
    *,
    use_nesterov: bool,
) -> None:
    """accum = momentum * accum - lr * grad;  var += accum, or with Nesterov's momentum
    var += momentum * accum - lr * grad."""
    torch._foreach_mul_(accums, float(momentum))
    descend(accums, grads, lr)
    if use_nesterov:
        torch._foreach_add_(values, accums, alpha=float(momentum))
        descend(values, grads, lr)
    else:
        torch._foreach_add_(values, accums)


KERAS_MOMENTUM = update_ops(
    "KerasMomentum",
    _keras_momentum,
    "var: Ref(T), accum: Ref(T), lr: T, grad: T, momentum: T",
    (_NESTEROV,),
    references=False,
)

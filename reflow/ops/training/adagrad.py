"""Adagrad: steps that shrink with the squared gradients so far, in several forms.

Source: Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic
optimization" (2011).
"""

from __future__ import annotations

import torch

from reflow.ops.kernels import Host
from reflow.ops.training.steps import Tensors, add_quotient, in_one_layout
from reflow.ops.training.update_ops import update_ops

# torch's fused Adagrad lets the rate decay with the steps, unless there are none.
_FIRST_STEP = torch.tensor(1.0)
_UPDATE_SLOTS = "update_slots: bool = true"


def _adagrad(
    values: Tensors, accums: Tensors, lr: torch.Tensor, grads: Tensors, *, update_slots: bool
) -> None:
    """accum += grad^2;  var -= lr * grad / sqrt(accum)"""
    _step(values, accums, lr, 0.0, grads, update_slots)


def _step(
    values: Tensors,
    accums: Tensors,
    lr: torch.Tensor,
    epsilon: float,
    grads: Tensors,
    update_slots: bool,
) -> None:
    on_cpu = lr.device.type == "cpu"  # torch's fused step is for the CPU
    laid_out = in_one_layout(values, [accums], grads) if update_slots and on_cpu else None
    if laid_out is not None:
        fused_values, fused_accums, fused_grads = laid_out
        torch._fused_adagrad_(
            fused_values,
            fused_grads,
            fused_accums,
            [_FIRST_STEP] * len(values),
            lr=float(lr),
            lr_decay=0.0,
            weight_decay=0.0,
            eps=epsilon,
            maximize=False,
        )
        return
    if update_slots:
        torch._foreach_addcmul_(accums, grads, grads)
    roots = torch._foreach_sqrt(accums)
    if epsilon:
        torch._foreach_add_(roots, epsilon)
    add_quotient(values, grads, roots, -lr)


ADAGRAD = update_ops(
    "Adagrad", _adagrad, "var: Ref(T), accum: Ref(T), lr: T, grad: T", (_UPDATE_SLOTS,)
)


def _adagrad_v2(
    values: Tensors,
    accums: Tensors,
    lr: torch.Tensor,
    epsilon: Host,
    grads: Tensors,
    *,
    update_slots: bool,
) -> None:
    """accum += grad^2;  var -= lr * grad / (sqrt(accum) + epsilon)"""
    _step(values, accums, lr, float(epsilon), grads, update_slots)


ADAGRAD_V2 = update_ops(
    "AdagradV2",
    _adagrad_v2,
    "var: Ref(T), accum: Ref(T), lr: T, epsilon: T, grad: T",
    (_UPDATE_SLOTS,),
)


def _proximal_adagrad(
    values: Tensors, accums: Tensors, lr: Host, l1: Host, l2: Host, grads: Tensors
) -> None:
    """accum += grad^2;  r = lr / sqrt(accum);  p = var - r * grad;
    var = sign(p) * max(|p| - r * l1, 0) / (1 + r * l2)"""
    torch._foreach_addcmul_(accums, grads, grads)
    rates = torch._foreach_rsqrt(accums)
    torch._foreach_mul_(rates, float(lr))
    torch._foreach_addcmul_(values, rates, grads, value=-1)
    if l1 > 0:
        signs = torch._foreach_sign(values)
        torch._foreach_abs_(values)
        torch._foreach_sub_(values, rates, alpha=float(l1))
        torch._foreach_clamp_min_(values, 0.0)
        torch._foreach_mul_(values, signs)
    torch._foreach_mul_(rates, float(l2))
    torch._foreach_add_(rates, 1.0)
    torch._foreach_div_(values, rates)


PROXIMAL_ADAGRAD = update_ops(
    "ProximalAdagrad",
    _proximal_adagrad,
    "var: Ref(T), accum: Ref(T), lr: T, l1: T, l2: T, grad: T",
)


def _adagrad_da(
    values: Tensors,
    sums: Tensors,
    squares: Tensors,
    grads: Tensors,
    lr: Host,
    l1: Host,
    l2: Host,
    global_step: Host,
) -> None:
    """Dual averaging: sum += grad;  square += grad^2;
    var = -lr * sign(sum) * max(|sum| - l1 * step, 0) / (l2 * step * lr + sqrt(square))"""
    step, rate = int(global_step), float(lr)
    torch._foreach_add_(sums, grads)
    torch._foreach_addcmul_(squares, grads, grads)
    torch._foreach_copy_(values, sums)
    if l1 > 0:
        threshold = float(l1) * step
        kept = torch._foreach_clamp_max(torch._foreach_clamp_min(sums, -threshold), threshold)
        torch._foreach_sub_(values, kept)
    torch._foreach_mul_(values, -rate)
    roots = torch._foreach_sqrt(squares)
    torch._foreach_add_(roots, float(l2) * step * rate)
    torch._foreach_div_(values, roots)


ADAGRAD_DA = update_ops(
    "AdagradDA",
    _adagrad_da,
    "var: Ref(T), gradient_accumulator: Ref(T), gradient_squared_accumulator: Ref(T), grad: T, "
    "lr: T, l1: T, l2: T, global_step: int64",
)

"""AddSign and PowerSign: larger steps where the gradient agrees with its moving average.

Source: Bello, Zoph, Vasudevan and Le, "Neural optimizer search with reinforcement learning" (2017).
"""

from __future__ import annotations

import torch

from reflow.ops.kernels import Host
from reflow.ops.training.steps import Tensors, average_in, descend
from reflow.ops.training.update_ops import update_ops


def _agreement(ms: Tensors, grads: Tensors, beta: Host) -> Tensors:
    """m = beta * m + (1 - beta) * grad;  sign(grad) * sign(m)"""
    average_in(ms, grads, float(beta))
    signs = torch._foreach_sign(grads)
    torch._foreach_mul_(signs, torch._foreach_sign(ms))
    return signs


def _add_sign(
    values: Tensors,
    ms: Tensors,
    lr: torch.Tensor,
    alpha: Host,
    sign_decay: Host,
    beta: Host,
    grads: Tensors,
) -> None:
    """m = beta * m + (1 - beta) * grad;
    var -= lr * (alpha + sign_decay * sign(grad) * sign(m)) * grad"""
    scales = _agreement(ms, grads, beta)
    torch._foreach_mul_(scales, float(sign_decay))
    torch._foreach_add_(scales, float(alpha))
    torch._foreach_mul_(scales, grads)
    descend(values, scales, lr)


ADD_SIGN = update_ops(
    "AddSign",
    _add_sign,
    "var: Ref(T), m: Ref(T), lr: T, alpha: T, sign_decay: T, beta: T, grad: T",
    sparse=False,
)


def _power_sign(
    values: Tensors,
    ms: Tensors,
    lr: torch.Tensor,
    logbase: Host,
    sign_decay: Host,
    beta: Host,
    grads: Tensors,
) -> None:
    """m = beta * m + (1 - beta) * grad;
    var -= lr * exp(logbase * sign_decay * sign(grad) * sign(m)) * grad"""
    scales = _agreement(ms, grads, beta)
    torch._foreach_mul_(scales, float(logbase) * float(sign_decay))
    torch._foreach_exp_(scales)
    torch._foreach_mul_(scales, grads)
    descend(values, scales, lr)


POWER_SIGN = update_ops(
    "PowerSign",
    _power_sign,
    "var: Ref(T), m: Ref(T), lr: T, logbase: T, sign_decay: T, beta: T, grad: T",
    sparse=False,
)

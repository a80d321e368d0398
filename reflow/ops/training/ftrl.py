"""FTRL: follow the regularised leader.

Source: McMahan et al., "Ad click prediction: a view from the trenches" (2013).
"""

from __future__ import annotations

import numpy as np
import torch

from reflow.graph import errors
from reflow.ops.kernels import Host
from reflow.ops.training.steps import Tensors
from reflow.ops.training.update_ops import update_ops


def _ftrl_with_shrinkage(
    values: Tensors,
    accums: Tensors,
    linears: Tensors,
    grads: Tensors,
    lr: Host,
    l1: Host,
    l2: Host,
    l2_shrinkage: Host,
    lr_power: Host,
) -> None:
    """FTRL whose gradient is that of a loss with the penalty l2_shrinkage * var^2.

    new = accum + grad^2;  sigma = (new^-lr_power - accum^-lr_power) / lr;
    linear += grad + 2 * l2_shrinkage * var - sigma * var;  accum = new;
    var = lr * (clip(linear, -l1, l1) - linear) / (new^-lr_power + 2 * l2 * lr)
    """
    rate, threshold, exponent = float(lr), float(l1), -float(lr_power)
    _check(lr > 0, "lr is not a positive scalar")
    _check(l1 >= 0, "l1 regularization strength is not a non-negative scalar")
    _check(l2 >= 0, "l2 regularization strength is not a non-negative scalar")
    _check(l2_shrinkage >= 0, "l2 shrinkage regularization strength is not a non-negative scalar")
    _check(lr_power <= 0, "lr_power is not a non-positive scalar")
    pulls = _power(accums, exponent)
    torch._foreach_addcmul_(accums, grads, grads)
    scales = _power(accums, exponent)
    torch._foreach_sub_(pulls, scales)
    torch._foreach_add_(linears, grads)
    torch._foreach_addcmul_(linears, pulls, values, value=1 / rate)
    if l2_shrinkage:
        torch._foreach_add_(linears, values, alpha=2 * float(l2_shrinkage))
    if l2:
        torch._foreach_add_(scales, 2 * float(l2) * rate)
    # Where nothing was accumulated the quotient is 0 / 0, which TensorFlow takes for 0.
    torch._foreach_clamp_min_(scales, torch.finfo(values[0].dtype).tiny)
    torch._foreach_zero_(values)
    torch._foreach_addcdiv_(values, linears, scales, value=-rate)
    if threshold:
        kept = torch._foreach_clamp_max(torch._foreach_clamp_min(linears, -threshold), threshold)
        torch._foreach_addcdiv_(values, kept, scales, value=rate)


def _power(accums: Tensors, exponent: float) -> Tensors:
    if exponent == 0.5:
        return torch._foreach_sqrt(accums)
    return torch._foreach_pow(accums, exponent)


def _check(holds: object, message: str) -> None:
    if not holds:
        raise errors.InvalidArgumentError(None, None, f"{message}: []")


FTRL_V2 = update_ops(
    "FtrlV2",
    _ftrl_with_shrinkage,
    "var: Ref(T), accum: Ref(T), linear: Ref(T), grad: T, lr: T, l1: T, l2: T, l2_shrinkage: T, "
    "lr_power: T",
)

_NO_SHRINKAGE = np.zeros(())


def _ftrl(
    values: Tensors,
    accums: Tensors,
    linears: Tensors,
    grads: Tensors,
    lr: Host,
    l1: Host,
    l2: Host,
    lr_power: Host,
) -> None:
    """FTRL: as FtrlV2 without shrinkage."""
    _ftrl_with_shrinkage(values, accums, linears, grads, lr, l1, l2, _NO_SHRINKAGE, lr_power)


FTRL = update_ops(
    "Ftrl",
    _ftrl,
    "var: Ref(T), accum: Ref(T), linear: Ref(T), grad: T, lr: T, l1: T, l2: T, lr_power: T",
)

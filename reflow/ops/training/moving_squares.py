"""Adadelta and RMSProp: steps divided by the root of a moving average of squared gradients."""

from __future__ import annotations

import torch

from reflow.ops.kernels import Host
from reflow.ops.training.steps import Tensors, add_product, average_in, descend
from reflow.ops.training.update_ops import update_ops


def _adadelta(
    values: Tensors,
    accums: Tensors,
    accum_updates: Tensors,
    lr: torch.Tensor,
    rho: Host,
    epsilon: Host,
    grads: Tensors,
) -> None:
    """Zeiler, "ADADELTA: an adaptive learning rate method" (2012).

    accum = rho * accum + (1 - rho) * grad^2;
    update = sqrt((accum_update + epsilon) / (accum + epsilon)) * grad;  var -= lr * update;
    accum_update = rho * accum_update + (1 - rho) * update^2
    """
    decay, small = float(rho), float(epsilon)
    average_in(accums, torch._foreach_mul(grads, grads), decay)
    updates = torch._foreach_add(accum_updates, small)
    torch._foreach_div_(updates, torch._foreach_add(accums, small))
    torch._foreach_sqrt_(updates)
    torch._foreach_mul_(updates, grads)
    descend(values, updates, lr)
    torch._foreach_mul_(updates, updates)
    average_in(accum_updates, updates, decay)


ADADELTA = update_ops(
    "Adadelta",
    _adadelta,
    "var: Ref(T), accum: Ref(T), accum_update: Ref(T), lr: T, rho: T, epsilon: T, grad: T",
)


def _rms_prop(
    values: Tensors,
    ms: Tensors,
    mom: Tensors,
    lr: torch.Tensor,
    rho: Host,
    momentum: Host,
    epsilon: Host,
    grads: Tensors,
) -> None:
    """Tieleman and Hinton, "Lecture 6.5: RMSProp" (2012).

    ms = rho * ms + (1 - rho) * grad^2;  mom = momentum * mom + lr * grad / sqrt(ms + epsilon);
    var -= mom
    """
    average_in(ms, torch._foreach_mul(grads, grads), float(rho))
    _move(values, mom, torch._foreach_add(ms, float(epsilon)), lr, momentum, grads)


def _move(
    values: Tensors,
    mom: Tensors,
    variances: Tensors,
    lr: torch.Tensor,
    momentum: Host,
    grads: Tensors,
) -> None:
    """mom = momentum * mom + lr * grad / sqrt(variance);  var -= mom"""
    if momentum:
        torch._foreach_mul_(mom, float(momentum))
    else:
        torch._foreach_zero_(mom)
    torch._foreach_rsqrt_(variances)
    add_product(mom, grads, variances, lr)
    torch._foreach_sub_(values, mom)


RMS_PROP = update_ops(
    "RMSProp",
    _rms_prop,
    "var: Ref(T), ms: Ref(T), mom: Ref(T), lr: T, rho: T, momentum: T, epsilon: T, grad: T",
)


def _centered_rms_prop(
    values: Tensors,
    mg: Tensors,
    ms: Tensors,
    mom: Tensors,
    lr: torch.Tensor,
    rho: Host,
    momentum: Host,
    epsilon: Host,
    grads: Tensors,
) -> None:
    """As RMSProp, with the variance of the gradient in the place of its square:
    mg = rho * mg + (1 - rho) * grad;  mom = momentum * mom + lr * grad / sqrt(ms - mg^2 + epsilon)
    """
    average_in(ms, torch._foreach_mul(grads, grads), float(rho))
    average_in(mg, grads, float(rho))
    variances = torch._foreach_addcmul(ms, mg, mg, value=-1)
    torch._foreach_add_(variances, float(epsilon))
    _move(values, mom, variances, lr, momentum, grads)


CENTERED_RMS_PROP = update_ops(
    "CenteredRMSProp",
    _centered_rms_prop,
    "var: Ref(T), mg: Ref(T), ms: Ref(T), mom: Ref(T), lr: T, rho: T, momentum: T, epsilon: T, "
    "grad: T",
)

"""Adam and what became of it: AMSGrad and AdaMax."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from reflow.ops.kernels import Host
from reflow.ops.training.steps import Tensors, add_quotient, average_in, in_one_layout
from reflow.ops.training.update_ops import update_ops

# torch's fused Adam corrects the bias itself, from a count of steps.  The step size here has the
# correction already: after this many steps torch's is exactly 1.
_MANY_STEPS = 1e9


@functools.cache
def _many_steps(device: torch.device) -> torch.Tensor:
    return torch.tensor(_MANY_STEPS, device=device)


def step_size(
    beta1_power: Any, beta2_power: Any, lr: Any, sqrt: Callable[[Any], Any] = torch.sqrt
) -> Any:
    """lr * sqrt(1 - beta2^t) / (1 - beta1^t): Kingma and Ba (2014), before section 2.1."""
    return lr * sqrt(1 - beta2_power) / (1 - beta1_power)


def _step_size_on_host(*powers_and_rate: torch.Tensor) -> float:
    """The same of tensors on the CPU: NumPy rounds as torch does, and computes sooner with one."""
    beta1_power, beta2_power, lr = (tensor.numpy() for tensor in powers_and_rate)
    return float(step_size(beta1_power, beta2_power, lr, np.sqrt))


def _adam(
    values: Tensors,
    ms: Tensors,
    vs: Tensors,
    beta1_power: torch.Tensor,
    beta2_power: torch.Tensor,
    lr: torch.Tensor,
    beta1: Host,
    beta2: Host,
    epsilon: Host,
    grads: Tensors,
    *,
    use_nesterov: bool,
) -> None:
    """Kingma and Ba, "Adam: a method for stochastic optimization" (2014).

    lr_t = lr * sqrt(1 - beta2_power) / (1 - beta1_power);  m += (1 - beta1) * (grad - m);
    v += (1 - beta2) * (grad^2 - v);  var -= lr_t * m / (sqrt(v) + epsilon)

    With Nesterov's momentum beta1 * m + (1 - beta1) * grad is in the place of m.
    """
    powers_and_rate = beta1_power, beta2_power, lr
    b1, b2 = float(beta1), float(beta2)
    laid_out = None if use_nesterov else _as_torch_takes_them(values, ms, vs, grads, b1, b2)
    if laid_out is not None:
        _fused_adam(laid_out, powers_and_rate, b1, b2, float(epsilon))
        return
    average_in(ms, grads, b1)
    average_in(vs, torch._foreach_mul(grads, grads), b2)
    roots = torch._foreach_sqrt(vs)
    torch._foreach_add_(roots, float(epsilon))
    ahead: Tensors = ms
    if use_nesterov:
        ahead = torch._foreach_mul(ms, b1)
        torch._foreach_add_(ahead, torch._foreach_mul(grads, 1 - b1))
    add_quotient(values, ahead, roots, -step_size(*powers_and_rate))


def _as_torch_takes_them(
    values: Tensors, ms: Tensors, vs: Tensors, grads: Tensors, beta1: float, beta2: float
) -> list[list[torch.Tensor]] | None:
    """The tensors for torch's fused Adam; None where it would not compute the same: its bias
    correction must vanish."""
    if max(abs(beta1), abs(beta2)) >= 0.9999999:
        return None
    if values[0].is_cuda and values[0].dtype is torch.float64:  # its step size is a float32 there
        return None
    return in_one_layout(values, [ms, vs], grads)


def _fused_adam(
    laid_out: list[list[torch.Tensor]],
    powers_and_rate: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
    beta1: float,
    beta2: float,
    epsilon: float,
) -> None:
    values, ms, vs, grads = laid_out
    device = values[0].device
    # On a GPU the step size stays there: reading it would wait for all work before.
    rate: Any = (
        _step_size_on_host(*powers_and_rate)
        if device.type == "cpu"
        else step_size(*powers_and_rate).float()
    )
    torch._fused_adam_(
        values,
        grads,
        ms,
        vs,
        [],
        [_many_steps(device)] * len(values),
        amsgrad=False,
        lr=rate,
        beta1=beta1,
        beta2=beta2,
        weight_decay=0.0,
        eps=epsilon,
        maximize=False,
    )


ADAM = update_ops(
    "Adam",
    _adam,
    "var: Ref(T), m: Ref(T), v: Ref(T), beta1_power: T, beta2_power: T, lr: T, beta1: T, beta2: T, "
    "epsilon: T, grad: T",
    ("use_nesterov: bool = false",),
    sparse=False,
)


def _adam_with_amsgrad(
    values: Tensors,
    ms: Tensors,
    vs: Tensors,
    vhats: Tensors,
    beta1_power: torch.Tensor,
    beta2_power: torch.Tensor,
    lr: torch.Tensor,
    beta1: Host,
    beta2: Host,
    epsilon: Host,
    grads: Tensors,
) -> None:
    """Reddi, Kale and Kumar, "On the convergence of Adam and beyond" (2018): Adam with
    vhat = max(vhat, v) in the place of v."""
    average_in(ms, grads, float(beta1))
    average_in(vs, torch._foreach_mul(grads, grads), float(beta2))
    torch._foreach_maximum_(vhats, vs)
    roots = torch._foreach_sqrt(vhats)
    torch._foreach_add_(roots, float(epsilon))
    add_quotient(values, ms, roots, step_size(beta1_power, beta2_power, -lr))


ADAM_WITH_AMSGRAD = update_ops(
    "AdamWithAmsgrad",
    _adam_with_amsgrad,
    "var: Ref(T), m: Ref(T), v: Ref(T), vhat: Ref(T), beta1_power: T, beta2_power: T, lr: T, "
    "beta1: T, beta2: T, epsilon: T, grad: T",
    references=False,
    sparse=False,
)


def _ada_max(
    values: Tensors,
    ms: Tensors,
    vs: Tensors,
    beta1_power: torch.Tensor,
    lr: torch.Tensor,
    beta1: Host,
    beta2: Host,
    epsilon: Host,
    grads: Tensors,
) -> None:
    """Kingma and Ba (2014), section 7.1.

    m += (1 - beta1) * (grad - m);  v = max(beta2 * v, |grad|);
    var -= lr / (1 - beta1_power) * m / (v + epsilon)
    """
    average_in(ms, grads, float(beta1))
    torch._foreach_mul_(vs, float(beta2))
    torch._foreach_maximum_(vs, torch._foreach_abs(grads))
    bounds = torch._foreach_add(vs, float(epsilon))
    add_quotient(values, ms, bounds, -lr / (1 - beta1_power))


ADA_MAX = update_ops(
    "AdaMax",
    _ada_max,
    "var: Ref(T), m: Ref(T), v: Ref(T), beta1_power: T, lr: T, beta1: T, beta2: T, epsilon: T, "
    "grad: T",
    sparse=False,
)

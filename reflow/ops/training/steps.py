"""What several formulas end with: a step of the variables, scaled by the learning rate."""

from __future__ import annotations

import torch

# One for each variable.
Tensors = list[torch.Tensor] | tuple[torch.Tensor, ...]


def rounds_often(values: Tensors) -> bool:
    """Whether the type has 16 bits: TensorFlow rounds there after each operation, so that what
    torch does in one pass, with more bits between, would give other numbers."""
    return values[0].element_size() == 2


def _scales_in_passing(rate: torch.Tensor, values: Tensors) -> bool:
    """Whether the rate may be a number, so that scaling costs no pass over memory of its own.

    Reading a rate that is on a GPU would wait for all work before.
    """
    return rate.device.type == "cpu" and not rounds_often(values)


def average_in(averages: Tensors, new: Tensors, decay: float) -> None:
    """average += (1 - decay) * (new - average)"""
    if rounds_often(averages):
        differences = torch._foreach_sub(new, averages)
        torch._foreach_mul_(differences, 1 - decay)
        torch._foreach_add_(averages, differences)
    else:
        torch._foreach_lerp_(averages, new, 1 - decay)


def descend(values: Tensors, steps: Tensors, rate: torch.Tensor) -> None:
    """values -= rate * steps"""
    if _scales_in_passing(rate, values):
        torch._foreach_sub_(values, steps, alpha=float(rate))
    else:
        torch._foreach_sub_(values, torch._foreach_mul(steps, rate))


def add_quotient(
    values: Tensors, numerators: Tensors, denominators: Tensors, rate: torch.Tensor
) -> None:
    """values += rate * numerators / denominators"""
    if _scales_in_passing(rate, values):
        torch._foreach_addcdiv_(values, numerators, denominators, value=float(rate))
    else:
        quotients = torch._foreach_mul(numerators, rate)
        torch._foreach_div_(quotients, denominators)
        torch._foreach_add_(values, quotients)


def add_product(values: Tensors, left: Tensors, right: Tensors, rate: torch.Tensor) -> None:
    """values += rate * left * right"""
    if _scales_in_passing(rate, values):
        torch._foreach_addcmul_(values, left, right, value=float(rate))
    else:
        products = torch._foreach_mul(left, rate)
        torch._foreach_mul_(products, right)
        torch._foreach_add_(values, products)


def in_one_layout(
    values: Tensors, slots: list[Tensors], gradients: Tensors
) -> list[list[torch.Tensor]] | None:
    """Values, slots and gradients as contiguous tensors in the same order of elements, which
    torch's fused steps need; None where the slots' memory does not allow it, or where the type
    has 16 bits.

    Variables may be laid out by columns (`VariableSlot`); a gradient that is not is copied.
    """
    if rounds_often(values):
        return None
    laid_out = [list(values), *map(list, slots), list(gradients)]
    by_columns = [value.dim() == 2 and not value.is_contiguous() for value in values]
    if any(by_columns):
        laid_out = [
            [tensor.t() if turn else tensor for tensor, turn in zip(tensors, by_columns)]
            for tensors in laid_out
        ]
    *own, new = laid_out
    if not all(tensor.is_contiguous() for tensors in own for tensor in tensors):
        return None
    return [*own, [tensor.contiguous() for tensor in new]]

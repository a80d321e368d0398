"""Elementwise steps that write their result over an input that nobody needs any more.

A large tensor of its own has to be brought into the processor's cache before it is written; the one
that was just read is there already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import torch

from reflow.graph.dtypes import float32, float64
from reflow.runtime.steps import Step, Value
from reflow.runtime.weighted_sums import added_over, added_to, weighted_sum, weighted_sum_over

_LARGE = 1 << 15  # elements; smaller tensors stay in the cache

# Of these either operand may be written over; ops of one large operand have a rule `in_place`.
_ARITHMETIC: dict[str, Callable[..., torch.Tensor]] = {
    "Add": torch.add,
    "AddV2": torch.add,
    "Sub": torch.sub,
    "Mul": torch.mul,
}

# A sum is written over its first tensor.
_SUMS: dict[Any, Callable[..., torch.Tensor]] = {
    added_to: added_over,
    weighted_sum: weighted_sum_over,
}

# Besides those and the ops with that rule: what gives a tensor that nothing else refers to.
_GIVES_NEW = {
    "AvgPool",
    "AvgPoolGrad",
    "BatchMatMul",
    "BatchMatMulV2",
    "BiasAdd",
    "Conv2D",
    "Conv2DBackpropInput",
    "Conv3D",
    "Conv3DBackpropInputV2",
    "DepthwiseConv2dNative",
    "DepthwiseConv2dNativeBackpropInput",
    "MatMul",
    "MaxPoolGrad",
    "RealDiv",
    "SquaredDifference",
}

# What takes large tensors and gives small ones.
_REDUCES = {
    "BiasAddGrad",
    "Conv2DBackpropFilter",
    "Conv3DBackpropFilterV2",
    "DepthwiseConv2dNativeBackpropFilter",
    "Max",
    "Mean",
    "Min",
    "Sum",
}


def write_in_place(steps: Sequence[Step], kept: set[Value]) -> list[Step]:
    """The same computation with fewer tensors.

    Args:
      kept: the values that are needed after the last step.
    """
    uses = Counter(value for step in steps for value in step.values())  # those still to come
    uses.update(kept)
    # Of what takes a value, others may hold on to it, or be put off until it is another one.
    pinned = {value for step in steps if not _only_reads(step) for value in step.values()}
    # What else may refer to the memory of a value.
    referring = Counter(root for step in steps for value in step.outputs for root in value.roots)
    own: set[Value] = set()
    result = []
    for step in steps:
        free = {value for value in step.values() if value in own and uses[value] == 1}
        result.append(_written_over(step, free) or step)
        uses.subtract(step.values())
        if _gives_new(step):
            (output,) = step.outputs
            is_free = uses[output] == 1 or output not in pinned
            if is_free and referring[output] == 1:
                own.add(output)
    return result


def _only_reads(step: Step) -> bool:
    """Whether the step has done with its inputs when it gives its outputs."""
    kind = step.op.type
    is_known = kind in _ARITHMETIC or kind in _GIVES_NEW or kind in _REDUCES
    is_known = is_known or step.function in _SUMS or _in_place_rule(step) is not None
    return is_known and not step.updates


def _gives_new(step: Step) -> bool:
    """Whether the step's output is one tensor, which nothing but its value refers to."""
    if len(step.outputs) != 1 or step.sequence or not step.computes_op:
        return False
    kind = step.op.type
    if step.function in _SUMS:
        return True
    return kind in _ARITHMETIC or kind in _GIVES_NEW or _in_place_rule(step) is not None


def _in_place_rule(step: Step) -> Callable[..., torch.Tensor] | None:
    return getattr(step.op.definition.rules, "in_place", None)


def _written_over(step: Step, free: set[Value]) -> Step | None:
    """The step, writing over one of its inputs; None where that is not possible."""
    if not free or len(step.outputs) != 1 or not step.computes_op:
        return None
    if step.op._outputs[0].dtype not in (float32, float64):
        return None
    function = _function(step, free)
    return None if function is None else replace(step, function=function)


def _function(step: Step, free: set[Value]) -> Callable[..., torch.Tensor] | None:
    sizes = step.outputs[0].shape.sizes

    def is_possible(value: Any) -> bool:
        return (
            isinstance(value, Value)
            and value in free
            and value.shape.sizes == sizes
            and value.guard == step.guard
            and (value.shape.num_elements() or 0) >= _LARGE
        )

    if step.function in _SUMS:
        *_, tensors, _ = step.inputs
        return _SUMS[step.function] if is_possible(tensors[0]) else None
    possible = [i for i, value in enumerate(step.inputs) if is_possible(value)]
    if step.fused or not possible:
        return None
    arithmetic = _ARITHMETIC.get(step.op.type)
    if arithmetic is not None:
        return partial(_over, arithmetic, possible[0])
    return _in_place_rule(step) if possible[0] == 0 else None


def _over(
    function: Callable[..., torch.Tensor], position: int, *operands: torch.Tensor
) -> torch.Tensor:
    return function(*operands, out=operands[position])

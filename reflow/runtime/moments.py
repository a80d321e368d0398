"""Mean and variance of a large tensor by one call, where a program takes both.

`tf.nn.moments` is written as a mean, the squared differences from it, and their mean: steps that go
through the tensor four times and make another one as large.  torch's kernel for the statistics of a
batch normalisation goes through it twice.  It adds up one row after the other, which of many rows
loses digits, so it is given groups of rows, and what it says of them is put together here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import torch

from reflow.graph.dtypes import float32, float64
from reflow.runtime.exact_shapes import host_constant
from reflow.runtime.steps import Guard, Step, Value

_LARGE = 1 << 15  # elements; the passes over smaller tensors take no longer than the calls
_MOST_IN_GROUP = 256  # rows; of more, rounding shows
_LEAST_IN_GROUP = 16  # rows; of fewer, putting them together takes as long


class RowReduction(NamedTuple):
    """What a step reduces, along the first axes of a large tensor of floats.

    Attributes:
      axes: how many they are.
      rows: how many of what is left they have.
      group: how many rows make a group.
    """

    value: Value
    axes: int
    rows: int
    group: int
    guard: Guard


def join_moments(steps: Sequence[Step], kept: set[Value]) -> list[Step]:
    """The same computation with each pair of moments from a single step.

    Args:
      kept: the values that are needed after the last step.
    """
    means = {step: mean for step in steps if (mean := row_reduction(step, "Mean", _LARGE))}
    if not means:
        return list(steps)
    uses = Counter(value for step in steps for value in step.values())
    uses.update(kept)
    differences = {
        step.outputs[0]: step
        for step in steps
        if step.op.type == "SquaredDifference" and step.computes_op and uses[step.outputs[0]] == 1
    }
    replaced: dict[Step, Step | None] = {}
    for variance, its in means.items():
        difference = differences.get(its.value)
        if difference is None or difference.guard != its.guard:
            continue
        for step, mean in means.items():
            is_of_same = {mean.value, step.outputs[0]} == {*difference.inputs}
            if is_of_same and (mean.rows, mean.guard) == (its.rows, its.guard):
                replaced[step] = _moments(step, difference, variance, mean.group)
                replaced |= {difference: None, variance: None}
    laid_out = (replaced.get(step, step) for step in steps)
    return [step for step in laid_out if step is not None]


def row_reduction(step: Step, kind: str, least: int) -> RowReduction | None:
    """What the step reduces, if its op is of that type and its rows fall into groups of one size.

    Args:
      least: how many elements a large tensor has.
    """
    if step.op.type != kind or not step.computes_op:
        return None
    if step.op._outputs[0].dtype not in (float32, float64):
        return None
    value, axes = step.inputs[0], host_constant(step.inputs[1])
    if axes is None or (value.shape.num_elements() or 0) < least:
        return None
    sizes = value.shape.sizes
    reduced = {int(axis) % len(sizes) for axis in axes.reshape(-1)}
    if reduced != set(range(len(reduced))):
        return None
    rows = math.prod(sizes[: len(reduced)])
    group = _group(rows)
    return None if group is None else RowReduction(value, len(reduced), rows, group, step.guard)


def _group(rows: int) -> int | None:
    """How many rows make a group: the most of which a whole number of groups is made.

    None if all such groups are too small.
    """
    sizes = range(min(rows, _MOST_IN_GROUP), _LEAST_IN_GROUP - 1, -1)
    return next((size for size in sizes if rows % size == 0), None)


def _moments(mean: Step, difference: Step, variance: Step, group: int) -> Step:
    outputs = [mean.outputs[0], variance.outputs[0]]
    sizes: Any = [output.shape.sizes for output in outputs]  # all known
    return Step(
        mean.op,
        partial(moments, group=group, sizes=sizes),
        [mean.inputs[0]],
        outputs,
        sequence=True,
        fused=(difference.op, variance.op),
        guard=mean.guard,
    )


def moments(
    x: torch.Tensor, group: int, sizes: Sequence[Sequence[int]]
) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean and the variance of the rows of x.

    Args:
      group: of how many rows groups are.
      sizes: those that the mean and the variance are to have.
    """
    channels = math.prod(sizes[0])
    if x.device.type == "cpu":
        image = x.reshape(1, group, 1, -1).permute(0, 3, 1, 2)  # with channels last
        means, variances = torch.batch_norm_update_stats(image, None, None, 0.0)
    else:
        variances, means = torch.var_mean(x.reshape(group, -1), 0, correction=0)
    means, variances = means.view(-1, channels), variances.view(-1, channels)
    mean = means.mean(0)
    # The variance within groups, and that between them.
    variance = (variances + (means - mean).square_()).mean(0)
    return mean.view(sizes[0]), variance.view(sizes[1])

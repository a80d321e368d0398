"""Sums of a large tensor and of its products with another one, by one call.

The gradients of a batch normalisation by its offset and its scale are the sums, over all places, of
dy and of dy * x: steps that go five times through tensors of that size.  torch's kernel for these
gradients goes once through both.  Its rows are given in groups, as for moments.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any

import torch

from reflow.runtime.moments import RowReduction, row_reduction
from reflow.runtime.steps import Step, Value

_LARGE = 1 << 19  # elements; the passes over smaller tensors take no longer than the call


def join_product_sums(steps: Sequence[Step], kept: set[Value]) -> list[Step]:
    """The same computation with each sum of products, and that of one of the factors, as one step.

    Args:
      kept: the values that are needed after the last step.
    """
    sums = {step: its for step in steps if (its := _sum(step)) is not None}
    if not sums:
        return list(steps)
    uses = Counter(value for step in steps for value in step.values())
    uses.update(kept)
    makers = {value: place for place, step in enumerate(steps) for value in step.outputs}
    inserted: dict[int, list[Step]] = defaultdict(list)
    dropped: set[Step] = set()
    for of_products, its in sums.items():
        place = makers.get(its.value)
        product = None if place is None else steps[place]
        if product is None or uses[its.value] > 1 or not _is_product(product, its):
            continue
        found = (step for step, other in sums.items() if _is_of_factor(other, product, its))
        of_factor = next((step for step in found if step not in dropped), None)
        # As soon as the factors are there: before whatever needs either sum.
        ready = max((makers[value] + 1 for value in product.values() if value in makers), default=0)
        inserted[ready].append(_joined(of_products, product, of_factor, its.group))
        dropped |= (
            {of_products, product} if of_factor is None else {of_products, product, of_factor}
        )
    laid_out = []
    for place, step in enumerate(steps):
        laid_out += inserted[place]
        if step not in dropped:
            laid_out.append(step)
    return laid_out


def _sum(step: Step) -> RowReduction | None:
    """What the step is the sum of, where some axes are left."""
    its = row_reduction(step, "Sum", _LARGE)
    return None if its is None or its.axes == its.value.shape.ndims else its


def _is_product(step: Step, its: RowReduction) -> bool:
    """Whether a step multiplies two tensors of one size, which stay as they are."""
    if step.op.type != "Mul" or not step.computes_op or step.guard != its.guard:
        return False
    sizes = {value.shape.sizes for value in (*step.inputs, *step.outputs)}
    # A variable may be another one by the time that the step now comes.
    is_kept = all(isinstance(root, (Value, str)) for value in step.inputs for root in value.roots)
    return len(sizes) == 1 and is_kept


def _is_of_factor(other: RowReduction, product: Step, its: RowReduction) -> bool:
    """Whether a factor of the products is added up as they are."""
    return other.value in product.inputs and (other.axes, other.guard) == (its.axes, its.guard)


def _joined(of_products: Step, product: Step, of_factor: Step | None, group: int) -> Step:
    one, other = product.inputs
    if of_factor is not None and of_factor.inputs[0] is one:
        one, other = other, one
    outputs = [of_products.outputs[0], *([] if of_factor is None else of_factor.outputs)]
    sizes: Any = [output.shape.sizes for output in outputs]  # all known
    return Step(
        of_products.op,
        partial(product_sums, group=group, sizes=sizes),
        [one, other],
        outputs,
        sequence=True,
        fused=(product.op, *([] if of_factor is None else [of_factor.op])),
        guard=of_products.guard,
    )


def product_sums(
    x: torch.Tensor, y: torch.Tensor, group: int, sizes: Sequence[Sequence[int]]
) -> list[torch.Tensor]:
    """The sums of x * y, and of y, over their first axes.

    Args:
      group: of how many rows groups are.
      sizes: those that the sums are to have; if it has one item, y is not added up.
    """
    channels = math.prod(sizes[0])
    if x.device.type == "cpu":
        images = [z.reshape(1, group, 1, -1).permute(0, 3, 1, 2) for z in (y, x)]  # channels last
        mean, scale = x.new_zeros(images[0].shape[1]), x.new_ones(images[0].shape[1])
        _, *sums = torch.ops.aten.native_batch_norm_backward(
            *images, None, None, None, mean, scale, True, 0.0, [False, True, len(sizes) > 1]
        )
    else:
        sums = [x * y, y]
    return [part.view(-1, channels).sum(0).view(size) for part, size in zip(sums, sizes)]

"""Sums of large tensors with small weights: one pass over memory for each tensor.

A batch normalisation is written as `x * scale + shift`, and its gradient adds up
`dy * scale + (x - mean) * slope + offset`: each step reads and writes tensors as large as x, while
scale, mean and the like are small and broadcast.  Such steps are a linear form: large tensors with
small weights, and a small rest.  Its weights and its rest are computed first; then each tensor is
added once.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import mul, truediv
from typing import Any

import torch

from reflow.graph.dtypes import float32, float64
from reflow.ops import shapes
from reflow.runtime.steps import Step, Value, without_dead

_LARGE = 1 << 15  # elements; the passes over smaller tensors take no longer than the calls
_SMALL = 8  # a small tensor has so many times fewer elements

# What the form needs beside its tensors: a number, a small value, or (function, of, such).
Weight = float | Value | tuple[Any, ...]


@dataclass(frozen=True)
class _Form:
    """The sum of tensor * weight over `terms`, and of `rest`, if it is one.

    Attributes:
      distributed: sums were multiplied out, so that what cancelled exactly may do so no longer.
    """

    terms: tuple[tuple[Value, Weight], ...]
    rest: Weight | None = None
    distributed: bool = False

    @property
    def plain(self) -> tuple[Value, Weight] | None:
        """A term that the sum can start with: one of several without a weight, beside no rest."""
        if self.rest is not None or len(self.terms) == 1:
            return None
        return next((term for term in self.terms if term[1] == 1.0), None)

    @property
    def passes(self) -> int:
        """How often computing it goes through a large tensor."""
        return len(self.terms) - (self.plain is not None)

    def scaled(self, function: Any, weight: Weight) -> _Form:
        """function is mul or truediv."""
        terms = tuple((tensor, _scaled(own, function, weight)) for tensor, own in self.terms)
        rest = None if self.rest is None else _scaled(self.rest, function, weight)
        is_sum = len(terms) > 1 or (bool(terms) and rest is not None)
        return _Form(terms, rest, self.distributed or is_sum)

    def plus(self, other: _Form) -> _Form:
        rest = self.rest if other.rest is None else other.rest
        if self.rest is not None and other.rest is not None:
            rest = (operator.add, self.rest, other.rest)
        return _Form(self.terms + other.terms, rest, self.distributed or other.distributed)

    def minus(self, other: _Form) -> _Form:
        terms = tuple((tensor, _scaled(weight, mul, -1.0)) for tensor, weight in other.terms)
        rest = None if other.rest is None else _scaled(other.rest, mul, -1.0)
        return self.plus(_Form(terms, rest, other.distributed))


_NOTHING = _Form(())


def _scaled(own: Weight, function: Any, weight: Weight) -> Weight:
    return weight if own == 1.0 and function is mul else (function, own, weight)


@dataclass
class _Node:
    """A step that computes a form, and those of its inputs whose forms are part of that."""

    step: Step
    form: _Form
    absorbed: list[Value]
    passes: int  # over memory, by the steps there are


def weigh(steps: Sequence[Step], kept: set[Value]) -> list[Step]:
    """The same computation with sums of weighted tensors as single steps.

    Args:
      kept: the values that are needed after the last step.
    """
    nodes = _nodes(steps, kept)
    if not nodes:
        return list(steps)
    inner = {value for node in nodes.values() for value in node.absorbed}
    replaced: dict[Step, list[Step]] = {}
    waiting = [value for value in nodes if value not in inner]
    while waiting:
        node = nodes[waiting.pop()]
        if _is_faster(node):
            replaced[node.step] = _steps(node, nodes)
        else:
            waiting += node.absorbed
    if not replaced:
        return list(steps)
    laid_out = [part for step in steps for part in replaced.get(step, (step,))]
    return without_dead(laid_out, set(kept))


def _is_faster(node: _Node) -> bool:
    form = node.form
    # Where a single tensor is shifted and scaled, what becomes zero is to be exactly zero.
    is_exact = len(form.terms) > 1 or not form.distributed
    return bool(form.terms) and is_exact and form.passes < node.passes


# -- Finding forms ---------------------------------------------------------------------------------


def _nodes(steps: Sequence[Step], kept: set[Value]) -> dict[Value, _Node]:
    """The forms of all values that have one."""
    nodes: dict[Value, _Node] = {}
    if not any(_is_linear(step) for step in steps):
        return nodes
    uses = Counter(value for step in steps for value in step.values())
    uses.update(kept)
    for step in steps:
        if not _is_linear(step):
            continue
        inputs = step.inputs[0] if isinstance(step.inputs[0], list) else step.inputs
        output = step.outputs[0]
        absorbed = [
            value
            for value in inputs
            if value in nodes
            and value.guard == step.guard
            and (_is_inner(value, output, uses) or not nodes[value].form.terms)
        ]
        operands = [
            nodes[value].form if value in absorbed else _operand(value, output) for value in inputs
        ]
        form = _combined(step, operands)
        if form is not None:
            passes = _passes(step) + sum(nodes[value].passes for value in absorbed)
            nodes[output] = _Node(step, form, absorbed, passes)
    return nodes


def _is_inner(value: Value, output: Value, uses: Counter[Any]) -> bool:
    """Whether only the step of `output` needs a value, and takes all of it once."""
    return uses[value] == 1 and value.shape.sizes == output.shape.sizes


def _is_linear(step: Step) -> bool:
    """Whether it computes an op that may give a form, of a large tensor."""
    if step.op.type not in _COMBINATIONS or not step.computes_op:
        return False
    output, dtype = step.outputs[0], step.op._outputs[0].dtype
    return not output.on_host and dtype in (float32, float64) and _size(output) >= _LARGE


def _size(value: Value) -> int:
    """How many elements, 0 where that is not known."""
    return value.shape.num_elements() or 0


def _operand(value: Any, output: Value) -> _Form | None:
    """An input as a form of its own."""
    if not isinstance(value, Value) or not value.shape.is_fully_defined():
        return None
    if value.shape.sizes == output.shape.sizes:
        return _Form(((value, 1.0),))
    return _Form((), value) if _size(value) * _SMALL <= _size(output) else None


def _combined(step: Step, operands: Sequence[_Form | None]) -> _Form | None:
    known = [form for form in operands if form is not None]
    if step.op.type in ("BroadcastTo", "Tile"):
        return operands[0] if _is_stretched(step) else None
    return _COMBINATIONS[step.op.type](*known) if len(known) == len(operands) else None


def _is_stretched(step: Step) -> bool:
    """Whether only axes of one element are repeated, those that broadcasting repeats."""
    before, after = (value.shape.sizes or () for value in (step.inputs[0], step.outputs[0]))
    return all(size in (1, whole) for size, whole in zip(before[::-1], after[::-1]))


def _product(a: _Form, b: _Form) -> _Form | None:
    if a.rest is not None and not a.terms:
        a, b = b, a
    return _quotient(a, b, mul)


def _quotient(a: _Form, b: _Form, function: Any = truediv) -> _Form | None:
    return a.scaled(function, b.rest) if b.rest is not None and not b.terms else None


def _sum(*forms: _Form) -> _Form:
    total = _NOTHING
    for form in forms:
        total = total.plus(form)
    return total


_COMBINATIONS: dict[str, Any] = {
    "Add": _Form.plus,
    "AddV2": _Form.plus,
    "AddN": _sum,
    "Sub": _Form.minus,
    "Neg": _NOTHING.minus,
    "Mul": _product,
    "RealDiv": _quotient,
    "BroadcastTo": None,
    "Tile": None,
}


def _passes(step: Step) -> int:
    """How often the step goes through large tensors."""
    if step.op.type == "AddN":
        return len(step.inputs[0]) - 1
    return 0 if step.op.type == "BroadcastTo" else 1


# -- Computing them --------------------------------------------------------------------------------


def _steps(node: _Node, nodes: dict[Value, _Node]) -> list[Step]:
    """The steps for the weights, and the one for the sum."""
    op, guard = node.step.op, node.step.guard
    steps: list[Step] = []

    def computed(weight: Weight) -> Value:
        if isinstance(weight, Value):
            return weight
        if isinstance(weight, float):
            return Value(None, shapes.SCALAR, constant=weight)
        function, *parts = weight
        inputs = [computed(part) for part in parts]
        shape = reduce(shapes.broadcast, (part.shape for part in inputs))
        value = Value.beside(node.step.outputs[0], shape)
        steps.append(Step(op, function, inputs, [value], guard=guard))
        return value

    form = node.form
    terms = [term for term in form.terms if term is not form.plain]
    lists = [tensor for tensor, _ in terms], [computed(weight) for _, weight in terms]
    start = form.rest if form.plain is None else form.plain[0]
    function: Any = weighted_sum
    inputs: list[Any] = [*lists]
    if start is not None:
        function = added_to
        inputs.insert(0, computed(start))
    fused = tuple(step.op for step in _absorbed_steps(node, nodes))
    steps.append(Step(op, function, inputs, node.step.outputs, fused=fused, guard=guard))
    return steps


def _absorbed_steps(node: _Node, nodes: dict[Value, _Node]) -> list[Step]:
    return [
        step
        for value in node.absorbed
        for step in (*_absorbed_steps(nodes[value], nodes), nodes[value].step)
    ]


def weighted_sum(
    tensors: list[torch.Tensor],
    weights: list[torch.Tensor | float],
    out: torch.Tensor | None = None,
) -> torch.Tensor:
    """tensors[0] * weights[0] + ..."""
    total = torch.mul(tensors[0], weights[0], out=out)
    return _added(total, tensors[1:], weights[1:])


def added_to(
    start: torch.Tensor,
    tensors: list[torch.Tensor],
    weights: list[torch.Tensor | float],
    out: torch.Tensor | None = None,
) -> torch.Tensor:
    """start + tensors[0] * weights[0] + ..."""
    weight = weights[0]
    if isinstance(weight, float):
        total = torch.add(start, tensors[0], alpha=weight, out=out)
    else:
        total = torch.addcmul(start, tensors[0], weight, out=out)
    return _added(total, tensors[1:], weights[1:])


def _added(
    total: torch.Tensor, tensors: list[torch.Tensor], weights: list[torch.Tensor | float]
) -> torch.Tensor:
    for tensor, weight in zip(tensors, weights):
        if isinstance(weight, float):
            total.add_(tensor, alpha=weight)
        else:
            total.addcmul_(tensor, weight)
    return total


# -- Over the first of the tensors -----------------------------------------------------------------


def weighted_sum_over(
    tensors: list[torch.Tensor], weights: list[torch.Tensor | float]
) -> torch.Tensor:
    return weighted_sum(tensors, weights, tensors[0])


def added_over(
    start: torch.Tensor, tensors: list[torch.Tensor], weights: list[torch.Tensor | float]
) -> torch.Tensor:
    return added_to(start, tensors, weights, tensors[0])

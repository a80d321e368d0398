"""Which operations train variables, and by the gradients of which losses."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from reflow.graph.gradients import Differentiation
from reflow.graph.graph import Graph
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.runtime.prune import variable_behind
from reflow.watch.walks import DATA_TYPES, ancestors, trainable_variables

# What an optimizer's ops call the gradient and the learning rate.
_GRADIENTS = ("grad", "delta")
_RATES = ("lr", "alpha")

# The scope of a call of tf.gradients, and in it that of an operation's gradient.
_SCOPE = re.compile(r"(?:.*/)?gradients(?:_\d+)?(?=/)")
_GRADIENT_SUFFIX = re.compile(r"(.+?)_grad(?:_\d+)?/")


@dataclass(frozen=True)
class Update:
    """An operation that trains a variable.

    Attributes:
      op: the update.
      variable: the op that owns the variable.
      gradient: as it reaches the optimizer; of one that has only some rows, these.  Of an update
        by hand the gradient that it is computed from, None if there is none.
      rate: the learning rate, None if the op does not have it.
    """

    op: Operation
    variable: Operation
    gradient: Tensor | None
    rate: Tensor | None


def updates_among(operations: Iterable[Operation], graph: Graph) -> list[Update]:
    """The updates of variables by training, in the order of creation.

    An optimizer's op always is one.  What assigns to a trainable variable is one if the new value
    comes from a gradient, or from the old value and data: neither initializers and restored
    checkpoints do, nor clipped weights or copies of other variables.
    """
    trainable = set(trainable_variables(graph))
    results = gradient_results(graph)
    found = []
    for op in sorted(operations, key=lambda op: op._id):
        if not getattr(op.definition.rules, "updates", False) or not op._inputs:
            continue
        variable = variable_behind(op._inputs[0])
        if variable is None:
            continue
        names = [arg.name for arg in op.definition.inputs]
        gradient = _named(op, names, _GRADIENTS)
        if gradient is not None and "Apply" in op.type:
            found.append(Update(op, variable, gradient, _named(op, names, _RATES)))
        elif variable in trainable:
            update = _by_hand(op, variable, results)
            if update is not None:
                found.append(update)
    return found


def _named(op: Operation, names: Sequence[str], wanted: Sequence[str]) -> Tensor | None:
    return next((tensor for name, tensor in zip(names, op._inputs) if name in wanted), None)


def _by_hand(
    op: Operation, variable: Operation, results: dict[Tensor, Differentiation]
) -> Update | None:
    before = ancestors(op._inputs[1:], until=results)
    gradients = [tensor for tensor in before if tensor in results]
    if gradients:
        own = [t for t in gradients if _result_for(results[t], variable) is t]
        return Update(op, variable, (own or gradients)[0], None)
    is_data = any(tensor.op.type in DATA_TYPES for tensor in before)
    is_relative = "Add" in op.type or "Sub" in op.type
    from_old = is_relative or any(tensor.op is variable for tensor in before)
    return Update(op, variable, None, None) if is_data and from_old else None


def gradient_results(graph: Graph) -> dict[Tensor, Differentiation]:
    """The tensors that calls of tf.gradients gave, and the calls; slices by their values."""
    found: dict[Tensor, Differentiation] = {}
    for call in graph._differentiations:
        for result in call.results:
            if result is not None:
                found[result.values if isinstance(result, IndexedSlices) else result] = call
    return found


def _result_for(call: Differentiation, variable: Operation) -> Tensor | None:
    for x, result in zip(call.xs, call.results):
        if x.op is variable and result is not None:
            return result.values if isinstance(result, IndexedSlices) else result
    return None


@dataclass(frozen=True)
class Losses:
    """What some updates make smaller.

    Attributes:
      tensors: those that were differentiated.
      calls: of tf.gradients, where they are known.
      are_known: whether it is certain that these are all, if there are none.
    """

    tensors: tuple[Tensor, ...]
    calls: tuple[Differentiation, ...]
    are_known: bool = False


def losses_of(update: Update, graph: Graph) -> Losses:
    """The losses behind an update; none if they cannot be told.

    Found by walking from the gradient to what tf.gradients gave; in a graph that was imported, by
    the names that tf.gradients gives; for gradients that were collected in variables, by the call
    that differentiated by this variable.  What goes on from a gradient that is given as grad_ys, as
    an actor learns from its critic's, has no loss of its own.
    """
    results = gradient_results(graph)
    start = [update.gradient] if update.gradient is not None else update.op._inputs[1:]
    before = ancestors(start, until=results)
    calls = {results[tensor] for tensor in before if tensor in results}
    found = [call for call in graph._differentiations if call in calls]
    if found:
        losses = dict.fromkeys(y for call in found for y in call.ys if _is_loss(y, call))
        return Losses(tuple(losses), tuple(found), are_known=True)
    named = _losses_by_name(before, graph)
    if named:
        return Losses(named, ())
    calls_by_variable = [
        call for call in graph._differentiations if _result_for(call, update.variable) is not None
    ]
    if calls_by_variable and update.gradient is not None:
        last = calls_by_variable[-1]
        return Losses(tuple(y for y in last.ys if _is_loss(y, last)), (last,), are_known=True)
    return Losses((), ())


def _is_loss(y: Tensor, call: Differentiation) -> bool:
    return not call.is_weighted or y._shape.ndims == 0


def _losses_by_name(before: Collection[Tensor], graph: Graph) -> tuple[Tensor, ...]:
    """The losses whose derivatives begin in the scope of a call of tf.gradients.

    There a Fill of ones is the derivative of a loss by itself; what takes it is the gradient of the
    operation that made the loss, and is named after that.
    """
    found: dict[Tensor, None] = {}
    for tensor in before:
        scope = _SCOPE.match(tensor.op.name)
        is_seed = scope is not None and tensor.op.type in ("Fill", "Const", "OnesLike")
        if scope is None or not is_seed or "/" in tensor.op.name[scope.end() + 1 :]:
            continue
        for consumer in tensor._consumers:
            rest = _GRADIENT_SUFFIX.match(consumer.name[scope.end() + 1 :])
            maker = None if rest is None else _made_as(rest.group(1), scope.group(), graph)
            if maker is not None and maker._outputs:
                found[maker._outputs[0]] = None
    return tuple(found)


def _made_as(name: str, scope: str, graph: Graph) -> Operation | None:
    """The operation of that name, which an import may have put under a part of the scope."""
    parts = scope.split("/")
    for count in range(len(parts)):
        op = graph._nodes.get("/".join([*parts[:count], name]))
        if op is not None:
            return op
    return None

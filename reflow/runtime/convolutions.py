"""Convolutions that share work with each other and with what comes after them.

A bias added to a convolution's output is left to the convolution, which has the output at hand.

torch pads as much after an input as before it; TensorFlow's padding SAME often asks for one place
more after it.  In a mirror torch can pad all of it (mirrors.py).  Elsewhere the input is padded
first, for the convolution and for the gradient of its filter: here once for both.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Any

from reflow.graph.tensor_shape import TensorShape
from reflow.ops.convolution import choice
from reflow.ops.convolution.gradients import filter_gradient, input_gradient
from reflow.ops.convolution.lowerings import padded
from reflow.runtime.mirrors import known_geometry, mirror
from reflow.runtime.steps import Step, Value

_KINDS = {
    choice.convolution: "convolution",
    input_gradient: "input gradient",
    filter_gradient: "filter gradient",
}


def join_convolutions(
    steps: Sequence[Step], kept: set[Value], watched: AbstractSet[Value] = frozenset()
) -> list[Step]:
    """The same computation with less to do around convolutions.

    Args:
      kept: the values that are needed after the last step.
      watched: those of them that are looked at only.
    """
    if not any(known_geometry(step) for step in steps):
        return list(steps)
    joined = _padded_once(mirror(_with_biases(steps, kept), kept, watched))
    return [_decided(step) for step in joined]


# -- Biases ----------------------------------------------------------------------------------------


def _with_biases(steps: Sequence[Step], kept: set[Value]) -> list[Step]:
    """The steps without those that add a bias to a convolution's output and to nothing else.

    The convolution has the bias as one more input, which the lowerings take.
    """
    uses = Counter(value for step in steps for value in step.values())
    uses.update(kept)
    makers = {value: step for step in steps for value in step.outputs}
    replaced: dict[Step, Step | None] = {}
    for step in steps:
        found = _biased(step, makers)
        if found is not None and uses[found[0].outputs[0]] == 1:
            convolution, bias = found
            replaced[convolution] = None
            replaced[step] = Step(
                step.op,
                convolution.function,
                [*convolution.inputs, bias],
                step.outputs,
                fused=(convolution.op,),
                guard=step.guard,
            )
    laid_out = (replaced.get(step, step) for step in steps)
    return [step for step in laid_out if step is not None]


def _biased(step: Step, makers: dict[Value, Step]) -> tuple[Step, Value] | None:
    """The convolution to whose output a step adds a bias, and that."""
    if step.op.type not in ("Add", "AddV2", "BiasAdd") or step.fused or not step.computes_op:
        return None
    for output, bias in (step.inputs, step.inputs[::-1]):
        convolution = makers.get(output)
        g = None if convolution is None else known_geometry(convolution)
        if convolution is None or g is None or not convolution.computes_op:
            continue
        function: Any = convolution.function
        is_plain = function.func is choice.convolution and convolution.guard == step.guard
        is_last = g.channels_last or step.op.type == "BiasAdd"
        if is_plain and is_last and bias.shape.sizes == (g.outputs,):
            return convolution, bias
    return None


# -- Margins ---------------------------------------------------------------------------------------


def _padded_once(steps: Sequence[Step]) -> list[Step]:
    """Changes the steps that pad the same input alike, so that it is padded once."""
    sharing: dict[Any, list[Any]] = defaultdict(list)
    for step in steps:
        g = known_geometry(step)
        function: Any = step.function
        if g is not None and choice.pads_first(_KINDS[function.func], g):
            sharing[step.inputs[0], g.margins, g.channels_last, step.guard].append(step)
    first = {group[0]: group for group in sharing.values() if len(group) > 1}
    result = []
    for step in steps:
        if step in first:
            g = known_geometry(step)
            assert g is not None
            whole = Value.beside(step.outputs[0], TensorShape(None))
            padding = partial(padded, g, margins=g.excess)
            result.append(Step(step.op, padding, [step.inputs[0]], [whole], guard=step.guard))
            for member in first[step]:
                member.function = partial(member.function.func, member.function.args[0].evened)
                member.inputs = [whole, *member.inputs[1:]]
        result.append(step)
    return result


# -- Lowerings -------------------------------------------------------------------------------------


def _decided(step: Step) -> Step:
    """A step that calls at once what is chosen for its sizes."""
    g = known_geometry(step)
    if g is not None:
        function: Any = step.function
        lowering = choice.chosen(_KINDS[function.func], g, True)
        if function.func is not choice.convolution:
            # The vector of sizes, which are in the geometry.
            del step.inputs[0 if function.func is input_gradient else 1]
        step.function = partial(lowering, g)
    return step

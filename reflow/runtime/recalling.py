"""What an op finds on its way and its gradient would compute again, kept in between.

An op whose class has a `remembering` kernel gives more than its output; a gradient op says with
`recalls` by which input it knows that op, and with `recalling` what it does with the memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.kernels import kernel_signature
from reflow.runtime.steps import Step, Value


def recall(steps: Sequence[Step]) -> None:
    """Changes the steps that can remember for others, and those others."""
    makers = {value: step for step in steps for value in step.outputs}
    memories: dict[Step, Value] = {}
    for step in steps:
        maker = _recalled(step, makers)
        if maker is None:
            continue
        memory = memories.get(maker)
        if memory is None:
            memory = memories[maker] = _remembering(maker)
        rules: Any = step.op.definition.rules
        step.function = rules.recalling
        step.keywords = _keywords(step.op)
        step.inputs = [*step.inputs, memory]


def _recalled(step: Step, makers: Mapping[Value, Step]) -> Step | None:
    """The step whose memory `step` can use: of the same inputs and attributes."""
    name: str | None = getattr(step.op.definition.rules, "recalls", None)
    if name is None:
        return None
    position = [arg.name for arg in step.op.definition.inputs].index(name)
    maker = makers.get(step.inputs[position])
    if maker is None or not hasattr(maker.op.definition.rules, "remembering"):
        return None
    own, attrs = maker.op.attrs, step.op.attrs
    is_same = (
        step.guard == maker.guard
        and all(value in step.inputs for value in maker.inputs)
        and all(own[key] == attrs[key] for key in own.keys() & attrs.keys())
    )
    return maker if is_same else None


def _remembering(step: Step) -> Value:
    """Makes a step of one output give its memory too."""
    rules: Any = step.op.definition.rules
    memory = Value(None, TensorShape(None))
    step.function = rules.remembering
    step.keywords = _keywords(step.op)
    step.outputs = [*step.outputs, memory]
    step.sequence = True
    return memory


def _keywords(op: Operation) -> dict[str, Any]:
    signature = kernel_signature(op.definition)
    assert signature is not None
    return signature.keyword_values(op, None, None)

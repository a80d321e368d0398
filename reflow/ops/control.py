"""Ops that order and choose between others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.summaries import summary
from reflow.ops.variable_slot import VariableSlot

Ref = VariableSlot


@op
class NoOp:
    """Does nothing: a place for control inputs to meet."""

    export = ("no_op",)
    gradient = None


# Of the outputs of a switch one is dead: it has no value, which kernels see as None.  Between a
# switch and the merge behind it there are only identities, so no other op ever sees one.


def _switched_shape(data: TensorShape, pred: TensorShape) -> tuple[TensorShape, TensorShape]:
    shapes.with_rank(pred, 0)
    return data, data


@op
class Switch:
    """The data as the second output where `pred` is true, else as the first; the other is dead."""

    inputs = "data: T, pred: bool"
    outputs = "output_false: T, output_true: T"
    attrs = ("T: type",)
    view = True
    stateful = True  # a dead output is no constant
    shape = _switched_shape

    def kernel(data: Any, pred: Host) -> tuple[Any, Any]:
        return (None, data) if pred else (data, None)


@op
class RefSwitch:
    """As Switch, of a variable: which need not be initialised, as long as it is not used then."""

    inputs = "data: Ref(T), pred: bool"
    outputs = "output_false: Ref(T), output_true: Ref(T)"
    attrs = ("T: type",)
    view = True
    stateful = True
    shape = _switched_shape

    def kernel(data: Ref, pred: Host) -> tuple[Any, Any]:
        return (None, data.value) if pred else (data.value, None)


@op
class Merge:
    """The one input that is not dead, and which one that is."""

    inputs = "inputs: N * T"
    outputs = "output: T, value_index: int32"
    attrs = ("T: type", "N: int >= 1")
    view = True
    stateful = True

    def shape(inputs: Sequence[TensorShape]) -> tuple[TensorShape, TensorShape]:
        return _common(inputs), shapes.SCALAR

    def kernel(inputs: Sequence[Any]) -> tuple[Any, torch.Tensor]:
        index = next(i for i, value in enumerate(inputs) if value is not None)
        return inputs[index], torch.tensor(index, dtype=torch.int32)


def _common(inputs: Sequence[TensorShape]) -> TensorShape:
    """What is the same in all shapes: sizes that differ are not known."""
    first = inputs[0].sizes
    if first is None or any(shape.ndims != len(first) for shape in inputs):
        return shapes.UNKNOWN
    columns = zip(*(shape.sizes for shape in inputs))
    return TensorShape.of(tuple(sizes[0] if len(set(sizes)) == 1 else None for sizes in columns))


@op
class Assert:
    """Unless `condition`, InvalidArgumentError with `summarize` elements of each of the data."""

    inputs = "condition: bool, data: T"
    outputs = ""
    attrs = ("T: list(type) >= 1", "summarize: int = 3")
    stateful = True
    gradient = None

    def shape(condition: TensorShape, data: Sequence[TensorShape]) -> Sequence[TensorShape]:
        shapes.with_rank(condition, 0)
        return ()

    def kernel(condition: Host, data: list[Host], *, summarize: int) -> None:
        if not condition:
            shown = " ".join(f"[{summary(value, summarize)}]" for value in data)
            raise errors.InvalidArgumentError(None, None, f"assertion failed: {shown}")

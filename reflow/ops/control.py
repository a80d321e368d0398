"""Ops that order and choose between others.

Of the outputs of a switch one is dead: what depends on it does not run.  A merge gives the input
that is not dead.  There are no kernels here: a plan (runtime/branches.py) turns switches into
conditions of the generated code.  An op's class names what it does to the flow of control in
`control_flow`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.composites import components, composed
from reflow.graph.control_flow import current_context, output_context
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import resource
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.summaries import summary


@op
class NoOp:
    """Does nothing: a place for control inputs to meet."""

    export = ("no_op",)
    gradient = None


@op
class ControlTrigger:
    """Does nothing once its control inputs are done, or found dead."""

    control_flow = "trigger"
    gradient = None


# -- Switches --------------------------------------------------------------------------------------


def _switched_shape(data: TensorShape, pred: TensorShape) -> tuple[TensorShape, TensorShape]:
    shapes.with_rank(pred, 0)
    return data, data


def _switch_gradient(op: Operation, *dy: Any) -> tuple[Any, None]:
    """A merge of what comes back from the two branches.

    The switch of a loop variable is met twice: from the loop's exit, where the merge is made, and
    from its body, where the merge gets its second input.
    """
    context = op._control_flow_context
    if context is None:
        returned = [
            switch_beside(gradient, op.inputs[1])[branch] for branch, gradient in enumerate(dy)
        ]
        return merge(returned)[0], None
    if context.is_while:
        return current_context().grad_state.differentiate_switch(op, *dy), None
    if dy[1 - context.branch] is not None:
        return merge(dy, name="cond_grad")[0], None
    if op.inputs[0].dtype is resource:
        # Nothing comes back from the other branch.
        return merge([dy[context.branch]] * 2, name="cond_resource_grad")[0], None
    return None, None


@op
class Switch:
    """The data as the second output where `pred` is true, else as the first; the other is dead."""

    inputs = "data: T, pred: bool"
    outputs = "output_false: T, output_true: T"
    attrs = ("T: type",)
    control_flow = "switch"
    shape = _switched_shape
    gradient = _switch_gradient


@op
class RefSwitch:
    """As Switch, of a variable: which need not be initialised, as long as it is not used then."""

    inputs = "data: Ref(T), pred: bool"
    outputs = "output_false: Ref(T), output_true: Ref(T)"
    attrs = ("T: type",)
    control_flow = "switch"
    shape = _switched_shape
    gradient = _switch_gradient


def switch(data: Any, pred: Any, name: str | None = None) -> tuple[Any, Any]:
    """(`data` if `pred` is false, `data` if it is true); of composites each component."""
    parts = components(data)
    if len(parts) == 1:
        return Switch(data, pred, name=name)
    from reflow.graph.graph import get_default_graph

    with get_default_graph().name_scope(name or "Switch"):
        switched = [Switch(part, pred) for part in parts]
    return tuple(composed(data, [pair[branch] for pair in switched]) for branch in (0, 1))


def switch_beside(data: Any, pred: Tensor, name: str = "Switch") -> Any:
    """As `switch`, placed where the data is; of a reference to a variable, references."""
    beside = data.op if hasattr(data, "op") else data
    with beside.graph.colocate_with(beside, ignore_existing=True):
        if isinstance(data, Tensor) and data.dtype._is_ref_dtype:
            return RefSwitch(data, pred, name=name)
        return switch(data, pred, name=name)


# -- Merges ----------------------------------------------------------------------------------------


def _merged_shape(inputs: Sequence[TensorShape]) -> tuple[TensorShape, TensorShape]:
    """What is the same in all shapes: sizes that differ are not known."""
    first = inputs[0].sizes
    if first is None or any(shape.ndims != len(first) for shape in inputs):
        return shapes.UNKNOWN, shapes.SCALAR
    columns = zip(*(shape.sizes for shape in inputs))
    common = tuple(sizes[0] if len(set(sizes)) == 1 else None for sizes in columns)
    return TensorShape.of(common), shapes.SCALAR


def _merge_gradient(op: Operation, dy: Any, _: Any) -> Any:
    """A switch: the derivatives go where the value came from."""
    context = output_context(op.inputs[0].op)
    grad_context = current_context()
    if context is None:
        from reflow.ops.comparisons import Equal

        chosen = [Equal(op.outputs[1], i) for i in range(len(op.inputs))]
        return [switch_beside(dy, condition)[1] for condition in chosen]
    if context.is_while:
        return switch_beside(dy, grad_context.pivot)
    pred = context.pred
    if grad_context is not None and grad_context.grad_state is not None:
        pred = grad_context.grad_state.predicate_of(pred)
    return switch_beside(dy, pred, name="cond_grad")


@op
class Merge:
    """The one input that is not dead, and which one that is."""

    inputs = "inputs: N * T"
    outputs = "output: T, value_index: int32"
    attrs = ("T: type", "N: int >= 1")
    control_flow = "merge"
    shape = _merged_shape
    gradient = _merge_gradient


@op
class RefMerge:
    """As Merge, of references to variables."""

    inputs = "inputs: Ref(N * T)"
    outputs = "output: Ref(T), value_index: int32"
    attrs = ("T: type", "N: int >= 1")
    control_flow = "merge"
    shape = _merged_shape
    gradient = _merge_gradient


def _selected_shape(index: TensorShape, inputs: Sequence[TensorShape]) -> TensorShape:
    """The shape of all variables, if it is known and the same."""
    shapes.with_rank(index, 0)
    first = inputs[0]
    known = first.is_fully_defined() and all(item.sizes == first.sizes for item in inputs)
    return first if known else shapes.UNKNOWN


@op
class RefSelect:
    """One of several variables."""

    inputs = "index: int32, inputs: Ref(N * T)"
    outputs = "output: Ref(T)"
    attrs = ("T: type", "N: int >= 1")
    shape = _selected_shape
    gradient = None


def merge(inputs: Sequence[Any], name: str | None = None) -> tuple[Any, Tensor]:
    """The input that is not dead and its position; composites are merged by components.

    Raises:
      ValueError: an input is None, or only some of several IndexedSlices have a dense shape.
    """
    if any(item is None for item in inputs):
        raise ValueError(f"At least one of the merge inputs is None: {inputs}")
    if all(len(components(item)) == 1 for item in inputs):
        tensors = [convert_to_tensor(item, as_ref=True) for item in inputs]
        is_ref = all(tensor.dtype._is_ref_dtype for tensor in tensors)
        definition: Any = RefMerge if is_ref else Merge
        result: tuple[Tensor, Tensor] = definition(tensors, name=name)
        return result
    from reflow.graph.graph import get_default_graph
    from reflow.ops.indexed_slices import all_as_slices

    with get_default_graph().name_scope(name or "Merge"):
        if all(isinstance(item, (IndexedSlices, Tensor)) for item in inputs):
            inputs = all_as_slices(inputs)
        columns = zip(*(components(item) for item in inputs))
        merged = [Merge(list(column)) for column in columns]
    return composed(inputs[0], [output for output, _ in merged]), merged[0][1]


# -- Checks ----------------------------------------------------------------------------------------


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


@op
class Timestamp:
    """The seconds since 1970, at the time of the run."""

    outputs = "ts: float64"
    stateful = True
    export = ("timestamp",)
    shape = shapes.scalar
    gradient = None

    def kernel(*, device: Any) -> torch.Tensor:
        return torch.tensor(time.time(), dtype=torch.float64, device=device)

"""From a function of one element to the same function of many elements at once.

The body is rebuilt, operation by operation, with tensors that have the elements along a new first
axis.  An op can be rebuilt if it is elementwise (`elementwise = True` in its class: a result
depends on what stands in the same place of the inputs, which broadcast), or if there is a rule for
it here, which must give the very same numbers.  One that cannot, or that has a state, makes the
whole body remain a function of one element.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reflow.graph.constant_value import constant_value
from reflow.graph.function import FuncGraph
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.arrays import ExpandDims, Reshape, Shape
from reflow.ops.constants import constant
from reflow.ops.joining import concat
from reflow.ops.slicing import Slice


@dataclass(frozen=True)
class Rebuilt:
    """What a tensor of the body has become.

    Attributes:
      tensor: its values for all elements, or its value.
      rank: that of the original tensor, None if unknown.
      batched: whether `tensor` has the additional first axis.  It has none if all elements share
        one value.
    """

    tensor: Tensor
    rank: int | None
    batched: bool


# Gives the outputs for all elements, or None where that cannot be done.
Rule = Callable[[Operation, Sequence[Rebuilt]], "Sequence[Tensor] | None"]


def batched_body(body: FuncGraph, arguments: int) -> FuncGraph | None:
    """A body that computes `body` for many elements at once, or None where that cannot be done.

    Args:
      body: what is computed for one element.
      arguments: how many of the inputs have a value for each element.  The others are shared.

    Returns:
      A body whose first `arguments` inputs, and whose outputs, have the elements along a new first
      axis.
    """
    if body.control_outputs:
        return None
    graph = FuncGraph(f"{body.name} for many elements", body.outer_graph)
    with graph.as_default():
        rebuilt: dict[Tensor, Rebuilt] = {}
        for index, tensor in enumerate(body.inputs):
            batched = index < arguments
            shape = tensor.shape
            if batched:
                shape = TensorShape([None]).concatenate(shape)
            argument = graph.add_argument(tensor.dtype, shape, tensor.op.name)
            rebuilt[tensor] = Rebuilt(argument, tensor.shape.ndims, batched)
        for op in body.get_operations():
            if op.outputs and op.outputs[0] in rebuilt:
                continue
            outputs = _rebuild(op, [rebuilt[tensor] for tensor in op.inputs])
            if outputs is None:
                return None
            rebuilt.update(zip(op.outputs, outputs))
        results = [rebuilt[tensor] for tensor in body.outputs]
    if not all(result.batched for result in results):
        return None
    graph.outputs = [result.tensor for result in results]
    return graph


def _rebuild(op: Operation, inputs: Sequence[Rebuilt]) -> list[Rebuilt] | None:
    rules = op.definition.rules
    if op.definition.stateful or op.control_inputs:
        return None
    batched = any(item.batched for item in inputs)
    tensors: Sequence[Tensor] | None
    if not batched:
        tensors = _copy(op, [item.tensor for item in inputs])
    elif getattr(rules, "elementwise", False):
        tensors = _elementwise(op, inputs)
    elif op.type in _RULES:
        tensors = _RULES[op.type](op, inputs)
    else:
        tensors = None
    if tensors is None:
        return None
    return [Rebuilt(new, old.shape.ndims, batched) for new, old in zip(tensors, op.outputs)]


def _copy(op: Operation, inputs: Sequence[Tensor], **changed: Any) -> list[Tensor]:
    """The outputs of the same op on other inputs."""
    graph = get_default_graph()
    types = [tensor.dtype for tensor in op.outputs]
    attrs = {**op.attrs, **changed}
    name = graph.unique_name(op.name)
    return graph.add_node(op.definition, list(inputs), attrs, name, types).outputs


def _elementwise(op: Operation, inputs: Sequence[Rebuilt]) -> list[Tensor] | None:
    """Broadcasting aligns last axes: inputs of lower rank get axes of size 1 after the first."""
    if len(inputs) == 1:
        return _copy(op, [inputs[0].tensor])
    ranks = [item.rank for item in inputs if item.rank is not None]
    if len(ranks) < len(inputs):
        return None
    missing = [max(ranks) - rank if item.batched else 0 for item, rank in zip(inputs, ranks)]
    return _copy(op, [_with_axes(item.tensor, count) for item, count in zip(inputs, missing)])


def _with_axes(tensor: Tensor, count: int) -> Tensor:
    for _ in range(count):
        tensor = ExpandDims(tensor, 1)
    return tensor


def _equality(op: Operation, inputs: Sequence[Rebuilt]) -> list[Tensor] | None:
    # Where shapes that do not broadcast are no error, the result is one truth for all.
    return _elementwise(op, inputs) if op.attrs["incompatible_shape_error"] else None


def _decode_raw(op: Operation, inputs: Sequence[Rebuilt]) -> list[Tensor]:
    return _copy(op, [inputs[0].tensor])


def _reshape(op: Operation, inputs: Sequence[Rebuilt]) -> list[Tensor] | None:
    x, shape = inputs
    if shape.batched:
        return None
    count = Slice(Shape(x.tensor, out_type=shape.tensor.dtype), [0], [1])
    return [Reshape(x.tensor, concat([count, shape.tensor], constant(0)))]


def _expand_dims(op: Operation, inputs: Sequence[Rebuilt]) -> list[Tensor] | None:
    axis = constant_value(op.inputs[1])
    return None if axis is None else _copy(op, [inputs[0].tensor, _shifted(axis)])


def _squeeze(op: Operation, inputs: Sequence[Rebuilt]) -> list[Tensor] | None:
    axes = op.attrs["squeeze_dims"]
    sizes = op.inputs[0].shape.sizes
    if not axes:
        if sizes is None or None in sizes:
            return None
        axes = [axis for axis, size in enumerate(sizes) if size == 1]
        if not axes:
            return [inputs[0].tensor]
    return _copy(op, [inputs[0].tensor], squeeze_dims=[axis + (axis >= 0) for axis in axes])


def _transpose(op: Operation, inputs: Sequence[Rebuilt]) -> list[Tensor] | None:
    permutation = constant_value(op.inputs[1])
    if permutation is None:
        return None
    shifted = np.concatenate([[0], permutation + 1]).astype(permutation.dtype)
    return _copy(op, [inputs[0].tensor, constant(shifted)])


def _concat(op: Operation, inputs: Sequence[Rebuilt]) -> list[Tensor] | None:
    *parts, _ = inputs
    axis = constant_value(op.inputs[-1])
    if axis is None or not all(part.batched for part in parts):
        return None
    return _copy(op, [*(part.tensor for part in parts), _shifted(axis)])


def _pack(op: Operation, inputs: Sequence[Rebuilt]) -> list[Tensor] | None:
    if not all(item.batched for item in inputs):
        return None
    axis = op.attrs["axis"]
    return _copy(op, [item.tensor for item in inputs], axis=axis + (axis >= 0))


def _strided_slice(op: Operation, inputs: Sequence[Rebuilt]) -> list[Tensor] | None:
    x, *bounds = inputs
    if not x.batched or any(item.batched for item in bounds):
        return None
    masks = {name: mask << 1 for name, mask in op.attrs.items() if name.endswith("_mask")}
    # Of the new axis everything.
    masks["begin_mask"] |= 1
    masks["end_mask"] |= 1
    whole = constant([1], bounds[0].tensor.dtype)
    vectors = [concat([whole, item.tensor], constant(0)) for item in bounds]
    return _copy(op, [x.tensor, *vectors], **masks)


def _reduction(op: Operation, inputs: Sequence[Rebuilt]) -> list[Tensor] | None:
    axes = constant_value(op.inputs[1])
    return None if axes is None else _copy(op, [inputs[0].tensor, _shifted(axes)])


def _exact_sum(op: Operation, inputs: Sequence[Rebuilt]) -> list[Tensor] | None:
    # Rounding depends on the order of summation, which depends on what else is summed.
    return _reduction(op, inputs) if op.inputs[0].dtype.is_integer else None


def _shifted(axes: Any) -> Tensor:
    """Axes, counted from the last one or, behind the new one, from the first."""
    return constant((axes + (axes >= 0)).astype(axes.dtype))


def _one_hot(op: Operation, inputs: Sequence[Rebuilt]) -> list[Tensor] | None:
    if any(item.batched for item in inputs[1:]):
        return None
    axis = op.attrs["axis"]
    return _copy(op, [item.tensor for item in inputs], axis=axis + (axis >= 0))


_RULES: dict[str, Rule] = {
    "All": _reduction,
    "Any": _reduction,
    "ArgMax": _reduction,
    "ArgMin": _reduction,
    "ConcatV2": _concat,
    "DecodeRaw": _decode_raw,
    "Equal": _equality,
    "ExpandDims": _expand_dims,
    "Max": _reduction,
    "Min": _reduction,
    "NotEqual": _equality,
    "OneHot": _one_hot,
    "Pack": _pack,
    "Prod": _exact_sum,
    "Reshape": _reshape,
    "Squeeze": _squeeze,
    "StridedSlice": _strided_slice,
    "Sum": _exact_sum,
    "Transpose": _transpose,
}

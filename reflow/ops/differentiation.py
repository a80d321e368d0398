"""What differentiation itself computes, for graph/gradients.py; and IndexedSlices made dense."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph.control_flow import kind_of
from reflow.graph.conversion import register_tensor_conversion_function
from reflow.graph.dtypes import DType, int32, int64, resource
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.gradients import Arithmetic, Gradient, use_arithmetic
from reflow.graph.graph import get_default_graph
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.ops.arrays import Shape
from reflow.ops.constants import constant


def ones_like(y: Tensor, name: str) -> Tensor:
    """Ones of y's shape and type."""
    from reflow.ops.filling import Fill

    known = y.shape.is_fully_defined()
    shape = constant(y.shape.as_list(), int32, name="Shape") if known else Shape(y)
    return Fill(shape, constant(1, y.dtype.base_dtype, name=name))


def zeros_like(tensor: Tensor) -> Tensor:
    """Zeros of a tensor's shape and type; of a handle, of the variable behind it."""
    from reflow.ops.filling import ZerosLike
    from reflow.ops.resource_variables import zeros_like_variable

    is_eager = isinstance(tensor, EagerTensor)
    context = None if is_eager else tensor.op._control_flow_context
    if context is not None and kind_of(tensor.op) == "switch" and context.is_cond:
        return _zeros_on_other_branch(tensor.op)
    if tensor.dtype is resource:
        return zeros_like_variable(tensor)
    return ZerosLike(tensor, name="zeros_like")


def _zeros_on_other_branch(op: Operation) -> Tensor:
    """Zeros like what a branch of a conditional takes from outside, where that is not taken."""
    from reflow.ops.control import switch
    from reflow.ops.filling import Fill
    from reflow.ops.resource_variables import zeros_like_variable

    context = op._control_flow_context
    other = switch(op.inputs[0], context.pred)[1 - context.branch]
    pivot = identity(other, "Identity")
    if other.dtype is resource:
        with get_default_graph().control_dependencies([pivot]):
            return zeros_like_variable(other)
    shape = Shape(other)
    with get_default_graph().control_dependencies([pivot]):
        return Fill(shape, constant(0, other.dtype.base_dtype), name="zeros")


def add_n(tensors: Sequence[Tensor]) -> Tensor:
    from reflow.ops.math import AddN

    return AddN(list(tensors))


def concat(tensors: Sequence[Tensor]) -> Tensor:
    """Rows after rows; indices of different types become int64."""
    from reflow.ops.casts import Cast
    from reflow.ops.joining import ConcatV2

    if len({tensor.dtype for tensor in tensors}) > 1:
        tensors = [Cast(tensor, DstT=int64) for tensor in tensors]
    return ConcatV2(list(tensors), constant(0, name="axis"))


def identity(tensor: Tensor, name: str) -> Tensor:
    from reflow.ops.arrays import Identity

    return Identity(tensor, name=name)


def together(gradients: Sequence[Gradient | None]) -> list[Gradient | None]:
    """The gradients, each available only when all are: the nodes that tf.tuple makes."""
    from reflow.ops.control import NoOp

    graph = get_default_graph()
    with graph.name_scope("tuple"):
        makers = {gradient.op for gradient in gradients if gradient is not None}
        with graph.control_dependencies(sorted(makers, key=lambda op: op._id)):
            gate = NoOp(name="group_deps")
        return [None if gradient is None else _behind(gate, gradient) for gradient in gradients]


def _behind(gate: Operation, gradient: Gradient) -> Gradient:
    graph = get_default_graph()
    with graph.colocate_with(gradient), graph.control_dependencies([gate]):
        if isinstance(gradient, Tensor):
            return identity(gradient, "control_dependency")
        values = identity(gradient.values, "control_dependency")
        return IndexedSlices(values, gradient.indices, gradient.dense_shape)


def to_dense(
    slices: IndexedSlices, dtype: DType | None = None, name: str | None = None, as_ref: bool = False
) -> Any:
    """The dense tensor: rows that share an index are added up.  The nodes are named as by
    TensorFlow's Python operators: `dense_shape[0]` comes beside the sum."""
    from reflow.ops.constants import constant
    from reflow.ops.segments import UnsortedSegmentSum
    from reflow.ops.slicing import StridedSlice

    if as_ref:
        return NotImplemented
    if dtype is not None and not dtype.is_compatible_with(slices.dtype):
        raise ValueError(
            f"Tensor conversion requested dtype {dtype.name} for IndexedSlices with dtype "
            f"{slices.dtype.name}"
        )
    if slices.dense_shape is None:
        raise ValueError(
            f"Tensor conversion requested for IndexedSlices without dense_shape: {slices}"
        )
    with get_default_graph().name_scope("strided_slice") as scope:
        begin, end, strides = (
            constant([number], name=what)
            for number, what in ((0, "stack"), (1, "stack_1"), (1, "stack_2"))
        )
        rows = StridedSlice(slices.dense_shape, begin, end, strides, shrink_axis_mask=1, name=scope)
    return UnsortedSegmentSum(slices.values, slices.indices, rows, name=name)


def loops_between(between: list[Operation], colocate: bool) -> Any:
    from reflow.ops.control_flow.loop_gradients import loops_between

    return loops_between(between, colocate)


use_arithmetic(
    Arithmetic(ones_like, zeros_like, add_n, concat, to_dense, identity, together, loops_between)
)
register_tensor_conversion_function(IndexedSlices, to_dense)

"""TensorArrays: arrays of tensors that loops write to and read from.

An array lives for one run.  Its handle refers to it; its flow, a number without meaning, goes from
each operation on it to the next and so puts them in order.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.dtypes import DType
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Identity
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.tensor_array_store import Store

_serial = itertools.count()


def _flow_shape(handle: TensorShape, *others: TensorShape) -> TensorShape:
    shapes.with_rank(others[-1], 0)
    return shapes.SCALAR


def _declared_shape(handle: Tensor) -> TensorShape | None:
    """The shape of the elements that the array was made for, if all have the same."""
    made = handle.op
    prefix = TensorShape([])
    while made.type != "TensorArrayV3":
        if not made.inputs:
            return None
        if made.type == "TensorArrayGradWithShape":
            prefix = TensorShape([None] * (made.inputs[2].shape.num_elements() or 0))
        made = made.inputs[0].op
    shape: TensorShape = made.attrs["element_shape"]
    known = shape.is_fully_defined() or made.attrs["identical_element_shapes"]
    return prefix.concatenate(shape) if known else None


# -- Gradients -------------------------------------------------------------------------------------


def gradient_source(name: str) -> str:
    """What tells one call of tf.gradients from others, by the name of a gradient.

    Raises:
      ValueError: the name is not in a scope "gradients".
    """
    parts = name.split("/")
    found = [i for i, part in enumerate(parts) if part.startswith("gradients")]
    if not found:
        raise ValueError(
            "Expected op/tensor name to start with gradients (excluding scope), got: "
            f"{name}. This means that a tf.gradients op with this op in its dependency path has a "
            "custom name that does not start with 'gradients'. Please make sure all calls to "
            "tf.gradients that have non-empty 'name' arguments use names that start with "
            "'gradients'."
        )
    return "/".join(parts[: found[-1] + 1])


def gradient_array(
    handle: Tensor, flow: Tensor, source: str, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The handle and flow of an array's gradients."""
    graph = get_default_graph()
    with graph.colocate_with(handle):
        made = TensorArrayGradV3(handle, flow, source=source, name=name)
        with graph.control_dependencies([made.grad_handle]):
            return made.grad_handle, Identity(flow, name="gradient_flow")


def _gradients_of(op: Operation, flow: Tensor, dy: Tensor) -> tuple[Tensor, Tensor]:
    with get_default_graph().name_scope("TensorArrayGrad"):
        return gradient_array(op.inputs[0], flow, gradient_source(dy.name))


# -- Arrays ----------------------------------------------------------------------------------------


@op
class TensorArrayV3:
    """A new array."""

    inputs = "size: int32"
    outputs = "handle: resource, flow: float32"
    attrs = (
        "dtype: type",
        "element_shape: shape = unknown",
        "dynamic_size: bool = false",
        "clear_after_read: bool = true",
        "identical_element_shapes: bool = false",
        "tensor_array_name: string = ''",
    )
    stateful = True
    gradient = None

    def shape(size: TensorShape) -> tuple[TensorShape, TensorShape]:
        shapes.with_rank(size, 0)
        return shapes.of(2), shapes.SCALAR

    def kernel(
        size: Host,
        *,
        op: Operation,
        dtype: DType,
        element_shape: TensorShape,
        dynamic_size: bool,
        clear_after_read: bool,
        identical_element_shapes: bool,
        tensor_array_name: str,
        device: Any,
    ) -> tuple[Store, torch.Tensor]:
        if size.ndim:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"TensorArray size must be scalar, but had shape: {list(size.shape)}",
            )
        store = Store(
            f"{tensor_array_name or op.name}_{next(_serial)}",
            dtype,
            int(size),
            element_shape,
            dynamic_size,
            clear_after_read,
            identical_element_shapes,
            device=device,
        )
        return store, torch.zeros((), device=device)


def _gradient_shapes(handle: TensorShape, *others: TensorShape) -> tuple[TensorShape, TensorShape]:
    shapes.with_rank(handle, 1)
    return shapes.of(2), shapes.SCALAR


@op
class TensorArrayGradV3:
    """The array of the gradients that `source` computes; from then on the array does not grow."""

    inputs = "handle: resource, flow_in: float32"
    outputs = "grad_handle: resource, flow_out: float32"
    attrs = ("source: string",)
    stateful = True
    gradient = None
    shape = _gradient_shapes

    def kernel(handle: Any, flow_in: Any, *, source: str) -> tuple[Store, Any]:
        return handle.gradient(source), flow_in


@op
class TensorArrayGradWithShape:
    """As TensorArrayGradV3, of gradients that have more dimensions, in front."""

    inputs = "handle: resource, flow_in: float32, shape_to_prepend: int32"
    outputs = "grad_handle: resource, flow_out: float32"
    attrs = ("source: string",)
    stateful = True
    gradient = None
    shape = _gradient_shapes

    def kernel(
        handle: Any, flow_in: Any, shape_to_prepend: Host, *, source: str
    ) -> tuple[Store, Any]:
        return handle.gradient(source, TensorShape(shape_to_prepend.tolist())), flow_in


@op
class TensorArraySizeV3:
    """How many elements there are."""

    inputs = "handle: resource, flow_in: float32"
    outputs = "size: int32"
    stateful = True
    host = True
    gradient = None

    def shape(handle: TensorShape, flow_in: TensorShape) -> TensorShape:
        return shapes.SCALAR

    def kernel(handle: Any, flow_in: Any) -> Any:
        return np.int32(len(handle))


@op
class TensorArrayCloseV3:
    """Drops the elements."""

    inputs = "handle: resource"
    outputs = ""
    stateful = True
    gradient = None

    def shape(handle: TensorShape) -> tuple[TensorShape, ...]:
        return ()

    def kernel(handle: Any) -> None:
        handle.close()


# -- Elements --------------------------------------------------------------------------------------


@op
class TensorArrayWriteV3:
    """Sets one element."""

    inputs = "handle: resource, index: int32, value: T, flow_in: float32"
    outputs = "flow_out: float32"
    attrs = ("T: type",)
    stateful = True
    view = True
    keeps = ("value",)

    def shape(
        handle: TensorShape, index: TensorShape, value: TensorShape, flow_in: TensorShape
    ) -> TensorShape:
        shapes.with_rank(index, 0)
        return _flow_shape(handle, flow_in)

    def kernel(handle: Any, index: Host, value: Any, flow_in: Any, *, T: DType) -> Any:
        handle.write(int(index), value, T)
        return flow_in

    def gradient(op: Operation, flow: Tensor) -> tuple[Tensor | None, ...]:
        handle, flow_in = _gradients_of(op, flow, flow)
        value = TensorArrayReadV3(handle, op.inputs[1], flow_in, dtype=op.attrs["T"])
        return None, None, value, flow


@op
class TensorArrayReadV3:
    """One element."""

    inputs = "handle: resource, index: int32, flow_in: float32"
    outputs = "value: dtype"
    attrs = ("dtype: type",)
    stateful = True
    view = True

    def shape(
        handle: TensorShape, index: TensorShape, flow_in: TensorShape, *, op: Operation
    ) -> TensorShape:
        shapes.with_rank(index, 0)
        declared = _declared_shape(op.inputs[0])
        return shapes.UNKNOWN if declared is None else declared

    def kernel(handle: Any, index: Host, flow_in: Any, *, dtype: DType) -> Any:
        return handle.read(int(index), dtype)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor | None, ...]:
        handle, flow = _gradients_of(op, op.inputs[2], dy)
        with get_default_graph().name_scope("TensorArrayWrite"):
            return None, None, TensorArrayWriteV3(handle, op.inputs[1], dy, flow)


# -- Several elements ------------------------------------------------------------------------------


@op
class TensorArrayGatherV3:
    """Elements, stacked."""

    inputs = "handle: resource, indices: int32, flow_in: float32"
    outputs = "value: dtype"
    attrs = ("dtype: type", "element_shape: shape = unknown")
    stateful = True

    def shape(
        handle: TensorShape,
        indices: TensorShape,
        flow_in: TensorShape,
        *,
        element_shape: TensorShape,
        op: Operation,
    ) -> TensorShape:
        declared = _declared_shape(op.inputs[0])
        element = element_shape if declared is None else declared
        return shapes.with_rank(indices, 1).concatenate(element)

    def kernel(
        handle: Any, indices: Host, flow_in: Any, *, dtype: DType, element_shape: TensorShape
    ) -> Any:
        elements = [handle.read(index, dtype) for index in indices.tolist()]
        if not elements:
            return _nothing(handle, element_shape, "packing")
        _check_same(elements, [element.shape for element in elements], "")
        return torch.stack(elements) if _are_numbers(elements) else np.stack(elements)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor | None, ...]:
        handle, flow = _gradients_of(op, op.inputs[2], dy)
        with get_default_graph().name_scope("TensorArrayScatter"):
            return None, None, TensorArrayScatterV3(handle, op.inputs[1], dy, flow)


@op
class TensorArrayScatterV3:
    """Sets elements to the rows of a tensor."""

    inputs = "handle: resource, indices: int32, value: T, flow_in: float32"
    outputs = "flow_out: float32"
    attrs = ("T: type",)
    stateful = True
    view = True
    keeps = ("value",)

    def shape(
        handle: TensorShape, indices: TensorShape, value: TensorShape, flow_in: TensorShape
    ) -> TensorShape:
        shapes.with_rank(indices, 1)
        return _flow_shape(handle, flow_in)

    def kernel(handle: Any, indices: Host, value: Any, flow_in: Any, *, T: DType) -> Any:
        _check_vector(value.shape)
        if len(indices) != len(value):
            raise errors.InvalidArgumentError(
                None,
                None,
                "Expected len(indices) == values.shape[0], but saw: "
                f"{len(indices)} vs. {len(value)}",
            )
        handle.take_rows(value.shape[1:])
        for index, row in zip(indices.tolist(), _rows(value)):
            handle.write(index, row, T)
        return flow_in

    def gradient(op: Operation, flow: Tensor) -> tuple[Tensor | None, ...]:
        handle, flow_in = _gradients_of(op, flow, flow)
        value = TensorArrayGatherV3(handle, op.inputs[1], flow_in, dtype=op.attrs["T"])
        return None, None, value, flow


@op
class TensorArrayConcatV3:
    """All elements one after the other along their first dimension, and how long each is there."""

    inputs = "handle: resource, flow_in: float32"
    outputs = "value: dtype, lengths: int64"
    attrs = ("dtype: type", "element_shape_except0: shape = unknown")
    stateful = True

    def shape(handle: TensorShape, flow_in: TensorShape) -> tuple[TensorShape, TensorShape]:
        return shapes.UNKNOWN, shapes.of(None)

    def kernel(
        handle: Any,
        flow_in: Any,
        *,
        dtype: DType,
        element_shape_except0: TensorShape,
        device: Any,
    ) -> tuple[Any, Any]:
        elements = [handle.read(index, dtype) for index in range(handle.parts())]
        if not elements:
            empty = _nothing(handle, element_shape_except0, "concatenating")
            return empty, torch.zeros(0, dtype=torch.int64, device=device)
        for index, element in enumerate(elements):
            if not element.shape:
                raise errors.InvalidArgumentError(
                    None,
                    None,
                    f"Concat saw a scalar shape at index {index} but requires at least vectors.  "
                    "Did you mean to call pack?",
                )
        rows = " (excepting dimension 0)"
        _check_same(elements, [element.shape[1:] for element in elements], rows)
        counts = [len(element) for element in elements]
        lengths = torch.tensor(counts, dtype=torch.int64, device=device)
        join: Any = torch.cat if _are_numbers(elements) else np.concatenate
        return join(elements), lengths

    def gradient(op: Operation, dy: Tensor, _: Any) -> tuple[Tensor | None, ...]:
        handle, flow = _gradients_of(op, op.inputs[1], dy)
        with get_default_graph().name_scope("TensorArraySplit"):
            return None, TensorArraySplitV3(handle, dy, op.outputs[1], flow)


@op
class TensorArraySplitV3:
    """Sets the elements to the parts of a tensor that have these lengths."""

    inputs = "handle: resource, value: T, lengths: int64, flow_in: float32"
    outputs = "flow_out: float32"
    attrs = ("T: type",)
    stateful = True
    view = True
    keeps = ("value",)

    def shape(
        handle: TensorShape,
        value: TensorShape,
        lengths: TensorShape,
        flow_in: TensorShape,
        *,
        op: Operation,
    ) -> TensorShape:
        shapes.with_rank(op.inputs[2].shape, 1)  # the kernel says in its own words what it gets
        return _flow_shape(handle, flow_in)

    def kernel(handle: Any, value: Any, lengths: Host, flow_in: Any, *, T: DType) -> Any:
        if lengths.ndim != 1:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Expected lengths to be a vector, received shape: {list(lengths.shape)}",
            )
        _check_vector(value.shape)
        if lengths.sum() != len(value):
            raise errors.InvalidArgumentError(
                None,
                None,
                "Expected sum of lengths to be equal to values.shape[0], but sum of lengths is "
                f"{lengths.sum()} and value's shape is: {list(value.shape)}",
            )
        handle.mark_split(len(lengths))
        begin = 0
        for index, length in enumerate(lengths.tolist()):
            handle.write(index, value[begin : begin + length], T)
            begin += length
        return flow_in

    def gradient(op: Operation, flow: Tensor) -> tuple[Tensor | None, ...]:
        handle, flow_in = _gradients_of(op, flow, flow)
        value = TensorArrayConcatV3(handle, flow_in, dtype=op.attrs["T"]).value
        return None, value, None, flow


def _rows(value: Any) -> Sequence[Any]:
    """The elements of a tensor along its first dimension."""
    if isinstance(value, torch.Tensor):
        return value.unbind()
    return [value[i, ...] for i in range(len(value))]


def _check_vector(shape: Sequence[int]) -> None:
    if not shape:
        raise errors.InvalidArgumentError(
            None, None, f"Expected value to be at least a vector, but received shape: {list(shape)}"
        )


def _check_same(elements: Sequence[Any], sizes: Sequence[Any], which: str) -> None:
    for index, size in enumerate(sizes):
        if size != sizes[0]:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"TensorArray has inconsistent shapes.  Index 0 has{which} shape: "
                f"{list(sizes[0])} but index {index} has{which} shape: {list(size)}",
            )


def _nothing(handle: Store, shape: TensorShape, doing: str) -> Any:
    """No elements of a shape that must be known."""
    known = handle.element_shape
    if doing == "concatenating":
        known = known[1:] if known.ndims else TensorShape(None)
    shape = shape.merge_with(known)
    if not shape.is_fully_defined():
        text = "<unknown>" if shape.ndims is None else str(shape)
        raise errors.InvalidArgumentError(
            None,
            None,
            f"TensorArray has size zero, but element shape {text} is not fully defined. "
            f"Currently only static shapes are supported when {doing} zero-size TensorArrays.",
        )
    return handle.empty([0, *shape.as_list()])


def _are_numbers(elements: Sequence[Any]) -> bool:
    return isinstance(elements[0], torch.Tensor)

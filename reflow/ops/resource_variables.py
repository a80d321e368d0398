"""Variables behind handles: what tf.Variable(use_resource=True) is made of.

A handle is a scalar of type `resource`.  What reads or updates the variable takes the handle, so
that, unlike a reference, it never stands for the value: each read is an op with its place in the
order of a run.  Updates of other kinds than assignment are in resource_updates.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.dtypes import DType, int32
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.graph import get_default_graph
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import gathering, shapes
from reflow.ops.constants import constant
from reflow.ops.filling import Fill
from reflow.ops.op import op
from reflow.ops.variable_slot import VariableSlot

Ref = VariableSlot


@op
class VarHandleOp:
    """The handle of a variable, which has no value before the first assignment."""

    outputs = "resource: resource"
    attrs = ("container: string = ''", "shared_name: string = ''", "dtype: type", "shape: shape")
    stateful = True
    gradient = None

    def shape() -> TensorShape:
        return shapes.SCALAR

    def state(op: Operation) -> VariableSlot:
        return VariableSlot(op.name, op.attrs["dtype"], op.attrs["shape"])


def variable_shape(handle: Tensor) -> TensorShape:
    """The static shape of the variable behind a handle."""
    if isinstance(handle, EagerTensor):
        slot: VariableSlot = handle._on_host().item()
        return slot.shape
    owner = _owner(handle)
    if owner is None:
        return shapes.UNKNOWN
    shape: TensorShape = owner.attrs["shape"]
    return shape


def _owner(handle: Tensor) -> Operation | None:
    """The op that made a handle, which conditionals and loops hand on; None if it is an argument
    of a function."""
    while handle.op.type != "VarHandleOp":
        captured_by = getattr(handle.graph, "captured_by", None)
        outer = None if handle.op.inputs or captured_by is None else captured_by(handle)
        if not handle.op.inputs and outer is None:
            return None
        handle = handle.op.inputs[0] if outer is None else outer
    return handle.op


@op
class VarIsInitializedOp:
    """Whether a variable has a value."""

    inputs = "resource: resource"
    outputs = "is_initialized: bool"
    host = True
    stateful = True
    gradient = None

    def shape(resource: TensorShape) -> TensorShape:
        return shapes.SCALAR

    def kernel(resource: Ref) -> np.ndarray[Any, Any]:
        return np.array(resource.value is not None)


@op
class ReadVariableOp:
    """The variable's value at this point of the run."""

    inputs = "resource: resource"
    outputs = "value: dtype"
    attrs = ("dtype: type",)
    stateful = True
    view = True
    reads = True

    def shape(resource: TensorShape, *, op: Operation) -> TensorShape:
        return variable_shape(op.inputs[0])

    def kernel(resource: Ref) -> Any:
        # On the dead side of a switch (control.py) there is no variable to read.
        return None if resource is None else resource.read()

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return dy


@op
class VariableShape:
    """The shape of the variable's value."""

    inputs = "input: resource"
    outputs = "output: out_type"
    attrs = ("out_type: {int32, int64} = int32",)
    stateful = True
    host = True
    gradient = None

    def shape(input: TensorShape, *, op: Operation) -> TensorShape:
        return shapes.of(variable_shape(op.inputs[0]).ndims)

    def kernel(input: Ref, *, out_type: DType) -> np.ndarray[Any, Any]:
        return np.array(input.read().shape, out_type.as_numpy_dtype)


@op
class DestroyResourceOp:
    """Takes the variable's value away, as if it had never been initialised."""

    inputs = "resource: resource"
    attrs = ("ignore_lookup_error: bool = true",)
    stateful = True
    updates = True
    gradient = None

    def kernel(resource: Ref, *, ignore_lookup_error: bool) -> None:
        if resource.value is None and not ignore_lookup_error:
            raise errors.NotFoundError(None, None, f"Resource {resource.name} does not exist.")
        resource.value = None


# -- Reads of some elements ---------------------------------------------------------------------


def _shape_vector(handle: Tensor, dtype: DType = int32) -> Tensor:
    """The variable's shape as a vector, a constant if it is known."""
    known = variable_shape(handle)
    if known.is_fully_defined():
        return constant(known.as_list(), dtype)
    return VariableShape(handle, out_type=dtype)


def zeros_like_variable(handle: Tensor) -> Tensor:
    """Zeros of the shape and type of the variable behind a handle."""
    shape = _shape_vector(handle)
    with get_default_graph().name_scope("zeros") as scope:
        return Fill(shape, constant(0, _variable_type(handle)), name=scope)


def _variable_type(handle: Tensor) -> DType:
    """The element type of the variable behind a handle."""
    if isinstance(handle, EagerTensor):
        slot: VariableSlot = handle._on_host().item()
        return slot.dtype
    owner = _owner(handle) or handle.op
    dtype: DType = owner.attrs["dtype"]
    return dtype


@op
class ResourceGather:
    """The rows of the variable at `indices`; see GatherV2 for batch_dims."""

    inputs = "resource: resource, indices: Tindices"
    outputs = "output: dtype"
    attrs = (
        "batch_dims: int = 0",
        "validate_indices: bool = true",
        "dtype: type",
        "Tindices: {int32, int64}",
    )
    stateful = True

    def shape(
        resource: TensorShape, indices: TensorShape, *, batch_dims: int, op: Operation
    ) -> TensorShape:
        params = shapes.with_rank_at_least(variable_shape(op.inputs[0]), 1)
        if params.sizes is None or indices.sizes is None:
            return shapes.UNKNOWN
        return shapes.of(*indices.sizes, *params.sizes[batch_dims + 1 :])

    def kernel(resource: Ref, indices: torch.Tensor, *, batch_dims: int) -> Any:
        return gathering.gather(resource.read(), indices, batch_dims, batch_dims)

    def gradient(op: Operation, dy: Tensor) -> tuple[IndexedSlices, None]:
        handle, indices = op.inputs
        return gathering.gradient_of_rows(_shape_vector(handle), indices, dy), None


@op
class ResourceGatherNd:
    """The elements or slices of the variable at `indices` into its first dimensions."""

    inputs = "resource: resource, indices: Tindices"
    outputs = "output: dtype"
    attrs = ("dtype: type", "Tindices: {int32, int64}")
    stateful = True

    def shape(resource: TensorShape, indices: TensorShape, *, op: Operation) -> TensorShape:
        return gathering.shape_of_slices(variable_shape(op.inputs[0]), indices)

    def kernel(resource: Ref, indices: torch.Tensor) -> Any:
        return gathering.slices_at(resource.read(), indices)

    def gradient(op: Operation, dy: Tensor) -> tuple[Any, None]:
        handle, indices = op.inputs
        shape = _shape_vector(handle, indices.dtype)
        return gathering.gradient_of_slices(shape, indices, dy), None


# -- Updates ------------------------------------------------------------------------------------


@op
class AssignVariableOp:
    """Gives the variable a new value, of a shape that its own allows.

    TensorFlow lets a value that is fed have any shape, against what all other ops were told.
    """

    inputs = "resource: resource, value: dtype"
    attrs = ("dtype: type",)
    stateful = True
    updates = True
    gradient = None

    def shape(resource: TensorShape, value: TensorShape, *, op: Operation) -> tuple[()]:
        return _merged(op, value)

    def kernel(resource: Ref, value: Any) -> None:
        if not resource.shape.is_compatible_with(tuple(value.shape)):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Cannot assign a value of shape {list(value.shape)} to variable "
                f"{resource.name} of shape {resource.shape}",
            )
        resource.assign(value)


def _merged(op: Operation, value: TensorShape) -> tuple[()]:
    """ValueError unless a value of this shape can be the variable's."""
    shapes.merge(variable_shape(op.inputs[0]), value)
    return ()

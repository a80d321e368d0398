"""Ops that make accumulators of gradients, add to them and take what they hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from reflow.graph.dtypes import DType
from reflow.graph.op_definition import OpDefinition
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data_flow.accumulators import Accumulator, DenseAccumulator, SparseAccumulator
from reflow.ops.data_flow.resources import (
    Array,
    Place,
    Reference,
    found,
    give_resource,
    invalid,
    shared_key,
    two_strings,
)
from reflow.ops.data_flow.waiting import Attempt, awaited
from reflow.ops.kernels import Host
from reflow.ops.op import op

_ATTRS = (
    "dtype: numbertype",
    "shape: shape",
    "container: string = ''",
    "shared_name: string = ''",
    "reduction_type: {'MEAN', 'SUM'} = 'MEAN'",
)


@op
class ResourceConditionalAccumulator:
    """An accumulator of tensors."""

    outputs = "handle: resource"
    attrs = _ATTRS
    stateful = True
    gradient = None
    shape = two_strings
    state = Place
    state_key = shared_key("accumulator")
    make = DenseAccumulator
    kernel = give_resource


@op
class ConditionalAccumulator:
    """An accumulator of tensors, behind a reference."""

    outputs = "handle: Ref(string)"
    attrs = _ATTRS
    stateful = True
    gradient = None
    shape = two_strings
    state = Reference
    state_key = shared_key("accumulator behind a reference")
    make = DenseAccumulator


@op
class SparseConditionalAccumulator:
    """An accumulator of slices, behind a reference."""

    outputs = "handle: Ref(string)"
    attrs = _ATTRS
    stateful = True
    gradient = None
    shape = two_strings
    state = Reference
    state_key = shared_key("accumulator behind a reference")
    make = SparseAccumulator


def _accumulator(handle: Array, kind: Any = Accumulator) -> Any:
    return found(handle, kind, "an accumulator")


def _required(num_required: Array) -> int:
    if num_required.ndim:
        raise invalid(f"num_required must be a scalar, but had shape: {list(num_required.shape)}")
    return int(num_required)


def _check_type(accumulator: Accumulator, dtype: DType) -> None:
    if accumulator.dtype is not dtype:
        raise invalid(
            f"Signature mismatch, have: {dtype._cpp_name} expected: {accumulator.dtype._cpp_name}"
        )


@op
class ResourceAccumulatorNumAccumulated:
    """How many gradients have been added."""

    inputs = "handle: resource"
    outputs = "num_accumulated: int32"
    stateful = True
    host = True
    gradient = None

    def shape(handle: TensorShape) -> TensorShape:
        return shapes.SCALAR

    def kernel(handle: Host) -> Array:
        return np.array(_accumulator(handle).count, np.int32)


@op
class ResourceAccumulatorSetGlobalStep:
    """Moves an accumulator on to another time step."""

    inputs = "handle: resource, new_global_step: int64"
    stateful = True
    gradient = None

    def shape(handle: TensorShape, new_global_step: TensorShape) -> tuple[()]:
        shapes.with_rank(new_global_step, 0)
        return ()

    def kernel(handle: Host, new_global_step: Host) -> None:
        _accumulator(handle).set_step(int(new_global_step))


@op
class ResourceAccumulatorApplyGradient:
    """Adds a gradient, unless it is of an earlier time step than the accumulator's."""

    inputs = "handle: resource, local_step: int64, gradient: dtype"
    attrs = ("dtype: numbertype",)
    stateful = True
    gradient = None

    def shape(handle: TensorShape, local_step: TensorShape, gradient: TensorShape) -> tuple[()]:
        shapes.with_rank(local_step, 0)
        return ()

    def kernel(handle: Host, local_step: Host, gradient: torch.Tensor, *, dtype: DType) -> None:
        accumulator = _accumulator(handle, DenseAccumulator)
        _check_type(accumulator, dtype)
        accumulator.apply(int(local_step), gradient)


@op
class ResourceAccumulatorTakeGradient:
    """The mean, or the sum, of the gradients; waits until `num_required` have been added."""

    inputs = "handle: resource, num_required: int32"
    outputs = "average: dtype"
    attrs = ("dtype: numbertype",)
    stateful = True
    gradient = None

    def shape(handle: TensorShape, num_required: TensorShape) -> TensorShape:
        shapes.with_rank(num_required, 0)
        return shapes.UNKNOWN

    @awaited
    def kernel(handle: Host, num_required: Host, *, dtype: DType) -> Attempt:
        accumulator = _accumulator(handle, DenseAccumulator)
        _check_type(accumulator, dtype)
        return accumulator.take(_required(num_required))


def _taking_reference(definition: Any) -> OpDefinition:
    """The op that does the same with an accumulator behind a reference."""
    inputs = definition.rules.inputs.replace("resource", "Ref(string)", 1)
    rules = {"__doc__": definition.__doc__, "inputs": inputs, "stateful": False}
    return op(type(definition.name.removeprefix("Resource"), (definition.rules,), rules))


AccumulatorNumAccumulated = _taking_reference(ResourceAccumulatorNumAccumulated)
AccumulatorSetGlobalStep = _taking_reference(ResourceAccumulatorSetGlobalStep)
AccumulatorApplyGradient = _taking_reference(ResourceAccumulatorApplyGradient)
AccumulatorTakeGradient = _taking_reference(ResourceAccumulatorTakeGradient)


@op
class SparseAccumulatorApplyGradient:
    """Adds slices, unless they are of an earlier time step than the accumulator's."""

    inputs = (
        "handle: Ref(string), local_step: int64, gradient_indices: int64, "
        "gradient_values: dtype, gradient_shape: int64"
    )
    attrs = ("dtype: numbertype", "has_known_shape: bool")
    gradient = None

    def shape(
        handle: TensorShape,
        local_step: TensorShape,
        gradient_indices: TensorShape,
        gradient_values: TensorShape,
        gradient_shape: TensorShape,
    ) -> tuple[()]:
        shapes.with_rank(local_step, 0)
        return ()

    def kernel(
        handle: Host,
        local_step: Host,
        gradient_indices: Host,
        gradient_values: torch.Tensor,
        gradient_shape: Host,
        *,
        dtype: DType,
        has_known_shape: bool,
    ) -> None:
        accumulator = _accumulator(handle, SparseAccumulator)
        _check_type(accumulator, dtype)
        shape = gradient_shape if has_known_shape else None
        accumulator.apply(int(local_step), gradient_indices, gradient_values, shape)


@op
class SparseAccumulatorTakeGradient:
    """The mean, or the sum, of the slices; waits until `num_required` gradients have been added."""

    inputs = "handle: Ref(string), num_required: int32"
    outputs = "indices: int64, values: dtype, shape: int64"
    attrs = ("dtype: numbertype",)
    gradient = None

    def shape(handle: TensorShape, num_required: TensorShape) -> list[TensorShape]:
        shapes.with_rank(num_required, 0)
        return [shapes.UNKNOWN] * 3

    @awaited
    def kernel(handle: Host, num_required: Host, *, dtype: DType) -> Attempt:
        accumulator = _accumulator(handle, SparseAccumulator)
        _check_type(accumulator, dtype)
        return accumulator.take(_required(num_required))

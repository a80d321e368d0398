"""Variables that begin as zeros: ops that take no value, so that none has to be made."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.op import op
from reflow.ops.values import to_torch
from reflow.ops.variable_slot import VariableSlot

Ref = VariableSlot


def _initialize(slot: VariableSlot, sizes: list[Any], device: torch.device) -> None:
    with slot.lock:
        if slot.value is not None:
            raise errors.InvalidArgumentError(None, None, "input is already initialized")
        dtype = slot.dtype.base_dtype
        slot.assign(to_torch(np.zeros(sizes, dtype.as_numpy_dtype), dtype, device))


@op
class ZeroInitializer:
    """Makes a variable that has no value yet zeros; InvalidArgumentError if it has one."""

    inputs = "ref: Ref(T)"
    outputs = "output_ref: Ref(T)"
    attrs = ("T: realnumbertype",)
    stateful = True
    updates = True
    gradient = None

    def shape(ref: TensorShape) -> TensorShape:
        return ref

    def kernel(ref: Ref, *, device: torch.device) -> None:
        # Before a variable of unknown shape has a value it is a scalar.
        _initialize(ref, ref.shape.as_list() if ref.shape.is_fully_defined() else [], device)


@op
class ZeroVarInitializer:
    """As ZeroInitializer, of a variable behind a handle."""

    inputs = "var: resource"
    outputs = "output_var: resource"
    attrs = ("dtype: type", "shape: shape")
    stateful = True
    updates = True
    gradient = None

    def shape(var: TensorShape) -> TensorShape:
        return shapes.SCALAR

    def kernel(var: Ref, *, shape: TensorShape, device: torch.device) -> None:
        if not shape.is_fully_defined():
            raise errors.InvalidArgumentError(None, None, f"Shape {shape} is not fully defined")
        _initialize(var, shape.as_list(), device)

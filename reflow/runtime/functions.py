"""Bodies of functions as plans: what kernels call that take a function of the program."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph.dtypes import DType
from reflow.graph.function import FuncGraph
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.values import HOST_TYPES, to_torch
from reflow.ops.variable_slot import VariableSlot
from reflow.runtime.states import States

Array = np.ndarray[Any, Any]

# A body that is called with more different shapes than this gets one plan for any shape.
_MAX_SHAPES = 8


# What a plan is made for: of each input the variable, the shape, or None for any shape.
_Key = tuple[VariableSlot | tuple[int, ...] | None, ...]


class CompiledBody:
    """A body of a function, ready to be called.  It computes on the CPU.

    What its ops keep from call to call (the positions of random streams) it holds itself.
    """

    def __init__(self, body: FuncGraph) -> None:
        self._body = body
        self._states = States()
        self._plans: dict[_Key, Any] = {}
        self._lock = threading.Lock()
        self._input_types = [tensor.dtype for tensor in body.inputs]
        self._output_types = [tensor.dtype for tensor in body.outputs]

    def __call__(self, inputs: Sequence[Any]) -> list[Array]:
        """The values of the outputs, each in memory of its own.

        Args:
          inputs: arrays, and variables or their handles.

        Raises:
          tf.errors.OpError: an operation of the body failed.
        """
        key = tuple([_variable(value) or value.shape for value in inputs])
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plan_for(key)
        feeds = [
            array if dtype in HOST_TYPES else to_torch(array, dtype)
            for array, dtype in zip(inputs, self._input_types)
        ]
        # Elements are small, and several may be computed at once: a thread each, as in TensorFlow.
        # Torch's own threads wait for each other at every operation, for milliseconds where other
        # programs keep the cores busy.
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            results = plan.run(feeds)
        finally:
            torch.set_num_threads(threads)
        return [_as_array(value, dtype) for value, dtype in zip(results, self._output_types)]

    def _plan_for(self, key: _Key) -> Any:
        with self._lock:
            if key not in self._plans and len(self._plans) >= _MAX_SHAPES:
                # The variables are still what they are; the rest may have any shape.
                key = tuple([part if isinstance(part, VariableSlot) else None for part in key])
            if key not in self._plans:
                fed = [
                    tensor.shape if part is None else _fed_shape(part)
                    for part, tensor in zip(key, self._body.inputs)
                ]
                self._plans[key] = self._make_plan(fed)
            return self._plans[key]

    def _make_plan(self, shapes: Sequence[TensorShape | VariableSlot]) -> Any:
        # A plan may call functions, and a function is run by plans.
        from reflow.runtime.plan import Plan

        body = self._body
        fed: dict[Tensor, Any] = dict(zip(body.inputs, shapes))
        cpu = torch.device("cpu")
        return Plan(body.outputs, body.control_outputs, fed, self._states, cpu)


def compile_function(body: FuncGraph) -> CompiledBody:
    """Makes a Python function of the NumPy arrays of the body's inputs."""
    return CompiledBody(body)


def _variable(value: Any) -> VariableSlot | None:
    """The variable behind a handle; None for anything else."""
    if isinstance(value, np.ndarray):
        value = value.item() if value.dtype == object and value.ndim == 0 else None
    return value if isinstance(value, VariableSlot) else None


def _fed_shape(part: VariableSlot | tuple[int, ...]) -> TensorShape | VariableSlot:
    return part if isinstance(part, VariableSlot) else TensorShape.of(part)


def _as_array(value: Any, dtype: DType) -> Array:
    """What a plan gives, scalars as arrays of no dimension again."""
    if isinstance(value, np.ndarray):
        return value
    if dtype not in HOST_TYPES:
        return np.asarray(value)
    array = np.empty((), object)
    array[()] = value
    return array

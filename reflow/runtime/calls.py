"""What a step calls: an operation's kernel, or what does the same in less time."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph.operation import Operation
from reflow.ops.kernels import KernelSignature, Known, kernel_function, specialised_kernel
from reflow.ops.values import COMMON_TYPES, to_numpy
from reflow.runtime.exact_shapes import host_constant
from reflow.runtime.steps import Value

# Arithmetic on single integers and truths that are on the host: counters, conditions of loops.
_SCALAR_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Add": operator.add,
    "AddV2": operator.add,
    "Sub": operator.sub,
    "Mul": operator.mul,
    "Less": operator.lt,
    "LessEqual": operator.le,
    "Greater": operator.gt,
    "GreaterEqual": operator.ge,
    "LogicalAnd": operator.and_,
    "LogicalOr": operator.or_,
    "LogicalNot": np.logical_not,
    "Maximum": np.maximum,
    "Minimum": np.minimum,
}


def step_function(
    op: Operation, signature: KernelSignature, inputs: Sequence[Value], on_host: bool
) -> Callable[..., Any]:
    """What a step calls for the kernel."""
    if on_host and not getattr(op.definition.rules, "host", False):
        of_scalars = _SCALAR_FUNCTIONS.get(op.type)
        if of_scalars is not None and all(value.shape.ndims == 0 for value in inputs):
            return of_scalars
        return _on_host(signature)
    return kernel_function(signature, [tensor.dtype for tensor in (*op._inputs, *op._outputs)])


def as_number(argument: Any) -> Any:
    """A known array of no dimension as a NumPy scalar, which is quicker to compute with."""
    if not isinstance(argument, Value) or not isinstance(argument.constant, np.ndarray):
        return argument
    if argument.constant.ndim or argument.constant.dtype == object:
        return argument
    return Value(argument.tensor, argument.shape, constant=argument.constant[()])


def _has_common_types(op: Operation) -> bool:
    return all(tensor.dtype.base_dtype in COMMON_TYPES for tensor in (*op._inputs, *op._outputs))


def _sizes(value: Value) -> tuple[int, ...]:
    return tuple(size or 0 for size in value.shape.sizes or ())


def specialised(op: Operation, inputs: Sequence[Value]) -> Callable[..., Any] | None:
    """The op's kernel for exactly these shapes and constants, if it has one."""
    if not hasattr(op.definition.rules, "specialised") or not _has_common_types(op):
        return None
    if not all(value.shape.is_fully_defined() for value in inputs):
        return None
    return specialised_kernel(op, [Known(_sizes(value), host_constant(value)) for value in inputs])


def _on_host(signature: KernelSignature) -> Callable[..., Any]:
    """A kernel of torch tensors, called on small NumPy arrays."""

    def as_tensor(argument: Any) -> Any:
        if isinstance(argument, list):
            return [as_tensor(item) for item in argument]
        array = np.asarray(argument)
        return torch.from_numpy(array if array.flags.writeable else array.copy())

    def call(*inputs: Any, **keywords: Any) -> Any:
        arguments = [
            argument if kind == "host" else as_tensor(argument)
            for argument, kind in zip(inputs, signature.kinds)
        ]
        result = signature.function(*arguments, **keywords)
        if isinstance(result, (tuple, list)):
            return [to_numpy(item) for item in result]
        return to_numpy(result)

    return call

"""scale_gradient: a tensor as it is, whose gradient is multiplied."""

from __future__ import annotations

from typing import Any

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.tf._defun import Defun


def _shape(op: Operation) -> list[TensorShape]:
    return [op.inputs[0].shape]


def _gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [grad * op.inputs[1], None]


@Defun(python_grad_func=_gradient, shape_func=_shape)
def scale_gradient(inputs: Any, gradient_multiplier: Any) -> Any:
    """The inputs; their gradient is multiplied."""
    return inputs

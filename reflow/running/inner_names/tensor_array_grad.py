"""`tensorflow.python.ops.tensor_array_grad`."""

from __future__ import annotations

from reflow.graph.operation import Operation, Tensor
from reflow.ops.tensor_arrays import gradient_source

__all__: list[str] = []


def _GetGradSource(op_or_tensor: Operation | Tensor) -> str:
    """What tells a call of tf.gradients from others, by what it made."""
    return gradient_source(op_or_tensor.name)

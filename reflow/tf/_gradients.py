"""tf.gradients and what belongs to it: second derivatives, registering gradients."""

from __future__ import annotations

from typing import Any

from reflow.graph.dtypes import int32
from reflow.graph.gradient_registry import RegisterGradient, not_differentiable
from reflow.graph.gradients import AggregationMethod, UnconnectedGradients, gradients
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.ops.constants import constant
from reflow.tf._arrays import shape, size
from reflow.tf._joining import concat
from reflow.tf._tensor_array import TensorArray
from reflow.tf._while_loop import while_loop

__all__ = [
    "AggregationMethod",
    "NoGradient",
    "NotDifferentiable",
    "RegisterGradient",
    "UnconnectedGradients",
    "gradients",
    "hessians",
    "no_gradient",
]


def hessians(
    ys: Any,
    xs: Any,
    name: str = "hessians",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: int | None = None,
) -> list[Tensor]:
    """For each x the second derivatives of the sum over `ys`: [*x.shape, *x.shape].

    The arguments are those of tf.gradients.  A loop goes over the elements of each first
    derivative, so that an x may be of any shape, known or not.

    Raises:
      ValueError: no y depends on an x, or none more than linearly.
    """
    options: dict[str, Any] = {
        "colocate_gradients_with_ops": colocate_gradients_with_ops,
        "gate_gradients": gate_gradients,
        "aggregation_method": aggregation_method,
    }
    x_list = list(xs) if isinstance(xs, (list, tuple)) else [xs]
    firsts = gradients(ys, x_list, **options)
    return [_hessian(first, x) for first, x in zip(firsts, x_list)]


def _hessian(first: Any, x: Any) -> Tensor:
    """The derivatives by x of each element of `first`, one after the other."""
    if first is None:
        raise ValueError(f"tf.hessians needs ys that depend on x. Received: {x}")
    elements = Reshape(first, [-1])
    count = size(x)

    def with_row(j: Tensor, rows: TensorArray) -> tuple[Tensor, TensorArray]:
        (row,) = gradients(elements[j], x)
        if row is None:
            raise ValueError(
                f"tf.hessians needs ys whose first derivatives depend on x. Received: {x}"
            )
        return j + 1, rows.write(j, row)

    start = constant(0, int32), TensorArray(x.dtype.base_dtype, count)
    _, rows = while_loop(lambda j, _: j < count, with_row, start)
    sizes = shape(x)
    hessian: Tensor = Reshape(rows.stack(), concat([sizes, sizes], 0))
    return hessian


NotDifferentiable = NoGradient = no_gradient = not_differentiable

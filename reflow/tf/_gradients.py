"""tf.gradients and what belongs to it: second derivatives, registering gradients."""

from __future__ import annotations

from typing import Any

from reflow.graph.gradient_registry import RegisterGradient, not_differentiable
from reflow.graph.gradients import AggregationMethod, UnconnectedGradients, gradients
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.tf._joining import stack, unstack

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

    The arguments are those of tf.gradients.

    Raises:
      ValueError: an x has no fully known shape, or no y depends on it.
    """
    options: dict[str, Any] = {
        "colocate_gradients_with_ops": colocate_gradients_with_ops,
        "gate_gradients": gate_gradients,
        "aggregation_method": aggregation_method,
    }
    x_list = list(xs) if isinstance(xs, (list, tuple)) else [xs]
    firsts = gradients(ys, x_list, **options)
    return [_hessian(first, x, options) for first, x in zip(firsts, x_list)]


def _hessian(first: Any, x: Any, options: dict[str, Any]) -> Tensor:
    """The derivatives by x of each element of `first`, one after the other."""
    if first is None or not x.shape.is_fully_defined():
        raise ValueError(
            f"tf.hessians needs ys that depend on x, and an x of fully known shape. Received: {x}"
        )
    sizes = x.shape.as_list()
    rows = [
        gradients(element, x, **options)[0]
        for element in unstack(Reshape(first, [-1]), x.shape.num_elements())
    ]
    if any(row is None for row in rows):
        raise ValueError(f"tf.hessians needs ys whose first derivatives depend on x. Received: {x}")
    hessian: Tensor = Reshape(stack(rows), sizes + sizes)
    return hessian


NotDifferentiable = NoGradient = no_gradient = not_differentiable

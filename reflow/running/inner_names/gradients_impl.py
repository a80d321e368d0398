"""`tensorflow.python.ops.gradients_impl`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph.gradients import gradients
from reflow.graph.operation import Tensor
from reflow.ops.arrays import StopGradient
from reflow.ops.math import Mul

__all__: list[str] = []


def _hessian_vector_product(ys: Any, xs: Sequence[Tensor], v: Sequence[Tensor]) -> list[Any]:
    """The Hessian of the sum over `ys`, multiplied by a vector, with no Hessian made.

    Args:
      ys: one tensor.
      xs: what is differentiated by.
      v: as many tensors of the same shapes.

    Raises:
      ValueError: there are more or fewer `v` than `xs`.
    """
    if len(v) != len(xs):
        raise ValueError("xs and v must have the same length.")
    firsts = gradients(ys, list(xs))
    products = [Mul(dx, StopGradient(by)) for dx, by in zip(firsts, v) if dx is not None]
    return gradients(products, list(xs))

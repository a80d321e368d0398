"""tf.recompute_grad and tf.grad_pass_through: functions with the same values, other gradients."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph import nest
from reflow.graph.execution import executing_eagerly
from reflow.graph.gradients import gradients
from reflow.graph.operation import Tensor
from reflow.tf._custom_gradient import custom_gradient
from reflow.tf._gradient_tape import GradientTape
from reflow.tf._scopes import control_dependencies


def recompute_grad(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives what `f` gives, and computes it again for its gradient.

    So what lies between is not kept: memory is saved at the cost of time.

    Args:
      f: a function of tensors; it may read variables.
    """

    @functools.wraps(f)
    def recomputing(*args: Any, **kwargs: Any) -> Any:
        @custom_gradient
        def with_gradient(*inputs: Tensor) -> Any:
            def gradient(*dy: Tensor, variables: Sequence[Any] | None = None) -> Any:
                sources = [*inputs, *(variables or ())]
                found = _gradients_again(lambda: f(*inputs, **kwargs), sources, dy)
                of_inputs = found[: len(inputs)]
                return of_inputs if variables is None else (of_inputs, found[len(inputs) :])

            return f(*inputs, **kwargs), gradient

        return with_gradient(*args)

    return recomputing


def _gradients_again(
    compute: Callable[[], Any], sources: Sequence[Any], dy: Sequence[Tensor]
) -> list[Any]:
    """The gradients of what `compute` gives, computed now."""
    if executing_eagerly():
        with GradientTape() as tape:
            for source in sources:
                tape.watch(source)
            result = compute()
        found: list[Any] = tape.gradient(nest.flatten(result), list(sources), list(dy))
        return found
    with control_dependencies(dy):
        result = compute()
    return gradients(nest.flatten(result), list(sources), list(dy))


def grad_pass_through(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives what `f` gives, with the gradient of the identity.

    Args:
      f: a function of one tensor, whose result has the same shape.
    """

    @functools.wraps(f)
    def passing(*args: Any, **kwargs: Any) -> Any:
        @custom_gradient
        def with_gradient(*inputs: Tensor) -> Any:
            def gradient(*dy: Tensor, variables: Sequence[Any] | None = None) -> Any:
                return list(dy) if variables is None else (list(dy), [None] * len(variables))

            return f(*inputs, **kwargs), gradient

        return with_gradient(*args)

    return passing

"""tf.gradients and what belongs to it: registering gradients, functions with their own."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph import nest
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.gradient_registry import RegisterGradient, not_differentiable
from reflow.graph.gradients import AggregationMethod, UnconnectedGradients, gradients
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Tensor
from reflow.ops.arrays import IdentityN

NotDifferentiable = NoGradient = not_differentiable

_serial = itertools.count()


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator for a function that says its own gradient.

    `f(*x)` gives `(y, grad_fn)`, and `grad_fn(*dy)` the gradients of x: a tensor or a list.

        @tf.custom_gradient
        def log1pexp(x):
            e = tf.exp(x)
            return tf.log(1 + e), lambda dy: dy * (1 - 1 / (1 + e))

    Raises:
      ValueError: called with keyword arguments.
      TypeError: `f` uses a variable, whose gradient would be lost.
    """

    @functools.wraps(f)
    def decorated(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            raise ValueError(
                "The custom_gradient decorator currently supports keywords arguments only when "
                f"eager execution is enabled. Received: {sorted(kwargs)}"
            )
        inputs = [convert_to_tensor(x) for x in args]
        result, grad_fn = f(*inputs)
        outputs = [convert_to_tensor(y) for y in nest.flatten(result)]
        _require_no_variables(outputs, inputs)
        name = f"CustomGradient-{next(_serial)}"

        @RegisterGradient(name)
        def gradient(op: Any, *dy: Tensor) -> list[Any]:
            input_gradients = nest.flatten(grad_fn(*dy[: len(outputs)]))
            if len(input_gradients) != len(inputs):
                raise ValueError(
                    f"The gradient function of {f} must give {len(inputs)} gradients, one for each "
                    f"input. Received: {len(input_gradients)}"
                )
            return [None] * len(outputs) + input_gradients

        # The identities take gradients from the outputs straight to the inputs.
        with get_default_graph().gradient_override_map({"IdentityN": name}):
            passed = IdentityN([*outputs, *inputs])
        return nest.pack_sequence_as(result, passed[: len(outputs)])

    return decorated


def _require_no_variables(outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> None:
    """TypeError when a variable lies between: only the inputs get gradients."""
    seen = {tensor.op for tensor in inputs}
    stack = [tensor.op for tensor in outputs]
    while stack:
        op = stack.pop()
        if op in seen:
            continue
        seen.add(op)
        if any(tensor.dtype._is_ref_dtype for tensor in op.outputs):
            raise TypeError(
                "A function with tf.custom_gradient must not use variables: pass them as "
                f"arguments. Received: '{op.name}'"
            )
        stack += [tensor.op for tensor in op.inputs]

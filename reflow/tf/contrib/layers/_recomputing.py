"""recompute_grad: what a function computes is not kept for its gradient, but computed again.

Chen et al., "Training Deep Nets with Sublinear Memory Cost" (2016).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reflow import tf
from reflow.graph import nest
from reflow.graph.gradients import gradients
from reflow.graph.operation import Tensor
from reflow.tf._custom_gradient import custom_gradient
from reflow.tf._gradient_tape import GradientTape
from reflow.tf._scopes import control_dependencies
from reflow.tf._variable_scope import get_variable_scope, variable_scope
from reflow.tf._variables import Variable
from reflow.tf.contrib.framework import arg_scope, current_arg_scope

_OTHER_VARIABLES = (
    "The variables used on recompute were different than the variables originally used. The "
    "function wrapped with @recompute_grad likely creates its own variable scope with a default "
    "name and has been called twice in the same enclosing scope. To fix, ensure each call to the "
    "function happens in its own unique variable scope."
)


def recompute_grad(
    fn: Callable[..., Any] | None = None, use_data_dep: bool = False, tupleize_grads: bool = False
) -> Any:
    """A decorator, with or without arguments: a function is computed anew for its gradient.

    Memory is saved at the cost of time.  What changes state is done twice, unless the function has
    an argument `is_recomputing` and heeds it: it is true the second time.

    Args:
      fn: a function of tensors; its variables must be resource variables.
      use_data_dep: the second computation waits for the gradient by adding nothing to its inputs,
        not by a control dependency.
      tupleize_grads: no gradient is given before all are computed.

    Raises:
      ValueError: `fn` closes over a tensor or variable, whose gradient would be lost; when called:
        something else than tensors is given; in the gradient: the second call used other variables.
    """
    if fn is None:
        return functools.partial(
            recompute_grad, use_data_dep=use_data_dep, tupleize_grads=tupleize_grads
        )
    _check_closes_over_no_tensor(fn)
    knows_when = "is_recomputing" in inspect.signature(fn).parameters

    def call(inputs: Sequence[Tensor], is_recomputing: bool) -> tuple[Any, set[Any]]:
        """What the function gives, and the variables that it used."""
        with GradientTape() as tape:
            result = fn(*inputs, **({"is_recomputing": is_recomputing} if knows_when else {}))
        return result, set(tape.watched_variables())

    @functools.wraps(fn)
    def recomputing(*args: Any) -> Any:
        for arg in args:
            if not isinstance(arg, Tensor):
                raise ValueError(f"All inputs to function must be Tensors. Received: {arg!r}")

        @custom_gradient
        def with_gradient(*inputs: Tensor) -> Any:
            scope, arguments = get_variable_scope(), current_arg_scope()
            result, used = call(inputs, is_recomputing=False)

            def gradient(*dy: Tensor, variables: Sequence[Any] = ()) -> tuple[list[Any], list[Any]]:
                # Gradients stop here, and not at the inputs' other consumers.
                sources = [tf.identity(x) for x in inputs]
                with control_dependencies(dy):
                    if use_data_dep:
                        sources = _after(dy, sources)
                    with arg_scope(arguments), variable_scope(scope, reuse=True):
                        again, used_again = call(sources, is_recomputing=True)
                if not used == used_again == set(variables):
                    raise ValueError(_OTHER_VARIABLES)
                found = gradients(nest.flatten(again), [*sources, *variables], list(dy))
                if tupleize_grads:
                    found = _all_at_once(found) if use_data_dep else tf.tuple(found)
                return found[: len(inputs)], found[len(inputs) :]

            return result, taking(gradient, used)

        return with_gradient(*args)

    return recomputing


def taking(gradient: Callable[..., tuple[list[Any], list[Any]]], variables: Any) -> Any:
    """`gradient` as `custom_gradient` wants it: it takes and gives what is of variables only where
    there are some."""
    return gradient if variables else lambda *dy: gradient(*dy)[0]


def _check_closes_over_no_tensor(fn: Callable[..., Any]) -> None:
    if not inspect.isfunction(fn):
        return
    for name, cell in zip(fn.__code__.co_freevars, fn.__closure__ or ()):
        try:
            value = cell.cell_contents
        except ValueError:  # The name has no value yet.
            continue
        if isinstance(value, (Tensor, Variable)):
            raise ValueError(
                f"fn decorated with @recompute_grad closes over Tensor {value.name} (local "
                f"variable name: {name}). The decorated fn must not close over Tensors or "
                "Variables because gradients will NOT be computed for them through fn. To ensure "
                "correct gradients, make the Tensor an input to fn."
            )


def _after(first: Sequence[Tensor], then: Sequence[Tensor | None]) -> list[Any]:
    """The tensors `then`, each with a nothing added that takes all of `first` to compute."""
    corners = [tf.reshape(tf.slice(x, [0] * x.shape.ndims, [1] * x.shape.ndims), []) for x in first]
    corner = tf.add_n(corners)
    nothing = tf.stop_gradient(corner * np.finfo(corner.dtype.as_numpy_dtype).tiny)
    return [None if x is None else tf.identity(x) + nothing for x in then]


def _all_at_once(tensors: Sequence[Tensor | None]) -> list[Any]:
    return _after([x for x in tensors if x is not None], tensors)

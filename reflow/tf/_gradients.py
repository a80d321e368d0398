"""tf.gradients and what belongs to it: registering gradients, functions with their own."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from reflow.graph import log, nest
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.gradient_registry import RegisterGradient, not_differentiable
from reflow.graph.gradients import AggregationMethod, UnconnectedGradients, gradients, is_trainable
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.handles import handle_of
from reflow.graph.operation import Operation, Tensor
from reflow.ops.arrays import IdentityN, Reshape
from reflow.tf._joining import stack, unstack
from reflow.tf._variable_scope import get_variable_scope
from reflow.tf._variables import Variable


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
        gradients(element, x, unconnected_gradients="zero", **options)[0]
        for element in unstack(Reshape(first, [-1]), x.shape.num_elements())
    ]
    hessian: Tensor = Reshape(stack(rows), sizes + sizes)
    return hessian


NotDifferentiable = NoGradient = not_differentiable

_serial = itertools.count()


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator for a function that says its own gradient.

    `f(*x)` gives `(y, grad_fn)`, and `grad_fn(*dy)` the gradients of x: a tensor or a list.

        @tf.custom_gradient
        def log1pexp(x):
            e = tf.exp(x)
            return tf.log(1 + e), lambda dy: dy * (1 - 1 / (1 + e))

    Where y depends on trainable variables beside x, `grad_fn(*dy, variables=...)` is called with
    their list, and gives the gradients of x and those of the variables.

    Raises:
      ValueError: called with keyword arguments.
      TypeError: `f` uses variables and `grad_fn` does not take them, or the other way round; or
        `f` makes variables that are not resource variables.
    """

    @functools.wraps(f)
    def decorated(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            raise ValueError(
                "The custom_gradient decorator currently supports keywords arguments only when "
                f"eager execution is enabled. Received: {sorted(kwargs)}"
            )
        inputs = [convert_to_tensor(x) for x in args]
        known = set(_all_variables())
        result, grad_fn = f(*inputs)
        _require_resources(variable for variable in _all_variables() if variable not in known)
        outputs = [convert_to_tensor(y) for y in nest.flatten(result)]
        variables = _variables_between(outputs, inputs)
        _check_signature(grad_fn, variables)
        name = f"CustomGradient-{next(_serial)}"

        @RegisterGradient(name)
        def gradient(op: Any, *dy: Tensor) -> list[Any]:
            found = _own_gradients(grad_fn, dy[: len(outputs)], variables)
            if len(found) != len(inputs) + len(variables):
                raise ValueError(
                    f"The gradient function of {f} must give {len(inputs)} gradients, one for each "
                    f"input. Received: {len(found) - len(variables)}"
                )
            return [None] * len(outputs) + found

        # The identities take gradients from the outputs straight to inputs and variables.
        with get_default_graph().gradient_override_map({"IdentityN": name}):
            passed = IdentityN([*outputs, *inputs, *variables])
        return nest.pack_sequence_as(result, passed[: len(outputs)])

    return decorated


def _own_gradients(
    grad_fn: Callable[..., Any], dy: Sequence[Tensor], variables: Sequence[Variable]
) -> list[Any]:
    """What a gradient function gives, of the inputs and then of the variables."""
    if not variables:
        return nest.flatten(grad_fn(*dy))
    of_inputs, of_variables = grad_fn(*dy, variables=list(variables))
    if len(of_variables) != len(variables):
        raise ValueError(
            "Must return gradient for each variable from @custom_gradient grad_fn. "
            f"Received: {len(of_variables)} gradients for {len(variables)} variables"
        )
    return [*nest.flatten(of_inputs), *of_variables]


def _all_variables() -> list[Variable]:
    graph = get_default_graph()
    return [
        *graph.get_collection(GraphKeys.GLOBAL_VARIABLES),
        *graph.get_collection(GraphKeys.LOCAL_VARIABLES),
    ]


def _require_resources(variables: Iterable[Variable]) -> None:
    for variable in variables:
        if handle_of(variable) is None:
            raise TypeError(
                "All variables used by a function wrapped with @custom_gradient must be "
                "`ResourceVariable`s. Ensure that no `variable_scope` is created with "
                f"`use_resource=False`. Received: {variable}"
            )


def _variables_between(outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> list[Variable]:
    """The trainable variables that the outputs depend on otherwise than through the inputs."""
    by_op = {variable.op: variable for variable in _all_variables() if variable.trainable}
    given = set(inputs)
    seen: set[Operation] = set()
    stack = [tensor for tensor in outputs if tensor not in given]
    while stack:
        tensor = stack.pop()
        if tensor.op not in seen and is_trainable(tensor.dtype):
            seen.add(tensor.op)
            stack += [source for source in tensor.op.inputs if source not in given]
    return [variable for op, variable in by_op.items() if op in seen]


def _check_signature(grad_fn: Callable[..., Any], variables: Sequence[Variable]) -> None:
    """TypeError unless `grad_fn` takes the variables that there are."""
    parameters = inspect.signature(grad_fn).parameters.values()
    takes_them = any(p.name == "variables" or p.kind is p.VAR_KEYWORD for p in parameters)
    if variables and not takes_them:
        raise TypeError(
            "If using @custom_gradient with a function that uses variables, then grad_fn must "
            "accept a keyword argument 'variables'. Received: a function that uses "
            f"{[variable.name for variable in variables]}"
        )
    if takes_them and not variables:
        if not get_variable_scope().use_resource:
            raise TypeError(
                "If using @custom_gradient with a function that uses variables, the enclosing "
                "variable scope must have use_resource=True."
            )
        log.warn(
            "@custom_gradient grad_fn has 'variables' in signature, but no ResourceVariables were "
            "used on the forward pass."
        )

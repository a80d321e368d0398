"""tf.custom_gradient: functions that say their own gradients."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from reflow.graph import log, nest
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.eager_tensor import EagerOperation
from reflow.graph.execution import executing_eagerly, record
from reflow.graph.gradient_registry import RegisterGradient
from reflow.graph.gradients import is_trainable
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.handles import handle_of
from reflow.graph.op_definition import lookup
from reflow.graph.operation import Operation, Tensor
from reflow.ops.arrays import Identity, IdentityN
from reflow.tf._gradient_tape import GradientTape
from reflow.tf._variable_scope import get_variable_scope
from reflow.tf._variables import Variable

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
      ValueError: called with keyword arguments while building a graph.
      TypeError: `f` uses variables and `grad_fn` does not take them, or the other way round; or
        `f` makes variables that are not resource variables.
    """

    @functools.wraps(f)
    def decorated(*args: Any, **kwargs: Any) -> Any:
        if executing_eagerly():
            return _computed(f, args, kwargs)
        if kwargs:
            raise ValueError(
                "The custom_gradient decorator currently supports keywords arguments only when "
                f"eager execution is enabled. Received: {sorted(kwargs)}"
            )
        return _built(f, args)

    return decorated


def _computed(f: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """What `f` computes at once, recorded as one operation with the gradient that it says."""
    with GradientTape() as tape:
        result, grad_fn = f(*args, **kwargs)
    given = [*args, *kwargs.values()]
    variables = [
        variable
        for variable in tape.watched_variables()
        if not any(variable is value for value in given)
    ]
    _check_takes_variables(grad_fn, variables)
    inputs = [convert_to_tensor(value) for value in (*args, *variables)]
    outputs = [Identity(convert_to_tensor(y)) for y in nest.flatten(result)]

    def gradient(op: Any, *dy: Tensor) -> list[Any]:
        return _own_gradients(f, grad_fn, dy, len(args), variables)

    record(EagerOperation(lookup("IdentityN"), inputs, outputs, {}, f.__name__, gradient))
    return nest.pack_sequence_as(result, outputs)


def _built(f: Callable[..., Any], args: Sequence[Any]) -> Any:
    """What `f` adds to the graph, behind identities with the gradient that it says."""
    inputs = [convert_to_tensor(x) for x in args]
    known = set(_all_variables())
    result, grad_fn = f(*inputs)
    _require_resources(variable for variable in _all_variables() if variable not in known)
    outputs = [convert_to_tensor(y) for y in nest.flatten(result)]
    # Seeds follow from the number of nodes, among which are those from which TensorFlow looks for
    # the variables, and those by which it tells a tape of them.
    for output in outputs:
        Identity(output)
    variables = _variables_between(outputs, inputs)
    _check_signature(grad_fn, variables)
    name = f"CustomGradient-{next(_serial)}"

    @RegisterGradient(name)
    def gradient(op: Any, *dy: Tensor) -> list[Any]:
        found = _own_gradients(f, grad_fn, dy[: len(outputs)], len(inputs), variables)
        return [None] * len(outputs) + found

    # The identities take gradients from the outputs straight to inputs and variables.
    with get_default_graph().gradient_override_map({"IdentityN": name}):
        passed = IdentityN([*outputs, *inputs, *variables])
    for variable in variables:
        convert_to_tensor(variable)
    return nest.pack_sequence_as(result, passed[: len(outputs)])


def _own_gradients(
    f: Callable[..., Any],
    grad_fn: Callable[..., Any],
    dy: Sequence[Tensor],
    count: int,
    variables: Sequence[Variable],
) -> list[Any]:
    """What a gradient function gives, of the `count` inputs and then of the variables."""
    of_variables: Sequence[Any] = ()
    if variables:
        of_inputs, of_variables = grad_fn(*dy, variables=list(variables))
    else:
        of_inputs = grad_fn(*dy)
    if len(of_variables) != len(variables):
        raise ValueError(
            "Must return gradient for each variable from @custom_gradient grad_fn. "
            f"Received: {len(of_variables)} gradients for {len(variables)} variables"
        )
    flat = nest.flatten(of_inputs)
    if len(flat) != count:
        raise ValueError(
            f"The gradient function of {f} must give {count} gradients, one for each input. "
            f"Received: {len(flat)}"
        )
    return [*flat, *of_variables]


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


def _check_takes_variables(grad_fn: Callable[..., Any], variables: Sequence[Variable]) -> bool:
    """Whether `grad_fn` takes variables; TypeError if there are some and it does not."""
    parameters = inspect.signature(grad_fn).parameters.values()
    takes_them = any(p.name == "variables" or p.kind is p.VAR_KEYWORD for p in parameters)
    if variables and not takes_them:
        raise TypeError(
            "If using @custom_gradient with a function that uses variables, then grad_fn must "
            "accept a keyword argument 'variables'. Received: a function that uses "
            f"{[variable.name for variable in variables]}"
        )
    return takes_them


def _check_signature(grad_fn: Callable[..., Any], variables: Sequence[Variable]) -> None:
    """TypeError unless `grad_fn` takes the variables that there are."""
    takes_them = _check_takes_variables(grad_fn, variables)
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

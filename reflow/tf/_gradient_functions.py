"""Functions made into functions of their gradients: tf.contrib.eager.gradients_function and its
like."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from reflow.graph import nest
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.execution import current
from reflow.graph.operation import Tensor
from reflow.graph.tape import Tape
from reflow.ops.arrays import Identity


@contextmanager
def _recording() -> Iterator[Tape]:
    """A tape that records what is computed inside."""
    tape = Tape()
    current.tapes = (*current.tapes, tape)
    try:
        yield tape
    finally:
        current.tapes = tuple([other for other in current.tapes if other is not tape])


def implicit_value_and_gradients(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives what `f` gives, and [(gradient, variable), ...].

    The variables are the trainable ones that `f` reads.

    Raises:
      ValueError: `f` returns None, or reads no trainable variable.
    """

    def grad_fn(*args: Any, **kwargs: Any) -> tuple[Any, list[tuple[Any, Any]]]:
        with _recording() as tape:
            value = _differentiable(f, f(*args, **kwargs))
        variables = tape.watched_variables()
        if not variables:
            raise ValueError(
                "No trainable variables were accessed while the function was being computed."
            )
        targets = nest.flatten(value)
        handles = [variable.handle for variable in variables]
        gradients = tape.gradients(targets, handles)
        return value, list(zip(gradients, variables))

    return grad_fn


def implicit_gradients(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives [(gradient, variable), ...]: see `implicit_value_and_gradients`."""

    def grad_fn(*args: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        pairs: list[tuple[Any, Any]] = implicit_value_and_gradients(f)(*args, **kwargs)[1]
        return pairs

    return grad_fn


def value_and_gradients_function(
    f: Callable[..., Any], params: Sequence[Any] | None = None
) -> Callable[..., Any]:
    """A function that gives what `f` gives, and a list of its gradients by its arguments.

    Args:
      f: gives tensors; the sum of all their elements is differentiated.
      params: the names or positions of the arguments to differentiate by; default all.

    Returns:
      A function of f's positional arguments, and of `dy`: weights for what `f` gives.

    Raises:
      ValueError: `params` are neither all names nor all positions, or `f` returns None.
    """

    def decorated(*args: Any, dy: Any = None, **kwargs: Any) -> tuple[Any, list[Any]]:
        if kwargs:
            raise ValueError(
                "Functions to be differentiated cannot receive keyword arguments. "
                f"Received: {sorted(kwargs)}"
            )
        value, vjp = make_vjp(f, params)(*args)
        return value, vjp(dy=dy)

    return decorated


def gradients_function(
    f: Callable[..., Any], params: Sequence[Any] | None = None
) -> Callable[..., Any]:
    """A function that gives a list of f's gradients: see `value_and_gradients_function`."""

    def decorated(*args: Any, **kwargs: Any) -> list[Any]:
        gradients: list[Any] = value_and_gradients_function(f, params)(*args, **kwargs)[1]
        return gradients

    return decorated


def make_vjp(
    f: Callable[..., Any], params: Sequence[Any] | None = None, persistent: bool = True
) -> Callable[..., Any]:
    """A function that gives what `f` gives, and a function of weights for that: `vjp(dy)` is the
    list of gradients of the weighted sum.

    Args:
      f, params: as for `value_and_gradients_function`.
      persistent: whether `vjp` may be called several times.
    """

    def decorated(*args: Any) -> tuple[Any, Callable[..., Any]]:
        positions = _positions(f, params, args)
        with _recording() as tape:
            arguments = _separate(positions, args)
            sources = [arguments[i] for i in positions]
            for source in sources:
                tape.watch(source)
            value = _differentiable(f, f(*arguments))
            # What f gives may be one of its arguments.
            targets = [Identity(item) for item in nest.flatten(value)]
        tapes = [tape]

        def vjp(dy: Any = None) -> list[Any]:
            if not tapes:
                raise RuntimeError("A vjp that is not persistent can be called once.")
            used = tapes[0] if persistent else tapes.pop()
            return used.gradients(targets, sources, None if dy is None else nest.flatten(dy))

        return nest.pack_sequence_as(value, targets), vjp

    return decorated


def _differentiable(f: Callable[..., Any], value: Any) -> Any:
    if value is None:
        raise ValueError(
            "Cannot differentiate a function that returns None; did you forget to return a value "
            f"from {getattr(f, '__name__', f)}?"
        )
    return value


def _positions(
    f: Callable[..., Any], params: Sequence[Any] | None, args: Sequence[Any]
) -> Sequence[int]:
    """The positions of the arguments to differentiate by."""
    try:
        names = inspect.getfullargspec(f).args
    except TypeError as error:  # a callable object
        if params is None:
            return range(len(args))
        if all(isinstance(param, int) for param in params):
            return params
        raise ValueError(
            "Either callable provided is not a function or could not inspect its arguments by "
            f"name: {f}. Original error: {error}"
        ) from error
    if params is None:
        return range(len(names) or len(args))
    if all(isinstance(param, str) for param in params):
        return [names.index(param) for param in params]
    if all(isinstance(param, int) for param in params):
        return params
    raise ValueError(f"params must be all strings or all integers; got {params}.")


def _separate(positions: Sequence[int], args: Sequence[Any]) -> list[Any]:
    """The arguments, where those at `positions` are tensors of which none comes twice."""
    separate = list(args)
    seen: set[Tensor] = set()
    for i in positions:
        tensor = convert_to_tensor(args[i])
        separate[i] = Identity(tensor) if tensor in seen else tensor
        seen.add(separate[i])
    return separate

"""Functions that carry a state: what Dataset.reduce and tf.data.experimental.scan trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph.graph import get_default_graph
from reflow.tf.data import _nest, _structure
from reflow.tf.data._structured_function import StructuredFunction


def folding_function(
    function: Callable[[Any, Any], Any],
    transformation: str,
    initial_spec: Any,
    element_spec: Any,
    new_state: Callable[[Any], Any],
) -> tuple[StructuredFunction, Any]:
    """The function of a state and an element, and the structure of the state.

    It is traced again with less known of the state's shapes, until they hold for the state that it
    gives too.

    Args:
      function: takes a state and an element.
      transformation: what the function is for, such as "reduce()".
      initial_spec: the structure of the first state.
      element_spec: the structure of the elements.
      new_state: finds the structure of the next state in that of what `function` gives.

    Raises:
      TypeError: the next state has other element types or classes.
    """
    state_spec = initial_spec
    while True:
        traced = StructuredFunction(
            function, transformation, (state_spec, element_spec), add_to_graph=False
        )
        following = new_state(traced.output_spec)
        _check_same("classes", _structure.output_classes, state_spec, following)
        _check_same("types", _structure.output_types, state_spec, following)
        weakened = _weakened(state_spec, following)
        if _nest.flatten(weakened) == _nest.flatten(state_spec):
            traced.function.add_to_graph(get_default_graph())
            return traced, state_spec
        state_spec = weakened


def _check_same(what: str, describe: Callable[[Any], Any], expected: Any, found: Any) -> None:
    if _nest.flatten(describe(expected)) != _nest.flatten(describe(found)):
        raise TypeError(
            f"The element {what} for the new state must match the initial state. Expected "
            f"{describe(expected)}; got {describe(found)}."
        )


def _weakened(state_spec: Any, following: Any) -> Any:
    pairs = zip(_nest.flatten(state_spec), _nest.flatten(following))
    return _nest.pack_sequence_as(
        state_spec, [_structure.common_spec(before, after) for before, after in pairs]
    )

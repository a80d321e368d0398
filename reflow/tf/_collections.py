"""Collections of the default graph, the variables in them, and the ops that initialise these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation, Tensor
from reflow.ops.control import NoOp
from reflow.ops.state import IsVariableInitialized
from reflow.tf._control_flow import group


def get_collection(key: Any, scope: str | None = None) -> list[Any]:
    """A copy of a collection; with `scope`, only items whose name matches that pattern."""
    return get_default_graph().get_collection(key, scope)


def get_collection_ref(key: Any) -> list[Any]:
    """The collection itself: changes to the list change the graph."""
    return get_default_graph().get_collection_ref(key)


def add_to_collection(name: Any, value: Any) -> None:
    get_default_graph().add_to_collection(name, value)


def add_to_collections(names: Any, value: Any) -> None:
    """Adds `value` to each of several collections; a string names one."""
    get_default_graph().add_to_collections(names, value)


def global_variables(scope: str | None = None) -> list[Any]:
    return get_collection(GraphKeys.GLOBAL_VARIABLES, scope)


def local_variables(scope: str | None = None) -> list[Any]:
    return get_collection(GraphKeys.LOCAL_VARIABLES, scope)


def model_variables(scope: str | None = None) -> list[Any]:
    return get_collection(GraphKeys.MODEL_VARIABLES, scope)


def trainable_variables(scope: str | None = None) -> list[Any]:
    return get_collection(GraphKeys.TRAINABLE_VARIABLES, scope)


def moving_average_variables(scope: str | None = None) -> list[Any]:
    return get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, scope)


def all_variables() -> list[Any]:
    """The name of 0.x for `global_variables`."""
    return global_variables()


def variables_initializer(var_list: Sequence[Any], name: str = "init") -> Operation:
    """An operation that gives every variable of `var_list` its initial value."""
    if not var_list:
        operation: Operation = NoOp(name=name)
        return operation
    return group(*(variable.initializer for variable in var_list), name=name)


def global_variables_initializer() -> Operation:
    return variables_initializer(global_variables())


def local_variables_initializer() -> Operation:
    return variables_initializer(local_variables())


# The names of 0.x.
initialize_variables = variables_initializer
initialize_all_variables = global_variables_initializer
initialize_local_variables = local_variables_initializer


def is_variable_initialized(variable: Any) -> Tensor:
    """Whether a variable has a value when this op runs, a bool scalar."""
    is_initialized: Tensor = IsVariableInitialized(variable)
    return is_initialized

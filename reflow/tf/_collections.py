"""Collections of the default graph, the variables in them, and the ops that initialise these."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from reflow.graph.dtypes import string
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation, Tensor
from reflow.ops.arrays import Rank
from reflow.ops.constants import constant
from reflow.ops.control import NoOp
from reflow.ops.logic import LogicalNot
from reflow.ops.state import IsVariableInitialized
from reflow.tf._control_flow import group
from reflow.tf._indexing import boolean_mask
from reflow.tf._joining import stack
from reflow.tf._scopes import device, name_scope
from reflow.tf._variables import Variable


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


def tables_initializer(name: str = "init_all_tables") -> Operation:
    """An operation that fills all lookup tables of the graph that initializers fill."""
    operation: Operation
    initializers = get_collection(GraphKeys.TABLE_INITIALIZERS)
    operation = group(*initializers, name=name) if initializers else NoOp(name=name)
    return operation


def is_variable_initialized(variable: Any) -> Tensor:
    """Whether a variable has a value when this op runs, a bool scalar."""
    if isinstance(variable, Variable):
        return variable._is_initialized()
    is_initialized: Tensor = IsVariableInitialized(variable)
    return is_initialized


def assert_variables_initialized(var_list: Sequence[Any] | None = None) -> Tensor | None:
    """A tensor whose evaluation raises FailedPreconditionError unless all variables have values.

    The older way of `report_uninitialized_variables`.  None when there are no variables.
    """
    ranks = []
    for variable in list(var_list or ()) or _all_variables():
        with get_default_graph().colocate_with(variable):
            ranks.append(Rank(variable))
    if not ranks:
        return None
    return ranks[0] if len(ranks) == 1 else stack(ranks)


def report_uninitialized_variables(
    var_list: Sequence[Any] | None = None, name: str = "report_uninitialized_variables"
) -> Tensor:
    """The names of those variables that have no value, a string vector.

    Args:
      var_list: default: all global and local variables.
    """
    variables = _all_variables() if var_list is None else list(var_list)
    with name_scope(name):
        are_initialized = [is_variable_initialized(variable) for variable in variables]
        with device(os.environ.get(_REPORTING_DEVICE, "/cpu:0")):
            names: Tensor
            if not variables:
                names = constant([], dtype=string)
                return names
            missing = LogicalNot(stack(are_initialized), name="LogicalNot")
            names = constant([variable.op.name for variable in variables])
            return boolean_mask(names, missing)


# The environment variable that says where uninitialised variables are reported from.
_REPORTING_DEVICE = "TF_DEVICE_FOR_UNINITIALIZED_VARIABLE_REPORTING"

_VARIABLE_OPS = ("Variable", "VariableV2", "AutoReloadVariable")


def _all_variables() -> list[Any]:
    """The variables in collections, or if there are none the graph's references."""
    operations = get_default_graph().get_operations()
    references = [op.outputs[0] for op in operations if op.type in _VARIABLE_OPS]
    return global_variables() + local_variables() or references

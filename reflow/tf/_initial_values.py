"""Initial values that depend on other variables: these may not be initialised themselves yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reflow.graph.graph import Graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation, Tensor
from reflow.ops.arrays import Identity
from reflow.ops.control import Merge, Switch
from reflow.tf._scopes import init_scope, name_scope

if TYPE_CHECKING:
    from reflow.tf._variables import Variable

_VARIABLES = ("Variable", "VariableV2", "VarHandleOp")
# These say themselves what they do with a variable that has no value.
_UNGUARDED = ("IsVariableInitialized", "VarIsInitializedOp", "ReadVariableOp", "If")


def initialized_value(variable: Variable) -> Tensor:
    """The variable's value, or its initial value where it has none yet.

    The nodes are those of TensorFlow's `cond(is_variable_initialized(v), v.read_value, initial)`.

    Raises:
      ValueError: the initial value is not known.
    """
    initial = variable.initial_value
    if initial is None:
        raise ValueError(
            f"The initial value of {variable.name} is not known: its VariableDef does not name it."
        )
    with init_scope():
        is_initialized = variable._is_initialized()
        with name_scope(None, "cond"):
            pivots = Switch(is_initialized, is_initialized, name="Switch")
            Identity(pivots.output_true, name="switch_t")
            Identity(pivots.output_false, name="switch_f")
            predicate = Identity(is_initialized, name="pred_id")
            read = variable._read_if(predicate)
            with initial.graph.colocate_with(initial.op, ignore_existing=True):
                otherwise, _ = Switch(initial, predicate, name="Switch")
            merged: Tensor = Merge([otherwise, read], name="Merge").output
            return merged


def guarded_initial_value(scope: str, initial_value: Tensor) -> Tensor:
    """`initial_value`, computed from the initialised values of the variables that it depends on.

    Where it depends on some, the ops on the way are made again, named after the new variable,
    whose name scope is `scope`: `v * 2` as the initial value of w makes "mul_w".
    """
    replaced: dict[Operation, list[Tensor]] = {}
    for op in _with_ancestors(initial_value.op):
        if op.type in _VARIABLES:
            variable = _variable_of(op.graph, op.name)
            if variable is not None:
                replaced[op] = [variable.initialized_value()]
        elif any(tensor.op in replaced for tensor in op.inputs):
            inputs = [_replacement(tensor, replaced) for tensor in op.inputs]
            replaced[op] = _made_again(op, inputs, f"{op.name}_{scope[:-1]}").outputs
    return _replacement(initial_value, replaced)


def _with_ancestors(op: Operation) -> list[Operation]:
    """The op and all that it is computed from, inputs first; not what is behind variables.

    Nothing where there is a loop, whose variables would have to be guarded in each iteration.
    """
    found: dict[Operation, None] = {}
    begun: set[Operation] = set()
    stack: list[tuple[Operation, bool]] = [(op, False)]
    while stack:
        current, is_done = stack.pop()
        if is_done:
            found[current] = None
        elif current in begun and current not in found:
            return []
        elif current not in begun and current.type not in _UNGUARDED:
            begun.add(current)
            stack.append((current, True))
            stack += [(tensor.op, False) for tensor in reversed(current.inputs)]
    return list(found)


def _variable_of(graph: Graph, name: str) -> Any:
    """The variable whose op has this name; None for one that is in no collection."""
    for collection in (GraphKeys.GLOBAL_VARIABLES, GraphKeys.LOCAL_VARIABLES):
        for variable in graph.get_collection(collection):
            if variable.op.name == name:
                return variable
    return None


def _replacement(tensor: Tensor, replaced: dict[Operation, list[Tensor]]) -> Tensor:
    outputs = replaced.get(tensor.op)
    return tensor if outputs is None else outputs[tensor.value_index]


def _made_again(op: Operation, inputs: list[Tensor], name: str) -> Operation:
    """The op with other inputs, which are values where the op's own may be references."""
    definition = Switch if op.type == "RefSwitch" else op.definition
    attrs = dict(op.attrs)
    return op.graph.add_node(definition, inputs, attrs, name, definition.output_types(attrs))

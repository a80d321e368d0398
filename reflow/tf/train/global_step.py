"""The global step: the variable that counts training steps."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from reflow.graph.dtypes import int64
from reflow.graph.execution import executing_eagerly
from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.tf import logging
from reflow.tf._collections import is_variable_initialized
from reflow.tf._cond import cond
from reflow.tf._distribution import VariableAggregation
from reflow.tf._state import assign_add
from reflow.tf._variable_scope import get_variable
from reflow.tf._variables import Variable
from reflow.tf.initializers import Zeros


def global_step(sess: Any, global_step_tensor: Any) -> int:
    """The value of a global step in a session."""
    return int(sess.run(global_step_tensor))


def get_global_step(graph: Graph | None = None) -> Any:
    """The graph's global step (the one in its collection, or named "global_step"), or None."""
    graph = graph or get_default_graph()
    collected = graph.get_collection(GraphKeys.GLOBAL_STEP)
    if len(collected) > 1:
        logging.error("Multiple tensors in global_step collection.")
        return None
    if collected:
        step = collected[0]
    else:
        try:
            step = graph.get_tensor_by_name("global_step:0")
        except KeyError:
            return None
    assert_global_step(step)
    return step


def create_global_step(graph: Graph | None = None) -> Variable:
    """Makes the global step, an int64 variable that starts at 0; ValueError if there is one."""
    graph = graph or get_default_graph()
    if get_global_step(graph) is not None:
        raise ValueError('"global_step" already exists.')
    where = nullcontext() if executing_eagerly() else graph.as_default()
    with where, graph.name_scope(None):
        return get_variable(
            GraphKeys.GLOBAL_STEP,
            shape=[],
            dtype=int64,
            initializer=Zeros(),
            trainable=False,
            aggregation=VariableAggregation.ONLY_FIRST_REPLICA,
            collections=[GraphKeys.GLOBAL_VARIABLES, GraphKeys.GLOBAL_STEP],
        )


def get_or_create_global_step(graph: Graph | None = None) -> Any:
    graph = graph or get_default_graph()
    step = get_global_step(graph)
    return create_global_step(graph) if step is None else step


def assert_global_step(global_step_tensor: Any) -> None:
    """TypeError unless it is an integer scalar that can be a global step."""
    if not isinstance(global_step_tensor, (Variable, Tensor)):
        raise TypeError(
            f'Existing "global_step" must be a Variable or Tensor: {global_step_tensor}.'
        )
    if not global_step_tensor.dtype.base_dtype.is_integer:
        raise TypeError(
            f'Existing "global_step" does not have integer type: {global_step_tensor.dtype}'
        )
    shape = global_step_tensor.get_shape()
    if shape.ndims != 0 and shape.is_fully_defined():
        raise TypeError(f'Existing "global_step" is not scalar: {shape}')


# The collection that keeps the read of the global step.
_READ_KEY = "global_step_read_op_cache"


def global_step_read(graph: Graph | None = None) -> Tensor | None:
    """A tensor with the global step's value before the run's own steps, or None without one."""
    graph = graph or get_default_graph()
    known = graph.get_collection(_READ_KEY)
    if known:
        return known[0]  # type: ignore[no-any-return]
    step = get_global_step(graph)
    if step is None:
        return None
    with graph.as_default(), graph.name_scope(None), graph.name_scope(step.op.name + "/"):
        if isinstance(step, Variable):
            # Hooks may ask before variables are initialized.
            value = cond(is_variable_initialized(step), step.read_value, lambda: step.initial_value)
        else:
            value = step
        read: Tensor = value + 0
        graph.add_to_collection(_READ_KEY, read)
    return read


def increment_global_step(increment: Any, graph: Graph | None = None) -> Any:
    """Adds to the global step, after it was read; ValueError if there is none."""
    graph = graph or get_default_graph()
    step = get_global_step(graph)
    if step is None:
        raise ValueError(
            "Global step tensor should be created by tf.train.get_or_create_global_step before "
            "calling increment."
        )
    read = global_step_read(graph)
    with graph.as_default(), graph.name_scope(None), graph.name_scope(step.op.name + "/"):
        with graph.control_dependencies([read]):
            return assign_add(step, increment)

"""The TensorFlow 1 namespace on reflow."""

from __future__ import annotations

from typing import Any

from reflow.graph.dtypes import *  # noqa: F403
from reflow.graph.dtypes import as_dtype
from reflow.graph.graph import Graph, get_default_graph, reset_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import Dimension, TensorShape
from reflow.ops.exports import exported
from reflow.runtime.session import InteractiveSession, Session
from reflow.tf._absence import part_or_error
from reflow.tf._collections import (
    add_to_collection,
    add_to_collections,
    all_variables,
    get_collection,
    get_collection_ref,
    global_variables,
    global_variables_initializer,
    initialize_all_variables,
    initialize_local_variables,
    initialize_variables,
    is_variable_initialized,
    local_variables,
    local_variables_initializer,
    model_variables,
    moving_average_variables,
    trainable_variables,
    variables_initializer,
)
from reflow.tf._control_flow import group
from reflow.tf._distribution import VariableAggregation, VariableSynchronization
from reflow.tf._seeds import get_seed, set_random_seed
from reflow.tf._variables import Variable, variable_creator_scope
from reflow.tf.random import (
    multinomial,
    random_normal,
    random_shuffle,
    random_uniform,
    truncated_normal,
)

globals().update(exported(""))

# The version whose behaviour reflow reproduces.
__version__ = VERSION = "1.15.5"


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

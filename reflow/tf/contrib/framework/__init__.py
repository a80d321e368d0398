"""tf.contrib.framework: default arguments by scope, variables of models, and checks."""

from __future__ import annotations

from typing import Any

from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.operation import Tensor
from reflow.graph.tensor_spec import BoundedTensorSpec, TensorSpec
from reflow.tf._absence import part_or_error
from reflow.tf._checks import (
    assert_same_float_dtype,
    assert_scalar,
    is_non_decreasing,
    is_numeric_tensor,
    is_strictly_increasing,
)
from reflow.tf._orthogonal_filters import (
    convolutional_delta_orthogonal,
    convolutional_orthogonal_1d,
    convolutional_orthogonal_2d,
    convolutional_orthogonal_3d,
)
from reflow.tf._python_functions import py_func
from reflow.tf._save_slices import prepend_name_scope, strip_name_scope
from reflow.tf._scopes import graph_from_inputs
from reflow.tf._smart_cond import smart_case, smart_cond, smart_constant_value
from reflow.tf._sorting import argsort, sort
from reflow.tf._tensor_like import convert_to_tensor_or_sparse_tensor, is_tensor
from reflow.tf.contrib.framework import nest
from reflow.tf.contrib.framework._arg_scope import (
    add_arg_scope,
    arg_scope,
    arg_scope_func_key,
    arg_scoped_arguments,
    current_arg_scope,
    has_arg_scope,
)
from reflow.tf.contrib.framework._assigning import (
    assign_from_checkpoint,
    assign_from_checkpoint_fn,
    assign_from_values,
    assign_from_values_fn,
)
from reflow.tf.contrib.framework._checkpoint_ops import (
    load_linear_multiclass_bias_initializer,
    load_variable_slot_initializer,
)
from reflow.tf.contrib.framework._deprecation import (
    deprecated,
    deprecated_arg_values,
    deprecated_args,
)
from reflow.tf.contrib.framework._fusing import fuse_op
from reflow.tf.contrib.framework._shapes import (
    assert_scalar_int,
    reduce_sum_n,
    remove_squeezable_dimensions,
    with_same_shape,
    with_shape,
)
from reflow.tf.contrib.framework._variables import (
    VariableDeviceChooser,
    add_model_variable,
    filter_variables,
    get_local_variables,
    get_model_variables,
    get_trainable_variables,
    get_unique_variable,
    get_variable_full_name,
    get_variables,
    get_variables_by_name,
    get_variables_by_suffix,
    get_variables_to_restore,
    global_variable,
    local_variable,
    model_variable,
    variable,
    zero_initializer,
)
from reflow.tf.train._remapping import (
    load_and_remap_matrix_initializer,
    load_embedding_initializer,
)
from reflow.tf.train.checkpoint_utils import list_variables, load_checkpoint, load_variable
from reflow.tf.train.global_step import (
    assert_global_step,
    create_global_step,
    get_global_step,
    get_or_create_global_step,
)
from reflow.tf.train.warm_starting import init_from_checkpoint


def assert_or_get_global_step(graph: Graph | None = None, global_step_tensor: Any = None) -> Any:
    """The global step: that given, checked to be one, or the graph's; None if there is none."""
    if global_step_tensor is None:
        return get_global_step(graph)
    assert_global_step(global_step_tensor)
    return global_step_tensor


def get_graph_from_inputs(op_input_list: Any, graph: Graph | None = None) -> Graph:
    """The graph of the inputs, `graph`, or the default one; ValueError if they are of several."""
    found = graph_from_inputs(op_input_list)
    tensors = [item for item in op_input_list if hasattr(item, "graph")]
    if graph is None:
        return found
    for item in tensors:
        if item.graph is not graph:
            raise ValueError(f"{item} is not from the passed-in graph.")
    return graph


def get_name_scope() -> str:
    """The name scope of the default graph, "" outside all."""
    return get_default_graph().get_name_scope()


def get_placeholders(graph: Graph) -> list[Tensor]:
    """The placeholders of a graph."""
    return [op.outputs[0] for op in graph.get_operations() if op.type == "Placeholder"]


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

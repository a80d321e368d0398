"""tf.contrib.slim: layers, scopes of arguments, variables and losses under one short name."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.tf._absence import part_or_error
from reflow.tf.contrib.framework import (
    VariableDeviceChooser,
    add_arg_scope,
    add_model_variable,
    arg_scope,
    arg_scope_func_key,
    arg_scoped_arguments,
    assert_global_step,
    assert_or_get_global_step,
    assign_from_checkpoint,
    assign_from_checkpoint_fn,
    assign_from_values,
    assign_from_values_fn,
    create_global_step,
    current_arg_scope,
    filter_variables,
    get_global_step,
    get_local_variables,
    get_model_variables,
    get_or_create_global_step,
    get_trainable_variables,
    get_unique_variable,
    get_variable_full_name,
    get_variables,
    get_variables_by_name,
    get_variables_by_suffix,
    get_variables_to_restore,
    global_variable,
    has_arg_scope,
    local_variable,
    model_variable,
    variable,
)
from reflow.tf.contrib.layers import *  # noqa: F403

# The modules of tf.contrib.layers, that slim has too.
_OF_LAYERS = ("initializers", "optimizers", "regularizers", "utils")


def __getattr__(name: str) -> Any:
    if name in ("layers", "losses", "metrics"):
        return getattr(tf.contrib, name)
    if name in _OF_LAYERS:
        return getattr(tf.contrib.layers, name)
    return part_or_error(__name__, name)

"""Values and checkpoints put into variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from reflow import tf
from reflow.files.tensor_bundle import BundleReader
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation, Tensor
from reflow.tf.contrib.framework._variables import get_variable_full_name


def assign_from_values(
    var_names_to_values: Mapping[str, np.ndarray],
) -> tuple[Operation, dict[Tensor, np.ndarray]]:
    """An operation that sets variables, and what to feed when it is run.

    So the graph does not fill with values.

    Raises:
      ValueError: there is no variable of a name, or several begin with it and none is called so.
    """
    feeds, assignments = {}, []
    for name, value in var_names_to_values.items():
        variable = _variable_named(name)
        fed = tf.placeholder(
            variable.dtype.base_dtype, variable.shape, name=f"placeholder/{variable.op.name}"
        )
        assignments.append(variable.assign(fed))
        feeds[fed] = value.reshape(variable.shape.as_list())
    return tf.group(*assignments), feeds


def _variable_named(name: str) -> Any:
    found = tf.get_collection(GraphKeys.GLOBAL_VARIABLES, name)
    if not found:
        raise ValueError(f"Variable {name} wasn't found")
    if len(found) > 1:
        found = [variable for variable in found if variable.op.name == name]
    if not found:
        raise ValueError(f"Variable {name} doesn't uniquely identify a variable")
    return found[0]


def assign_from_values_fn(
    var_names_to_values: Mapping[str, np.ndarray],
) -> Callable[[tf.Session], Any]:
    """A function of a session that sets variables; see `assign_from_values`."""
    assign, feeds = assign_from_values(var_names_to_values)
    return lambda session: session.run(assign, feeds)


def assign_from_checkpoint_fn(
    model_path: str,
    var_list: Any,
    ignore_missing_vars: bool = False,
    reshape_variables: bool = False,
) -> Callable[[tf.Session], None] | None:
    """A function of a session that restores variables from a checkpoint.

    Args:
      model_path: of the checkpoint.
      var_list: variables, or a dict of them by their names in the checkpoint.
      ignore_missing_vars: leave variables alone that the checkpoint lacks.
      reshape_variables: variables may have other shapes in the checkpoint, of as many elements.

    Returns:
      None if the checkpoint has none of the variables and that is ignored.

    Raises:
      ValueError: `var_list` is empty.
    """
    if not var_list:
        raise ValueError("var_list cannot be empty")
    if ignore_missing_vars:
        var_list = _available(model_path, var_list)
    if not var_list:
        tf.logging.warning("No Variables to restore")
        return None
    saver = tf.train.Saver(var_list, reshape=reshape_variables)
    return lambda session: saver.restore(session, model_path)


def _available(model_path: str, var_list: Any) -> dict[str, Any]:
    named = var_list if isinstance(var_list, dict) else {var.op.name: var for var in var_list}
    stored = set(BundleReader(model_path).names())
    for name in named:
        if name not in stored:
            tf.logging.warning("Variable %s missing in checkpoint %s", name, model_path)
    return {name: var for name, var in named.items() if name in stored}


def assign_from_checkpoint(
    model_path: str, var_list: Any, ignore_missing_vars: bool = False
) -> tuple[Operation, dict[Tensor, np.ndarray]]:
    """An operation that sets variables to what a checkpoint has, and what to feed when it is run.

    Args:
      model_path: of the checkpoint.
      var_list: variables, or a dict of them (or lists of parts of one) by their names in the
        checkpoint.
      ignore_missing_vars: leave variables alone that the checkpoint lacks, instead of failing.

    Raises:
      ValueError: the checkpoint lacks a variable, or has another shape.
    """
    reader = BundleReader(model_path)
    stored = set(reader.names())
    feeds, assignments = {}, []
    for name, parts in _by_name(var_list).items():
        if name not in stored:
            missing = f"Checkpoint is missing variable [{name}]"
            if not ignore_missing_vars:
                raise ValueError(missing)
            tf.logging.warning(missing)
            continue
        value = reader.read(name)
        for part in parts:
            fed = tf.placeholder(
                part.dtype.base_dtype, part.shape, name=f"placeholder/{part.op.name}"
            )
            assignments.append(part.assign(fed))
            feeds[fed] = _part_of(value, part, name)
    return tf.group(*assignments), feeds


def _by_name(var_list: Any) -> dict[str, list[Any]]:
    named: dict[str, list[Any]] = {}
    if isinstance(var_list, (tuple, list)):
        for variable in var_list:
            named.setdefault(get_variable_full_name(variable), []).append(variable)
        return named
    return {
        name: list(item) if isinstance(item, (tuple, list)) else [item]
        for name, item in var_list.items()
    }


def _part_of(value: np.ndarray, part: Any, name: str) -> np.ndarray:
    info = part._get_save_slice_info()
    if info is not None:
        starts_and_sizes = zip(info.var_offset, info.var_shape)
        return value[tuple(slice(start, start + size) for start, size in starts_and_sizes)]
    if part.shape.as_list() != list(value.shape):
        raise ValueError(
            f"Total size of new array must be unchanged for {name} lh_shape: [{value.shape}], "
            f"rh_shape: [{part.shape}]"
        )
    return value

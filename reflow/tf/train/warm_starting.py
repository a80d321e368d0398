"""Variables whose first values come from a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reflow.graph.dtypes import string
from reflow.graph.graph import get_default_graph
from reflow.ops.checkpoints import RestoreV2
from reflow.ops.constants import constant
from reflow.tf import logging
from reflow.tf._partitioned_variable import PartitionedVariable
from reflow.tf._scopes import device, name_scope
from reflow.tf._variable_store import variable_store
from reflow.tf._variables import Variable
from reflow.tf.train._saveable import SaveableVariable
from reflow.tf.train.checkpoint_utils import checkpoint_path, load_checkpoint

__all__ = ["init_from_checkpoint"]

# What a program may name a variable by: itself, the parts of a whole, or its name.
_Wanted = Variable | PartitionedVariable | Sequence[Variable] | str


def init_from_checkpoint(ckpt_dir_or_file: str, assignment_map: Mapping[str, _Wanted]) -> None:
    """Replaces the initializers of variables: they read a checkpoint from now on.

    It has to be called before the variables are initialized, and nothing is read before that.

    Args:
      ckpt_dir_or_file: a checkpoint, or a folder of which the latest is taken.
      assignment_map: names in the checkpoint, and what they are for:
        `"scope/": "other/"` all variables of a scope here, "/" all that there are; they have the
        same names there, below the scope there;
        `"scope/name": "other/name"` one variable of `get_variable`, or all parts of one;
        `"scope/name": variable`, or a list of the parts of a partitioned one.

    Raises:
      ValueError: there is no checkpoint, no such tensor in it, one of another shape, or a scope is
        given for a name; then no variable's initializer is replaced.
      NotFoundError: there is no such file.
    """
    path = checkpoint_path(ckpt_dir_or_file)
    shapes = load_checkpoint(path).get_variable_to_shape_map()
    chosen: list[tuple[str, list[Variable]]] = []
    for tensor_name, wanted in sorted(assignment_map.items(), key=lambda item: item[0]):
        variables = _variables_of(wanted)
        if variables is not None:
            chosen.append((tensor_name, variables))
        else:
            chosen += _of_scope(tensor_name, str(wanted))
    for tensor_name, variables in chosen:
        _check(tensor_name, variables, shapes, ckpt_dir_or_file)
    for tensor_name, variables in chosen:
        for variable in variables:
            _read_at_first(variable, path, tensor_name)
            name = variable.op.name
            logging.info(
                "Initialize variable %s from checkpoint %s with %s", name, path, tensor_name
            )


def _variables_of(wanted: _Wanted) -> list[Variable] | None:
    """A variable or all parts of one; None: it is a scope."""
    if isinstance(wanted, Variable):
        return [wanted]
    if not isinstance(wanted, str):
        return list(wanted)
    known = variable_store(get_default_graph())._vars
    if wanted in known:
        return [known[wanted]]
    parts: list[Variable] = []
    while f"{wanted}/part_{len(parts)}" in known:
        parts.append(known[f"{wanted}/part_{len(parts)}"])
    return parts or None


def _of_scope(there: str, here: str) -> list[tuple[str, list[Variable]]]:
    """The names in the checkpoint, and the variables, of a scope."""
    if not there.endswith("/"):
        raise ValueError(
            f"Assignment map with scope only name {here} should map to scope only {there}. "
            "Should be 'scope/': 'other_scope/'."
        )
    scope = here.rpartition("/")[0]
    known = variable_store(get_default_graph())._vars
    names = {
        name.partition("/part_")[0] for name in known if not scope or name.startswith(f"{scope}/")
    }
    found = []
    for name in sorted(names):
        variables = _variables_of(name)
        assert variables is not None
        below = name[len(scope) :].removeprefix("/")
        found.append((below if there == "/" else (there + below).removesuffix("/"), variables))
    return found


def _check(
    tensor_name: str,
    variables: Sequence[Variable],
    shapes: Mapping[str, Sequence[int]],
    checkpoint: str,
) -> None:
    names = ", ".join(variable.op.name for variable in variables)
    if tensor_name not in shapes:
        raise ValueError(
            f"Tensor {tensor_name}, for {names}, is not found in {checkpoint} checkpoint "
            f"{dict(shapes)}"
        )
    wholes = {info.full_name for v in variables if (info := v._get_save_slice_info()) is not None}
    if len(wholes) > 1:
        raise ValueError(f"Slices must all be from the same tensor: {sorted(wholes)}")
    for variable in variables:
        info = variable._get_save_slice_info()
        full = variable.shape if info is None else info.full_shape
        shape = shapes[tensor_name]
        is_fitting = full.is_compatible_with(shape) if info is None else list(full) == list(shape)
        if not is_fitting:
            raise ValueError(
                f"Shape of variable {variable.name} ({full}) doesn't match with shape of tensor "
                f"{tensor_name} ({list(shape)}) from checkpoint reader."
            )


def _read_at_first(variable: Variable, path: str, tensor_name: str) -> None:
    """Gives a variable an initializer that reads it."""
    saveable = SaveableVariable(variable, tensor_name)
    (spec,) = saveable.specs
    with device(variable.device), device("/cpu:0"):
        with name_scope("checkpoint_initializer") as scope:
            prefix = constant(path, string, name="prefix")
            names = constant([tensor_name], string, name="tensor_names")
            slices = constant([spec.slice_spec], string, name="shape_and_slices")
            types = [variable.dtype.base_dtype]
            (value,) = RestoreV2(prefix, names, slices, dtypes=types, name=scope)
        variable._initializer = saveable.restore([value], None)
    value.set_shape(variable.shape)
    variable._initial_value = value

"""Models that begin with what another one has learned: tf.train.warm_start."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from reflow.graph import errors
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.tf import logging
from reflow.tf._partitioned_variable import PartitionedVariable
from reflow.tf._partitions import PartitionInfo
from reflow.tf._state import assign
from reflow.tf._variables import Variable
from reflow.tf.train._remapping import Initializer, load_and_remap_matrix_initializer
from reflow.tf.train.checkpoint_utils import checkpoint_path, load_checkpoint
from reflow.tf.train.warm_starting import init_from_checkpoint

# Under which a checkpoint of objects (tf.train.Checkpoint) says what it holds.
_OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"


class VocabInfo(
    NamedTuple(
        "VocabInfo",
        [
            ("new_vocab", str),
            ("new_vocab_size", int),
            ("num_oov_buckets", int),
            ("old_vocab", str),
            ("old_vocab_size", int),
            ("backup_initializer", "Initializer | None"),
            ("axis", int),
        ],
    )
):
    """What vocabulary the rows or columns of a matrix belong to, now and in a checkpoint.

    Args:
      new_vocab: the vocabulary's file, an entry a line.
      new_vocab_size: how many of its entries there are rows for.
      num_oov_buckets: how many rows follow that have no entries.
      old_vocab: the file of the vocabulary that the checkpoint was made with.
      old_vocab_size: how many of its entries count; -1: all.
      backup_initializer: gives rows that the checkpoint lacks; default: zeros.
      axis: 0 for rows, 1 for columns.

    Raises:
      ValueError: `axis` is neither 0 nor 1.
    """

    def __new__(
        cls,
        new_vocab: str,
        new_vocab_size: int,
        num_oov_buckets: int,
        old_vocab: str,
        old_vocab_size: int = -1,
        backup_initializer: Initializer | None = None,
        axis: int = 0,
    ) -> VocabInfo:
        _check_axis(axis)
        return super().__new__(
            cls,
            new_vocab,
            new_vocab_size,
            num_oov_buckets,
            old_vocab,
            old_vocab_size,
            backup_initializer,
            axis,
        )


def _check_axis(axis: int) -> None:
    if axis not in (0, 1):
        raise ValueError(
            f"The only supported values for the axis argument are 0 and 1.  Provided axis: {axis}"
        )


def warm_start(
    ckpt_to_initialize_from: str,
    vars_to_warm_start: Any = ".*",
    var_name_to_vocab_info: Mapping[str, VocabInfo] | None = None,
    var_name_to_prev_var_name: Mapping[str, str] | None = None,
) -> None:
    """Replaces the initializers of variables: they read a checkpoint from now on.

    Args:
      ckpt_to_initialize_from: a checkpoint, or a folder of which the latest is taken.
      vars_to_warm_start: a pattern that the names of trainable variables begin with; a list of
        patterns, for all variables; a list of variables; or None for the trainable ones that
        `var_name_to_vocab_info` names.
      var_name_to_vocab_info: the vocabularies of variables, by their names (not of parts).
      var_name_to_prev_var_name: what variables are called in the checkpoint, if otherwise.

    Raises:
      ValueError: the variables are not given as above, one that is named does not take part, or
        the checkpoint does not have them; see `init_from_checkpoint`.
    """
    logging.info("Warm-starting from: %s", ckpt_to_initialize_from)
    grouped = _grouped_variables(vars_to_warm_start)
    vocabularies = var_name_to_vocab_info or {}
    old_names = var_name_to_prev_var_name or _names_in_objects(ckpt_to_initialize_from, grouped)
    with_vocabulary = [name for name in grouped if vocabularies.get(name)]
    without = [name for name in grouped if name not in with_vocabulary and vars_to_warm_start]
    for name in with_vocabulary:
        info = vocabularies[name]
        logging.debug("Warm-starting variable: %s with %s", name, info)
        warm_start_with_vocabulary(
            grouped[name],
            info.new_vocab,
            info.new_vocab_size,
            ckpt_to_initialize_from,
            info.old_vocab,
            previous_vocab_size=info.old_vocab_size,
            current_oov_buckets=info.num_oov_buckets,
            prev_tensor_name=old_names.get(name),
            initializer=info.backup_initializer,
            axis=info.axis,
        )
    assignments: dict[str, Any] = {}
    for name in without:
        parts = grouped[name]
        assignments[old_names.get(name) or name] = parts[0] if len(parts) == 1 else parts
    init_from_checkpoint(ckpt_to_initialize_from, assignments)
    logging.info("Warm-started %d variables.", len(with_vocabulary) + len(without))
    for argument, names in (
        ("var_name_to_prev_var_name", old_names),
        ("var_name_to_vocab_info", vocabularies),
    ):
        unused = set(names) - set(grouped)
        if unused:
            raise ValueError(
                f"You provided the following variables in {argument} that were not used: {unused}. "
                "Perhaps you misspelled them?  Here is the list of viable variable names: "
                f"{list(grouped)}"
            )


def _grouped_variables(chosen: Any) -> dict[str, list[Variable]]:
    """Variables, or the parts of partitioned ones, by their names; see `warm_start`."""
    graph = get_default_graph()
    variables: list[Any] = []
    if chosen is None or isinstance(chosen, str):
        logging.info("Warm-starting variables only in TRAINABLE_VARIABLES.")
        variables = graph.get_collection(GraphKeys.TRAINABLE_VARIABLES, scope=chosen)
    elif not isinstance(chosen, list):
        raise ValueError(
            f"`vars_to_warm_start` must be a `list` or `str`.  Given type is {type(chosen)}"
        )
    elif all(isinstance(each, str) for each in chosen):
        for scope in chosen:
            variables += graph.get_collection(GraphKeys.GLOBAL_VARIABLES, scope=scope)
    elif all(isinstance(each, Variable) for each in chosen):
        variables = chosen
    else:
        raise ValueError(
            "If `vars_to_warm_start` is a list, it must be all `Variable` or all `str`.  Given "
            f"types are {[type(each) for each in chosen]}"
        )
    grouped: dict[str, list[Variable]] = {}
    for variable in variables:
        grouped.setdefault(name_of([variable]), []).append(variable)
    return grouped


def parts_of(variable: Any) -> list[Variable]:
    """A variable, or the parts of one; TypeError for anything else."""
    if isinstance(variable, PartitionedVariable):
        return list(variable)
    parts = variable if isinstance(variable, list) else [variable]
    if not all(isinstance(part, Variable) for part in parts):
        raise TypeError(
            "var MUST be one of the following: a Variable, list of Variable or "
            f"PartitionedVariable, but is {type(variable)}"
        )
    return parts


def name_of(parts: Sequence[Variable]) -> str:
    """The name of a variable, of parts that of the whole; TypeError if they are of several."""
    names = set()
    for part in parts:
        info = part._get_save_slice_info()
        names.add(part.op.name if info is None else info.full_name)
    if len(names) > 1:
        raise TypeError(f"Expected the parts of one variable. Received parts of {sorted(names)}")
    return str(names.pop())


def _names_in_objects(path: str, names: Collection[str]) -> dict[str, str]:
    """Under which keys a checkpoint of objects has variables; {} of a checkpoint of names."""
    try:
        saved = load_checkpoint(path).get_tensor(_OBJECT_GRAPH)
    except errors.NotFoundError:
        return {}
    from tensorboard.compat.proto.trackable_object_graph_pb2 import TrackableObjectGraph

    keys = {
        attribute.full_name: attribute.checkpoint_key
        for node in TrackableObjectGraph.FromString(saved.item()).nodes
        for attribute in node.attributes
    }
    missing = set(names) - set(keys)
    if missing:
        raise ValueError(
            "Attempting to warm-start from an object-based checkpoint, but found that the "
            "checkpoint did not contain values for all variables. The following variables were "
            f"missing: {missing}"
        )
    return {name: keys[name] for name in names}


def warm_start_with_vocabulary(
    variable: Any,
    current_vocab_path: str,
    current_vocab_size: int,
    prev_ckpt: str,
    prev_vocab_path: str,
    previous_vocab_size: int = -1,
    current_oov_buckets: int = 0,
    prev_tensor_name: str | None = None,
    initializer: Initializer | None = None,
    axis: int = 0,
) -> None:
    """Has a matrix read a checkpoint by vocabularies; see `VocabInfo` for the arguments.

    Args:
      variable: a variable, a partitioned one, or the parts of one.
      prev_tensor_name: in the checkpoint; default: the variable's name.

    Raises:
      TypeError: `variable` is none.
      ValueError: something is missing, or `axis` is neither 0 nor 1.
    """
    if not (current_vocab_path and current_vocab_size and prev_ckpt and prev_vocab_path):
        raise ValueError(
            "Invalid args: Must provide all of [current_vocab_path, current_vocab_size, prev_ckpt, "
            "prev_vocab_path]."
        )
    _check_axis(axis)
    parts = parts_of(variable)
    vocabularies = {"old": prev_vocab_path, "new": current_vocab_path}
    all_rows = sum(part.shape.as_list()[0] for part in parts)
    for part in parts:
        shape = part.shape.as_list()
        if axis == 0:
            sizes = {
                "new_row_vocab_size": current_vocab_size,
                "new_col_vocab_size": shape[1],
                "old_row_vocab_size": previous_vocab_size,
                "num_row_oov_buckets": current_oov_buckets,
            }
        else:
            sizes = {
                "new_row_vocab_size": all_rows,
                "new_col_vocab_size": current_vocab_size,
                "num_col_oov_buckets": current_oov_buckets,
            }
        kind = "col" if axis else "row"
        files = {f"{age}_{kind}_vocab_file": file for age, file in vocabularies.items()}
        initialize = load_and_remap_matrix_initializer(
            checkpoint_path(prev_ckpt),
            prev_tensor_name or name_of(parts),
            initializer=initializer,
            **sizes,
            **files,
        )
        info = part._get_save_slice_info()
        place = None if info is None else PartitionInfo(info.full_shape, info.var_offset)
        value = convert_to_tensor(initialize(shape=shape, partition_info=place))
        part._initializer = assign(part, value)

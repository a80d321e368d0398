"""tf.train.Saver: writes variables to checkpoints, and reads them again."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from reflow.files import file_io
from reflow.graph import errors
from reflow.graph.dtypes import string
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation, Tensor
from reflow.ops.arrays import Identity, Reshape
from reflow.ops.checkpoints import RestoreV2, SaveV2
from reflow.ops.constants import PlaceholderWithDefault, constant
from reflow.ops.resource_variables import AssignVariableOp
from reflow.ops.state import Assign
from reflow.runtime.session import BaseSession
from reflow.tf import logging
from reflow.tf._control_flow import group
from reflow.tf._partitioned_variable import PartitionedVariable
from reflow.tf._resource_variable import BaseResourceVariable
from reflow.tf._scopes import colocate_with, control_dependencies, device, name_scope
from reflow.tf._session import message_class
from reflow.tf._variables import Variable
from reflow.tf.train import checkpoint_management
from reflow.tf.train._meta_graph import create_meta_graph_def
from reflow.tf.train._saveable import SaveableObject, SaveableVariable
from reflow.tf.train.global_step import global_step as value_of_global_step

__all__ = ["Saver"]


def saver_def_class() -> Any:
    """tf.train.SaverDef, imported when it is first asked for: that takes long."""
    from tensorboard.compat.proto.saver_pb2 import SaverDef

    return SaverDef


def _named(var_list: Any) -> dict[str, list[Any]]:
    """What is saved under each name: one thing, or the parts of a partitioned variable.

    Raises:
      TypeError: an item is no variable.
      ValueError: two have one name.
    """
    if isinstance(var_list, Mapping):
        several = (PartitionedVariable, list, tuple)
        return {
            name: list(item) if isinstance(item, several) else [item]
            for name, item in var_list.items()
        }
    named: dict[str, list[Any]] = {}
    for item in itertools.chain.from_iterable(map(_parts_to_save, var_list)):
        if not isinstance(item, (SaveableObject, PartitionedVariable, Variable)):
            raise TypeError(f"Variable to save is not a Variable: {item}")
        info = item._get_save_slice_info() if isinstance(item, Variable) else None
        if info is not None:
            named.setdefault(info.full_name, []).append(item)
            continue
        name = item.op.name if isinstance(item, Variable) else item.name
        if name in named:
            raise ValueError(f"At least two variables have the same name: {name}")
        named[name] = list(item) if isinstance(item, PartitionedVariable) else [item]
    return named


def _parts_to_save(item: Any) -> list[Any]:
    """The item itself; of what says so, as a table does, the objects that save it."""
    if isinstance(item, Variable) or not hasattr(item, "_gather_saveables_for_checkpoint"):
        return [item]
    factories: Mapping[str, Callable[[], Any]] = item._gather_saveables_for_checkpoint()
    return [factory() for factory in factories.values()]


def _saveables(var_list: Any) -> list[SaveableObject]:
    """What is to be saved, sorted by name; ValueError if a variable has two names."""
    saveables: list[SaveableObject] = []
    seen: set[Any] = set()
    for name, parts in sorted(_named(var_list).items()):
        for part in parts:
            if not isinstance(part, (SaveableObject, Variable)):
                raise TypeError(f"Variable to save is not a Variable: {part}")
            if part in seen:
                raise ValueError(f"The same saveable will be restored with two names: {name}")
            seen.add(part)
            is_saveable = isinstance(part, SaveableObject)
            saveables.append(part if is_saveable else SaveableVariable(part, name))
    return saveables


class Saver:
    """Writes variables to checkpoints, PREFIX-STEP.index and .data-*, and reads them again.

    The constructor adds the operations that do so to the default graph.

    Args:
      var_list: variables, or a dict of them by the names that they have in checkpoints; by default
        all variables of the graph.
      reshape: variables may be read that have another shape in the checkpoint.
      max_to_keep: how many of the latest checkpoints are kept; 0 or None: all.
      keep_checkpoint_every_n_hours: besides, one of each so many hours is kept.
      name: a prefix of the operations' names.
      restore_sequentially: read one variable after the other.
      saver_def: a SaverDef message of operations that the graph has already.
      defer_build: add the operations at `build()`.
      allow_empty: a graph without variables is no error.
      pad_step_number: write steps with 8 digits.
      save_relative_paths: write paths in the `checkpoint` file as seen from its folder.
      filename: the default of the placeholder that `save` and `restore` feed.

    Checkpoints have TensorFlow's second format whatever `write_version` says, and one data file
    for all devices whatever `sharded` says; both can be read by TensorFlow.

    Raises:
      ValueError: there is nothing to save, or two variables have one name.
    """

    def __init__(
        self,
        var_list: Any = None,
        reshape: bool = False,
        sharded: bool = False,
        max_to_keep: int | None = 5,
        keep_checkpoint_every_n_hours: float = 10000.0,
        name: str | None = None,
        restore_sequentially: bool = False,
        saver_def: Any = None,
        builder: Any = None,
        defer_build: bool = False,
        allow_empty: bool = False,
        write_version: int = 2,
        pad_step_number: bool = False,
        save_relative_paths: bool = False,
        filename: str | None = None,
    ) -> None:
        if defer_build and var_list:
            raise ValueError(
                "If `var_list` is provided then build cannot be deferred. Either set "
                "defer_build=False or var_list=None."
            )
        self._var_list = var_list
        self._reshape = reshape
        self._max_to_keep = max_to_keep
        self._keep_every_n_hours = keep_checkpoint_every_n_hours
        self._name = name
        self._restore_sequentially = restore_sequentially
        self._allow_empty = allow_empty
        self._pad_step_number = pad_step_number
        self._save_relative_paths = save_relative_paths
        self._filename = filename
        self._is_built = False
        self._is_empty = False
        self._last_checkpoints: list[tuple[str, float]] = []
        self._next_kept = time.time() + keep_checkpoint_every_n_hours * 3600
        self._saving = threading.Lock()
        self.saver_def = saver_def
        if not defer_build:
            self.build()

    def build(self) -> None:
        """Add the operations, unless they are there."""
        if self._is_built:
            return
        self._is_built = True
        if self.saver_def is not None:
            return
        if self._var_list is None:
            graph = get_default_graph()
            self._var_list = [
                *graph.get_collection(GraphKeys.GLOBAL_VARIABLES),
                *graph.get_collection(GraphKeys.SAVEABLE_OBJECTS),
            ]
        if not self._var_list:
            if not self._allow_empty:
                raise ValueError("No variables to save")
            self._is_empty = True
            return
        self.saver_def = self._add_operations(_saveables(self._var_list))

    def _add_operations(self, saveables: list[SaveableObject]) -> Any:
        """Add the operations to the graph; gives the SaverDef that names them."""
        with name_scope(self._name, "save", [saveable.op for saveable in saveables]):
            filename = PlaceholderWithDefault(self._filename or "model", shape=[], name="filename")
            filename = PlaceholderWithDefault(filename, shape=[], name="Const")
            specs = [spec for saveable in saveables for spec in saveable.specs]
            names = [spec.name for spec in specs]
            slices = [spec.slice_spec for spec in specs]
            save = SaveV2(filename, names, slices, [spec.tensor for spec in specs], name="SaveV2")
            with control_dependencies([save]):
                saved = Identity(filename, name="control_dependency")
            restore = self._add_restore(filename, saveables)
        return saver_def_class()(
            filename_tensor_name=filename.name,
            save_tensor_name=saved.name,
            restore_op_name=restore.name,
            max_to_keep=self._max_to_keep or 0,
            keep_checkpoint_every_n_hours=self._keep_every_n_hours,
            version=2,
        )

    def _add_restore(self, filename: Tensor, saveables: list[SaveableObject]) -> Operation:
        specs = [spec for saveable in saveables for spec in saveable.specs]
        with device("/cpu:0"):
            names = constant([spec.name for spec in specs], string, name="RestoreV2/tensor_names")
            slices = constant(
                [spec.slice_spec for spec in specs], string, name="RestoreV2/shape_and_slices"
            )
            types = [spec.dtype.base_dtype for spec in specs]
            tensors = list(RestoreV2(filename, names, slices, dtypes=types, name="RestoreV2"))
        assignments: list[Operation] = []
        for saveable in saveables:
            restored = [tensors.pop(0) for _ in saveable.specs]
            before = assignments[-1:] if self._restore_sequentially else []
            shapes = None
            if self._reshape:
                shapes = [_static_or_dynamic_shape(spec.tensor) for spec in saveable.specs]
            with control_dependencies(before), colocate_with(saveable.specs[0].tensor.op):
                assignments.append(saveable.restore(restored, shapes))
        return group(*assignments, name="restore_all")

    # -- Saving -----------------------------------------------------------------------------

    def save(
        self,
        sess: Any,
        save_path: str,
        global_step: Any = None,
        latest_filename: str | None = None,
        meta_graph_suffix: str = "meta",
        write_meta_graph: bool = True,
        write_state: bool = True,
        strip_default_attrs: bool = False,
        save_debug_info: bool = False,
    ) -> str | None:
        """Write the variables' values in a session; gives the checkpoint's prefix.

        Args:
          save_path: the prefix, without the step.
          global_step: the step: a number, a tensor or a tensor's name.
          latest_filename: of the file that names the latest checkpoints; "checkpoint" by default.
          write_meta_graph: write the graph too, to PREFIX.meta.
          write_state: write that file, and delete old checkpoints.

        Raises:
          TypeError: `sess` is no session.
          ValueError: the folder does not exist, or a file name clashes.
        """
        if not self._is_built:
            raise RuntimeError("`build()` should be called before save if defer_build==True")
        latest_filename = latest_filename or "checkpoint"
        if os.path.split(latest_filename)[0]:
            raise ValueError("'latest_filename' must not contain path components")
        save_path = os.fspath(save_path)
        if global_step is None and os.path.basename(save_path) == latest_filename:
            raise ValueError(
                f"'latest_filename' collides with 'save_path': '{latest_filename}' and "
                f"'{save_path}'"
            )
        if not isinstance(sess, BaseSession):
            raise TypeError(f"'sess' must be a Session; {sess}")
        # Of two threads that save at a time, the one with the later step writes last.
        with self._saving:
            prefix = self._prefix(sess, save_path, global_step)
            if not self._is_empty:
                self._run_save(sess, prefix, save_path)
                if write_state:
                    self._record(prefix, save_path, latest_filename, meta_graph_suffix)
            if write_meta_graph:
                with sess.graph.as_default():
                    self.export_meta_graph(f"{prefix}.{meta_graph_suffix}")
        return None if self._is_empty else prefix

    def _prefix(self, sess: Any, save_path: str, global_step: Any) -> str:
        if global_step is None:
            return save_path
        if not isinstance(global_step, (int, np.integer)):
            global_step = value_of_global_step(sess, global_step)
        digits = f"{global_step:08d}" if self._pad_step_number else str(global_step)
        return f"{save_path}-{digits}"

    def _run_save(self, sess: Any, prefix: str, save_path: str) -> None:
        definition = self.saver_def
        try:
            sess.run(definition.save_tensor_name, {definition.filename_tensor_name: prefix})
        except (errors.FailedPreconditionError, errors.NotFoundError):
            if not file_io.is_directory(os.path.dirname(save_path) or "."):
                raise ValueError(
                    f"Parent directory of {save_path} doesn't exist, can't save."
                ) from None
            raise

    def _record(
        self, prefix: str, save_path: str, latest_filename: str, meta_graph_suffix: str
    ) -> None:
        """Write the `checkpoint` file, and delete a checkpoint that is too old."""
        old = []
        if self.saver_def.max_to_keep:
            kept = [item for item in self._last_checkpoints if item[0] != prefix]
            kept.append((prefix, time.time()))
            old = [kept.pop(0)] if len(kept) > self.saver_def.max_to_keep else []
            self._last_checkpoints = kept
        checkpoint_management.update_checkpoint_state(
            os.path.dirname(save_path),
            prefix,
            self.last_checkpoints,
            latest_filename,
            save_relative_paths=self._save_relative_paths,
        )
        for path, written in old:
            if written > self._next_kept:
                self._next_kept += self.saver_def.keep_checkpoint_every_n_hours * 3600
            else:
                checkpoint_management.remove_checkpoint(path, meta_graph_suffix=meta_graph_suffix)

    # -- Restoring --------------------------------------------------------------------------

    def restore(self, sess: Any, save_path: str) -> None:
        """Give the variables the values of a checkpoint; they need not be initialised.

        Raises:
          ValueError: there is no such checkpoint.
          NotFoundError: it lacks a variable.
          InvalidArgumentError: a variable has another type or shape in it.
        """
        if self._is_empty:
            return
        if save_path is None:
            raise ValueError("Can't load save_path when it is None.")
        save_path = os.fspath(save_path)
        if not checkpoint_management.checkpoint_exists(save_path):
            raise ValueError(f"The passed save_path is not a valid checkpoint: {save_path}")
        logging.info("Restoring parameters from %s", save_path)
        definition = self.saver_def
        sess.run(definition.restore_op_name, {definition.filename_tensor_name: save_path})

    # -- What was written ---------------------------------------------------------------------

    @property
    def last_checkpoints(self) -> list[str]:
        """The prefixes of the checkpoints that are kept, oldest first."""
        return [path for path, _ in self._last_checkpoints]

    def set_last_checkpoints(self, last_checkpoints: list[str]) -> None:
        """Take these for the checkpoints that are kept; they are never deleted."""
        assert isinstance(last_checkpoints, list)
        self._last_checkpoints = [(path, np.inf) for path in last_checkpoints]

    def set_last_checkpoints_with_time(self, last_checkpoints_with_time: Any) -> None:
        """As `set_last_checkpoints`, of pairs with the seconds since 1970."""
        assert isinstance(last_checkpoints_with_time, list)
        self._last_checkpoints = last_checkpoints_with_time

    def recover_last_checkpoints(self, checkpoint_paths: Sequence[str]) -> None:
        """Take those that exist for the checkpoints that are kept, after a crash."""
        for path in checkpoint_paths:
            for written in checkpoint_management.get_checkpoint_mtimes([path]):
                self._last_checkpoints.append((path, written))

    def as_saver_def(self) -> Any:
        """The SaverDef message."""
        return self.saver_def

    def to_proto(self, export_scope: str | None = None) -> Any:
        return self.saver_def if export_scope is None else None

    def export_meta_graph(
        self, filename: str | None = None, collection_list: Sequence[str] | None = None, **_: Any
    ) -> Any:
        """The graph, this saver and the collections of variables as a MetaGraphDef message,
        written to a file if one is given."""
        meta = create_meta_graph_def(saver_def=self.saver_def, collection_list=collection_list)
        if filename is not None:
            file_io.atomic_write_string_to_file(filename, meta.SerializeToString())
        return meta


def saver_or_default() -> Saver:
    """The saver in the collection SAVERS, or a new one of all variables that joins it.

    Raises:
      RuntimeError: there are several.
    """
    graph = get_default_graph()
    savers = graph.get_collection(GraphKeys.SAVERS)
    if len(savers) > 1:
        raise RuntimeError(
            f"More than one item in collection {GraphKeys.SAVERS}. Please indicate which one to "
            "use by passing it to the constructor."
        )
    if savers:
        return savers[0]  # type: ignore[no-any-return]
    saver = Saver(sharded=True, allow_empty=True)
    graph.add_to_collection(GraphKeys.SAVERS, saver)
    return saver


def _static_or_dynamic_shape(tensor: Tensor) -> Any:
    from reflow.tf._arrays import shape

    return tensor.shape.as_list() if tensor.shape.is_fully_defined() else shape(tensor)

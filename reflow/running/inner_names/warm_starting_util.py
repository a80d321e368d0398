"""`tensorflow.python.training.warm_starting_util`: warm starts of single variables."""

from __future__ import annotations

from typing import Any

from reflow.tf._partitioned_variable import PartitionedVariable
from reflow.tf.train._warm_start import name_of, parts_of
from reflow.tf.train._warm_start import warm_start_with_vocabulary as _warm_start_var_with_vocab

__all__ = ["_get_var_info", "_infer_var_name", "_warm_start_var_with_vocab"]


def _infer_var_name(var: list[Any]) -> str:
    return name_of([part for each in var for part in parts_of(each)])


def _get_var_info(var: Any, prev_tensor_name: str | None = None) -> tuple[str, Any]:
    """The name in the checkpoint, and the variable or its parts."""
    parts = parts_of(var)
    given = parts if isinstance(var, PartitionedVariable) else var
    return prev_tensor_name or name_of(parts), given

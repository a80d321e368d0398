"""`tensorflow.python.ops.variable_scope`."""

from __future__ import annotations

from typing import Any

from reflow.graph.graph import get_default_graph
from reflow.tf._eager_variable_store import EagerVariableStore
from reflow.tf._partitions import PartitionInfo as _PartitionInfo
from reflow.tf._variable_store import VariableStore, variable_store, with_variable_store
from reflow.tf._variables import Variable as variable
from reflow.tf._variables import resource_variables_enabled
from reflow.tf._variables import variable_creator_scope as variable_creator_scope_v1

__all__ = [
    "EagerVariableStore",
    "_PartitionInfo",
    "variable",
    "variable_creator_scope_v1",
    "with_variable_store",
]

# What tests put back after they have changed the default.
_DEFAULT_USE_RESOURCE = resource_variables_enabled()


class _VariableStore:
    """A store of variables with the interface that TensorFlow's has."""

    def __init__(self, store: VariableStore) -> None:
        self._store = store

    @property
    def _vars(self) -> dict[str, Any]:
        return self._store._vars

    def get_variable(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """As `tf.get_variable`, whatever the variable scope is."""
        return self._store._getter(name, *args, **kwargs)


def _get_default_variable_store() -> _VariableStore:
    return _VariableStore(variable_store(get_default_graph()))

"""`tf.contrib.eager.EagerVariableStore`: variables by name, where no graph keeps them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from reflow.tf._variable_store import VariableStore, with_variable_store
from reflow.tf._variables import Variable


class EagerVariableStore:
    """Keeps the variables that `tf.get_variable` makes eagerly, and gives them again.

        store = tf.contrib.eager.EagerVariableStore()
        with store.as_default():
            w = tf.get_variable("w", [])
        with store.as_default():
            assert tf.get_variable("w", []) is w

    Args:
      store: a VariableStore to use; default: a new one.

    Raises:
      ValueError: the store does not keep eager variables.
    """

    def __init__(self, store: VariableStore | None = None) -> None:
        if store is not None and not store._store_eager_variables:
            raise ValueError(
                "Cannot construct EagerVariableStore from a VariableStore object that "
                "does not hold eager variables."
            )
        self._store = VariableStore() if store is None else store
        self._store._store_eager_variables = True

    def as_default(self) -> AbstractContextManager[VariableStore]:
        """`with store.as_default():` makes `tf.get_variable` use the store."""
        return with_variable_store(self._store)

    def variables(self) -> list[Variable]:
        """All variables, in the order of their names."""
        return sorted(self._store._vars.values(), key=lambda variable: variable.name)

    def trainable_variables(self) -> list[Variable]:
        """Those that are trainable, in the order of their names."""
        return [variable for variable in self.variables() if variable.trainable]

    def non_trainable_variables(self) -> list[Variable]:
        """Those that are not trainable, in the order of their names."""
        return [variable for variable in self.variables() if not variable.trainable]

    def copy(self) -> EagerVariableStore:
        """A store of new variables with the same names and values."""
        other = EagerVariableStore()
        for key, variable in self._store._vars.items():
            other._store._vars[key] = _copied(variable)
        return other


def _copied(variable: Any) -> Variable:
    name = variable.name.partition(":")[0]
    return Variable(variable.read_value(), name=name, trainable=variable.trainable)

"""The variables of a layer, and their values."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np

from reflow import tf
from reflow.graph.execution import executing_eagerly
from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.operation import Operation, Tensor

# For values that are asked for where there is no default session: one session a graph.
_sessions: weakref.WeakKeyDictionary[Graph, Any] = weakref.WeakKeyDictionary()
# The variables of layers that may have no value yet.
_unsettled: weakref.WeakKeyDictionary[Graph, weakref.WeakSet[Any]] = weakref.WeakKeyDictionary()


class Weights:
    """The variables of a layer: those that are trained, and the others."""

    trainable: bool
    built: bool
    name: Any

    def __init__(self) -> None:
        self._trainable_weights: list[Any] = []
        self._non_trainable_weights: list[Any] = []

    def _keep_weight(self, variable: Any, is_trained: bool) -> None:
        """Makes a variable one of the layer's."""
        (self._trainable_weights if is_trained else self._non_trainable_weights).append(variable)
        if not executing_eagerly():
            _unsettled.setdefault(get_default_graph(), weakref.WeakSet()).add(variable)

    @property
    def trainable_weights(self) -> list[Any]:
        """The variables that are trained."""
        return list(self._trainable_weights) if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Any]:
        """The variables that are not."""
        weights = [] if self.trainable else self._trainable_weights
        return [*weights, *self._non_trainable_weights]

    @property
    def weights(self) -> list[Any]:
        """All variables, those that are trained first."""
        return self.trainable_weights + self.non_trainable_weights

    @property
    def variables(self) -> list[Any]:
        return self.weights

    @property
    def trainable_variables(self) -> list[Any]:
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Any]:
        return self.non_trainable_weights

    def count_params(self) -> int:
        """How many numbers the variables hold; ValueError before they are made."""
        if not self.built:
            raise ValueError(
                f"You tried to call `count_params` on {self.name}, but the layer isn't built. You "
                f"can build it manually via: `{self.name}.build(batch_input_shape)`."
            )
        return sum(weight.shape.num_elements() for weight in self.weights)

    def get_weights(self) -> list[np.ndarray]:
        """The values of `weights`, in the default session or else in one that layers share.

        Layers' variables without a value get their initial ones.
        """
        if executing_eagerly():
            return [weight.numpy() for weight in self.weights]
        weights = self.weights
        return _session().run(weights) if weights else []

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Sets the values of the variables `weights`, in the session of `get_weights`.

        Args:
          weights: an array for each variable, as `get_weights` gives them.

        Raises:
          ValueError: there are more or fewer arrays than variables, or they have other shapes.
        """
        variables = self.weights
        if len(variables) != len(weights):
            raise ValueError(
                f'You called `set_weights(weights)` on layer "{self.name}" with a  weight list of '
                f"length {len(weights)}, but the layer was expecting {len(variables)} weights. "
                f"Provided weights: {str(weights)[:50]}..."
            )
        for variable, value in zip(variables, weights):
            if not variable.shape.is_compatible_with(value.shape):
                raise ValueError(
                    f"Layer weight shape {variable.shape} not compatible with provided weight "
                    f"shape {value.shape}"
                )
        if executing_eagerly():
            for variable, value in zip(variables, weights):
                variable.assign(value)
        elif variables:
            assignments = [_assignment(variable) for variable in variables]
            feeds = {fed: value for (fed, _), value in zip(assignments, weights)}
            _session().run([update for _, update in assignments], feeds)


def _session() -> Any:
    """The session that holds the layers' values; afterwards all layers' variables have some."""
    graph = get_default_graph()
    session = tf.get_default_session()
    if session is None:
        session = _sessions.get(graph)
        if session is None:
            session = _sessions[graph] = tf.Session(graph=graph)
    with session.graph.as_default():
        _initialize_rest(session)
    return session


def _initialize_rest(session: Any) -> None:
    """Gives their initial values to those of the layers' variables that have none."""
    unsettled = _unsettled.pop(session.graph, None)
    if not unsettled:
        return
    variables = list(unsettled)
    are_initialized = session.run([tf.is_variable_initialized(each) for each in variables])
    rest = [each for each, is_initialized in zip(variables, are_initialized) if not is_initialized]
    if rest:
        session.run(tf.variables_initializer(rest))


def _assignment(variable: Any) -> tuple[Tensor, Operation | Tensor]:
    """(what to feed, the update) of a variable; made once."""
    if not hasattr(variable, "_assignment"):
        fed = tf.placeholder(variable.dtype.base_dtype, [None] * variable.shape.ndims)
        variable._assignment = fed, variable.assign(fed)
    return variable._assignment  # type: ignore[no-any-return]

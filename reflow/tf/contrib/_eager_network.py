"""tf.contrib.eager.Network: a layer made of layers, in the names of TensorFlow 1."""

from __future__ import annotations

import inspect
import weakref
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from reflow.graph.execution import executing_eagerly
from reflow.tf import logging
from reflow.tf._variable_scope import VariableScope, get_variable_scope, variable_scope
from reflow.tf.layers._layer import Layer
from reflow.tf.layers._names import NameCounts, counts_of_default_graph, snake_case, unique_name


class Network(Layer):
    """A layer whose `call` uses the layers that were given to `track_layer`.

        class TwoLayers(tfe.Network):
            def __init__(self):
                super().__init__()
                self.first = self.track_layer(tf.layers.Dense(10, activation=tf.nn.relu))
                self.second = self.track_layer(tf.layers.Dense(2))

            def call(self, x):
                return self.second(self.first(x))

    Args:
      name: by default made of the class's name.

    Raises:
      ValueError: the name is a variable scope, or has slashes in it.
    """

    def __init__(self, name: str | None = None) -> None:
        if executing_eagerly():
            logging.warning("tfe.Network is deprecated and will be removed in a future version.")
        if isinstance(name, VariableScope):
            raise ValueError("VariableScopes are not valid Network names.")
        if name is not None and "/" in name:
            raise ValueError("Forward slashes ('/') are not allowed in Network names.")
        self._layers: list[Layer] = []
        self._owned: dict[str, Layer] = {}
        self._name_counts: NameCounts = Counter()
        self._parent: Callable[[], Network | None] | None = None
        self._unscoped: list[Layer] = []
        super().__init__(name=name)
        self._outer_scope = get_variable_scope()

    def _set_name(self, name: Any) -> None:
        self._name = self._base_name = name

    @property
    def name(self) -> str:
        """The name; ValueError before it is settled."""
        if self._name is None:
            raise ValueError(
                "The network does not yet have a final name, but a name was requested for it. "
                "Networks get a name when they are added to another Network via track_layer, or "
                "when they are first called/built."
            )
        return self._name

    def _settle_name(self, parent: Network | None) -> None:
        if self._name is None:
            counts = counts_of_default_graph() if parent is None else parent._name_counts
            self._name = self._base_name = unique_name(
                snake_case(type(self).__name__),
                counts,
                avoid=() if parent is None else parent._owned,
                namespace=self._outer_scope.name,
                zero_based=True,
            )
        if self._parent is None and parent is not None:
            self._parent = weakref.ref(parent)

    def _set_scope(self, scope: Any = None) -> None:
        if self._scope is not None:
            return
        if scope is not None:
            raise ValueError("Networks may not be created with explicit scopes.")
        parent = None if self._parent is None else self._parent()
        if parent is None:
            self._settle_name(None)
            outer: Any = self._outer_scope
        else:
            parent._set_scope()
            outer = parent._scope
        with variable_scope(outer):
            with variable_scope(None, use_resource=True, default_name=self._name) as own:
                self._scope = own
        if own.name.rpartition("/")[2] != self._name:
            raise ValueError(
                f"A Network named '{self._name}' already exists (or a variable_scope was created "
                "with this name). Names must be unique."
            )
        if parent is None:
            self._name = own.name
        for layer in self._unscoped:
            self._give_scope(layer)

    def _give_scope(self, layer: Layer) -> None:
        """The scope of a layer that is no network is inside this network's."""
        if layer._scope is not None:
            return
        with variable_scope(self._scope):
            with variable_scope(None, use_resource=True, default_name=layer.name) as own:
                layer._scope = own

    def track_layer(self, layer: Layer) -> Layer:
        """Makes a layer one of this network's, and gives it.

        Raises:
          RuntimeError: Network.__init__ has not been called.
          TypeError: it is no layer.
          ValueError: there is another layer of that name.
        """
        if not hasattr(self, "_layers"):
            raise RuntimeError("Need to call Network.__init__ before adding layers")
        if not isinstance(layer, Layer):
            raise TypeError(
                f"Network.track_layer() passed type {type(layer)}, not a tf.layers.Layer"
            )
        layer._use_resource_variables = True
        if isinstance(layer, Network):
            layer._settle_name(self)
        elif not layer.built:
            if layer._name != layer._base_name:
                # The name that the layer gave itself counts the layers of the graph.
                layer._name = layer._base_name = unique_name(
                    snake_case(type(layer).__name__), self._name_counts, self._owned, "", True
                )
            self._unscoped.append(layer)
        if not layer.built:
            if self._owned.setdefault(layer.name, layer) is not layer:
                raise ValueError(
                    f"Attempt to add two Layers with the name '{layer.name}' to the same Network."
                )
        self._layers.append(layer)
        return layer

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of that name, or the one that was tracked at that place.

        Raises:
          ValueError: there is none, or not one of `name` and `index` is given.
        """
        if (name is None) == (index is None):
            raise ValueError("Exactly one of 'index' or 'name' must be provided")
        if index is not None:
            if len(self._layers) <= index:
                raise ValueError(
                    f"Was asked to retrieve layer at index {index} but model only has "
                    f"{len(self._layers)} layers."
                )
            return self._layers[index]
        for layer in self._layers:
            if layer.name == name:
                return layer
        raise ValueError(f"No such layer: {name}")

    @property
    def layers(self) -> list[Layer]:
        """The layers, in the order in which they were tracked."""
        return self._layers

    @property
    def weights(self) -> list[Any]:
        return [weight for layer in self._layers for weight in layer.weights]

    @property
    def trainable_weights(self) -> list[Any]:
        return [weight for layer in self._layers for weight in layer.trainable_weights]

    @property
    def non_trainable_weights(self) -> list[Any]:
        return [weight for layer in self._layers for weight in layer.non_trainable_weights]

    @property
    def losses(self) -> list[Any]:
        return [loss for layer in self._layers for loss in layer.losses]

    def add_weight(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("A Network has the variables of its layers: give one to track_layer.")

    add_variable = add_weight

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        raise RuntimeError("A Network has the losses of its layers: give one to track_layer.")


class Sequential(Network):
    """A network of layers, or functions of tensors, each of which takes what the last gave."""

    def __init__(self, layers_funcs: Iterable[Any] | None = None, name: str | None = None) -> None:
        super().__init__(name)
        self._steps: list[Callable[..., Any]] = []
        for step in layers_funcs or ():
            self.add(step)

    def add(self, layer_func: Any) -> None:
        """Adds a layer or a function at the end.

        Raises:
          TypeError: it is neither.
        """
        if isinstance(layer_func, Layer):
            self.track_layer(layer_func)
        elif not callable(layer_func):
            raise TypeError(
                f"Sequential.add() takes only tf.layers.Layer objects or callables; not "
                f"'{layer_func}' of type '{type(layer_func)}'."
            )
        self._steps.append(layer_func)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """What the last step gives; those that take `training` are told."""
        for step in self._steps:
            function = step.call if isinstance(step, Layer) else step
            takes_training = "training" in inspect.signature(function).parameters
            inputs = (
                step(inputs) if training is None or not takes_training else step(inputs, training)
            )
        return inputs

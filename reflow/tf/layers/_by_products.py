"""What a layer makes beside its outputs: losses, and updates that training is to run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph import nest
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import float32
from reflow.graph.execution import executing_eagerly
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation, Tensor
from reflow.tf.layers._calls import calls
from reflow.tf.layers._reachability import reachable_from


class ByProducts:
    """The losses and updates of a layer.

    In a graph they join the collections REGULARIZATION_LOSSES and UPDATE_OPS too.
    """

    trainable: bool

    def __init__(self) -> None:
        # (loss, whether it depends on inputs); functions give theirs anew whenever they are asked.
        self._losses: list[tuple[Any, bool]] = []
        self._callable_losses: list[tuple[Callable[[], Any], bool]] = []
        # (update, the inputs of the call that added it).
        self._updates: list[tuple[Any, list[Any]]] = []

    # -- Losses -----------------------------------------------------------------------------------

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Adds losses to those of the layer.

        Args:
          losses: a nest of tensors, of numbers and of functions that give tensors.
          inputs: anything but None says that the losses depend on the layer's inputs.

        Raises:
          ValueError: while executing eagerly, outside of `call`, a loss is no function.
        """
        new = []
        for loss in nest.flatten(losses):
            if callable(loss):
                self._callable_losses.append((loss, inputs is not None))
                loss = None if executing_eagerly() else loss()
            elif loss is not None:
                loss = _as_loss(loss)
                if executing_eagerly() and calls.inputs is None:
                    raise ValueError(
                        "Expected a symbolic Tensors or a callable for the loss value. Please wrap "
                        "your loss computation in a zero argument `lambda`."
                    )
                self._losses.append((loss, inputs is not None))
            if loss is not None:
                new.append(_as_loss(loss))
        if not executing_eagerly():
            add_to_collection(new, GraphKeys.REGULARIZATION_LOSSES)

    @property
    def losses(self) -> list[Any]:
        """The losses; those of functions are computed anew."""
        return [loss for loss, _ in self._current_losses()]

    def get_losses_for(self, inputs: Any) -> list[Any]:
        """The losses that depend on `inputs`; those that depend on no inputs for None."""
        losses = self._current_losses()
        if inputs is None:
            return [loss for loss, is_conditional in losses if not is_conditional]
        reached = reachable_from(nest.flatten(inputs))
        return [loss for loss, is_conditional in losses if is_conditional and loss in reached]

    def _current_losses(self) -> list[tuple[Any, bool]]:
        computed = [(loss(), is_conditional) for loss, is_conditional in self._callable_losses]
        return self._losses + [(_as_loss(loss), c) for loss, c in computed if loss is not None]

    # -- Updates ----------------------------------------------------------------------------------

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Adds what training is to run.

        While executing eagerly updates are done at once: those that functions do only where the
        layer, and those that call it, are trained.

        Args:
          updates: an operation, a tensor, a function that gives one of these, or a list of them.
          inputs: not used; the call that adds them tells.
        """
        given = list(updates) if isinstance(updates, (list, tuple)) else [updates]
        if executing_eagerly():
            for update in given:
                if callable(update) and not calls.frozen:
                    update()
            return
        relevant = [] if calls.inputs is None else nest.flatten(calls.inputs)
        self._updates += [(_as_update(update), relevant) for update in given]

    @property
    def updates(self) -> list[Any]:
        """The operations that training is to run; none if the layer is not trained."""
        return [update for update, _ in self._updates] if self.trainable else []

    def get_updates_for(self, inputs: Any) -> list[Any]:
        """The updates that depend on `inputs`; those that depend on no inputs for None."""
        if not self.trainable:
            return []
        conditional = {
            update for update, relevant in self._updates if update in reachable_from(relevant)
        }
        if inputs is None:
            return [update for update in self.updates if update not in conditional]
        reached = reachable_from(nest.flatten(inputs)) & conditional
        return [update for update in self.updates if update in reached]


def add_to_collection(elements: Sequence[Any], key: str) -> None:
    """Adds to a collection of the default graph what is not in it yet."""
    collection = get_default_graph().get_collection_ref(key)
    known = {id(element) for element in collection}
    collection += [element for element in elements if id(element) not in known]


def _as_loss(loss: Any) -> Tensor:
    if isinstance(loss, Tensor):
        return loss
    return convert_to_tensor(loss, dtype=getattr(loss, "dtype", float32))


def _as_update(update: Any) -> Any:
    if callable(update):
        return _as_update(update())
    if isinstance(update, Operation):
        return update
    return update.op if hasattr(update, "op") else convert_to_tensor(update)

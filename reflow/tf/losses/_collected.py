"""The losses of a graph, and their sum."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor


def add_loss(loss: Tensor, loss_collection: str | None = GraphKeys.LOSSES) -> None:
    """Adds a loss to the collection; nothing while executing eagerly, where it would never end."""
    if loss_collection and not tf.executing_eagerly():
        tf.add_to_collection(loss_collection, loss)


def get_losses(scope: str | None = None, loss_collection: str = GraphKeys.LOSSES) -> list[Tensor]:
    """The losses of the collection whose names begin with `scope`."""
    return tf.get_collection(loss_collection, scope)  # type: ignore[no-any-return]


def get_regularization_losses(scope: str | None = None) -> list[Tensor]:
    """What regularizers of variables have added."""
    return tf.get_collection(GraphKeys.REGULARIZATION_LOSSES, scope)  # type: ignore[no-any-return]


def get_regularization_loss(
    scope: str | None = None, name: str = "total_regularization_loss"
) -> Tensor:
    """Their sum; 0 if there are none."""
    losses = get_regularization_losses(scope)
    return tf.add_n(losses, name=name) if losses else tf.constant(0.0)  # type: ignore[no-any-return]


def get_total_loss(
    add_regularization_losses: bool = True, name: str = "total_loss", scope: str | None = None
) -> Tensor:
    """The sum of all losses; ValueError if there are none."""
    losses = get_losses(scope=scope)
    if add_regularization_losses:
        losses = losses + get_regularization_losses(scope=scope)
    return tf.add_n(losses, name=name)  # type: ignore[no-any-return]

"""tf.nn.collapse_repeated, which loss functions of sequences prepare labels with."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.tf._scopes import name_scope


def collapse_repeated(
    labels: Any, seq_length: Any, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Each run of equal labels as one label: [[A, A, B, B, A]] -> [[A, B, A]].

    Args:
      labels: [batch, longest sequence].
      seq_length: [batch], how many of them count.

    Returns:
      (labels, [batch, longest new sequence] with zeros at the ends; the new lengths, [batch]).
    """
    with name_scope(name, "collapse_repeated_labels", [labels, seq_length]):
        labels = convert_to_tensor(labels, name="labels")
        seq_length = convert_to_tensor(seq_length, name="seq_length")
        is_new = tf.concat(
            [
                tf.ones_like(labels[:, :1], dtypes.bool),
                tf.not_equal(labels[:, 1:], labels[:, :-1]),
            ],
            axis=1,
        )
        counts = tf.sequence_mask(seq_length, maxlen=_size(labels, 1))
        is_new = tf.logical_and(is_new, counts)
        lengths = tf.reduce_sum(tf.cast(is_new, dtypes.int32), axis=1)
        longest = tf.reduce_max(lengths)
        is_filled = tf.sequence_mask(lengths, maxlen=longest)
        # From one flat list of labels into another.
        flat_labels = tf.reshape(labels, [-1])
        flat_is_new = tf.reshape(is_new, [-1])
        flat_is_filled = tf.reshape(is_filled, [-1])
        places = tf.range(_size(flat_is_filled, 0))
        flat = tf.scatter_nd(
            indices=tf.expand_dims(tf.boolean_mask(places, flat_is_filled), axis=1),
            updates=tf.boolean_mask(flat_labels, flat_is_new),
            shape=tf.shape(flat_is_filled),
        )
        collapsed = tf.reshape(flat, [_size(labels, 0), longest])
        return collapsed, tf.cast(lengths, seq_length.dtype)


def _size(tensor: Tensor, axis: int) -> Any:
    """As a number if it is known."""
    return tf.dimension_value(tensor.shape[axis]) or tf.shape(tensor)[axis]

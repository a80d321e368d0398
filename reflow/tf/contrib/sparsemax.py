"""tf.contrib.sparsemax: a softmax whose small probabilities are zero, and its loss.

Martins, Astudillo, "From softmax to sparsemax" (2016).
"""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.tf._absence import part_or_error
from reflow.tf._scopes import name_scope

__all__ = ["sparsemax", "sparsemax_loss"]


def sparsemax(logits: Any, name: str | None = None) -> Tensor:
    """max(logits - tau, 0), with the tau of each row for which it adds up to 1.

    Args:
      logits: [batch, classes], half, float or double.

    Returns:
      [batch, classes]; NaN in rows with NaN or plus infinity, or of minus infinity alone.
    """
    with name_scope(name, "sparsemax", [logits]):
        logits = convert_to_tensor(logits, name="logits")
        rows, classes = tf.shape(logits)[0], tf.shape(logits)[1]
        falling, _ = tf.nn.top_k(logits, k=classes)
        sums = tf.cumsum(falling, axis=1)
        counts = tf.range(1, tf.cast(classes, logits.dtype) + 1, dtype=logits.dtype)
        # The support are the largest logits, as many as stay above the tau of themselves.
        is_support = 1 + counts * falling > sums
        support = tf.reduce_sum(tf.cast(is_support, dtypes.int32), axis=1)
        # There is none in a row of infinities: it becomes NaN below, and is looked up elsewhere.
        at_least_one = tf.maximum(support, 1)
        places = tf.stack([tf.range(0, rows), at_least_one - 1], axis=1)
        tau = (tf.gather_nd(sums, places) - 1) / tf.cast(support, logits.dtype)
        p = tf.maximum(tf.cast(0, logits.dtype), logits - tau[:, tf.newaxis])
        return tf.where(
            tf.logical_or(tf.equal(support, 0), tf.is_nan(sums[:, -1])),
            tf.fill([rows, classes], tf.cast(float("nan"), logits.dtype)),
            p,
        )


def sparsemax_loss(logits: Any, sparsemax: Any, labels: Any, name: str | None = None) -> Tensor:
    """The loss whose gradient by the logits is `sparsemax` - `labels`.  [batch].

    Args:
      logits: [batch, classes].
      sparsemax: `sparsemax(logits)`.
      labels: [batch, classes], probabilities.
    """
    with name_scope(name, "sparsemax_loss", [logits, sparsemax, labels]):
        logits = convert_to_tensor(logits, name="logits")
        sparsemax = convert_to_tensor(sparsemax, name="sparsemax")
        labels = convert_to_tensor(labels, name="labels")
        # Chosen, not multiplied: logits may be infinite where the factor is zero.
        of_support = tf.where(
            tf.logical_or(sparsemax > 0, tf.is_nan(sparsemax)),
            sparsemax * (logits - 0.5 * sparsemax),
            tf.zeros_like(sparsemax),
        )
        of_labels = labels * (0.5 * labels - logits)
        of_labels = tf.where(
            tf.logical_and(tf.equal(labels, 0), tf.is_inf(logits)),
            tf.zeros_like(logits),
            of_labels,
        )
        return tf.reduce_sum(of_support + of_labels, axis=1)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

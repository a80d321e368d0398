"""tf.nn.nce_loss and tf.nn.sampled_softmax_loss: losses that look at a few of many classes."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.operation import Tensor
from reflow.ops.sparse.dense import SparseToDense
from reflow.tf._candidate_sampling import compute_accidental_hits, log_uniform_candidate_sampler
from reflow.tf._embedding import embedding_lookup
from reflow.tf._old_orders import is_integral, takes_old_order
from reflow.tf._partitioned_variable import PartitionedVariable
from reflow.tf._scopes import name_scope

_OLD_ORDER = (
    "weights biases inputs labels num_sampled num_classes num_true sampled_values "
    "remove_accidental_hits partition_strategy name"
)


def _is_old_loss(_: Any, __: Any, labels: Any = None, inputs: Any = None, *___: Any) -> bool:
    """Whether there are integers, as only labels are, where the inputs stand now."""
    return inputs is not None and is_integral(inputs) and not is_integral(labels)


@takes_old_order(_OLD_ORDER, _is_old_loss)
def nce_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = False,
    partition_strategy: str = "mod",
    name: str = "nce_loss",
) -> Tensor:
    """Noise-contrastive estimation: is a class the true one, or one of those drawn?

    Gutmann, Hyvärinen, "Noise-contrastive estimation" (2010).

    Args:
      weights: [num_classes, dim], a tensor, a list of parts or a partitioned variable.
      biases: [num_classes].
      labels: [batch, num_true] integers.
      inputs: [batch, dim].
      num_sampled: how many classes to draw for the batch.
      sampled_values: what a candidate sampler gave; by default a log-uniform one draws.
      remove_accidental_hits: whether classes drawn that are true ones do not count.
      partition_strategy: as of `embedding_lookup`.

    Returns:
      [batch].
    """
    logits, targets = _compute_sampled_logits(
        weights,
        biases,
        labels,
        inputs,
        num_sampled,
        num_classes,
        num_true,
        sampled_values,
        remove_accidental_hits=remove_accidental_hits,
        partition_strategy=partition_strategy,
        name=name,
    )
    losses = tf.nn.sigmoid_cross_entropy_with_logits(
        labels=targets, logits=logits, name="sampled_losses"
    )
    return _sums_of_rows(losses)


@takes_old_order(_OLD_ORDER, _is_old_loss)
def sampled_softmax_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = True,
    partition_strategy: str = "mod",
    name: str = "sampled_softmax_loss",
    seed: int | None = None,
) -> Tensor:
    """The cross-entropy of a softmax over the true classes and those drawn.  For training only.

    Jean, Cho, Memisevic, Bengio, "On using very large target vocabulary" (2014).
    Arguments as of `nce_loss`; `seed` is the sampler's.
    """
    logits, targets = _compute_sampled_logits(
        weights,
        biases,
        labels,
        inputs,
        num_sampled,
        num_classes,
        num_true,
        sampled_values,
        remove_accidental_hits=remove_accidental_hits,
        partition_strategy=partition_strategy,
        name=name,
        seed=seed,
    )
    targets = tf.stop_gradient(targets, name="labels_stop_gradient")
    return tf.nn.softmax_cross_entropy_with_logits_v2(labels=targets, logits=logits)


def _sums_of_rows(x: Tensor) -> Tensor:
    """As a product with ones, which has the cheaper gradient."""
    columns = tf.shape(x)[1]
    ones = tf.ones(tf.stack([columns, 1]), x.dtype)
    return tf.reshape(tf.matmul(x, ones), [-1])


def _compute_sampled_logits(
    weights: Any,
    biases: Any,
    labels: Tensor,
    inputs: Tensor,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    subtract_log_q: bool = True,
    remove_accidental_hits: bool = False,
    partition_strategy: str = "mod",
    name: str | None = None,
    seed: int | None = None,
) -> tuple[Tensor, Tensor]:
    """The logits of the true classes and of those drawn, and what they should be.

    Args:
      subtract_log_q: whether log(expected count) is subtracted from each logit.

    Returns:
      Two tensors [batch, num_true + num_sampled]; the targets of an example add up to 1.
    """
    if isinstance(weights, PartitionedVariable):
        weights = list(weights)
    if not isinstance(weights, list):
        weights = [weights]
    with name_scope(name, "compute_sampled_logits", [*weights, biases, inputs, labels]):
        if labels.dtype != dtypes.int64:
            labels = tf.cast(labels, dtypes.int64)
        flat_labels = tf.reshape(labels, [-1])
        if sampled_values is None:
            sampled_values = log_uniform_candidate_sampler(
                labels, num_true, num_sampled, unique=True, range_max=num_classes, seed=seed
            )
        sampled, true_count, sampled_count = (tf.stop_gradient(s) for s in sampled_values)
        sampled = tf.cast(sampled, dtypes.int64)
        true_logits, sampled_logits = _logits(
            weights, biases, flat_labels, sampled, inputs, num_true, partition_strategy
        )
        if remove_accidental_hits:
            sampled_logits += _without_hits(
                labels, sampled, num_true, num_sampled, sampled_logits.dtype
            )
        if subtract_log_q:
            true_logits -= tf.log(true_count)
            sampled_logits -= tf.log(sampled_count)
        logits = tf.concat([true_logits, sampled_logits], 1)
        targets = tf.concat(
            [tf.ones_like(true_logits) / num_true, tf.zeros_like(sampled_logits)], 1
        )
        return logits, targets


def _logits(
    weights: list[Any],
    biases: Any,
    flat_labels: Tensor,
    sampled: Tensor,
    inputs: Tensor,
    num_true: int,
    partition_strategy: str,
) -> tuple[Tensor, Tensor]:
    """[batch, num_true] and [batch, num_sampled], of one lookup for all classes."""
    classes = tf.concat([flat_labels, sampled], 0)
    rows = _looked_up(weights, classes, partition_strategy, inputs.dtype)
    true_rows = tf.slice(rows, [0, 0], tf.stack([tf.shape(flat_labels)[0], -1]))
    sampled_rows = tf.slice(rows, tf.stack([tf.shape(flat_labels)[0], 0]), [-1, -1])
    sampled_logits = tf.matmul(inputs, sampled_rows, transpose_b=True)
    offsets = _looked_up(biases, classes, partition_strategy, inputs.dtype)
    true_offsets = tf.slice(offsets, [0], tf.shape(flat_labels))
    sampled_offsets = tf.slice(offsets, tf.shape(flat_labels), [-1])
    dim = tf.shape(true_rows)[1:2]
    by_example = tf.concat([[-1, num_true], dim], 0)
    products = tf.multiply(tf.expand_dims(inputs, 1), tf.reshape(true_rows, by_example))
    dots = _sums_of_rows(tf.reshape(products, tf.concat([[-1], dim], 0)))
    true_logits = tf.reshape(dots, [-1, num_true])
    true_logits += tf.reshape(true_offsets, [-1, num_true])
    sampled_logits += sampled_offsets
    return true_logits, sampled_logits


def _looked_up(params: Any, classes: Tensor, partition_strategy: str, dtype: Any) -> Tensor:
    rows = embedding_lookup(params, classes, partition_strategy=partition_strategy)
    return tf.cast(rows, dtype) if rows.dtype != dtype else rows


def _without_hits(
    labels: Tensor, sampled: Tensor, num_true: int, num_sampled: int, dtype: Any
) -> Tensor:
    """[batch, num_sampled]: the lowest number where a class drawn is a true one, else 0."""
    examples, places, lowest = compute_accidental_hits(labels, sampled, num_true=num_true)
    examples = tf.reshape(examples, [-1, 1])
    places = tf.reshape(tf.cast(places, dtypes.int32), [-1, 1])
    indices = tf.concat([examples, places], 1, "sparse_indices")
    shape = tf.concat([tf.shape(labels)[:1], tf.expand_dims(num_sampled, 0)], 0)
    if lowest.dtype != dtype:
        lowest = tf.cast(lowest, dtype)
    return SparseToDense(indices, shape, lowest, default_value=0.0, validate_indices=False)

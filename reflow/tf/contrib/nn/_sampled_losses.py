"""Softmax losses of some of the classes, drawn anew in each step."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.operation import Tensor
from reflow.tf._embedding import _embedding_lookup_and_transform, embedding_lookup
from reflow.tf._sampled_losses import _compute_sampled_logits
from reflow.tf._scopes import name_scope


def rank_sampled_softmax_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_resampled: int,
    num_classes: int,
    num_true: int,
    sampled_values: Any,
    resampling_temperature: Any,
    remove_accidental_hits: bool,
    partition_strategy: str,
    name: str | None = None,
) -> Tensor:
    """`tf.nn.sampled_softmax_loss` of those of the classes drawn that have the largest logits.

    Args:
      weights, biases: [num_classes, dim] and [num_classes], or lists of parts of them.
      labels: [batch, num_true], int64.
      inputs: [batch, dim].
      num_sampled: how many classes are drawn for the batch.
      num_resampled: how many of these are used.
      num_classes: how many classes there are.
      num_true: how many true classes each example has.
      sampled_values: what a candidate sampler gave; None: what
        tf.nn.learned_unigram_candidate_sampler gives.
      resampling_temperature: the inputs are divided by it for the choice: the lower it is, the
        more a single example of the batch can decide it.
      remove_accidental_hits: whether true classes that are drawn are left out.
      partition_strategy: "div" or "mod".

    Raises:
      ValueError: the numbers do not fit, or the strategy is another one.
    """
    if num_sampled > num_classes:
        raise ValueError(
            f"num_sampled ({num_sampled}) cannot be greater than num_classes ({num_classes})"
        )
    if num_sampled <= num_resampled:
        raise ValueError(
            f"num_resampled ({num_resampled}) must be less than num_sampled ({num_sampled})"
        )
    if partition_strategy not in ("div", "mod"):
        raise ValueError(f"unsupported partition_strategy ({partition_strategy})")
    values = [weights, biases, labels, inputs, sampled_values, resampling_temperature]
    with name_scope(name, "rank_sampled_softmax_loss", values) as scope:
        if not sampled_values:
            sampled_values = tf.nn.learned_unigram_candidate_sampler(
                true_classes=labels,
                num_true=num_true,
                num_sampled=num_sampled,
                unique=True,
                range_max=num_classes,
            )
        resampled_values = _largest(
            weights,
            biases,
            inputs,
            sampled_values,
            num_resampled,
            resampling_temperature,
            partition_strategy,
        )
        return tf.nn.sampled_softmax_loss(
            weights=weights,
            biases=biases,
            labels=labels,
            inputs=inputs,
            num_sampled=num_resampled,
            num_classes=num_classes,
            num_true=num_true,
            sampled_values=resampled_values,
            remove_accidental_hits=remove_accidental_hits,
            partition_strategy=partition_strategy,
            name=scope,
        )


def _largest(
    weights: Any,
    biases: Any,
    inputs: Any,
    sampled_values: Any,
    count: int,
    temperature: Any,
    partition_strategy: str,
) -> tuple[Tensor, Tensor, Tensor]:
    """Of what a sampler gave, the part of the classes with the largest logits over the batch."""
    sampled, true_count, sampled_count = sampled_values
    sampled = tf.cast(tf.stop_gradient(sampled), dtypes.int64)
    true_count = tf.stop_gradient(true_count)
    sampled_count = tf.stop_gradient(sampled_count)
    cooled = inputs / temperature

    def over_the_batch(rows: Tensor) -> Tensor:
        products = tf.matmul(rows, cooled, transpose_b=True)
        return tf.reduce_logsumexp(products, axis=1, keepdims=False)

    logits = _embedding_lookup_and_transform(
        weights, sampled, partition_strategy, transform_fn=over_the_batch
    )
    offsets = tf.reshape(embedding_lookup(biases, sampled, partition_strategy), [-1])
    logits += offsets / temperature
    _, places = tf.nn.top_k(logits, k=count, sorted=False)
    return tf.gather(sampled, places), true_count, tf.gather(sampled_count, places)


def sampled_sparse_softmax_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    sampled_values: Any = None,
    remove_accidental_hits: bool = True,
    partition_strategy: str = "mod",
    name: str | None = "sampled_sparse_softmax_loss",
) -> Tensor:
    """`tf.nn.sampled_softmax_loss` of one true class an example.  For training only.

    Args:
      weights, biases: [num_classes, dim] and [num_classes], or lists of parts of them.
      labels: [batch, 1], int64.
      inputs: [batch, dim].
      num_sampled: how many classes are drawn for the batch.
      num_classes: how many classes there are.
      sampled_values: what a candidate sampler gave; None: what
        tf.nn.log_uniform_candidate_sampler gives.
      remove_accidental_hits: whether true classes that are drawn are left out.
      partition_strategy: "div" or "mod".

    Returns:
      [batch].
    """
    logits, _ = _compute_sampled_logits(
        weights,
        biases,
        labels,
        inputs,
        num_sampled,
        num_classes,
        sampled_values=sampled_values,
        remove_accidental_hits=remove_accidental_hits,
        partition_strategy=partition_strategy,
        name=name,
    )
    # The true class is the first column.
    labels = tf.zeros([tf.shape(logits)[0], 1], dtype=dtypes.int64)
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.squeeze(labels), logits=logits)

"""Batches of elements that are taken, or left out, by chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.tf._checks import assert_integer, assert_less, assert_non_negative
from reflow.tf._control_flow import with_dependencies
from reflow.tf._gathering import where_v2
from reflow.tf.train._batching import as_tensors, batch, maybe_batch

# How far the sum of probabilities may be from 1.
_TOLERANCE = 1e-6


def rejection_sample(
    tensors: Sequence[Any],
    accept_prob_fn: Callable[[list[Tensor]], Any],
    batch_size: int,
    queue_threads: int = 1,
    enqueue_many: bool = False,
    prebatch_capacity: int = 16,
    prebatch_threads: int = 1,
    runtime_checks: bool = False,
    name: str | None = None,
) -> list[Tensor]:
    """Batches of the elements that are accepted.

    Args:
      tensors: the components of an element.
      accept_prob_fn: the probability, a scalar, with which an element is accepted; a function of
        its components.
      batch_size: how many elements a batch has.
      queue_threads: how many threads fill the queue of batches.
      enqueue_many: `tensors` hold many elements, along their first axis.
      prebatch_capacity, prebatch_threads: of the queue that takes these apart.
      runtime_checks: check in each run that the probability is one.
      name: of the operations' scope.

    Returns:
      The components, [batch_size, ...].

    Raises:
      ValueError: with `enqueue_many`, the tensors hold different numbers of elements.
    """
    with tf.variable_scope(name, "rejection_sample", tensors):
        components = as_tensors(tensors)
        if enqueue_many:
            for component in components:
                count = component.shape.with_rank_at_least(1)[0]
                count.assert_is_compatible_with(components[0].shape[0])
            components = _one_by_one(components, prebatch_threads, prebatch_capacity)
        probability = accept_prob_fn(components)
        if runtime_checks:
            within = [
                tf.assert_less_equal(0.0, probability),
                tf.assert_less_equal(probability, 1.0),
            ]
            checked = with_dependencies(within, probability)
            probability = tf.identity(checked, name="prob_with_checks")
        accepted = maybe_batch(
            components,
            keep_input=tf.random_uniform([]) < probability,
            batch_size=batch_size,
            num_threads=queue_threads,
        )
        return [accepted] if isinstance(accepted, Tensor) else accepted


def _one_by_one(components: Sequence[Tensor], threads: int, capacity: int) -> list[Tensor]:
    """The elements of tensors that hold many, one after the other."""
    taken = batch(
        components, batch_size=1, num_threads=threads, capacity=capacity, enqueue_many=True
    )
    taken = [taken] if isinstance(taken, Tensor) else taken
    return [tf.squeeze(component, [0]) for component in taken]


def stratified_sample(
    tensors: Sequence[Any],
    labels: Any,
    target_probs: Any,
    batch_size: int,
    init_probs: Any = None,
    enqueue_many: bool = False,
    queue_capacity: int = 16,
    threads_per_queue: int = 1,
    name: str | None = None,
) -> tuple[list[Tensor], Tensor]:
    """Batches in which the classes have certain shares.

    Elements of classes that are too frequent are left out by chance.

    Args:
      tensors: the components of an element.
      labels: its class, a whole number.
      target_probs: [classes]; the shares.
      batch_size: how many elements a batch has.
      init_probs: [classes]; the shares in the data; default: counted as it goes.
      enqueue_many: `tensors` and `labels` hold many elements, along their first axis.
      queue_capacity: of the queue that takes these apart.
      threads_per_queue: how many threads fill each queue.
      name: of the operations' scope.

    Returns:
      The components, [batch_size, ...], and the labels, [batch_size].

    Raises:
      ValueError: the shapes do not fit each other.
      TypeError: `tensors` is no sequence.
      InvalidArgumentError: (in a run) probabilities do not add up to 1, a label is none of the
        classes, or a class is wanted that the data does not have.
    """
    with tf.name_scope(name, "stratified_sample", [*tensors, labels]):
        components = as_tensors(tensors)
        labels = convert_to_tensor(labels)
        target_probs = convert_to_tensor(target_probs, dtype=dtypes.float32)
        if not enqueue_many:
            components = [tf.expand_dims(component, 0) for component in components]
            labels = tf.expand_dims(labels, 0)
        if init_probs is None:
            target_probs.shape.assert_is_fully_defined()
            init_probs = _estimate_data_distribution(labels, target_probs.shape.num_elements())
        else:
            init_probs = convert_to_tensor(init_probs, dtype=dtypes.float32)
        components, labels, (init_probs, target_probs) = _verify_input(
            components, labels, [init_probs, target_probs]
        )
        available = _assert_available(init_probs, target_probs)
        init_probs = with_dependencies([available], init_probs)
        acceptance = _calculate_acceptance_probabilities(init_probs, target_probs)
        rejected = tf.reduce_sum((1 - acceptance) * init_probs)
        acceptance = tf.cond(
            tf.less(rejected, 0.5),
            lambda: acceptance,
            lambda: tf.Print(
                acceptance,
                [acceptance],
                message="Proportion of examples rejected by sampler is high.",
                first_n=10,
            ),
        )
        *element, label = _one_by_one([*components, labels], threads_per_queue, queue_capacity)
        probability = tf.gather(acceptance, label)
        *batches, batch_labels = maybe_batch(
            [*element, label],
            keep_input=tf.random_uniform([]) < probability,
            batch_size=batch_size,
            num_threads=threads_per_queue,
        )
        return batches, batch_labels


def _assert_available(init_probs: Tensor, target_probs: Tensor) -> Any:
    """That no class is wanted which the data does not have."""
    available = tf.logical_or(tf.not_equal(init_probs, 0), tf.equal(target_probs, 0))
    return tf.Assert(
        tf.reduce_all(available),
        [
            "All classes with zero initial probability must also have zero target probability: ",
            init_probs,
            target_probs,
        ],
    )


def _estimate_data_distribution(
    labels: Tensor, num_classes: int, smoothing_constant: int = 10
) -> Tensor:
    """The shares of the classes so far; each begins with `smoothing_constant` elements."""
    if smoothing_constant <= 0:
        raise ValueError("smoothing_constant must be nonzero.")
    counts = tf.Variable(
        initial_value=[smoothing_constant] * num_classes,
        trainable=False,
        name="class_count",
        dtype=dtypes.int64,
    )
    seen = tf.reduce_sum(tf.one_hot(labels, num_classes, dtype=dtypes.int64), 0)
    # The sum is a copy: in the quotient another thread must not count on.
    counted = counts.assign_add(seen) + 0
    return tf.cast(tf.truediv(counted, tf.reduce_sum(counted)), dtypes.float32)


def _verify_input(
    tensor_list: Sequence[Tensor], labels: Tensor, probs_list: Sequence[Tensor]
) -> tuple[list[Tensor], Tensor, list[Tensor]]:
    """The arguments, with checks that run before they are used."""
    checked_probs = []
    for probs in probs_list:
        probs.shape.assert_is_fully_defined()
        probs.shape.assert_has_rank(1)
        total = tf.reduce_sum(probs)
        checks = [
            assert_non_negative(probs),
            assert_less(total, 1.0 + _TOLERANCE),
            assert_less(1.0 - _TOLERANCE, total),
        ]
        checked_probs.append(with_dependencies(checks, probs))
    classes = checked_probs[0].shape.num_elements()
    if any(probs.shape.num_elements() != classes for probs in checked_probs):
        raise ValueError("Probability parameters must have the same length.")
    labels.shape.assert_has_rank(1)
    for tensor in tensor_list:
        count = tensor.shape.with_rank_at_least(1)[0]
        count.assert_is_compatible_with(labels.shape[0])
    batch_size = tf.shape(labels)[0]
    is_filled = tf.assert_positive(batch_size)
    labels = with_dependencies([is_filled], labels)
    tensors = [
        with_dependencies([is_filled, tf.assert_equal(tf.shape(tensor)[0], batch_size)], tensor)
        for tensor in tensor_list
    ]
    checks = [
        assert_integer(labels),
        assert_non_negative(labels),
        assert_less(labels, tf.cast(classes, labels.dtype)),
    ]
    return tensors, with_dependencies(checks, labels), checked_probs


def _calculate_acceptance_probabilities(init_probs: Tensor, target_probs: Tensor) -> Tensor:
    """With which probability an element of each class is accepted.

    Of accepted elements the share of a class is in proportion to init_probs * accepted, so that
    must be in proportion to target_probs; the greatest probability is made 1.
    """
    ratios = target_probs / init_probs
    # 0 / 0, of a class that is neither there nor wanted.
    ratios = where_v2(tf.is_nan(ratios), tf.zeros_like(ratios), ratios)
    return ratios / tf.reduce_max(ratios)

"""rejection_resample: a dataset whose classes are as frequent as wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.tf._static_values import get_static_value
from reflow.tf.data._dataset import Dataset
from reflow.tf.data.experimental._choosing import sample_from_datasets
from reflow.tf.data.experimental._transformations import Transformation, scan

# Where frequencies are estimated: after how many elements they are told anew, and how many
# elements each class is taken to have had before.
_BATCH = 32
_SMOOTHING = 10
# A part of rejected elements that is worth a warning; and how often it is given.
_MANY = 0.5
_WARNINGS = 10


def rejection_resample(
    class_func: Callable[..., Any], target_dist: Any, initial_dist: Any = None, seed: Any = None
) -> Transformation:
    """Pairs of the class and an element, with the classes as frequent as wanted.

    Elements of classes that are too frequent are dropped at random.

    Args:
      class_func: gives an element's class, an int32 scalar.
      target_dist: [classes], how frequent classes are to be, of floating point.
      initial_dist: [classes], how frequent they are; by default that is estimated on the way.
      seed: of the random numbers, see tf.set_random_seed.
    """

    def apply(dataset: Dataset) -> Dataset:
        target = convert_to_tensor(target_dist, name="target_dist")
        classes = dataset.map(class_func)
        known_part = None
        if initial_dist is not None:
            initial = convert_to_tensor(initial_dist, name="initial_dist")
            acceptance, part = _acceptance(initial, target)
            initials = Dataset.from_tensors(initial).repeat()
            acceptances = Dataset.from_tensors(acceptance).repeat()
            parts = Dataset.from_tensors(part).repeat()
        else:
            initials = _estimated(target, classes)
            both = initials.map(lambda initial: _acceptance(initial, target))
            acceptances = both.map(lambda acceptance, _: acceptance)
            parts = both.map(lambda _, part: part)
        accepted = _accepted(dataset, acceptances, initials, classes, seed).prefetch(3)
        if initial_dist is not None:
            known_part = _known_part(initial, target)
        if known_part == 0:
            return accepted
        unchanged = Dataset.zip((classes, dataset))
        if known_part == 1:
            return unchanged
        return sample_from_datasets(
            [unchanged, accepted],
            weights=parts.map(lambda part: [(part, 1.0 - part)]),
            seed=seed,
        )

    return apply


def _acceptance(initial: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """How elements are chosen so that few are dropped.

    Returns:
      For each class the probability that an element is kept, and the part of the result that can
      be taken from the elements as they come.
    """
    ratios = target / (initial + np.finfo(initial.dtype.as_numpy_dtype).tiny)
    most = tf.reduce_max(ratios)
    least = tf.reduce_min(ratios)
    return (ratios - least) / (most - least), least


def _known_part(initial: Tensor, target: Tensor) -> Any:
    """That part, where it can be told without running."""
    initial_value, target_value = get_static_value(initial), get_static_value(target)
    if initial_value is None or target_value is None:
        return None
    return np.min(target_value / initial_value)


def _accepted(
    dataset: Dataset, acceptances: Dataset, initials: Dataset, classes: Dataset, seed: Any
) -> Dataset:
    """Pairs of the class and an element, each kept with the probability of its class."""
    acceptances = Dataset.zip((acceptances, initials)).map(maybe_warn_on_large_rejection)
    elements = Dataset.zip((classes, acceptances, dataset)).map(_gather_and_copy)
    kept = elements.filter(lambda _, p, __: tf.random_uniform([], seed=seed) < p)
    return kept.map(lambda label, _, data: (label, data))


# The functions' names are parts of those in the graph.


def _gather_and_copy(label: Tensor, acceptance: Tensor, data: Any) -> tuple[Any, ...]:
    """The probability of its class beside each element."""
    return label, tf.gather(acceptance, label), data


def maybe_warn_on_large_rejection(acceptance: Tensor, initial: Tensor) -> Tensor:
    """The probabilities of being kept; says so where most elements are dropped."""
    rejected = tf.reduce_sum((1 - acceptance) * initial)
    return tf.cond(
        tf.less(rejected, _MANY),
        lambda: acceptance,
        lambda: tf.Print(
            acceptance,
            [rejected, initial, acceptance],
            message="Proportion of examples rejected by sampler is high: ",
            summarize=100,
            first_n=_WARNINGS,
        ),
    )


def _estimated(target: Tensor, classes: Dataset) -> Dataset:
    """How frequent classes have been up to each element."""
    count = target.shape[0] or tf.shape(target)[0]
    seen = tf.fill([count], np.int64(_SMOOTHING))

    def update_estimate_and_tile(seen: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        new = tf.one_hot(labels, seen.shape[0], dtype=dtypes.int64)
        seen = tf.add(seen, tf.reduce_sum(new, 0))
        frequencies = tf.cast(tf.truediv(seen, tf.reduce_sum(seen)), dtypes.float32)
        return seen, tf.tile(tf.expand_dims(frequencies, 0), [_BATCH, 1])

    return classes.batch(_BATCH).apply(scan(seen, update_estimate_and_tile)).unbatch()

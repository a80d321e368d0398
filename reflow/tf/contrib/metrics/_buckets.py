"""Metrics of predictions that are counted in buckets: fast where there are many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.tf._confusion_matrix import remove_squeezable_dimensions
from reflow.tf._fitting import fitted
from reflow.tf._scopes import control_dependencies, name_scope
from reflow.tf._variable_scope import variable_scope
from reflow.tf.metrics._streams import Streamed, metric_variable
from reflow.tf.metrics._thresholds import probability_checks


class PrecisionRecallData(NamedTuple):
    """What is known at each of the thresholds; [thresholds], of the predictions' type."""

    tp: Tensor
    fp: Tensor
    tn: Tensor
    fn: Tensor
    precision: Tensor
    recall: Tensor
    thresholds: Tensor


def precision_recall_at_equal_thresholds(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int | None = None,
    use_locking: bool | None = None,
    name: str | None = None,
) -> tuple[PrecisionRecallData, Any]:
    """Counts, precision and recall at thresholds of equal distances from 0 to 1.

    Args:
      labels: bool.
      predictions: in [0, 1]; running the update raises InvalidArgumentError for others.
      weights: of their rank, with dimensions of 1 or as theirs, or a scalar.
      num_thresholds: 201 by default.
      use_locking: of the updates, True by default.
      name: the variable scope.

    Returns:
      (PrecisionRecallData, the operation that updates it).
    """
    number = 201 if num_thresholds is None else num_thresholds
    weights = 1.0 if weights is None else weights
    use_locking = True if use_locking is None else use_locking
    tf.assert_type(labels, dtypes.bool)
    inputs = (labels, predictions, weights)
    with variable_scope(name, "precision_recall_at_equal_thresholds", inputs):
        with control_dependencies(probability_checks(predictions)):
            predictions, labels, weights = fitted(predictions, labels, weights)
        is_true = tf.cast(labels, dtypes.float64)
        weights = tf.cast(weights, dtypes.float64)
        of_true = is_true * weights
        of_false = (1.0 - is_true) * weights
        predictions = tf.reshape(predictions, [-1])
        of_true = tf.reshape(of_true, [-1])
        of_false = tf.reshape(of_false, [-1])
        buckets = tf.cast(tf.floor(predictions * (number - 1)), dtypes.int32)
        with name_scope("variables"):
            true_buckets = metric_variable([number], dtypes.float64, name="tp_buckets")
            false_buckets = metric_variable([number], dtypes.float64, name="fp_buckets")
        with name_scope("update_op"):
            updates = [
                tf.scatter_add(true_buckets, buckets, of_true, use_locking=use_locking),
                tf.scatter_add(false_buckets, buckets, of_false, use_locking=use_locking),
            ]
        tp = tf.cumsum(true_buckets, reverse=True, name="tp")
        fp = tf.cumsum(false_buckets, reverse=True, name="fp")
        tn = fp[0] - fp
        fn = tp[0] - tp
        least = convert_to_tensor(1e-7, dtype=dtypes.float64)
        precision = tp / tf.maximum(least, tp + fp)
        recall = tp / tf.maximum(least, tp + fn)
        counted = [
            tf.cast(tensor, predictions.dtype) for tensor in (tp, fp, tn, fn, precision, recall)
        ]
        thresholds = tf.cast(tf.lin_space(0.0, 1.0, number), predictions.dtype)
        return PrecisionRecallData(*counted, thresholds), tf.group(*updates)


def auc_using_histogram(
    boolean_labels: Any,
    scores: Any,
    score_range: Any,
    nbins: int = 100,
    collections: Sequence[str] | None = None,
    check_shape: bool = True,
    name: str | None = None,
) -> Streamed:
    """The area under the ROC curve, of scores in any range that are counted in bins.

    Args:
      boolean_labels, scores: [batch].
      score_range: [2], where the first bin begins and the last one ends.
      collections: of the counts; by default LOCAL_VARIABLES.
      check_shape: whether the run checks that labels and scores are vectors.
      name: the variable scope.

    Raises:
      ValueError: the labels are not bool.
    """
    collections = [GraphKeys.LOCAL_VARIABLES] if collections is None else collections
    with variable_scope(name, "auc_using_histogram", [boolean_labels, scores, score_range]):
        scores, boolean_labels = remove_squeezable_dimensions(scores, boolean_labels)
        score_range = convert_to_tensor(score_range, name="score_range")
        labels, scores = _checked(boolean_labels, scores, check_shape)
        with variable_scope(None, "make_auc_histograms", [labels, scores, nbins]):
            batch_true = _histogram(scores, labels, score_range, nbins, "hist_true")
            is_false = tf.logical_not(labels)
            batch_false = _histogram(scores, is_false, score_range, nbins, "hist_false")
        with variable_scope(None, "hist_accumulate", [batch_true, batch_false]):
            true, false = (
                tf.get_variable(
                    variable,
                    shape=[nbins],
                    dtype=batch_true.dtype,
                    initializer=tf.zeros_initializer(),
                    collections=collections,
                    trainable=False,
                )
                for variable in ("hist_true_acc", "hist_false_acc")
            )
            update = tf.group(
                true.assign_add(batch_true), false.assign_add(batch_false), name="update_op"
            )
        return _area(true, false, nbins), update


def _checked(labels: Any, scores: Any, check_shape: bool) -> tuple[Tensor, Tensor]:
    with name_scope(None, "_check_labels_and_scores", [labels, scores]):
        labels = convert_to_tensor(labels, name="boolean_labels")
        scores = convert_to_tensor(scores, name="scores")
        if labels.dtype != dtypes.bool:
            raise ValueError(
                f"Argument boolean_labels should have dtype bool.  Found: {labels.dtype}"
            )
        if not check_shape:
            return labels, scores
        checks = [
            tf.Assert(
                tf.equal(1, tf.rank(tensor)),
                [
                    f"Argument {argument} should have rank 1.  Found: ",
                    tensor.name,
                    tf.shape(tensor),
                ],
            )
            for argument, tensor in (("boolean_labels", labels), ("scores", scores))
        ]
        with control_dependencies(checks):
            return labels, scores


def _histogram(scores: Tensor, mask: Tensor, score_range: Tensor, nbins: int, name: str) -> Tensor:
    return tf.histogram_fixed_width(  # type: ignore[no-any-return]
        tf.boolean_mask(scores, mask), score_range, nbins=nbins, dtype=dtypes.int64, name=name
    )


def _area(true: Any, false: Any, nbins: int) -> Tensor:
    """By trapezoids, from the highest bin to the lowest."""
    true_shares = tf.truediv(true, tf.reduce_sum(true))
    false_shares = tf.truediv(false, tf.reduce_sum(false))
    heights = tf.reverse_v2(true_shares, [0], name="delta_y_t")
    widths = tf.reverse_v2(false_shares, [0], name="delta_x_t")
    heights = tf.cast(heights, dtypes.float32)
    widths = tf.cast(widths, dtypes.float32)
    y = _cumulated(heights, nbins)
    first = widths[0] * y[0] / 2.0  # type: ignore[index]
    others = widths[1:] * (y[1:] + y[: nbins - 1]) / 2.0  # type: ignore[index]
    return tf.add(first, tf.reduce_sum(others), name="auc")  # type: ignore[no-any-return]


def _cumulated(vector: Tensor, length: int) -> Any:
    """The cumulative sum, which TensorFlow 1.15 takes by a convolution with ones."""
    with name_scope(None, "strict_1d_cumsum", [vector]):
        if length == 0:
            return tf.constant([])
        padded = tf.pad(vector, [[length - 1, 0]])
        ones = tf.ones_like(padded)
        with name_scope(None, "strict_conv1d", [padded, ones]):
            picture = tf.reshape(padded, (1, -1, 1, 1))
            filters = tf.reshape(ones, (-1, 1, 1, 1))
            sums = tf.nn.conv2d(picture, filters, [1, 1, 1, 1], "SAME")
            sums = tf.reshape(sums, [-1])
        return sums[:length]

"""Metrics that keep all values that came, in arrays that grow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Shape
from reflow.tf._fitting import fitted
from reflow.tf._scopes import control_dependencies
from reflow.tf._variable_scope import variable_scope
from reflow.tf.metrics._streams import Streamed, collected, metric_variable
from reflow.tf.metrics._thresholds import EPSILON


def streaming_concat(
    values: Any,
    axis: int = 0,
    max_size: int | None = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """All values that came, along an axis; the update is how many.

    Args:
      values: of known sizes along the other axes.
      max_size: more than so many are left out; by default all are kept.
      The others: as in tf.metrics.

    Raises:
      ValueError: the sizes are not known, or there is no such axis.
    """
    with variable_scope(name, "streaming_concat", (values,)):
        if values.shape.dims is None:
            raise ValueError("`values` must have known statically known rank")
        sizes = values.shape.as_list()
        rank = len(sizes)
        if axis < 0:
            axis += rank
        if not 0 <= axis < rank:
            raise ValueError(f"axis = {axis!r} not in [0, {rank!r})")
        others = [size for n, size in enumerate(sizes) if n != axis]
        if None in others:
            raise ValueError(
                "all dimensions of `values` other than the dimension to concatenate along must "
                "have statically known size"
            )
        # The axis along which it grows comes first.
        array = metric_variable(
            [max_size or 0, *others], values.dtype, validate_shape=False, name="array"
        )
        size = metric_variable([], dtypes.int32, name="size")
        filled = array[:size]
        filled.set_shape([None, *others])
        order = [0 if n == axis else n + 1 if n < axis else n for n in range(rank)]
        value = tf.transpose(filled, order, name="concat")
        batch_size = tf.shape(values)[axis]
        if max_size is not None:
            batch_size = tf.minimum(batch_size, max_size - size)
        order = [axis] + [n for n in range(rank) if n != axis]
        batch = tf.transpose(values, order)[:batch_size]
        new_size = size + batch_size
        is_full = new_size > Shape(array)[0]
        grown = tf.cond(is_full, lambda: _grow(array, size, new_size, others), tf.no_op)
        with control_dependencies([grown]):
            appended = array[size:new_size].assign(batch)
        with control_dependencies([appended]):
            update = size.assign(new_size)
        return collected(value, update, metrics_collections, updates_collections)


def _grow(array: Any, size: Any, needed: Tensor, others: Sequence[int]) -> Any:
    """Gives the array room for `needed` rows, and again for half as many."""
    growth = 1.5
    exponent = tf.ceil(
        tf.log(tf.cast(needed, dtypes.float32)) / tf.log(tf.cast(growth, dtypes.float32))
    )
    rows = tf.cast(tf.ceil(growth**exponent), dtypes.int32)
    larger = tf.zeros(tf.stack([rows, *others]), dtype=array.dtype.base_dtype)
    old = array.value()
    with control_dependencies([old]):
        replaced = tf.assign(array, larger, validate_shape=False)
    with control_dependencies([replaced]):
        copied = array[:size].assign(old[:size])
    with control_dependencies([copied]):
        return tf.no_op()


def _kept(labels: Any, predictions: Any, weights: Any) -> tuple[Any, Any, Any, Any]:
    """(labels, predictions, weights or None) of all that came, and the update of all three."""
    predictions, new_predictions = streaming_concat(predictions, name="concat_preds")
    labels, new_labels = streaming_concat(labels, name="concat_labels")
    if weights is None:
        return labels, predictions, None, tf.group(new_labels, new_predictions)
    weights = tf.reshape(tf.cast(weights, dtypes.float64), [-1])
    weights, new_weights = streaming_concat(weights, name="concat_weights")
    return labels, predictions, weights, tf.group(new_labels, new_predictions, new_weights)


def _binary_checks(labels: Tensor) -> list[Any]:
    zeros = tf.zeros_like(labels, dtypes.int64)
    message = "labels must be 0 or 1, at least one is "
    not_below = tf.assert_greater_equal(labels, zeros, message=message + "<0")
    ones = tf.ones_like(labels, dtypes.int64)
    return [not_below, tf.assert_less_equal(labels, ones, message=message + ">1")]


def streaming_dynamic_auc(
    labels: Any,
    predictions: Any,
    curve: str = "ROC",
    metrics_collections: Any = (),
    updates_collections: Any = (),
    name: str | None = None,
    weights: Any = None,
) -> Streamed:
    """The exact area under a curve, whose points are at all predictions that came.

    Args:
      labels: 0 or 1; running the update raises InvalidArgumentError for others.
      predictions: of their shape, of any size.
      curve: "ROC" or "PR"; see tf.metrics.auc.
      The others: as in tf.metrics.

    Raises:
      ValueError: there is no such curve.
    """
    if curve not in ("PR", "ROC"):
        raise ValueError(f"curve must be either ROC or PR, {curve} unknown")
    with variable_scope(name, default_name="dynamic_auc"):
        labels.shape.assert_is_compatible_with(predictions.shape)
        predictions = tf.reshape(tf.cast(predictions, dtypes.float64), [-1])
        labels = tf.reshape(tf.cast(labels, dtypes.int64), [-1])
        with control_dependencies(_binary_checks(labels)):
            labels, predictions, weights, update = _kept(labels, predictions, weights)
            value = _exact_area(labels, predictions, curve, weights)
            return collected(value, update, metrics_collections, updates_collections)


def _exact_area(labels: Any, predictions: Any, curve: str, weights: Any) -> Tensor:
    """0 where all labels are the same."""
    size = tf.size(predictions)
    if weights is None:
        weights = tf.ones_like(labels, dtype=dtypes.float64)
    labels, predictions, weights = fitted(labels, predictions, weights)
    total = tf.reduce_sum(weights)
    positive = tf.reduce_sum(
        tf.where(tf.greater(labels, 0), weights, tf.zeros_like(labels, dtype=dtypes.float64))
    )

    def area() -> Tensor:
        ordered, order = tf.nn.top_k(predictions, k=size)
        ordered_labels = tf.gather(labels, order)
        ordered_weights = tf.gather(weights, order)
        # Equal predictions are one point: where each of them ends.
        _, _, counts = tf.unique_with_counts(ordered)
        ends = tf.cast(tf.pad(tf.cumsum(counts), paddings=[[1, 0]]), dtypes.int32)

        def cumulated(is_counted: Tensor) -> Tensor:
            zeros = tf.zeros_like(ordered_labels, dtype=dtypes.float64)
            counted = tf.where(is_counted, ordered_weights, zeros)
            return tf.gather(tf.pad(tf.cumsum(counted), paddings=[[1, 0]]), ends)  # type: ignore[no-any-return]

        true_positives = cumulated(tf.greater(ordered_labels, 0))
        if curve == "ROC":
            false_positives = cumulated(tf.less(ordered_labels, 1))
            negative = total - positive
            x = tf.truediv(false_positives, negative)
            y = tf.truediv(true_positives, positive)
        else:
            x = tf.truediv(true_positives, positive)
            positives = tf.gather(tf.pad(tf.cumsum(ordered_weights), paddings=[[1, 0]]), ends)
            y = tf.where(
                tf.greater(ends, 0),
                tf.truediv(true_positives, positives),
                tf.ones_like(true_positives, dtype=dtypes.float64),
            )
        heights = tf.add(y[1:], y[:-1]) / 2.0
        widths = tf.abs(tf.subtract(x[1:], x[:-1]))
        return tf.reduce_sum(tf.multiply(heights, widths))  # type: ignore[no-any-return]

    is_one_class = tf.logical_or(tf.equal(positive, 0), tf.equal(positive, total))
    return tf.cond(is_one_class, lambda: tf.constant(0, dtypes.float64), area)  # type: ignore[no-any-return]


class AucData(NamedTuple):
    """An area under a curve and the limits of its confidence interval; scalars."""

    auc: Tensor
    lower: Tensor
    upper: Tensor


def auc_with_confidence_intervals(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    alpha: float = 0.95,
    logit_transformation: bool = True,
    metrics_collections: Any = (),
    updates_collections: Any = (),
    name: str | None = None,
) -> tuple[AucData, Any]:
    """The area under the ROC curve, and where it lies with probability `alpha`.

    DeLong et al., "Comparing the Areas under Two or More Correlated Receiver Operating
    Characteristic Curves" (1988), by placement values.

    Args:
      labels: 0 or 1; running the update raises InvalidArgumentError for others.
      predictions: float32, of their shape.
      weights: float32, of their shape; by default 1.
      logit_transformation: whether the interval is that of log(auc / (1 - auc)), brought back.
      The others: as in tf.metrics.

    Raises:
      ValueError: alpha is not between 0 and 1.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must be between 0 and 1; currently {alpha:.02f}")
    if weights is None:
        weights = tf.ones_like(predictions)
    with variable_scope(
        name,
        default_name="auc_with_confidence_intervals",
        values=[labels, predictions, weights],
    ):
        predictions, labels, weights = fitted(predictions, labels, weights)
        total = tf.reduce_sum(weights)
        weights = tf.reshape(weights, [-1])
        predictions = tf.reshape(tf.cast(predictions, dtypes.float64), [-1])
        labels = tf.reshape(tf.cast(labels, dtypes.int64), [-1])
        with control_dependencies(_binary_checks(labels)):
            all_predictions, new_predictions = streaming_concat(predictions, name="concat_preds")
            all_labels, new_labels = streaming_concat(labels, name="concat_labels")
            all_weights, new_weights = streaming_concat(weights, name="concat_weights")
            kept = tf.group(new_labels, new_predictions, new_weights)
            is_mixed = tf.logical_and(
                tf.equal(tf.reduce_min(labels), 0), tf.equal(tf.reduce_max(labels), 1)
            )
            is_enough = tf.greater_equal(total, 1.0)
            is_valid = tf.logical_and(is_mixed, is_enough)
            update = tf.cond(is_enough, lambda: kept, tf.no_op)
            limits = _placement_limits(
                all_labels, all_predictions, all_weights, alpha, logit_transformation
            )
            zero = tf.constant(0.0)
            value = AucData(*tf.cond(is_valid, lambda: limits, lambda: [zero] * 3))
            collected(value, update, metrics_collections, updates_collections)
            return value, update


def _placement_limits(
    labels: Any, predictions: Any, weights: Any, alpha: float, logit_transformation: bool
) -> list[Tensor]:
    """[area, lower limit, upper limit]

    The placement value of an example is which share of the other class it is right about: of those
    with label 1 the share of zeros that are predicted lower, ties count half.
    """
    size = tf.size(predictions, out_type=dtypes.int32)
    total_0 = tf.reduce_sum(tf.cast(1 - labels, weights.dtype) * weights)
    total_1 = tf.reduce_sum(tf.cast(labels, weights.dtype) * weights)
    ordered, order = tf.nn.top_k(predictions, k=size, sorted=True)
    ordered = tf.reverse(ordered, axis=tf.zeros(1, dtypes.int32))
    order = tf.reverse(order, axis=tf.zeros(1, dtypes.int32))
    labels = tf.gather(labels, order)
    weights = tf.gather(weights, order)
    _, segments = tf.unique(ordered)
    is_one: Any = tf.cast(labels, dtypes.float32)
    is_zero = 1.0 - is_one
    ones, zeros = weights * is_one, weights * is_zero
    zeros_at = tf.segment_sum(zeros, segments)
    ones_at = tf.segment_sum(ones, segments)
    zeros_below = tf.cumsum(zeros_at, exclusive=True)
    ones_below = tf.cumsum(ones_at, exclusive=True)
    of_ones = (zeros_below + zeros_at / 2.0) / (tf.reduce_sum(zeros_at) + EPSILON)
    of_zeros = (ones_below + ones_at / 2.0) / (tf.reduce_sum(ones_at) + EPSILON)
    of_ones = tf.gather(of_ones, segments)
    of_zeros = tf.gather(of_zeros, segments)
    placements = of_ones * is_one + of_zeros * is_zero
    placements_0 = placements * tf.cast(1 - labels, weights.dtype)
    weights_0 = weights * tf.cast(1 - labels, weights.dtype)
    placements_1 = placements * tf.cast(labels, weights.dtype)
    weights_1 = weights * tf.cast(labels, weights.dtype)
    auc_0 = tf.reduce_sum(weights_0 * (1.0 - placements_0)) / (total_0 + EPSILON)
    auc_1 = tf.reduce_sum(weights_1 * placements_1) / (total_1 + EPSILON)
    auc: Any = tf.where(tf.less(total_0, total_1), auc_1, auc_0)
    variance_0 = tf.reduce_sum(weights_0 * tf.square(1.0 - placements_0 - auc_0)) / (
        total_0 - 1.0 + EPSILON
    )
    variance_1 = tf.reduce_sum(weights_1 * tf.squared_difference(placements_1, auc_1)) / (
        total_1 - 1.0 + EPSILON
    )
    error = tf.sqrt(variance_0 / (total_0 + EPSILON) + variance_1 / (total_1 + EPSILON))
    deviations = tf.distributions.Normal(loc=0.0, scale=1.0).quantile((1.0 - alpha) / 2.0)
    if logit_transformation:
        logit: Any = tf.log(auc / (1.0 - auc + EPSILON))
        error = error / (auc * (1.0 - auc + EPSILON))
        below, above = logit + deviations * error, logit - deviations * error
        lower, upper = _from_logit(below), _from_logit(above)
    else:
        lower, upper = auc + deviations * error, auc - deviations * error

    def unless_certain(limit: Tensor) -> Tensor:
        is_certain = tf.logical_or(
            tf.equal(auc, tf.ones_like(auc)), tf.equal(auc, tf.zeros_like(auc))
        )
        return tf.where(is_certain, auc, limit)  # type: ignore[no-any-return]

    return [auc, unless_certain(lower), unless_certain(upper)]


def _from_logit(x: Tensor) -> Any:
    return 1.0 / (1.0 + tf.exp(tf.negative(x)) + EPSILON)

"""tf.contrib.metrics: metrics that tf.metrics has not, and those that it has by former names."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf._confusion_matrix import confusion_matrix
from reflow.tf.contrib.metrics._buckets import (
    auc_using_histogram,
    precision_recall_at_equal_thresholds,
)
from reflow.tf.contrib.metrics._classification import (
    accuracy,
    aggregate_metric_map,
    aggregate_metrics,
)
from reflow.tf.contrib.metrics._growing import (
    auc_with_confidence_intervals,
    streaming_concat,
    streaming_dynamic_auc,
)
from reflow.tf.contrib.metrics._moments import (
    cohen_kappa,
    count,
    streaming_covariance,
    streaming_pearson_correlation,
)
from reflow.tf.contrib.metrics._rates import (
    f1_score,
    precision_at_recall,
    recall_at_precision,
    streaming_curve_points,
    streaming_false_negative_rate,
    streaming_false_negative_rate_at_thresholds,
    streaming_false_negatives_at_thresholds,
    streaming_false_positive_rate,
    streaming_false_positive_rate_at_thresholds,
    streaming_false_positives_at_thresholds,
    streaming_true_negatives_at_thresholds,
    streaming_true_positives_at_thresholds,
)
from reflow.tf.contrib.metrics._streaming import (
    sparse_recall_at_top_k,
    streaming_accuracy,
    streaming_auc,
    streaming_false_negatives,
    streaming_false_positives,
    streaming_mean,
    streaming_mean_absolute_error,
    streaming_mean_cosine_distance,
    streaming_mean_iou,
    streaming_mean_relative_error,
    streaming_mean_squared_error,
    streaming_mean_tensor,
    streaming_percentage_less,
    streaming_precision,
    streaming_precision_at_thresholds,
    streaming_recall,
    streaming_recall_at_k,
    streaming_recall_at_thresholds,
    streaming_root_mean_squared_error,
    streaming_sensitivity_at_specificity,
    streaming_sparse_average_precision_at_k,
    streaming_sparse_average_precision_at_top_k,
    streaming_sparse_precision_at_k,
    streaming_sparse_precision_at_top_k,
    streaming_sparse_recall_at_k,
    streaming_specificity_at_sensitivity,
    streaming_true_negatives,
    streaming_true_positives,
)
from reflow.tf.sets import set_difference, set_intersection, set_size, set_union


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

"""tf.metrics: means and counts that sum up over many runs, as over the batches of a test set.

Every function gives the value and the operation that updates it; what they sum lies in local
variables (`tf.local_variables_initializer`), also in the collection METRIC_VARIABLES.
"""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.metrics._at_k import (
    precision_at_k,
    precision_at_top_k,
    recall_at_k,
    recall_at_top_k,
    sparse_precision_at_k,
)
from reflow.tf.metrics._auc import auc
from reflow.tf.metrics._average_precision import (
    average_precision_at_k,
    sparse_average_precision_at_k,
)
from reflow.tf.metrics._classes import mean_iou, mean_per_class_accuracy
from reflow.tf.metrics._counts import (
    false_negatives,
    false_positives,
    precision,
    recall,
    true_negatives,
    true_positives,
)
from reflow.tf.metrics._means import (
    accuracy,
    mean,
    mean_absolute_error,
    mean_cosine_distance,
    mean_relative_error,
    mean_squared_error,
    mean_tensor,
    percentage_below,
    root_mean_squared_error,
)
from reflow.tf.metrics._thresholds import (
    false_negatives_at_thresholds,
    false_positives_at_thresholds,
    precision_at_thresholds,
    recall_at_thresholds,
    sensitivity_at_specificity,
    specificity_at_sensitivity,
    true_negatives_at_thresholds,
    true_positives_at_thresholds,
)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

"""Names of tensorflow.python.training.input that are not public."""

from __future__ import annotations

from reflow.tf.train._batching import as_original_type as _as_original_type
from reflow.tf.train._batching import as_tensor_list as _as_tensor_list

__all__ = ["_as_original_type", "_as_tensor_list"]

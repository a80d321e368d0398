"""Names of tensorflow.python.ops.ragged.ragged_factory_ops that are not public."""

from __future__ import annotations

from reflow.tf.ragged._constants import depths as _find_scalar_and_max_depth
from reflow.tf.ragged._constants import inner_shape_of as _default_inner_shape_for_pylist

__all__ = ["_default_inner_shape_for_pylist", "_find_scalar_and_max_depth"]

"""`tensorflow.python.framework.constant_op`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph.dtypes import as_dtype
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import as_shape
from reflow.ops.constants import constant as constant_v1

__all__ = ["constant", "constant_v1"]


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str = "Const") -> Tensor:
    """TensorFlow 2's `tf.constant`, which fills a shape with one number only.

    Raises:
      TypeError: there are several, and not as many as `shape` has.
    """
    if shape is None:
        return constant_v1(value, dtype, name=name)
    unshaped = np.asarray(value, None if dtype is None else as_dtype(dtype).as_numpy_dtype)
    wanted = as_shape(shape)
    if unshaped.size not in (1, wanted.num_elements()):
        raise TypeError(f"Expected Tensor's shape: {wanted}, got {as_shape(unshaped.shape)}.")
    return constant_v1(value, dtype, shape, name)

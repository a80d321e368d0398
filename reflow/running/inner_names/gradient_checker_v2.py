"""`tensorflow.python.ops.gradient_checker_v2`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph.default_session import get_default_session
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.indexed_slices import IndexedSlicesValue
from reflow.graph.operation import Tensor

__all__ = ["_to_numpy"]


def _to_numpy(a: Any) -> Any:
    """A tensor, of a graph in the default session, or the value of IndexedSlices as an array."""
    if isinstance(a, EagerTensor):
        return a.numpy()
    if isinstance(a, Tensor):
        return get_default_session().run(a)
    if isinstance(a, IndexedSlicesValue):
        array = np.zeros(a.dense_shape)
        assert len(a.values) == len(a.indices)
        np.add.at(array, a.indices, a.values)
        return array
    return a

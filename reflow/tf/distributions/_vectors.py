"""Distributions of vectors: one parameter or value for each class, along the last axis."""

from __future__ import annotations

from typing import Any

import numpy as np

import reflow.tf as tf
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.tf.distributions.distribution import Distribution


class VectorDistribution(Distribution):
    """A distribution of vectors; `_per_class()` has the shape [batch..., classes]."""

    def _per_class(self) -> Tensor:
        raise NotImplementedError

    def _batch_shape(self) -> TensorShape:
        return self._per_class().shape.with_rank_at_least(1)[:-1]

    def _batch_shape_tensor(self) -> Tensor:
        return tf.shape(self._per_class())[:-1]

    def _event_shape(self) -> TensorShape:
        return self._per_class().shape.with_rank_at_least(1)[-1:]

    def _event_shape_tensor(self) -> Tensor:
        return tf.shape(self._per_class())[-1:]

    def _sample_shape(self, n: Any, classes: Tensor) -> Tensor:
        """The shape of `n` samples."""
        return tf.concat([[n], self.batch_shape_tensor(), [classes]], 0)

    def _scalar(self, value: float) -> Any:
        return np.array(value, dtype=self.dtype.as_numpy_dtype)


def outer_product(a: Tensor, b: Tensor) -> Tensor:
    """[..., k], [..., k] -> [..., k, k]."""
    return tf.matmul(a[..., tf.newaxis], b[..., tf.newaxis, :])

"""The uniform distribution."""

from __future__ import annotations

import math
from typing import Any

import reflow.tf as tf
from reflow.graph.operation import Tensor
from reflow.tf.distributions.distribution import FULLY_REPARAMETERIZED, ScalarDistribution


class Uniform(ScalarDistribution):
    """The same density everywhere in [low, high); `low` and `high` broadcast."""

    _batch_parameters = ("low", "high")

    def __init__(
        self,
        low: Any = 0.0,
        high: Any = 1.0,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Uniform",
    ) -> None:
        with tf.name_scope(name, values=[low, high]) as name:
            assertions = []
            if validate_args:
                message = "uniform not defined when low >= high."
                assertions.append(tf.assert_less(low, high, message=message))
            with tf.control_dependencies(assertions):
                self._low = tf.identity(low, name="low")
                self._high = tf.identity(high, name="high")
                tf.debugging.assert_same_float_dtype([self._low, self._high])
        super().__init__(
            dtype=self._low.dtype,
            reparameterization_type=FULLY_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            graph_parents=[self._low, self._high],
            name=name,
        )

    @property
    def low(self) -> Tensor:
        """The least value."""
        return self._low

    @property
    def high(self) -> Tensor:
        """Where the values end; no value itself."""
        return self._high

    def range(self, name: str = "range") -> Tensor:
        """high - low."""
        with self._name_scope(name):
            return self.high - self.low

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        samples = tf.random_uniform(self._sample_shape(n), dtype=self.dtype, seed=seed)
        return self.low + self.range() * samples

    def _prob(self, x: Tensor) -> Tensor:
        x = x * tf.ones(self.batch_shape_tensor(), dtype=x.dtype)
        nowhere = tf.math.is_nan(x)
        outside = tf.logical_or(x < self.low, x >= self.high)
        density = tf.where_v2(outside, tf.zeros_like(x), tf.ones_like(x) / self.range())
        return tf.where_v2(nowhere, x, density)

    def _cdf(self, x: Tensor) -> Tensor:
        shape = tf.broadcast_dynamic_shape(tf.shape(x), self.batch_shape_tensor())
        zeros, ones = tf.zeros(shape, dtype=self.dtype), tf.ones(shape, dtype=self.dtype)
        inside = tf.where_v2(x < self.low, zeros, (x * ones - self.low) / self.range())
        return tf.where_v2(x >= self.high, ones, inside)

    def _entropy(self) -> Tensor:
        return tf.math.log(self.range())

    def _mean(self) -> Tensor:
        return (self.low + self.high) / 2.0

    def _variance(self) -> Tensor:
        return tf.square(self.range()) / 12.0

    def _stddev(self) -> Tensor:
        return self.range() / math.sqrt(12.0)

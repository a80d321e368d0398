"""The exponential distribution."""

from __future__ import annotations

from typing import Any

import numpy as np

import reflow.tf as tf
from reflow.graph.operation import Tensor
from reflow.tf.distributions.gamma import Gamma


class Exponential(Gamma):
    """Of density rate exp(-rate x) for x > 0: the gamma distribution of concentration 1."""

    def __init__(
        self,
        rate: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Exponential",
    ) -> None:
        with tf.name_scope(name, values=[rate]) as name:
            self._rate = tf.convert_to_tensor(rate, name="rate")
        super().__init__(
            concentration=tf.ones([], dtype=self._rate.dtype),
            rate=self._rate,
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            name=name,
        )

    @classmethod
    def _param_shapes(cls, sample_shape: Any) -> dict[str, Tensor]:
        return {"rate": tf.convert_to_tensor(sample_shape, dtype=tf.int32)}

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        # Above 0, so that its logarithm is finite.
        least = np.finfo(self.dtype.as_numpy_dtype).tiny
        shape = tf.concat([[n], tf.shape(self._rate)], 0)
        sampled = tf.random_uniform(shape, minval=least, maxval=1.0, seed=seed, dtype=self.dtype)
        return -tf.math.log(sampled) / self._rate

    def _log_survival_function(self, value: Tensor) -> Tensor:
        return self._log_prob(value) - tf.math.log(self._rate)

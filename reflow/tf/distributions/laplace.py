"""The Laplace distribution."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import reflow.tf as tf
from reflow.graph.operation import Tensor
from reflow.tf.distributions import special
from reflow.tf.distributions._locations import LocationScaleDistribution


class Laplace(LocationScaleDistribution):
    """Of density exp(-|x - loc| / scale) / (2 scale); `loc` and `scale` > 0 broadcast."""

    def __init__(
        self,
        loc: Any,
        scale: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Laplace",
    ) -> None:
        super().__init__(loc, scale, validate_args, allow_nan_stats, name)

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        # The inverse of the cdf, at a number from (-1, 1).
        number = self.dtype.as_numpy_dtype
        uniform = tf.random_uniform(
            self._sample_shape(n),
            minval=np.nextafter(number(-1), number(0)),
            maxval=1.0,
            dtype=self.dtype,
            seed=seed,
        )
        return self.loc - self.scale * tf.sign(uniform) * tf.math.log1p(-tf.abs(uniform))

    def _log_prob(self, x: Tensor) -> Tensor:
        return -tf.abs(self._z(x)) - (math.log(2.0) + tf.math.log(self.scale))

    def _log_cdf(self, x: Tensor) -> Tensor:
        return special.log_cdf_laplace(self._z(x))

    def _log_survival_function(self, x: Tensor) -> Tensor:
        return special.log_cdf_laplace(-self._z(x))

    def _cdf(self, x: Tensor) -> Tensor:
        z = self._z(x)
        return 0.5 + 0.5 * tf.sign(z) * (1.0 - tf.exp(-tf.abs(z)))

    def _entropy(self) -> Tensor:
        scale = self.scale + tf.zeros_like(self.loc)
        return math.log(2.0) + 1.0 + tf.math.log(scale)

    def _mean(self) -> Tensor:
        return self.loc + tf.zeros_like(self.scale)

    def _mode(self) -> Tensor:
        return self._mean()

    def _stddev(self) -> Tensor:
        return math.sqrt(2.0) * self.scale + tf.zeros_like(self.loc)

    def _z(self, x: Tensor) -> Tensor:
        return (x - self.loc) / self.scale

"""The normal distribution."""

from __future__ import annotations

import math
from typing import Any

import reflow.tf as tf
from reflow.graph.operation import Tensor
from reflow.tf.distributions import special
from reflow.tf.distributions._locations import LocationScaleDistribution
from reflow.tf.distributions.divergence import RegisterKL


class Normal(LocationScaleDistribution):
    """Of mean `loc` and standard deviation `scale` > 0, which broadcast."""

    def __init__(
        self,
        loc: Any,
        scale: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Normal",
    ) -> None:
        super().__init__(loc, scale, validate_args, allow_nan_stats, name)

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        sampled = tf.random_normal(self._sample_shape(n), dtype=self.loc.dtype, seed=seed)
        return sampled * self.scale + self.loc

    def _log_prob(self, x: Tensor) -> Tensor:
        unnormalized = -0.5 * tf.square(self._z(x))
        return unnormalized - (0.5 * math.log(2.0 * math.pi) + tf.math.log(self.scale))

    def _log_cdf(self, x: Tensor) -> Tensor:
        return special.log_ndtr(self._z(x))

    def _cdf(self, x: Tensor) -> Tensor:
        return special.ndtr(self._z(x))

    def _log_survival_function(self, x: Tensor) -> Tensor:
        return special.log_ndtr(-self._z(x))

    def _survival_function(self, x: Tensor) -> Tensor:
        return special.ndtr(-self._z(x))

    def _quantile(self, p: Tensor) -> Tensor:
        z = special.ndtri(p)
        with tf.name_scope("reconstruct", values=[z]):
            return z * self.scale + self.loc

    def _entropy(self) -> Tensor:
        scale = self.scale * tf.ones_like(self.loc)
        return 0.5 * math.log(2.0 * math.pi * math.e) + tf.math.log(scale)

    def _mean(self) -> Tensor:
        return self.loc * tf.ones_like(self.scale)

    def _mode(self) -> Tensor:
        return self._mean()

    def _stddev(self) -> Tensor:
        return self.scale * tf.ones_like(self.loc)

    def _z(self, x: Tensor) -> Tensor:
        """How many standard deviations `x` is from the mean."""
        with tf.name_scope("standardize", values=[x]):
            return (x - self.loc) / self.scale


@RegisterKL(Normal, Normal)
def _kl_normal_normal(a: Normal, b: Normal, name: str | None = None) -> Tensor:
    with tf.name_scope(name, "kl_normal_normal", [a.loc, b.loc]):
        one, two, half = (tf.constant(value, dtype=a.dtype) for value in (1, 2, 0.5))
        variance = tf.square(b.scale)
        ratio = tf.square(a.scale) / variance
        distance = tf.math.squared_difference(a.loc, b.loc) / (two * variance)
        return distance + half * (ratio - one - tf.math.log(ratio))

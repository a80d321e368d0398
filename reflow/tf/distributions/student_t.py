"""Student's t-distribution."""

from __future__ import annotations

import math
from typing import Any

import reflow.tf as tf
from reflow.graph.operation import Tensor
from reflow.tf.distributions._checks import checked, new_seed
from reflow.tf.distributions.distribution import FULLY_REPARAMETERIZED, ScalarDistribution


class StudentT(ScalarDistribution):
    """With `df` > 0 degrees of freedom, moved by `loc` and stretched by `scale`; they broadcast."""

    _batch_parameters = ("df", "loc", "scale")

    def __init__(
        self,
        df: Any,
        loc: Any,
        scale: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "StudentT",
    ) -> None:
        with tf.name_scope(name, values=[df, loc, scale]) as name:
            with tf.control_dependencies([tf.assert_positive(df)] if validate_args else []):
                self._df = tf.identity(df, name="df")
                self._loc = tf.identity(loc, name="loc")
                self._scale = tf.identity(scale, name="scale")
                tf.debugging.assert_same_float_dtype((self._df, self._loc, self._scale))
        super().__init__(
            dtype=self._scale.dtype,
            reparameterization_type=FULLY_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            graph_parents=[self._df, self._loc, self._scale],
            name=name,
        )

    @property
    def df(self) -> Tensor:
        """The degrees of freedom."""
        return self._df

    @property
    def loc(self) -> Tensor:
        """The middle."""
        return self._loc

    @property
    def scale(self) -> Tensor:
        """The factor by which it is stretched."""
        return self._scale

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        # A normal number over the root of a chi-squared one over its degrees of freedom.
        normal = tf.random_normal(self._sample_shape(n), dtype=self.dtype, seed=seed)
        df = self.df * tf.ones(self.batch_shape_tensor(), dtype=self.dtype)
        gamma = tf.random_gamma(
            [n], 0.5 * df, beta=0.5, dtype=self.dtype, seed=new_seed(seed, "student_t")
        )
        samples = normal * tf.math.rsqrt(gamma / df)
        return samples * self.scale + self.loc

    def _log_prob(self, x: Tensor) -> Tensor:
        y = (x - self.loc) / self.scale
        unnormalized = -0.5 * (self.df + 1.0) * tf.math.log1p(y**2.0 / self.df)
        return unnormalized - self._log_normalization()

    def _log_normalization(self) -> Tensor:
        return (
            tf.math.log(tf.abs(self.scale))
            + 0.5 * tf.math.log(self.df)
            + 0.5 * math.log(math.pi)
            + tf.math.lgamma(0.5 * self.df)
            - tf.math.lgamma(0.5 * (self.df + 1.0))
        )

    def _cdf(self, x: Tensor) -> Tensor:
        y = (x - self.loc) / tf.abs(self.scale)
        below = 0.5 * tf.math.betainc(0.5 * self.df, 0.5, self.df / (y**2.0 + self.df))
        return tf.where_v2(tf.less(y, 0.0), below, 1.0 - below)

    def _entropy(self) -> Tensor:
        ones = tf.ones(self.batch_shape_tensor(), dtype=self.dtype)[..., tf.newaxis]
        beta_arg = tf.concat([ones * self.df[..., tf.newaxis], ones], -1) / 2.0
        # What occurs twice is computed twice, as in TensorFlow: the number of nodes decides seeds.
        return (
            tf.math.log(tf.abs(self.scale))
            + 0.5 * tf.math.log(self.df)
            + tf.math.lbeta(beta_arg)
            + 0.5
            * (self.df + 1.0)
            * (tf.math.digamma(0.5 * (self.df + 1.0)) - tf.math.digamma(0.5 * self.df))
        )

    def _mean(self) -> Tensor:
        """loc where df > 1; undefined elsewhere."""
        mean = self.loc * tf.ones(self.batch_shape_tensor(), dtype=self.dtype)
        return self._where_defined(mean, "mean")

    def _variance(self) -> Tensor:
        """scale^2 df / (df - 2) where df > 2, infinite where 1 < df <= 2, undefined elsewhere."""
        divisor = tf.where_v2(tf.greater(self.df, 2.0), self.df - 2.0, tf.ones_like(self.df))
        ones = tf.ones(self.batch_shape_tensor(), dtype=self.dtype)
        variance = ones * tf.square(self.scale) * self.df / divisor
        finite = self.df > tf.fill(self.batch_shape_tensor(), 2.0)
        variance = tf.where_v2(finite, variance, self._filled(math.inf, "inf"))
        return self._where_defined(variance, "variance")

    def _mode(self) -> Tensor:
        return tf.identity(self.loc)

    def _where_defined(self, statistic: Tensor, what: str) -> Tensor:
        """`statistic`, which is defined where df > 1."""
        if self.allow_nan_stats:
            defined = tf.greater(self.df, tf.ones(self.batch_shape_tensor(), dtype=self.dtype))
            return tf.where_v2(defined, statistic, self._filled(math.nan, "nan"))
        message = f"{what} not defined for components of df <= 1"
        one = tf.ones([], dtype=self.dtype)
        return checked(statistic, [tf.assert_less(one, self.df, message=message)])

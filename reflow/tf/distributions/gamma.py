"""The gamma distribution."""

from __future__ import annotations

import math
from typing import Any

import reflow.tf as tf
from reflow.graph.operation import Tensor
from reflow.tf.distributions._checks import checked
from reflow.tf.distributions.distribution import FULLY_REPARAMETERIZED, ScalarDistribution
from reflow.tf.distributions.divergence import RegisterKL


class Gamma(ScalarDistribution):
    """Of density x^(concentration - 1) exp(-rate x) up to a factor, for x > 0.

    `concentration` > 0 and `rate` > 0 broadcast.
    """

    _batch_parameters = ("concentration", "rate")

    def __init__(
        self,
        concentration: Any,
        rate: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Gamma",
    ) -> None:
        with tf.name_scope(name, values=[concentration, rate]) as name:
            assertions = []
            if validate_args:
                assertions = [tf.assert_positive(concentration), tf.assert_positive(rate)]
            with tf.control_dependencies(assertions):
                self._concentration = tf.identity(concentration, name="concentration")
                self._rate = tf.identity(rate, name="rate")
                tf.debugging.assert_same_float_dtype([self._concentration, self._rate])
        super().__init__(
            dtype=self._concentration.dtype,
            reparameterization_type=FULLY_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            graph_parents=[self._concentration, self._rate],
            name=name,
        )

    @property
    def concentration(self) -> Tensor:
        """The shape parameter."""
        return self._concentration

    @property
    def rate(self) -> Tensor:
        """The inverse of the scale."""
        return self._rate

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        return tf.random_gamma(
            [n], alpha=self.concentration, beta=self.rate, dtype=self.dtype, seed=seed
        )

    def _log_prob(self, x: Tensor) -> Tensor:
        x = self._valid(x)
        unnormalized = tf.math.xlogy(self.concentration - 1.0, x) - self.rate * x
        return unnormalized - (
            tf.math.lgamma(self.concentration) - self.concentration * tf.math.log(self.rate)
        )

    def _cdf(self, x: Tensor) -> Tensor:
        return tf.math.igamma(self.concentration, self.rate * self._valid(x))

    def _entropy(self) -> Tensor:
        return (
            self.concentration
            - tf.math.log(self.rate)
            + tf.math.lgamma(self.concentration)
            + (1.0 - self.concentration) * tf.math.digamma(self.concentration)
        )

    def _mean(self) -> Tensor:
        return self.concentration / self.rate

    def _variance(self) -> Tensor:
        return self.concentration / tf.square(self.rate)

    def _stddev(self) -> Tensor:
        return tf.sqrt(self.concentration) / self.rate

    def _mode(self) -> Tensor:
        """(concentration - 1) / rate where concentration > 1; undefined elsewhere."""
        mode = (self.concentration - 1.0) / self.rate
        if self.allow_nan_stats:
            return tf.where_v2(self.concentration > 1.0, mode, self._filled(math.nan, "nan"))
        message = "mode not defined when any concentration <= 1"
        one = tf.ones([], self.dtype)
        return checked(mode, [tf.assert_less(one, self.concentration, message=message)])

    def _valid(self, x: Tensor) -> Tensor:
        tf.debugging.assert_same_float_dtype(tensors=[x], dtype=self.dtype)
        return checked(x, [tf.assert_positive(x)]) if self.validate_args else x


@RegisterKL(Gamma, Gamma)
def _kl_gamma_gamma(a: Gamma, b: Gamma, name: str | None = None) -> Tensor:
    # W. Penny: "KL-Divergences of Normal, Gamma, Dirichlet, and Wishart densities", 2001.
    with tf.name_scope(
        name, "kl_gamma_gamma", values=[a.concentration, a.rate, b.concentration, b.rate]
    ):
        return (
            (a.concentration - b.concentration) * tf.math.digamma(a.concentration)
            + tf.math.lgamma(b.concentration)
            - tf.math.lgamma(a.concentration)
            + b.concentration * tf.math.log(a.rate)
            - b.concentration * tf.math.log(b.rate)
            + a.concentration * (b.rate / a.rate - 1.0)
        )

"""The beta distribution."""

from __future__ import annotations

import math
from typing import Any

import reflow.tf as tf
from reflow.graph.operation import Tensor
from reflow.tf.distributions._checks import checked, new_seed
from reflow.tf.distributions.distribution import FULLY_REPARAMETERIZED, ScalarDistribution
from reflow.tf.distributions.divergence import RegisterKL


class Beta(ScalarDistribution):
    """Of density x^(concentration1 - 1) (1 - x)^(concentration0 - 1) up to a factor, on (0, 1).

    Both concentrations are greater than 0, and broadcast.
    """

    _batch_parameters = ("total_concentration",)

    def __init__(
        self,
        concentration1: Any = None,
        concentration0: Any = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Beta",
    ) -> None:
        def valid(concentration: Tensor) -> Tensor:
            if not validate_args:
                return concentration
            message = "Concentration parameter must be positive."
            return checked(concentration, [tf.assert_positive(concentration, message=message)])

        with tf.name_scope(name, values=[concentration1, concentration0]) as name:
            self._concentration1 = valid(
                tf.convert_to_tensor(concentration1, name="concentration1")
            )
            self._concentration0 = valid(
                tf.convert_to_tensor(concentration0, name="concentration0")
            )
            tf.debugging.assert_same_float_dtype([self._concentration1, self._concentration0])
            self._total_concentration = self._concentration1 + self._concentration0
        super().__init__(
            dtype=self._total_concentration.dtype,
            reparameterization_type=FULLY_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            graph_parents=[
                self._concentration1,
                self._concentration0,
                self._total_concentration,
            ],
            name=name,
        )

    @classmethod
    def _param_shapes(cls, sample_shape: Any) -> dict[str, Tensor]:
        shape = tf.convert_to_tensor(sample_shape, dtype=tf.int32)
        return dict.fromkeys(("concentration1", "concentration0"), shape)

    @property
    def concentration1(self) -> Tensor:
        """What draws the values towards 1."""
        return self._concentration1

    @property
    def concentration0(self) -> Tensor:
        """What draws the values towards 0."""
        return self._concentration0

    @property
    def total_concentration(self) -> Tensor:
        """Their sum."""
        return self._total_concentration

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        def for_each(concentration: Tensor) -> Tensor:
            return tf.ones_like(self.total_concentration, dtype=self.dtype) * concentration

        alpha1, alpha0 = for_each(self.concentration1), for_each(self.concentration0)
        gamma1 = tf.random_gamma([n], alpha=alpha1, dtype=self.dtype, seed=seed)
        gamma0 = tf.random_gamma([n], alpha=alpha0, dtype=self.dtype, seed=new_seed(seed, "beta"))
        return gamma1 / (gamma1 + gamma0)

    def _log_prob(self, x: Tensor) -> Tensor:
        x = self._valid(x)
        towards1 = tf.math.xlogy(self.concentration1 - 1.0, x)
        towards0 = (self.concentration0 - 1.0) * tf.math.log1p(-x)
        return towards1 + towards0 - self._log_normalization()

    def _log_normalization(self) -> Tensor:
        return (
            tf.math.lgamma(self.concentration1)
            + tf.math.lgamma(self.concentration0)
            - tf.math.lgamma(self.total_concentration)
        )

    def _cdf(self, x: Tensor) -> Tensor:
        return tf.math.betainc(self.concentration1, self.concentration0, x)

    def _entropy(self) -> Tensor:
        return (
            self._log_normalization()
            - (self.concentration1 - 1.0) * tf.math.digamma(self.concentration1)
            - (self.concentration0 - 1.0) * tf.math.digamma(self.concentration0)
            + (self.total_concentration - 2.0) * tf.math.digamma(self.total_concentration)
        )

    def _mean(self) -> Tensor:
        return self._concentration1 / self._total_concentration

    def _variance(self) -> Tensor:
        return self._mean() * (1.0 - self._mean()) / (1.0 + self.total_concentration)

    def _mode(self) -> Tensor:
        """(concentration1 - 1) / (total_concentration - 2) where both are above 1."""
        mode = (self.concentration1 - 1.0) / (self.total_concentration - 2.0)
        if self.allow_nan_stats:
            nan = self._filled(math.nan, "nan")
            defined = tf.logical_and(self.concentration1 > 1.0, self.concentration0 > 1.0)
            return tf.where_v2(defined, mode, nan)
        assertions = [
            tf.assert_less(
                tf.ones([], dtype=self.dtype),
                concentration,
                message=f"Mode undefined for {which} <= 1.",
            )
            for which, concentration in (
                ("concentration1", self.concentration1),
                ("concentration0", self.concentration0),
            )
        ]
        return checked(mode, assertions)

    def _valid(self, x: Tensor) -> Tensor:
        if not self.validate_args:
            return x
        one = tf.ones([], self.dtype)
        assertions = [
            tf.assert_positive(x, message="sample must be positive"),
            tf.assert_less(x, one, message="sample must be less than `1`."),
        ]
        return checked(x, assertions)


@RegisterKL(Beta, Beta)
def _kl_beta_beta(a: Beta, b: Beta, name: str | None = None) -> Tensor:
    parameters = [
        p for d in (a, b) for p in (d.concentration1, d.concentration0, d.total_concentration)
    ]
    with tf.name_scope(name, "kl_beta_beta", values=parameters):
        return (
            (b._log_normalization() - a._log_normalization())
            - tf.math.digamma(a.concentration1) * (b.concentration1 - a.concentration1)
            - tf.math.digamma(a.concentration0) * (b.concentration0 - a.concentration0)
            + tf.math.digamma(a.total_concentration)
            * (b.total_concentration - a.total_concentration)
        )

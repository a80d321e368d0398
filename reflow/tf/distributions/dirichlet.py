"""The Dirichlet distribution."""

from __future__ import annotations

import math
from typing import Any

import reflow.tf as tf
from reflow.graph.operation import Tensor
from reflow.tf.distributions._checks import checked
from reflow.tf.distributions._vectors import VectorDistribution, outer_product
from reflow.tf.distributions.distribution import FULLY_REPARAMETERIZED
from reflow.tf.distributions.divergence import RegisterKL


class Dirichlet(VectorDistribution):
    """Of probabilities of classes x, of density prod(x^(concentration - 1)) up to a factor.

    concentration: [batch..., classes], greater than 0, with 2 classes at least.
    """

    def __init__(
        self,
        concentration: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Dirichlet",
    ) -> None:
        with tf.name_scope(name, values=[concentration]) as name:
            self._concentration = tf.convert_to_tensor(concentration, name="concentration")
            if validate_args:
                self._concentration = _valid_concentration(self._concentration)
            self._total_concentration = tf.reduce_sum(self._concentration, -1)
        super().__init__(
            dtype=self._concentration.dtype,
            reparameterization_type=FULLY_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            graph_parents=[self._concentration, self._total_concentration],
            name=name,
        )

    @property
    def concentration(self) -> Tensor:
        """What draws the values towards each class."""
        return self._concentration

    @property
    def total_concentration(self) -> Tensor:
        """Their sum over the classes."""
        return self._total_concentration

    def _per_class(self) -> Tensor:
        return self.concentration

    def _batch_shape_tensor(self) -> Tensor:
        return tf.shape(self.total_concentration)

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        gamma = tf.random_gamma([n], alpha=self.concentration, dtype=self.dtype, seed=seed)
        return gamma / tf.reduce_sum(gamma, -1, keepdims=True)

    def _log_prob(self, x: Tensor) -> Tensor:
        x = self._valid(x)
        unnormalized = tf.reduce_sum(tf.math.xlogy(self.concentration - 1.0, x), -1)
        return unnormalized - tf.math.lbeta(self.concentration)

    def _entropy(self) -> Tensor:
        k = tf.cast(self.event_shape_tensor()[0], self.dtype)
        return (
            tf.math.lbeta(self.concentration)
            + (self.total_concentration - k) * tf.math.digamma(self.total_concentration)
            - tf.reduce_sum(
                (self.concentration - 1.0) * tf.math.digamma(self.concentration), axis=-1
            )
        )

    def _mean(self) -> Tensor:
        return self.concentration / self.total_concentration[..., tf.newaxis]

    def _covariance(self) -> Tensor:
        x = self._variance_scale() * self._mean()
        return tf.matrix_set_diag(-outer_product(x, x), self._variance())

    def _variance(self) -> Tensor:
        scale = self._variance_scale()
        x = scale * self._mean()
        return x * (scale - x)

    def _variance_scale(self) -> Tensor:
        return tf.math.rsqrt(1.0 + self.total_concentration[..., tf.newaxis])

    def _mode(self) -> Tensor:
        """(concentration - 1) / (total - classes) where all concentrations are above 1."""
        k = tf.cast(self.event_shape_tensor()[0], self.dtype)
        mode = (self.concentration - 1.0) / (self.total_concentration[..., tf.newaxis] - k)
        if self.allow_nan_stats:
            nan = tf.fill(tf.shape(mode), self._scalar(math.nan), name="nan")
            defined = tf.reduce_all(self.concentration > 1.0, axis=-1, keepdims=True)
            return tf.where_v2(defined, mode, nan)
        message = "Mode undefined when any concentration <= 1"
        one = tf.ones([], self.dtype)
        return checked(mode, [tf.assert_less(one, self.concentration, message=message)])

    def _valid(self, x: Tensor) -> Tensor:
        if not self.validate_args:
            return x
        one, total = tf.ones([], dtype=self.dtype), tf.reduce_sum(x, -1)
        message = "sample last-dimension must sum to `1`"
        assertions = [
            tf.assert_positive(x, message="samples must be positive"),
            tf.debugging.assert_near(one, total, message=message),
        ]
        return checked(x, assertions)


def _valid_concentration(concentration: Tensor) -> Tensor:
    what = "Concentration parameter must"
    assertions = [
        tf.assert_positive(concentration, message=f"{what} be positive."),
        tf.assert_rank_at_least(concentration, 1, message=f"{what} have >=1 dimensions."),
        tf.assert_less(1, tf.shape(concentration)[-1], message=f"{what} have event_size >= 2."),
    ]
    return checked(concentration, assertions)


@RegisterKL(Dirichlet, Dirichlet)
def _kl_dirichlet_dirichlet(a: Dirichlet, b: Dirichlet, name: str | None = None) -> Tensor:
    with tf.name_scope(name, "kl_dirichlet_dirichlet", values=[a.concentration, b.concentration]):
        total = tf.reduce_sum(a.concentration, axis=-1, keepdims=True)
        mean_log = tf.math.digamma(a.concentration) - tf.math.digamma(total)
        return (
            tf.reduce_sum((a.concentration - b.concentration) * mean_log, axis=-1)
            - tf.math.lbeta(a.concentration)
            + tf.math.lbeta(b.concentration)
        )

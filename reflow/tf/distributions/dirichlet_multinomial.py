"""The Dirichlet-multinomial distribution."""

from __future__ import annotations

from typing import Any

import reflow.tf as tf
from reflow.graph.operation import Tensor
from reflow.tf.distributions import _checks
from reflow.tf.distributions._checks import checked
from reflow.tf.distributions._vectors import VectorDistribution, outer_product
from reflow.tf.distributions.distribution import NOT_REPARAMETERIZED


class DirichletMultinomial(VectorDistribution):
    """How often each class comes in `total_count` draws by probabilities from a Dirichlet.

    total_count: [batch...];  concentration: [batch..., classes], greater than 0.
    """

    def __init__(
        self,
        total_count: Any,
        concentration: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "DirichletMultinomial",
    ) -> None:
        with tf.name_scope(name, values=[total_count, concentration]) as name:
            self._total_count = tf.convert_to_tensor(total_count, name="total_count")
            if validate_args:
                self._total_count = _checks.counts(self._total_count)
            self._concentration = tf.convert_to_tensor(concentration, name="concentration")
            if validate_args:
                self._concentration = _checks.categories(self._concentration)
                message = "Concentration parameter must be positive."
                positive = tf.assert_positive(self._concentration, message=message)
                self._concentration = checked(self._concentration, [positive])
            self._total_concentration = tf.reduce_sum(self._concentration, -1)
        super().__init__(
            dtype=self._concentration.dtype,
            reparameterization_type=NOT_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            graph_parents=[self._total_count, self._concentration],
            name=name,
        )

    @property
    def total_count(self) -> Tensor:
        """The number of draws."""
        return self._total_count

    @property
    def concentration(self) -> Tensor:
        """The Dirichlet distribution's parameter."""
        return self._concentration

    @property
    def total_concentration(self) -> Tensor:
        """Its sum over the classes."""
        return self._total_concentration

    def _per_class(self) -> Tensor:
        return self.concentration

    def _batch_shape_tensor(self) -> Tensor:
        return tf.shape(self.total_concentration)

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        count = tf.cast(self.total_count, dtype=tf.int32)
        k = self.event_shape_tensor()[0]
        gamma = tf.random_gamma([n], alpha=self.concentration, dtype=self.dtype, seed=seed)
        logits = tf.reshape(tf.math.log(gamma), [-1, k])
        draws = tf.multinomial(logits, count, seed=_checks.new_seed(seed, "dirichlet_multinomial"))
        counts = tf.reduce_sum(tf.one_hot(draws, depth=k), -2)
        return tf.cast(tf.reshape(counts, self._sample_shape(n, k)), self.dtype)

    def _log_prob(self, counts: Tensor) -> Tensor:
        counts = self._valid(counts)
        of_one_order = tf.math.lbeta(self.concentration + counts) - tf.math.lbeta(
            self.concentration
        )
        return of_one_order + _checks.log_combinations(self.total_count, counts)

    def _mean(self) -> Tensor:
        return self.total_count * (self.concentration / self.total_concentration[..., tf.newaxis])

    def _covariance(self) -> Tensor:
        x = self._variance_scale() * self._mean()
        return tf.matrix_set_diag(-outer_product(x, x), self._variance())

    def _variance(self) -> Tensor:
        scale = self._variance_scale()
        x = scale * self._mean()
        return x * (self.total_count * scale - x)

    def _variance_scale(self) -> Tensor:
        total = self.total_concentration[..., tf.newaxis]
        return tf.sqrt((1.0 + total / self.total_count) / (1.0 + total))

    def _valid(self, counts: Tensor) -> Tensor:
        if not self.validate_args:
            return counts
        counts = _checks.counts(counts)
        message = "counts last-dimension must sum to `self.total_count`"
        total = tf.reduce_sum(counts, -1)
        return checked(counts, [tf.assert_equal(self.total_count, total, message=message)])

"""The multinomial distribution."""

from __future__ import annotations

from typing import Any

import reflow.tf as tf
from reflow.graph.operation import Tensor
from reflow.tf.distributions import _checks
from reflow.tf.distributions._checks import checked
from reflow.tf.distributions._vectors import VectorDistribution, outer_product
from reflow.tf.distributions.distribution import NOT_REPARAMETERIZED


class Multinomial(VectorDistribution):
    """How often each class comes in `total_count` draws by the given probabilities.

    total_count: [batch...];  logits or probs = softmax(logits): [batch..., classes].
    """

    def __init__(
        self,
        total_count: Any,
        logits: Any = None,
        probs: Any = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Multinomial",
    ) -> None:
        with tf.name_scope(name, values=[total_count, logits, probs]) as name:
            self._total_count = tf.convert_to_tensor(total_count, name="total_count")
            if validate_args:
                self._total_count = _checks.counts(self._total_count)
            self._logits, self._probs = _checks.logits_and_probs(
                logits, probs, validate_args, name, multidimensional=True
            )
            self._expected = self._total_count[..., tf.newaxis] * self._probs
        super().__init__(
            dtype=self._probs.dtype,
            reparameterization_type=NOT_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            graph_parents=[self._total_count, self._logits, self._probs],
            name=name,
        )

    @property
    def total_count(self) -> Tensor:
        """The number of draws."""
        return self._total_count

    @property
    def logits(self) -> Tensor:
        """The unnormalised log-probabilities of the classes."""
        return self._logits

    @property
    def probs(self) -> Tensor:
        """The probabilities of the classes."""
        return self._probs

    def _per_class(self) -> Tensor:
        return self._expected

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        count = tf.cast(self.total_count, dtype=tf.int32)
        k = self.event_shape_tensor()[0]
        # Each distribution of the batch has a number of draws of its own.
        counts = tf.ones_like(self.logits[..., 0], dtype=count.dtype) * count
        logits = tf.ones_like(counts[..., tf.newaxis], dtype=self.logits.dtype) * self.logits
        rows = tf.reshape(logits, [-1, k])
        draws = n * tf.reshape(counts, [-1])

        def sample_one(row_and_draws: tuple[Tensor, Tensor]) -> Tensor:
            row, draws = row_and_draws
            drawn = tf.multinomial(row[tf.newaxis, ...], draws, seed)
            return tf.reduce_sum(tf.one_hot(tf.reshape(drawn, [n, -1]), depth=k), axis=-2)

        samples = tf.map_fn(sample_one, [rows, draws], dtype=self.dtype)
        samples = tf.transpose(samples, perm=[1, 0, 2])
        return tf.reshape(samples, self._sample_shape(n, k))

    def _log_prob(self, counts: Tensor) -> Tensor:
        of_one_order = tf.reduce_sum(self._valid(counts) * tf.nn.log_softmax(self.logits), -1)
        orders = _checks.log_combinations(self.total_count, self._valid(counts))
        # TensorFlow subtracts a log-normalisation, which is the negative of the orders': so do
        # its nodes.
        return of_one_order - -orders

    def _mean(self) -> Tensor:
        return tf.identity(self._expected)

    def _covariance(self) -> Tensor:
        products = outer_product(self._expected, self._all_probs())
        return tf.matrix_set_diag(-products, self._variance())

    def _variance(self) -> Tensor:
        return self._expected - self._expected * self._all_probs()

    def _all_probs(self) -> Tensor:
        """The probabilities of each distribution of the batch."""
        return self.probs * tf.ones_like(self.total_count)[..., tf.newaxis]

    def _valid(self, counts: Tensor) -> Tensor:
        if not self.validate_args:
            return counts
        counts = _checks.counts(counts)
        message = "counts must sum to `self.total_count`"
        total = tf.reduce_sum(counts, -1)
        return checked(counts, [tf.assert_equal(self.total_count, total, message=message)])

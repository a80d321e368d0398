"""The Bernoulli distribution."""

from __future__ import annotations

from typing import Any

import reflow.tf as tf
from reflow.graph.dtypes import DType
from reflow.graph.operation import Tensor
from reflow.tf.distributions._checks import classes, logits_and_probs
from reflow.tf.distributions.distribution import NOT_REPARAMETERIZED, ScalarDistribution
from reflow.tf.distributions.divergence import RegisterKL


class Bernoulli(ScalarDistribution):
    """1 with probability `probs` = sigmoid(`logits`), of which one is given; else 0."""

    _batch_parameters = ("logits",)

    def __init__(
        self,
        logits: Any = None,
        probs: Any = None,
        dtype: DType = tf.int32,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Bernoulli",
    ) -> None:
        with tf.name_scope(name) as name:
            self._logits, self._probs = logits_and_probs(logits, probs, validate_args, name)
        super().__init__(
            dtype=tf.as_dtype(dtype),
            reparameterization_type=NOT_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            graph_parents=[self._logits, self._probs],
            name=name,
        )

    @property
    def logits(self) -> Tensor:
        """The log odds of a 1."""
        return self._logits

    @property
    def probs(self) -> Tensor:
        """The probability of a 1."""
        return self._probs

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        uniform = tf.random_uniform(self._sample_shape(n), seed=seed, dtype=self.probs.dtype)
        return tf.cast(tf.less(uniform, self.probs), self.dtype)

    def _log_prob(self, event: Tensor) -> Tensor:
        if self.validate_args:
            event = classes(event, tf.bool)
        event = tf.cast(event, self.logits.dtype)
        logits = self.logits
        same = event.shape.is_fully_defined() and event.shape == logits.shape
        if not same:
            logits, event = tf.ones_like(event) * logits, tf.ones_like(logits) * event
        return -tf.nn.sigmoid_cross_entropy_with_logits(labels=event, logits=logits)

    def _entropy(self) -> Tensor:
        return -self.logits * (tf.sigmoid(self.logits) - 1) + tf.nn.softplus(-self.logits)

    def _mean(self) -> Tensor:
        return tf.identity(self.probs)

    def _variance(self) -> Tensor:
        return self._mean() * (1.0 - self.probs)

    def _mode(self) -> Tensor:
        return tf.cast(self.probs > 0.5, self.dtype)


@RegisterKL(Bernoulli, Bernoulli)
def _kl_bernoulli_bernoulli(a: Bernoulli, b: Bernoulli, name: str | None = None) -> Tensor:
    with tf.name_scope(name, "kl_bernoulli_bernoulli", values=[a.logits, b.logits]):
        of_zero = tf.nn.softplus(-b.logits) - tf.nn.softplus(-a.logits)
        of_one = tf.nn.softplus(b.logits) - tf.nn.softplus(a.logits)
        return tf.sigmoid(a.logits) * of_zero + tf.sigmoid(-a.logits) * of_one

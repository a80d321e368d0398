"""The categorical distribution."""

from __future__ import annotations

from typing import Any

import reflow.tf as tf
from reflow.graph.dtypes import DType
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.tf.distributions._checks import categories, classes, logits_and_probs
from reflow.tf.distributions.distribution import NOT_REPARAMETERIZED, ScalarDistribution
from reflow.tf.distributions.divergence import RegisterKL


class Categorical(ScalarDistribution):
    """A class from 0, by the probabilities `probs` = softmax(`logits`), of which one is given.

    logits, probs: [batch..., classes].
    """

    def __init__(
        self,
        logits: Any = None,
        probs: Any = None,
        dtype: DType = tf.int32,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Categorical",
    ) -> None:
        with tf.name_scope(name, values=[logits, probs]) as name:
            self._logits, self._probs = logits_and_probs(
                logits, probs, validate_args, name, multidimensional=True
            )
            if validate_args:
                self._logits = categories(self._logits)
            self._take_apart_shape()
        super().__init__(
            dtype=tf.as_dtype(dtype),
            reparameterization_type=NOT_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            graph_parents=[self._logits, self._probs],
            name=name,
        )

    def _take_apart_shape(self) -> None:
        """Sets the batch's rank and shape and the number of classes, constants where known."""
        static = self._logits.shape.with_rank_at_least(1)
        if static.ndims is not None:
            self._batch_rank = tf.convert_to_tensor(
                static.ndims - 1, dtype=tf.int32, name="batch_rank"
            )
        else:
            with tf.name_scope("batch_rank"):
                self._batch_rank = tf.rank(self._logits) - 1
        shape = tf.shape(self._logits, name="logits_shape")
        size = tf.compat.dimension_value(static[-1])
        if size is not None:
            self._event_size = tf.convert_to_tensor(size, dtype=tf.int32, name="event_size")
        else:
            with tf.name_scope("event_size"):
                self._event_size = shape[self._batch_rank]
        if static[:-1].is_fully_defined():
            self._batch_sizes = tf.constant(
                static[:-1].as_list(), dtype=tf.int32, name="batch_shape"
            )
        else:
            with tf.name_scope("batch_shape"):
                self._batch_sizes = shape[:-1]

    @property
    def event_size(self) -> Tensor:
        """The number of classes."""
        return self._event_size

    @property
    def logits(self) -> Tensor:
        """The unnormalised log-probabilities of the classes."""
        return self._logits

    @property
    def probs(self) -> Tensor:
        """The probabilities of the classes."""
        return self._probs

    @classmethod
    def _param_shapes(cls, sample_shape: Any) -> dict[str, Tensor]:
        raise NotImplementedError("_param_shapes not implemented")

    def _batch_shape(self) -> TensorShape:
        return self.logits.shape[:-1]

    def _batch_shape_tensor(self) -> Tensor:
        return tf.identity(self._batch_sizes)

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        rows = self.logits
        if rows.shape.ndims != 2:
            rows = tf.reshape(rows, [-1, self.event_size])
        wide = self.dtype.size > 4
        draws = tf.multinomial(rows, n, seed=seed, output_dtype=tf.int64 if wide else tf.int32)
        return tf.cast(tf.reshape(tf.transpose(draws), self._sample_shape(n)), self.dtype)

    def _cdf(self, k: Tensor) -> Tensor:
        k, probs = self._for_each(k, self.probs)
        rows = tf.reshape(probs, (-1, self._event_size))
        reached = tf.sequence_mask(tf.reshape(k, [-1]), self._event_size)
        total = tf.reduce_sum(tf.where(reached, rows, tf.zeros_like(rows)), axis=-1)
        return tf.reshape(total, tf.shape(k))

    def _log_prob(self, k: Tensor) -> Tensor:
        k, logits = self._for_each(k, self.logits)
        return -tf.nn.sparse_softmax_cross_entropy_with_logits(labels=k, logits=logits)

    def _for_each(self, k: Tensor, parameters: Tensor) -> tuple[Tensor, Tensor]:
        """Classes and what each of them has for parameters: [...] and [..., classes]."""
        if self.validate_args:
            k = classes(k, tf.int32)
        if k.dtype.is_floating:
            k = tf.cast(k, dtype=tf.int32)
        elif not k.dtype.is_integer:
            raise TypeError(
                f"`value` should have integer `dtype` or `self.dtype` ({self.dtype.base_dtype})"
            )
        batch = parameters.shape[:-1]
        if not (batch.is_fully_defined() and k.shape == batch):
            parameters *= tf.ones_like(k[..., tf.newaxis], dtype=parameters.dtype)
            k *= tf.ones(tf.shape(parameters)[:-1], dtype=k.dtype)
            if parameters.shape.ndims is not None:
                k.set_shape(parameters.shape[:-1])
        return k, parameters

    def _entropy(self) -> Tensor:
        return -tf.reduce_sum(tf.nn.log_softmax(self.logits) * self.probs, axis=-1)

    def _mode(self) -> Tensor:
        mode = tf.cast(tf.argmax(self.logits, axis=self._batch_rank), self.dtype)
        mode.set_shape(self.batch_shape)
        return mode


@RegisterKL(Categorical, Categorical)
def _kl_categorical_categorical(a: Categorical, b: Categorical, name: str | None = None) -> Tensor:
    with tf.name_scope(name, "kl_categorical_categorical", values=[a.logits, b.logits]):
        difference = tf.nn.log_softmax(a.logits) - tf.nn.log_softmax(b.logits)
        return tf.reduce_sum(tf.nn.softmax(a.logits) * difference, axis=-1)

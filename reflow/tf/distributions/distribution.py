"""Distribution: what all distributions have in common.

A distribution holds a batch of distributions of one kind: `sample` gives values of shape
[sample_shape..., batch_shape..., event_shape...].  A kind of distribution defines the methods with
an underscore; the public ones around them open name scopes, convert their arguments and derive
what a kind does not define from what it does.

Source: tf.distributions of TensorFlow 1.15.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from typing import Any

import numpy as np

import reflow.tf as tf
from reflow.graph.dtypes import DType
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape, as_shape
from reflow.tf.distributions.divergence import cross_entropy, kl_divergence


class ReparameterizationType:
    """Whether gradients flow through samples to a distribution's parameters."""

    def __init__(self, rep_type: str) -> None:
        self._rep_type = rep_type

    def __repr__(self) -> str:
        return f"<Reparameteriation Type: {self._rep_type}>"


#: Samples are differentiable functions of the parameters.
FULLY_REPARAMETERIZED = ReparameterizationType("FULLY_REPARAMETERIZED")
#: They are not.
NOT_REPARAMETERIZED = ReparameterizationType("NOT_REPARAMETERIZED")


class Distribution:
    """A batch of distributions of one kind.

    Args:
      dtype: of the samples.
      reparameterization_type: FULLY_REPARAMETERIZED or NOT_REPARAMETERIZED.
      validate_args: parameters and values are checked when they are used; else wrong ones give
        meaningless numbers.
      allow_nan_stats: a statistic that is undefined for some of the batch (the mean of a Cauchy)
        is NaN there; else an InvalidArgumentError.
      parameters: the arguments that `copy` makes another one with; those of the constructor.
      graph_parents: the tensors that it consists of.
      name: the scope of its nodes; ending in "/", the scope itself.
    """

    _parameters: dict[str, Any]

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        self = super().__new__(cls)
        bound = inspect.signature(cls.__init__).bind(self, *args, **kwargs)
        bound.apply_defaults()
        self._parameters = dict(list(bound.arguments.items())[1:])
        return self

    def __init__(
        self,
        dtype: DType,
        reparameterization_type: ReparameterizationType,
        validate_args: bool,
        allow_nan_stats: bool,
        parameters: dict[str, Any] | None = None,
        graph_parents: Sequence[Tensor] | None = None,
        name: str | None = None,
    ) -> None:
        for i, tensor in enumerate(graph_parents or ()):
            if not tf.is_tensor(tensor):
                raise ValueError(f"Graph parent item {i} is not a Tensor; {tensor}.")
        if not name or not name.endswith("/"):
            with tf.name_scope(name or type(self).__name__) as name:
                pass
        if parameters is not None:
            self._parameters = {k: v for k, v in parameters.items() if k != "self"}
        self._dtype = dtype
        self._reparameterization_type = reparameterization_type
        self._validate_args = validate_args
        self._allow_nan_stats = allow_nan_stats
        self._graph_parents = list(graph_parents or ())
        self._name = name

    # -- Properties -----------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name scope of its nodes, with a "/" at the end."""
        return self._name

    @property
    def dtype(self) -> DType:
        """The type of the samples."""
        return self._dtype

    @property
    def parameters(self) -> dict[str, Any]:
        """The arguments that it was made with."""
        return {k: v for k, v in self._parameters.items() if not k.startswith("__")}

    @property
    def reparameterization_type(self) -> ReparameterizationType:
        """Whether gradients flow through samples to the parameters."""
        return self._reparameterization_type

    @property
    def allow_nan_stats(self) -> bool:
        """Whether an undefined statistic is NaN rather than an error."""
        return self._allow_nan_stats

    @property
    def validate_args(self) -> bool:
        """Whether parameters and values are checked in runs."""
        return self._validate_args

    def copy(self, **override_parameters_kwargs: Any) -> Any:
        """Another one with the same arguments, but for those given."""
        return type(self)(**{**self.parameters, **override_parameters_kwargs})

    def __str__(self) -> str:
        shapes = [
            f"{kind}={shape}"
            for kind, shape in (
                ("batch_shape", self.batch_shape),
                ("event_shape", self.event_shape),
            )
            if shape.ndims is not None
        ]
        described = ", ".join([f'"{self.name}"', *shapes, f"dtype={self.dtype.name}"])
        return f"tfp.distributions.{type(self).__name__}({described})"

    def __repr__(self) -> str:
        return (
            f"<tfp.distributions.{type(self).__name__} '{self.name}' "
            f"batch_shape={self.batch_shape} event_shape={self.event_shape} "
            f"dtype={self.dtype.name}>"
        )

    # -- Shapes -----------------------------------------------------------------------------------

    @property
    def batch_shape(self) -> TensorShape:
        """The shape of the batch of distributions, as far as it is known."""
        return as_shape(self._batch_shape())

    @property
    def event_shape(self) -> TensorShape:
        """The shape of one value, as far as it is known."""
        return as_shape(self._event_shape())

    def batch_shape_tensor(self, name: str = "batch_shape_tensor") -> Tensor:
        """The shape of the batch of distributions: a vector of int32."""
        with self._name_scope(name):
            if self.batch_shape.is_fully_defined():
                sizes = self.batch_shape.as_list()
                return tf.convert_to_tensor(sizes, dtype=tf.int32, name="batch_shape")
            return self._batch_shape_tensor()

    def event_shape_tensor(self, name: str = "event_shape_tensor") -> Tensor:
        """The shape of one value: a vector of int32."""
        with self._name_scope(name):
            if self.event_shape.is_fully_defined():
                sizes = self.event_shape.as_list()
                return tf.convert_to_tensor(sizes, dtype=tf.int32, name="event_shape")
            return self._event_shape_tensor()

    def is_scalar_batch(self, name: str = "is_scalar_batch") -> Tensor:
        """Whether there is one distribution only: a scalar bool."""
        with self._name_scope(name):
            return _is_scalar(self.batch_shape, self.batch_shape_tensor, "is_scalar_batch")

    def is_scalar_event(self, name: str = "is_scalar_event") -> Tensor:
        """Whether values are scalars: a scalar bool."""
        with self._name_scope(name):
            return _is_scalar(self.event_shape, self.event_shape_tensor, "is_scalar_event")

    @classmethod
    def param_shapes(cls, sample_shape: Any, name: str = "DistributionParamShapes") -> Any:
        """The shapes of the parameters that make samples of shape `sample_shape`, by name."""
        with tf.name_scope(name, values=[sample_shape]):
            return cls._param_shapes(sample_shape)

    @classmethod
    def param_static_shapes(cls, sample_shape: Any) -> dict[str, TensorShape]:
        """As `param_shapes`, of a shape that is known; ValueError if it is not."""
        if isinstance(sample_shape, TensorShape):
            if not sample_shape.is_fully_defined():
                raise ValueError("TensorShape sample_shape must be fully defined")
            sample_shape = sample_shape.as_list()
        static = {}
        for name, shape in cls.param_shapes(sample_shape).items():
            known = tf.get_static_value(shape)
            if known is None:
                raise ValueError("sample_shape must be a fully-defined TensorShape or list/tuple")
            static[name] = TensorShape(known)
        return static

    # -- Samples and probabilities ----------------------------------------------------------------

    def sample(self, sample_shape: Any = (), seed: int | None = None, name: str = "sample") -> Any:
        """Values of shape [sample_shape..., batch_shape..., event_shape...]."""
        with self._name_scope(name, [sample_shape]):
            shape = tf.convert_to_tensor(sample_shape, dtype=tf.int32, name="sample_shape")
            shape, count = _vector_and_product(shape)
            samples = self._sample_n(count, seed)
            full_shape = tf.concat([shape, tf.shape(samples)[1:]], 0)
            samples = tf.reshape(samples, full_shape)
            self._set_static_shape(samples, TensorShape(tf.get_static_value(shape)))
            return samples

    def log_prob(self, value: Any, name: str = "log_prob") -> Tensor:
        """The logarithm of the probability density (or mass) at `value`."""
        return self._of_value(name, value, self._log_prob, lambda x: tf.math.log(self._prob(x)))

    def prob(self, value: Any, name: str = "prob") -> Tensor:
        """The probability density (or mass) at `value`."""
        return self._of_value(name, value, self._prob, lambda x: tf.exp(self._log_prob(x)))

    def log_cdf(self, value: Any, name: str = "log_cdf") -> Tensor:
        """log P[X <= value]."""
        return self._of_value(name, value, self._log_cdf, lambda x: tf.math.log(self._cdf(x)))

    def cdf(self, value: Any, name: str = "cdf") -> Tensor:
        """P[X <= value]."""
        return self._of_value(name, value, self._cdf, lambda x: tf.exp(self._log_cdf(x)))

    def log_survival_function(self, value: Any, name: str = "log_survival_function") -> Tensor:
        """log P[X > value]."""
        return self._of_value(
            name, value, self._log_survival_function, lambda x: tf.math.log1p(-self.cdf(x))
        )

    def survival_function(self, value: Any, name: str = "survival_function") -> Tensor:
        """P[X > value]."""
        return self._of_value(name, value, self._survival_function, lambda x: 1.0 - self.cdf(x))

    def quantile(self, value: Any, name: str = "quantile") -> Tensor:
        """The x with P[X <= x] = value."""
        return self._of_value(name, value, self._quantile)

    # -- Statistics -------------------------------------------------------------------------------

    def entropy(self, name: str = "entropy") -> Tensor:
        """Shannon's entropy, in nats."""
        return self._statistic(name, self._entropy)

    def mean(self, name: str = "mean") -> Tensor:
        """The mean."""
        return self._statistic(name, self._mean)

    def mode(self, name: str = "mode") -> Tensor:
        """The most probable value."""
        return self._statistic(name, self._mode)

    def variance(self, name: str = "variance") -> Tensor:
        """The variance, element by element."""
        return self._statistic(name, self._variance, lambda: tf.square(self._stddev()))

    def stddev(self, name: str = "stddev") -> Tensor:
        """The standard deviation, element by element."""
        return self._statistic(name, self._stddev, lambda: tf.sqrt(self._variance()))

    def covariance(self, name: str = "covariance") -> Tensor:
        """The covariance matrices, where values are vectors: [batch..., k, k]."""
        return self._statistic(name, self._covariance)

    def cross_entropy(self, other: Distribution, name: str = "cross_entropy") -> Tensor:
        """-E_self[log other(X)], in nats."""
        return self._statistic(
            name, lambda: cross_entropy(self, other, allow_nan_stats=self.allow_nan_stats)
        )

    def kl_divergence(self, other: Distribution, name: str = "kl_divergence") -> Tensor:
        """KL(self || other), in nats."""
        return self._statistic(
            name, lambda: kl_divergence(self, other, allow_nan_stats=self.allow_nan_stats)
        )

    # -- What a kind of distribution defines ------------------------------------------------------

    def _batch_shape(self) -> Any:
        return TensorShape(None)

    def _event_shape(self) -> Any:
        return TensorShape(None)

    def _batch_shape_tensor(self) -> Tensor:
        raise self._missing("batch_shape_tensor")

    def _event_shape_tensor(self) -> Tensor:
        raise self._missing("event_shape_tensor")

    @staticmethod
    def _param_shapes(sample_shape: Any) -> dict[str, Tensor]:
        raise NotImplementedError("_param_shapes not implemented")

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        """`n` samples: [n, batch..., event...]."""
        raise self._missing("sample_n")

    def _log_prob(self, value: Tensor) -> Tensor:
        raise self._missing("log_prob")

    def _prob(self, value: Tensor) -> Tensor:
        raise self._missing("prob")

    def _log_cdf(self, value: Tensor) -> Tensor:
        raise self._missing("log_cdf")

    def _cdf(self, value: Tensor) -> Tensor:
        raise self._missing("cdf")

    def _log_survival_function(self, value: Tensor) -> Tensor:
        raise self._missing("log_survival_function")

    def _survival_function(self, value: Tensor) -> Tensor:
        raise self._missing("survival_function")

    def _quantile(self, value: Tensor) -> Tensor:
        raise self._missing("quantile")

    def _entropy(self) -> Tensor:
        raise self._missing("entropy")

    def _mean(self) -> Tensor:
        raise self._missing("mean")

    def _mode(self) -> Tensor:
        raise self._missing("mode")

    def _variance(self) -> Tensor:
        raise self._missing("variance")

    def _stddev(self) -> Tensor:
        raise self._missing("stddev")

    def _covariance(self) -> Tensor:
        raise self._missing("covariance")

    # -- Common parts -----------------------------------------------------------------------------

    def _missing(self, method: str) -> NotImplementedError:
        return NotImplementedError(f"{method} is not implemented: {type(self).__name__}")

    @contextmanager
    def _name_scope(self, name: str, values: Sequence[Any] = ()) -> Iterator[str]:
        with tf.name_scope(self.name):
            with tf.name_scope(name, values=[*values, *self._graph_parents]) as scope:
                yield scope

    def _of_value(
        self, name: str, value: Any, direct: Callable[..., Tensor], *derived: Callable[..., Tensor]
    ) -> Tensor:
        with self._name_scope(name, [value]):
            value = tf.convert_to_tensor(value, name="value", preferred_dtype=self.dtype)
            return _first_defined(*(lambda f=f: f(value) for f in (direct, *derived)))

    def _statistic(
        self, name: str, direct: Callable[[], Tensor], *derived: Callable[[], Tensor]
    ) -> Tensor:
        with self._name_scope(name):
            return _first_defined(direct, *derived)

    def _set_static_shape(self, samples: Tensor, sample_shape: TensorShape) -> None:
        """Tells `samples` what is known of the three parts of its shape."""
        batch, event = self.batch_shape, self.event_shape
        samples.set_shape(sample_shape.concatenate(batch).concatenate(event))
        rank = samples.shape.ndims
        if rank is not None and event.ndims is not None:
            before = TensorShape([None] * (rank - event.ndims))
            samples.set_shape(before.concatenate(event))


class ScalarDistribution(Distribution):
    """A distribution of scalars, whose batch has the shape that its parameters broadcast to."""

    #: The names of the attributes that broadcast to the batch.
    _batch_parameters: tuple[str, ...] = ()

    @classmethod
    def _param_shapes(cls, sample_shape: Any) -> dict[str, Tensor]:
        shape = tf.convert_to_tensor(sample_shape, dtype=tf.int32)
        return dict.fromkeys(cls._batch_parameters, shape)

    def _parameter_tensors(self) -> list[Tensor]:
        return [getattr(self, name) for name in self._batch_parameters]

    def _batch_shape(self) -> TensorShape:
        return reduce(tf.broadcast_static_shape, (p.shape for p in self._parameter_tensors()))

    def _batch_shape_tensor(self) -> Tensor:
        *shapes, last = [tf.shape(parameter) for parameter in self._parameter_tensors()]
        return reduce(lambda so_far, s: tf.broadcast_dynamic_shape(s, so_far), shapes[::-1], last)

    def _event_shape(self) -> TensorShape:
        return TensorShape([])

    def _event_shape_tensor(self) -> Tensor:
        return tf.constant([], dtype=tf.int32)

    def _sample_shape(self, n: Any) -> Tensor:
        """The shape of `n` samples."""
        return tf.concat([[n], self.batch_shape_tensor()], 0)

    def _filled(self, value: float, name: str) -> Tensor:
        """A number for each distribution of the batch."""
        number = np.array(value, dtype=self.dtype.as_numpy_dtype)
        return tf.fill(self.batch_shape_tensor(), number, name=name)


def _first_defined(*attempts: Callable[[], Tensor]) -> Tensor:
    """What the first function that is defined gives; else the NotImplementedError of the first."""
    missing: NotImplementedError | None = None
    for attempt in attempts:
        try:
            return attempt()
        except NotImplementedError as error:
            missing = missing or error
    assert missing is not None
    raise missing


def _is_scalar(static: TensorShape, shape_tensor: Callable[[], Tensor], name: str) -> Tensor:
    if static.ndims is not None:
        return tf.convert_to_tensor(static.ndims == 0, name=name)
    shape = shape_tensor()
    if shape.shape.is_fully_defined():
        return tf.convert_to_tensor(shape.shape.as_list() == [0], name=name)
    return tf.identity(tf.equal(tf.shape(shape)[0], 0), name=name)


def _vector_and_product(shape: Tensor) -> tuple[Tensor, Any]:
    """A sample shape, scalar or vector, as a vector; and how many samples those are."""
    known = tf.get_static_value(shape)
    count = tf.reduce_prod(shape) if known is None else np.prod(known, dtype=np.int32)
    match shape.shape.ndims:
        case 1:
            return shape, count
        case 0 if known is not None:
            vector = np.array([known], dtype=np.int32)
            return tf.convert_to_tensor(vector, name="sample_shape"), count
        case 0 | None:
            return tf.reshape(shape, [-1]), count
        case _:
            raise ValueError("Input is neither scalar nor vector.")

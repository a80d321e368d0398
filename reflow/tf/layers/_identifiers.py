"""The activations and initializers that layers know by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from reflow import tf
from reflow.graph.operation import Tensor
from reflow.ops.constants import constant
from reflow.tf import initializers, nn
from reflow.tf.layers._named import Kind, by_names

Activation = Callable[[Tensor], Tensor]


def linear(x: Any) -> Any:
    """x as it is: the activation of layers that are given none."""
    return x


def _softmax(x: Tensor) -> Tensor:
    """exp(x) / sum(exp(x)) along the last axis; ValueError for vectors."""
    rank = x.shape.ndims
    if rank == 2:
        return nn.softmax(x)
    if rank is None or rank < 2:
        raise ValueError(f"Cannot apply softmax to a tensor that is 1D. Received input: {x}")
    exponentials = tf.exp(x - tf.reduce_max(x, axis=-1, keepdims=True))
    return exponentials / tf.reduce_sum(exponentials, axis=-1, keepdims=True)


def _selu(x: Tensor) -> Tensor:
    """1.0507 * elu(x), with 1.6733 times as much below 0.  Klambauer et al. (2017)."""
    unit = nn.elu(x)
    return 1.0507009873554804934193349852946 * tf.where(
        x > 0, unit, 1.6732632423543772848170429916717 * unit
    )


def _hard_sigmoid(x: Tensor) -> Tensor:
    """0.2 * x + 0.5, cut at 0 and 1."""
    slope, middle = constant(0.2, x.dtype.base_dtype), constant(0.5, x.dtype.base_dtype)
    return tf.clip_by_value(tf.add(tf.multiply(x, slope), middle), 0.0, 1.0)


_ACTIVATIONS: dict[str, Activation] = {
    "elu": nn.elu,
    "exponential": tf.exp,
    "hard_sigmoid": _hard_sigmoid,
    "linear": linear,
    "relu": nn.relu,
    "selu": _selu,
    "sigmoid": tf.sigmoid,
    "softmax": _softmax,
    "softplus": nn.softplus,
    "softsign": nn.softsign,
    "tanh": tf.tanh,
}

initializer_of = Kind(
    "initializer",
    by_names(
        {
            ("zero", "zeros", "Zeros"): initializers.Zeros,
            ("one", "ones", "Ones"): initializers.Ones,
            ("constant", "Constant"): initializers.Constant,
            ("uniform", "random_uniform", "RandomUniform"): partial(
                initializers.RandomUniform, minval=-0.05, maxval=0.05
            ),
            ("normal", "random_normal", "RandomNormal"): partial(
                initializers.RandomNormal, stddev=0.05
            ),
            ("truncated_normal", "TruncatedNormal"): partial(
                initializers.TruncatedNormal, stddev=0.05
            ),
            ("identity", "Identity"): initializers.Identity,
            ("orthogonal", "Orthogonal"): initializers.Orthogonal,
            ("glorot_normal", "GlorotNormal"): initializers.GlorotNormal,
            ("glorot_uniform", "GlorotUniform"): initializers.GlorotUniform,
            ("he_normal",): initializers.he_normal,
            ("he_uniform",): initializers.he_uniform,
            ("lecun_normal",): initializers.lecun_normal,
            ("lecun_uniform",): initializers.lecun_uniform,
            ("VarianceScaling",): initializers.VarianceScaling,
        }
    ),
)


def activation_of(identifier: Any) -> Activation:
    """A function of tensors, given as it is or by its name; None is `linear`.

    Raises:
      ValueError: no activation has this name.
      TypeError: it is neither a name nor a function.
    """
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        if identifier not in _ACTIVATIONS:
            raise ValueError(f"Unknown activation function:{identifier}")
        return _ACTIVATIONS[identifier]
    if not callable(identifier):
        raise TypeError(f"Could not interpret activation function identifier: {identifier!r}")
    return identifier  # type: ignore[no-any-return]

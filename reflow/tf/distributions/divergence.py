"""How far one distribution is from another: the Kullback-Leibler divergence."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import reflow.tf as tf

if TYPE_CHECKING:
    from reflow.graph.operation import Tensor
    from reflow.tf.distributions.distribution import Distribution

# (a's class, b's class) -> the function that computes KL(a || b).
_DIVERGENCES: dict[tuple[type, type], Callable[..., Any]] = {}


class RegisterKL:
    """Decorates the function (a, b, name=None) that computes KL(a || b) for two classes.

        @tf.distributions.RegisterKL(Normal, Normal)
        def _kl_normal_normal(a, b, name=None): ...

    Raises:
      TypeError: what is decorated cannot be called.
      ValueError: the pair of classes has a function already.
    """

    def __init__(self, dist_cls_a: type, dist_cls_b: type) -> None:
        self._key = (dist_cls_a, dist_cls_b)

    def __call__(self, kl_fn: Callable[..., Any]) -> Callable[..., Any]:
        if not callable(kl_fn):
            raise TypeError(f"kl_fn must be callable, received: {kl_fn}")
        if self._key in _DIVERGENCES:
            a, b = (kind.__name__ for kind in self._key)
            known = _DIVERGENCES[self._key]
            raise ValueError(f"KL({a} || {b}) has already been registered to: {known}")
        _DIVERGENCES[self._key] = kl_fn
        return kl_fn


def _registered_kl(a: type, b: type) -> Callable[..., Any] | None:
    """The function registered for the nearest classes that `a` and `b` derive from."""
    candidates = [
        (i + j, _DIVERGENCES[kind_a, kind_b])
        for i, kind_a in enumerate(a.__mro__)
        for j, kind_b in enumerate(b.__mro__)
        if (kind_a, kind_b) in _DIVERGENCES
    ]
    return min(candidates, key=lambda candidate: candidate[0])[1] if candidates else None


def kl_divergence(
    distribution_a: Distribution,
    distribution_b: Distribution,
    allow_nan_stats: bool = True,
    name: str | None = None,
) -> Tensor:
    """KL(a || b) = E_a[log a(X) - log b(X)], of the batch shape, in nats.

    With `allow_nan_stats` False a NaN in it is an InvalidArgumentError.

    Raises:
      NotImplementedError: no function is registered for the two classes.
    """
    function = _registered_kl(type(distribution_a), type(distribution_b))
    if function is None:
        raise NotImplementedError(
            "No KL(distribution_a || distribution_b) registered for distribution_a type "
            f"{type(distribution_a).__name__} and distribution_b type "
            f"{type(distribution_b).__name__}"
        )
    with tf.name_scope("KullbackLeibler"):
        divergence = function(distribution_a, distribution_b, name=name)
        if allow_nan_stats:
            return divergence
        divergence = tf.identity(divergence, name="kl")
        message = (
            f"KL calculation between {distribution_a.name} and {distribution_b.name} returned NaN "
            "values (and was called with allow_nan_stats=False). Values:"
        )
        defined = tf.logical_not(tf.reduce_any(tf.math.is_nan(divergence)))
        with tf.control_dependencies([tf.Assert(defined, [message, divergence])]):
            return tf.identity(divergence, name="checked_kl")


def cross_entropy(
    ref: Distribution, other: Distribution, allow_nan_stats: bool = True, name: str | None = None
) -> Tensor:
    """-E_ref[log other(X)] = the entropy of `ref` + KL(ref || other), in nats."""
    with tf.name_scope(name, "cross_entropy"):
        return ref.entropy() + kl_divergence(ref, other, allow_nan_stats=allow_nan_stats)

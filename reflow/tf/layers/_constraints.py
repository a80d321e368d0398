"""The constraints that layers know by name: what weights become after each update."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph.operation import Tensor
from reflow.tf.layers._named import Kind, by_names

# Added to norms, so that zeros stay zeros.
_EPSILON = 1e-7


class Constraint:
    """What constraints have in common."""

    # The arguments that `get_config` tells.
    _config: tuple[str, ...] = ()

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this constraint."""
        return {name: getattr(self, name) for name in self._config}


class NonNeg(Constraint):
    """No weight is below 0."""

    def __call__(self, w: Any) -> Tensor:
        return w * tf.cast(tf.greater_equal(w, 0.0), tf.float32)  # type: ignore[no-any-return]


class UnitNorm(Constraint):
    """The norm of the weights along `axis` (a number or several) is 1."""

    _config = ("axis",)

    def __init__(self, axis: Any = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> Tensor:
        return w / (_EPSILON + _norms(w, self.axis))  # type: ignore[no-any-return]


class MaxNorm(Constraint):
    """The norm of the weights along `axis` is at most max_value."""

    _config = ("max_value", "axis")

    def __init__(self, max_value: float | None = 2, axis: Any = 0) -> None:
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Any) -> Tensor:
        norms = _norms(w, self.axis)
        desired = _clipped(norms, 0, self.max_value)
        return w * (desired / (_EPSILON + norms))  # type: ignore[no-any-return]


class MinMaxNorm(Constraint):
    """The norm of the weights along `axis` is at least min_value and at most max_value.

    rate: the part of the way to such a norm that is gone at each update.
    """

    _config = ("min_value", "max_value", "rate", "axis")

    def __init__(
        self,
        min_value: float = 0.0,
        max_value: float | None = 1.0,
        rate: float = 1.0,
        axis: Any = 0,
    ) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: Any) -> Tensor:
        norms = _norms(w, self.axis)
        clipped = _clipped(norms, self.min_value, self.max_value)
        desired = self.rate * clipped + (1 - self.rate) * norms
        return w * (desired / (_EPSILON + norms))  # type: ignore[no-any-return]


def _norms(w: Any, axis: Any) -> Tensor:
    squares = tf.reduce_sum(tf.square(w), axis=axis, keepdims=True)
    # Rounding may leave a sum of squares below 0 in the eyes of Keras.
    return tf.sqrt(tf.clip_by_value(squares, *_bounds(squares, 0.0, float("inf"))))


def _clipped(x: Tensor, low: float, high: float | None) -> Tensor:
    high = float("inf") if high is None else max(low, high)
    return tf.clip_by_value(x, *_bounds(x, low, high))


def _bounds(x: Tensor, *bounds: float) -> list[Tensor]:
    return [tf.constant(bound, x.dtype.base_dtype) for bound in bounds]


constraint_of = Kind(
    "constraint",
    by_names(
        {
            ("NonNeg", "non_neg", "nonneg"): NonNeg,
            ("UnitNorm", "unit_norm", "unitnorm"): UnitNorm,
            ("MaxNorm", "max_norm", "maxnorm"): MaxNorm,
            ("MinMaxNorm", "min_max_norm"): MinMaxNorm,
        }
    ),
)

"""odeint_fixed: steps of given lengths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.tf._scopes import name_scope
from reflow.tf.contrib.integrate._checks import check_types, where_increasing

# The derivative of a state at a time.
Derivative = Callable[[Tensor, Tensor], Tensor]
# What a step adds to the state: of the derivative, the time, the step's length and the state.
Step = Callable[[Derivative, Tensor, Tensor, Tensor], Tensor]


def odeint_fixed(
    func: Derivative, y0: Any, t: Any, dt: Any = None, method: str = "rk4", name: str | None = None
) -> Tensor:
    """The solution of dy/dt = func(y, t) at the times `t`, by steps of given lengths.

    Args:
      func: gives the derivative, of the state's shape and type.
      y0: the state at t[0], of any shape, of floating point or complex.
      t: [n], increasing, of floating point.
      dt: the greatest length of a step, a scalar or [n - 1], one for each interval; by default
        each interval is a step.
      method: "rk4", Runge and Kutta's of fourth order, or "midpoint".

    Returns:
      [n, *y0.shape].

    Raises:
      TypeError: something is not of floating point.
      ValueError: `t` and `dt` do not fit, or there is no such method.

    Running raises:
      tf.errors.InvalidArgumentError: the times do not increase.
    """
    with name_scope(name, "odeint_fixed", [y0, t, dt]):
        t = convert_to_tensor(t, preferred_dtype=dtypes.float64, name="t")
        y0 = convert_to_tensor(y0, name="y0")
        intervals = t[1:] - t[:-1]
        if dt is None:
            dt = intervals
        dt = convert_to_tensor(dt, preferred_dtype=dtypes.float64, name="dt")
        counts = tf.ceil(intervals / dt)
        dt = intervals / counts
        counts = tf.cast(counts, dtypes.int32)
        check_types(y0, t, dt)
        _check_sizes(t, dt)
        with where_increasing(t), name_scope(method):
            if method not in _STEPS:
                raise ValueError(f"method not supported: {method}")
            return _integrated(_STEPS[method], func, y0, t, dt, counts)


def _check_sizes(t: Tensor, dt: Tensor) -> None:
    for name, tensor in (("t", t), ("dt", dt)):
        if len(tensor.shape.as_list()) > 1:
            raise ValueError(f"{name} must be a 1D tensor. Received: {tensor.shape}")
    if t.shape[0] != dt.shape[0] + 1:
        raise ValueError(
            "t and dt have incompatible lengths, must be N and N-1. Received: "
            f"{t.shape[0]} and {dt.shape[0]}"
        )


def _integrated(
    step: Step, func: Derivative, y0: Tensor, t: Tensor, dt: Tensor, counts: Tensor
) -> Tensor:
    """The states at the times `t`; each interval has `counts` steps of the length `dt`."""

    def advance(y: Tensor, now: Tensor, done: Tensor, interval: Tensor) -> tuple[Tensor, ...]:
        length = dt[interval - 1]
        change = tf.cast(step(func, now, length, y), dtype=y.dtype)
        return y + change, now + length, done + 1, interval

    def over_interval(solution: Any, y: Tensor, now: Tensor, interval: Any) -> tuple[Any, ...]:
        y, now, _, _ = tf.while_loop(
            lambda _, __, done, interval: done < counts[interval - 1],
            advance,
            (y, now, 0, interval),
        )
        return solution.write(interval, y), y, now, interval + 1

    number = tf.size(t)
    start = t[0]
    solution = tf.TensorArray(y0.dtype, number).write(0, y0)
    solution, _, _, _ = tf.while_loop(
        lambda _, __, ___, interval: interval < number, over_interval, (solution, y0, start, 1)
    )
    states: Tensor = solution.stack()
    states.set_shape(t.shape.concatenate(y0.shape))
    return states


def _midpoint(func: Derivative, t: Tensor, dt: Tensor, y: Tensor) -> Tensor:
    length = tf.cast(dt, y.dtype)
    return length * func(y + func(y, t) * length / 2, t + dt / 2)


def _rk4(func: Derivative, t: Tensor, dt: Tensor, y: Tensor) -> Tensor:
    k1 = func(y, t)
    half = t + dt / 2
    length = tf.cast(dt, y.dtype)
    k2 = func(y + length * k1 / 2, half)
    k3 = func(y + length * k2 / 2, half)
    k4 = func(y + length * k3, t + dt)
    return tf.add_n([k1, 2 * k2, 2 * k3, k4]) * (length / 6)


_STEPS: dict[str, Step] = {"midpoint": _midpoint, "rk4": _rk4}

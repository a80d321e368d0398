"""One step of Dormand and Prince's method, and the polynomial through its states.

Dormand, Prince, "A family of embedded Runge-Kutta formulae" (1980); Shampine, "Some practical
Runge-Kutta formulas" (1986), for the state in the middle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.constants import constant
from reflow.tf._scopes import name_scope


class _Tableau(NamedTuple):
    """A method's numbers, which stand in Butcher's table.

    Attributes:
      times: where in the step the further derivatives are taken.
      states: how the states there are made of the derivatives before.
      solution, middle, error: how the state at the end, that in the middle and the error are made
        of all derivatives.
    """

    times: Sequence[float]
    states: Sequence[Sequence[float]]
    solution: Sequence[float]
    middle: Sequence[float]
    error: Sequence[float]


_DORMAND_PRINCE = _Tableau(
    times=[1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0],
    states=[
        [1 / 5],
        [3 / 40, 9 / 40],
        [44 / 45, -56 / 15, 32 / 9],
        [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
        [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
        [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
    ],
    solution=[35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0],
    middle=[
        6025192743 / 30085553152 / 2,
        0,
        51252292925 / 65400821598 / 2,
        -2691868925 / 45128329728 / 2,
        187940372067 / 1594534317056 / 2,
        -1776094331 / 19743644256 / 2,
        11237099 / 235043384 / 2,
    ],
    error=[
        1951 / 21600 - 35 / 384,
        0,
        22642 / 50085 - 500 / 1113,
        451 / 720 - 125 / 192,
        -12231 / 42400 - -2187 / 6784,
        649 / 6300 - 11 / 84,
        1 / 60,
    ],
)


def _scaled_sum(
    scale: Tensor, factors: Sequence[float], derivatives: Sequence[Tensor], name: str | None = None
) -> Tensor:
    """The scaled sum of derivatives, each by its factor."""
    values = [scale, factors, derivatives]
    with name_scope(name, "scaled_dot_product", values) as scope:
        terms = [
            scale * factor * k
            for factor, k in zip(factors, derivatives)
            if factor != 0 and (isinstance(k, Tensor) or k != 0)
        ]
        return tf.add_n(terms, name=scope)


def _sum_of_products(factors: Iterable[Any], tensors: Iterable[Any]) -> Tensor:
    with name_scope(None, "dot_product", [factors, tensors]) as scope:
        return tf.add_n([x * y for x, y in zip(factors, tensors)], name=scope)


def step(
    func: Callable[[Tensor, Tensor], Tensor], y0: Tensor, f0: Tensor, t0: Tensor, dt: Tensor
) -> tuple[Tensor, Tensor, Tensor, list[Tensor]]:
    """A step of the length `dt`.

    Args:
      func: gives the derivative at a state and a time.
      y0, f0: the state at `t0` and its derivative.

    Returns:
      The state at the end, its derivative, an estimate of the error, and all derivatives.
    """
    with name_scope(None, "runge_kutta_step", [y0, f0, t0, dt]) as scope:
        y0 = convert_to_tensor(y0, name="y0")
        f0 = convert_to_tensor(f0, name="f0")
        t0 = convert_to_tensor(t0, name="t0")
        dt = convert_to_tensor(dt, name="dt")
        length = tf.cast(dt, y0.dtype)
        derivatives = [f0]
        for time, factors in zip(_DORMAND_PRINCE.times, _DORMAND_PRINCE.states):
            now = t0 + time * dt
            y = y0 + _scaled_sum(length, factors, derivatives)
            derivatives.append(func(y, now))
        # The last state is the solution: its factors are the last row.
        y1 = tf.identity(y, name=f"{scope}/y1")
        f1 = tf.identity(derivatives[-1], name=f"{scope}/f1")
        error = _scaled_sum(length, _DORMAND_PRINCE.error, derivatives, name=f"{scope}/y1_error")
        return y1, f1, error, derivatives


def fitted(y0: Tensor, y1: Tensor, derivatives: Sequence[Tensor], dt: Tensor) -> list[Tensor]:
    """The polynomial of fourth order through a step's states: coefficients, the highest first."""
    with name_scope("interp_fit_rk"):
        dt = tf.cast(dt, y0.dtype)
        middle = y0 + _scaled_sum(dt, _DORMAND_PRINCE.middle, derivatives)
        f0, f1 = derivatives[0], derivatives[-1]
        known = [f0, f1, y0, y1, middle]
        a = _sum_of_products([-2 * dt, 2 * dt, -8, -8, 16], known)
        b = _sum_of_products([5 * dt, -3 * dt, 18, 14, -32], known)
        c = _sum_of_products([-4 * dt, dt, -11, -5, 16], known)
        return [a, b, c, dt * f0, y0]


def evaluated(coefficients: Sequence[Tensor], t0: Tensor, t1: Tensor, t: Tensor) -> Tensor:
    """The polynomial of a step from `t0` to `t1` at a time in between."""
    with name_scope("interp_evaluate"):
        t0, t1, t = (convert_to_tensor(time) for time in (t0, t1, t))
        dtype = coefficients[0].dtype
        message = "invalid interpolation, fails `t0 <= t <= t1`:"
        checked = tf.Assert((t0 <= t) & (t <= t1), [message, t0, t, t1])
        with tf.control_dependencies([checked]):
            x = tf.cast((t - t0) / (t1 - t0), dtype)
        powers = [constant(1, dtype), x]
        while len(powers) < len(coefficients):
            powers.append(powers[-1] * x)
        return _sum_of_products(coefficients, reversed(powers))

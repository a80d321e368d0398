"""odeint: steps as long as the wanted precision allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.tf._scopes import name_scope
from reflow.tf.contrib.integrate import _runge_kutta
from reflow.tf.contrib.integrate._checks import check_types, where_increasing

_ORDER = 5


class _State(NamedTuple):
    """Where a solution has come to.

    Attributes:
      y, f: the state at `end` and its derivative.
      start, end: the last step's times.
      dt: the length of the next step.
      coefficients: of the polynomial between the two.
    """

    y: Tensor
    f: Tensor
    start: Tensor
    end: Tensor
    dt: Tensor
    coefficients: list[Tensor]


class _History(NamedTuple):
    """TensorArrays of what has been tried: the ends of steps, and the errors by what is allowed."""

    integrate_points: Any
    error_ratio: Any


def odeint(
    func: Callable[[Tensor, Tensor], Tensor],
    y0: Any,
    t: Any,
    rtol: Any = 1e-6,
    atol: Any = 1e-12,
    method: str | None = None,
    options: Mapping[str, Any] | None = None,
    full_output: bool = False,
    name: str | None = None,
) -> Any:
    """The solution of dy/dt = func(y, t) at the times `t`, as precise as wanted.

    Args:
      func: gives the derivative, of the state's shape and type.
      y0: the state at t[0], of any shape, of floating point or complex.
      t: [n], increasing, of floating point.
      rtol, atol: an error may be as large as atol + rtol * abs(y).
      method: "dopri5", Dormand and Prince's of fifth order.
      options: of that method: `first_step` (1.0), the first length that is tried; `safety` (0.9),
        by how much lengths stay below the greatest that errors allow; `ifactor` (10.0) and
        `dfactor` (0.2), the greatest and the least that a length is multiplied by from step to
        step; `max_num_steps` (1000) between two times.
      full_output: whether to tell how it was done, too.

    Returns:
      [n, *y0.shape].  With `full_output`, a pair of that and a dictionary: "num_func_evals", how
      often `func` was called; "integrate_points", the ends of all steps tried; "error_ratio", the
      error of each by what is allowed.

    Raises:
      TypeError: something is not of floating point.
      ValueError: there is no such method, or options without one.

    Running raises:
      tf.errors.InvalidArgumentError: the times do not increase, steps become too short or too many,
        or the state is not finite any more.
    """
    if method is not None and method != "dopri5":
        raise ValueError(f"invalid method: {method!r}")
    if options is None:
        options = {}
    elif method is None:
        raise ValueError("cannot supply `options` without specifying `method`")
    with name_scope(name, "odeint", [y0, t, rtol, atol]) as scope:
        y0 = convert_to_tensor(y0, name="y0")
        t = convert_to_tensor(t, preferred_dtype=dtypes.float64, name="t")
        check_types(y0, t)
        real = abs(y0).dtype
        rtol = convert_to_tensor(rtol, dtype=real, name="rtol")
        atol = convert_to_tensor(atol, dtype=real, name="atol")
        return _dopri5(func, y0, t, rtol, atol, full_output, scope, **options)


def _dopri5(
    func: Callable[[Tensor, Tensor], Tensor],
    y0: Tensor,
    t: Tensor,
    rtol: Tensor,
    atol: Tensor,
    full_output: bool,
    name: str,
    first_step: Any = None,
    safety: Any = 0.9,
    ifactor: Any = 10.0,
    dfactor: Any = 0.2,
    max_num_steps: Any = 1000,
) -> Any:
    if first_step is None:
        first_step = 1.0
    values = [y0, t, rtol, atol, safety, ifactor, dfactor, max_num_steps]
    with name_scope(name, "dopri5", values) as scope:
        first_step = convert_to_tensor(first_step, dtype=t.dtype, name="first_step")
        solver = _Solver(
            func,
            rtol,
            atol,
            convert_to_tensor(safety, dtype=t.dtype, name="safety"),
            convert_to_tensor(ifactor, dtype=t.dtype, name="ifactor"),
            convert_to_tensor(dfactor, dtype=t.dtype, name="dfactor"),
            convert_to_tensor(max_num_steps, dtype=dtypes.int32, name="max_num_steps"),
        )
        with where_increasing(t):
            number = tf.size(t)
        solution = tf.TensorArray(y0.dtype, size=number).write(0, y0)
        history = _History(
            tf.TensorArray(t.dtype, size=0, dynamic_size=True),
            tf.TensorArray(rtol.dtype, size=0, dynamic_size=True),
        )
        state = _State(y0, func(y0, t[0]), t[0], t[0], first_step, [y0] * 5)

        def interpolate(solution: Any, history: Any, state: Any, i: Any) -> tuple[Any, ...]:
            with name_scope("interpolate"):
                state, history = solver.advanced(state, history, lambda: t[i])
                y = _runge_kutta.evaluated(state.coefficients, state.start, state.end, t[i])
                return solution.write(i, y), history, state, i + 1

        solution, history, _, _ = tf.while_loop(
            lambda _, __, ___, i: i < number,
            interpolate,
            (solution, history, state, 1),
            name="interpolate_loop",
        )
        y = solution.stack(name=scope)
        y.set_shape(t.shape.concatenate(y0.shape))
        return (y, _told(history)) if full_output else y


def _told(history: _History) -> dict[str, Tensor]:
    points = history.integrate_points.stack()
    return {
        "num_func_evals": 6 * tf.size(points) + 1,
        "integrate_points": points,
        "error_ratio": history.error_ratio.stack(),
    }


class _Solver(NamedTuple):
    """What a solution goes by; see `odeint`."""

    func: Callable[[Tensor, Tensor], Tensor]
    rtol: Tensor
    atol: Tensor
    safety: Tensor
    ifactor: Tensor
    dfactor: Tensor
    max_num_steps: Tensor

    def advanced(
        self, state: _State, history: _History, wanted: Callable[[], Tensor]
    ) -> tuple[_State, _History]:
        """After as many steps as it takes to reach a time or pass it."""
        state, history, _ = tf.while_loop(
            lambda state, *_: wanted() > state.end,
            self._step,
            (state, history, 0),
            name="integrate_loop",
        )
        return state, history

    def _step(self, state: _State, history: _History, count: Tensor) -> tuple[Any, ...]:
        """One step, which is taken if its error is allowed; else the next one is shorter."""
        y0, f0, _, t0, dt, coefficients = state
        with name_scope("assertions"):
            checks = [
                tf.Assert(t0 + dt > t0, ["underflow in dt", dt]),
                tf.Assert(count < self.max_num_steps, ["max_num_steps exceeded"]),
                tf.Assert(
                    tf.reduce_all(tf.is_finite(abs(y0))), ["non-finite values in state `y`", y0]
                ),
            ]
        with tf.control_dependencies(checks):
            y1, f1, error, derivatives = _runge_kutta.step(self.func, y0, f0, t0, dt)
        with name_scope("error_ratio"):
            allowed = self.atol + self.rtol * tf.maximum(abs(y0), abs(y1))
            ratios = _squared(error) / _squared(allowed)
            ratio = tf.sqrt(tf.reduce_mean(ratios))
            accepted = ratio <= 1
        with name_scope("update/rk_state"):
            y = tf.cond(accepted, lambda: y1, lambda: y0)
            f = tf.cond(accepted, lambda: f1, lambda: f0)
            end = tf.cond(accepted, lambda: t0 + dt, lambda: t0)
            coefficients = tf.cond(
                accepted,
                lambda: _runge_kutta.fitted(y0, y1, derivatives, dt),
                lambda: coefficients,
            )
            state = _State(y, f, t0, end, self._length_after(dt, ratio), coefficients)
        with name_scope("update/history"):
            history = _History(
                _appended(history.integrate_points, t0 + dt), _appended(history.error_ratio, ratio)
            )
        return state, history, count + 1

    def _length_after(self, dt: Tensor, ratio: Tensor) -> Tensor:
        """The length of the step after one with this error."""
        with name_scope(None, "optimal_step_size", [dt, ratio]) as scope:
            ratio = tf.cast(ratio, dt.dtype)
            exponent = tf.cast(1 / _ORDER, dt.dtype)
            least = 1 / self.ifactor
            divisor = tf.maximum(least, tf.minimum(ratio**exponent / self.safety, 1 / self.dfactor))
            return tf.div(dt, divisor, name=scope)


def _squared(x: Tensor) -> Tensor:
    """The square of the absolute value."""
    if x.dtype.is_complex:
        return tf.square(tf.real(x)) + tf.square(tf.imag(x))
    return tf.square(x)


def _appended(array: Any, value: Tensor) -> Any:
    return array.write(array.size(), value)

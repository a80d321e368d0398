"""tf.contrib.opt: minimization by algorithms from outside, SciPy's above all."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from reflow import tf
from reflow.graph.default_session import get_default_session
from reflow.graph.gradients import gradients
from reflow.graph.operation import Tensor

Evaluate = Callable[[np.ndarray], list[Any]]


class ExternalOptimizerInterface:
    """Lets an algorithm minimize a loss that a session computes.

    The variables are one vector to the algorithm.  A subclass defines `_minimize`.

    Args:
      loss: a scalar.
      var_list: the variables to change (default: the trainable ones).
      equalities: scalars to be held at 0.
      inequalities: scalars to be held at or above 0.
      var_to_bounds: for variables (low, high), each a number or what broadcasts to the variable's
        shape.
      optimizer_kwargs: for the algorithm.
    """

    def __init__(
        self,
        loss: Tensor,
        var_list: Iterable[Any] | None = None,
        equalities: Sequence[Tensor] | None = None,
        inequalities: Sequence[Tensor] | None = None,
        var_to_bounds: Mapping[Any, tuple[Any, Any]] | None = None,
        **optimizer_kwargs: Any,
    ) -> None:
        self._loss = loss
        self._equalities = equalities or []
        self._inequalities = inequalities or []
        self._vars = tf.trainable_variables() if var_list is None else list(var_list)
        self._packed_bounds = None if var_to_bounds is None else self._bounds(var_to_bounds)
        self._update_placeholders = [tf.placeholder(var.dtype.base_dtype) for var in self._vars]
        self._var_updates = [
            var.assign(tf.reshape(value, _shape(var)))
            for var, value in zip(self._vars, self._update_placeholders)
        ]
        self.optimizer_kwargs = optimizer_kwargs
        self._packed_var = self._pack(self._vars)
        self._packed_loss_grad = self._packed_gradient(loss)
        self._packed_equality_grads = [self._packed_gradient(e) for e in self._equalities]
        self._packed_inequality_grads = [self._packed_gradient(i) for i in self._inequalities]
        ends = list(itertools.accumulate((math.prod(_shape(v)) for v in self._vars), initial=0))
        self._packing_slices = [slice(*pair) for pair in itertools.pairwise(ends)]

    def _bounds(self, var_to_bounds: Mapping[Any, tuple[Any, Any]]) -> list[tuple[Any, Any]]:
        """(low, high) for each element of each variable."""
        low, high = [], []
        for var in self._vars:
            least, most = var_to_bounds.get(var, (-np.inf, np.inf))
            low += list(np.broadcast_to(least, _shape(var)).flat)
            high += list(np.broadcast_to(most, _shape(var)).flat)
        return list(zip(low, high))

    def _packed_gradient(self, tensor: Tensor) -> Any:
        """The gradient of a scalar as one vector, 0 for variables that it does not depend on."""
        found = gradients(tensor, self._vars)
        return self._pack(
            [tf.zeros_like(var) if grad is None else grad for var, grad in zip(self._vars, found)]
        )

    @classmethod
    def _pack(cls, tensors: Sequence[Any]) -> Any:
        if not tensors:
            return None
        flat = [tf.reshape(tensor, [-1]) for tensor in tensors]
        return flat[0] if len(flat) == 1 else tf.concat(flat, 0)

    def minimize(
        self,
        session: Any = None,
        feed_dict: Mapping[Any, Any] | None = None,
        fetches: Sequence[Any] | None = None,
        step_callback: Callable[[np.ndarray], Any] | None = None,
        loss_callback: Callable[..., Any] | None = None,
        **run_kwargs: Any,
    ) -> None:
        """Minimizes, and gives the variables their new values; unlike Optimizer.minimize it runs.

        Args:
          session: default: the default session.
          feed_dict: for all runs.
          fetches: what `loss_callback` is called with, each time the loss was computed.
          step_callback: called with the vector of variables after each step.
          run_kwargs: for the run that updates the variables.
        """
        session = session or get_default_session()
        feeds, more = dict(feed_dict or {}), list(fetches or [])

        def evaluating(tensors: list[Any], callback: Callable[..., Any] | None = None) -> Evaluate:
            return self._evaluating(tensors, session, feeds, more, callback)

        result = self._minimize(
            initial_val=session.run(self._packed_var),
            loss_grad_func=evaluating([self._loss, self._packed_loss_grad], loss_callback),
            equality_funcs=[evaluating([e]) for e in self._equalities],
            equality_grad_funcs=[evaluating([g]) for g in self._packed_equality_grads],
            inequality_funcs=[evaluating([i]) for i in self._inequalities],
            inequality_grad_funcs=[evaluating([g]) for g in self._packed_inequality_grads],
            packed_bounds=self._packed_bounds,
            step_callback=step_callback or (lambda xk: None),
            optimizer_kwargs=self.optimizer_kwargs,
        )
        values = [result[part] for part in self._packing_slices]
        session.run(
            self._var_updates,
            feed_dict=dict(zip(self._update_placeholders, values)),
            **run_kwargs,
        )

    def _evaluating(
        self,
        tensors: list[Any],
        session: Any,
        feed_dict: Mapping[Any, Any],
        fetches: list[Any],
        callback: Callable[..., Any] | None,
    ) -> Evaluate:
        """A function of the vector of variables that gives the tensors' values."""

        def evaluate(x: np.ndarray) -> list[Any]:
            feeds = {
                var: x[part].reshape(_shape(var))
                for var, part in zip(self._vars, self._packing_slices)
            }
            values = session.run(tensors + fetches, feed_dict={**feeds, **feed_dict})
            if callback is not None:
                callback(*values[len(tensors) :])
            return list(values[: len(tensors)])

        return evaluate

    def _minimize(
        self,
        initial_val: np.ndarray,
        loss_grad_func: Evaluate,
        equality_funcs: list[Evaluate],
        equality_grad_funcs: list[Evaluate],
        inequality_funcs: list[Evaluate],
        inequality_grad_funcs: list[Evaluate],
        packed_bounds: list[tuple[Any, Any]] | None,
        step_callback: Callable[[np.ndarray], Any],
        optimizer_kwargs: Mapping[str, Any],
    ) -> np.ndarray:
        """The algorithm: the best vector.

        Args:
          initial_val: where to begin.
          loss_grad_func: gives the loss and its gradient.
          equality_funcs, inequality_funcs, and their gradients: give one value each.
          packed_bounds: (low, high) for each element.
        """
        raise NotImplementedError(
            "To use ExternalOptimizerInterface, subclass from it and implement the _minimize() "
            "method."
        )


class ScipyOptimizerInterface(ExternalOptimizerInterface):
    """`scipy.optimize.minimize` (which must be installed), by default with L-BFGS-B.

    L-BFGS-B knows bounds but no other constraints; SLSQP knows both:
    `ScipyOptimizerInterface(loss, equalities=[...], method="SLSQP", options={"maxiter": 100})`.
    """

    _DEFAULT_METHOD = "L-BFGS-B"

    def _minimize(
        self,
        initial_val: np.ndarray,
        loss_grad_func: Evaluate,
        equality_funcs: list[Evaluate],
        equality_grad_funcs: list[Evaluate],
        inequality_funcs: list[Evaluate],
        inequality_grad_funcs: list[Evaluate],
        packed_bounds: list[tuple[Any, Any]] | None,
        step_callback: Callable[[np.ndarray], Any],
        optimizer_kwargs: Mapping[str, Any],
    ) -> np.ndarray:
        # SciPy's algorithms of bounds and constraints take float64 only; others go on in the type
        # that they begin with, and stop by what differs there.
        def loss_and_gradient(x: np.ndarray) -> tuple[Any, np.ndarray]:
            loss, gradient = loss_grad_func(x)
            return np.float64(loss), gradient.astype(np.float64)

        constraints = [
            {"type": kind, "fun": _in_double(function), "jac": _in_double(gradient)}
            for kind, functions, grads in (
                ("eq", equality_funcs, equality_grad_funcs),
                ("ineq", inequality_funcs, inequality_grad_funcs),
            )
            for function, gradient in zip(functions, grads)
        ]
        own = {
            "jac": True,
            "callback": step_callback,
            "constraints": constraints,
            "bounds": packed_bounds,
        }
        for name in own:
            if name in optimizer_kwargs:
                raise ValueError(
                    "Bounds must be set using the var_to_bounds argument"
                    if name == "bounds"
                    else f"Optimizer keyword arg '{name}' is set automatically and cannot be "
                    "injected manually"
                )
        import scipy.optimize

        arguments = {"method": self._DEFAULT_METHOD, **own, **optimizer_kwargs}
        if str(arguments["method"]).upper() in ("L-BFGS-B", "SLSQP", "TNC"):
            initial_val = initial_val.astype(np.float64)
        result = scipy.optimize.minimize(loss_and_gradient, initial_val, **arguments)
        _report(result)
        best: np.ndarray = result["x"]
        return best


def _in_double(function: Evaluate) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: np.asarray(function(x)[0], np.float64)


def _report(result: Any) -> None:
    """Logs how the minimization ended; not every method counts."""
    lines = [
        "Optimization terminated with:",
        f"  Message: {result.message}",
        f"  Objective function value: {result.fun:f}",
    ]
    if hasattr(result, "nit"):
        lines.append(f"  Number of iterations: {result.nit}")
    if hasattr(result, "nfev"):
        lines.append(f"  Number of functions evaluations: {result.nfev}")
    tf.logging.info("%s", "\n".join(lines))


def _shape(var: Any) -> tuple[int, ...]:
    return tuple(var.get_shape().as_list())

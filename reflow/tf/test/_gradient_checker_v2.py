"""Gradients against finite differences, of a Python function: TensorFlow 2's way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.default_session import get_default_session
from reflow.graph.dtypes import DType
from reflow.graph.execution import executing_eagerly
from reflow.graph.gradients import gradients
from reflow.graph.operation import Tensor
from reflow.tf._arrays import placeholder
from reflow.tf._casts import cast
from reflow.tf._gradient_tape import GradientTape
from reflow.tf.test._eager_values import eager_values
from reflow.tf.test._jacobians import (
    check_type,
    largest_difference,
    numeric_jacobian,
    theoretical_jacobian,
)


def compute_gradient(
    f: Callable[..., Any], x: list[Any], delta: float = 1e-3
) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """The Jacobians of `f`, by TensorFlow's gradient and by finite differences.

    In a graph it runs in the default session, and adds operations.

    Args:
      f: a function from tensors to a tensor.
      x: its arguments.
      delta: how far each number of an argument is moved for the differences.

    Returns:
      Two tuples with an array for each argument, [size of the argument, size of the result], sizes
      in real numbers.

    Raises:
      ValueError: `x` is no list, or the result is empty and the gradient is not.
    """
    if not isinstance(x, list):
        raise ValueError(f"`x` must be a list of Tensors (arguments to `f`), not a {type(x)}")
    tensors = [convert_to_tensor(value) for value in x]
    values = [_value(tensor) for tensor in tensors]
    types = [tensor.dtype.base_dtype for tensor in tensors]
    for index, dtype in enumerate(types):
        check_type(dtype, f"argument {index}")
    function = _EagerFunction(f) if executing_eagerly() else _Function(f, types)
    y = np.asarray(function(values))
    y_dtype = dtypes.as_dtype(y.dtype)
    check_type(y_dtype, "y")
    theoretical, numeric = [], []
    for index in range(len(values)):
        backwards = function.gradient(index, y_dtype)
        jacobian = theoretical_jacobian(
            lambda dy, run=backwards: run(values, dy), values[index], y.shape, y_dtype
        )
        theoretical.append(jacobian)
        numeric.append(
            numeric_jacobian(
                lambda moved, at=index: function([*values[:at], moved, *values[at + 1 :]]),
                values[index],
                jacobian.shape[1],
                delta,
            )
        )
    return tuple(theoretical), tuple(numeric)


def max_error(grad1: Sequence[np.ndarray], grad2: Sequence[np.ndarray]) -> float:
    """The largest difference between the arrays of one list and those of another."""
    return largest_difference(list(zip(grad1, grad2)))


class _EagerFunction:
    """A function of tensors as one of arrays, executed at once."""

    def __init__(self, f: Callable[..., Any]) -> None:
        self._f = f

    def __call__(self, values: Sequence[np.ndarray]) -> np.ndarray:
        result = self._f(*map(convert_to_tensor, values))
        is_coarse = result.dtype.base_dtype == dtypes.bfloat16
        # Differences of bfloat16 have too few digits.
        return (cast(result, dtypes.float32) if is_coarse else result).numpy()

    def gradient(
        self, index: int, dtype: DType
    ) -> Callable[[Sequence[np.ndarray], np.ndarray], Any]:
        """As that of _Function."""

        def run(values: Sequence[np.ndarray], value: np.ndarray) -> Any:
            arguments = [convert_to_tensor(argument) for argument in values]
            with GradientTape() as tape:
                tape.watch(arguments[index])
                result = self._f(*arguments)
            dy = convert_to_tensor(value, result.dtype)
            return eager_values(tape.gradient(result, arguments[index], dy))

        return run


class _Function:
    """A function of tensors as one of arrays, which runs a graph made once."""

    def __init__(self, f: Callable[..., Any], types: Sequence[DType]) -> None:
        self._session = get_default_session()
        self._arguments = [placeholder(dtype) for dtype in types]
        self._result = f(*self._arguments)
        is_coarse = self._result.dtype.base_dtype == dtypes.bfloat16
        # Differences of bfloat16 have too few digits.
        self._exact = cast(self._result, dtypes.float32) if is_coarse else self._result

    def __call__(self, values: Sequence[np.ndarray]) -> np.ndarray:
        return self._session.run(self._exact, dict(zip(self._arguments, values)))

    def gradient(
        self, index: int, dtype: DType
    ) -> Callable[[Sequence[np.ndarray], np.ndarray], Any]:
        """The function from arguments and a gradient of the result to that of an argument."""
        dy = placeholder(self._result.dtype.base_dtype)
        [dx] = gradients(self._result, self._arguments[index], dy)

        def run(values: Sequence[np.ndarray], value: np.ndarray) -> Any:
            return self._session.run(dx, {**dict(zip(self._arguments, values)), dy: value})

        return run


def _value(tensor: Tensor) -> np.ndarray:
    if executing_eagerly():
        return np.asarray(eager_values(tensor))
    return np.asarray(get_default_session().run(tensor))

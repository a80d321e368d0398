"""tf.py_func, tf.numpy_function and tf.py_function: Python functions called while a graph runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph import nest
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.execution import eager_mode, executing_eagerly
from reflow.graph.graph import get_default_graph
from reflow.ops.constants import constant
from reflow.ops.python_functions import (
    EagerFunction,
    EagerPyFunc,
    PyFunc,
    PyFuncStateless,
    PythonFunction,
)
from reflow.tf._gradient_tape import GradientTape
from reflow.tf._resource_variable import BaseResourceVariable


def _check_callable(function: Any) -> None:
    if not callable(function):
        raise ValueError(f"Expected func to be callable, got func of type {type(function)}")


def py_func(
    func: Callable[..., Any],
    inp: Any,
    Tout: Any,
    stateful: bool = True,
    name: str | None = None,
) -> Any:
    """What `func` returns when it is called with the values of `inp`.

    Args:
      func: takes NumPy arrays (scalars as NumPy's scalars, strings as bytes); returns arrays, or
        what can be converted to them, of exactly the types `Tout`.
      inp: a list of tensors.
      Tout: a type, or a list of them for a list of results.
      stateful: False if equal arguments give equal results: then it need not be called every time.
      name: of the node.

    Returns:
      A tensor or a list of them, of unknown shapes; the Operation if `Tout` is empty and the
      function stateful.
    """
    if executing_eagerly():
        return _called_eagerly(func, inp)
    _check_callable(func)
    several = isinstance(Tout, (list, tuple))
    function = PythonFunction(func, get_default_graph())
    attrs = {"token": function.token, "Tout": list(Tout) if several else [Tout]}
    node = (PyFunc if stateful else PyFuncStateless).apply([list(inp)], attrs, name)
    if not node.outputs and stateful:
        return node
    return node.outputs if several else node.outputs[0]


def _called_eagerly(func: Callable[..., Any], inp: Sequence[Any]) -> Any:
    results = [
        result if result is None else convert_to_tensor(result)
        for result in nest.flatten(func(*(convert_to_tensor(item).numpy() for item in inp)))
    ]
    return results[0] if len(results) == 1 else results


def numpy_function(func: Callable[..., Any], inp: Any, Tout: Any, name: str | None = None) -> Any:
    """`py_func` of a function that may have side effects."""
    return py_func(func, inp, Tout, stateful=True, name=name)


def py_function(func: Callable[..., Any], inp: Any, Tout: Any, name: str | None = None) -> Any:
    """What `func` returns when it is called with tensors that have the values of `inp`.

    It executes eagerly, and may be differentiated.

    Args:
      func: takes tensors, returns tensors, or what can be converted to them, of the types `Tout`.
      inp: a list of tensors.
      Tout: a type, or a list of them for a list of results; empty: it returns None.
      name: of the node.

    Returns:
      A tensor or a list of them, of unknown shapes; the Operation if `Tout` is empty, an empty list
      while executing eagerly.

    Raises:
      ValueError: `func` cannot be called.
    """
    _check_callable(func)
    several = isinstance(Tout, (list, tuple))
    types = [as_dtype(dtype) for dtype in (Tout if several else [Tout])]
    function = PythonFunction(_TapedFunction(func, types), get_default_graph())
    attrs = {"token": function.token, "Tout": types}
    if not types and not executing_eagerly():
        return EagerPyFunc.apply([list(inp)], attrs, name)
    outputs = EagerPyFunc(list(inp), name=name, **attrs)
    return outputs if several else outputs[0]


class _TapedFunction(EagerFunction):
    """A function whose last call can be differentiated.

    Args:
      none_is_zero: a result that is None stands for zeros.
    """

    def __init__(
        self, function: Callable[..., Any], types: Sequence[DType], none_is_zero: bool = False
    ) -> None:
        self._function = function
        self._types = types
        self._none_is_zero = none_is_zero
        self._last: tuple[GradientTape, Sequence[EagerTensor], list[EagerTensor]] | None = None

    def __call__(self, *tensors: EagerTensor) -> list[EagerTensor]:
        with eager_mode():
            with GradientTape() as tape:
                for tensor in tensors:
                    if tensor.dtype.is_floating:
                        tape.watch(tensor)
                returned = self._function(*tensors)
                if returned is None and not self._types:
                    returned = []
                several = isinstance(returned, (tuple, list))
                results = [
                    self._converted(value, dtype)
                    for value, dtype in zip(returned if several else [returned], self._types)
                ]
        self._last = tape, tensors, results
        return results

    def _converted(self, value: Any, dtype: DType) -> Any:
        if isinstance(value, BaseResourceVariable):
            raise RuntimeError(
                "Attempting to return a variable from an eagerly executed py_func. Only numeric "
                "data structures like Tensors or NumPy arrays should be returned; to return the "
                "value of a variable, make sure to obtain the Tensor backing it by calling "
                f"`.read_value()` on the variable in question: {value}"
            )
        if value is None and self._none_is_zero:
            return constant(0, dtype)
        return convert_to_tensor(value, dtype)

    def gradient_function(self, types: Sequence[DType], by: Sequence[int]) -> EagerFunction:
        def gradients(*by_results: EagerTensor) -> Any:
            assert self._last is not None
            tape, tensors, results = self._last
            self._last = None
            targets = [results[i] for i in by]
            return tape.gradient(targets, list(tensors), output_gradients=list(by_results))

        return _TapedFunction(gradients, types, none_is_zero=True)

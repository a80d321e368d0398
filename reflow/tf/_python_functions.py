"""tf.py_func and tf.numpy_function: Python functions called while the graph runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph.graph import get_default_graph
from reflow.ops.python_functions import PyFunc, PyFuncStateless, PythonFunction


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
    several = isinstance(Tout, (list, tuple))
    function = PythonFunction(func, get_default_graph())
    attrs = {"token": function.token, "Tout": list(Tout) if several else [Tout]}
    node = (PyFunc if stateful else PyFuncStateless).apply([list(inp)], attrs, name)
    if not node.outputs and stateful:
        return node
    return node.outputs if several else node.outputs[0]


def numpy_function(func: Callable[..., Any], inp: Any, Tout: Any, name: str | None = None) -> Any:
    """`py_func` of a function that may have side effects."""
    return py_func(func, inp, Tout, stateful=True, name=name)

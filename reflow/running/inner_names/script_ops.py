"""Names of tensorflow.python.ops.script_ops: its record of Python functions, and another name."""

from __future__ import annotations

from reflow.ops.python_functions import count_functions
from reflow.tf._python_functions import py_function

__all__ = ["_py_funcs", "eager_py_func"]


class _Functions:
    """The Python functions that graphs call."""

    @staticmethod
    def size() -> int:
        return count_functions()


_py_funcs = _Functions()


eager_py_func = py_function

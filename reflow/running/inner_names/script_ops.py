"""Names of tensorflow.python.ops.script_ops: its record of Python functions."""

from __future__ import annotations

from reflow.ops.python_functions import count_functions

__all__ = ["_py_funcs"]


class _Functions:
    """The Python functions that graphs call."""

    @staticmethod
    def size() -> int:
        return count_functions()


_py_funcs = _Functions()

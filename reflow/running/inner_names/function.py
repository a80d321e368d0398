"""`tensorflow.python.framework.function`."""

from __future__ import annotations

from typing import Any

from reflow.tf._defun import DefinedFunction as _DefinedFunction
from reflow.tf._defun import Defun, get_extra_args, get_extra_inputs, get_extra_vars
from reflow.tf._defun import OverloadedFunction as _OverloadedFunction
from reflow.tf._defun import defined_function_of as _from_definition

__all__ = [
    "Defun",
    "_DefinedFunction",
    "_OverloadedFunction",
    "_from_definition",
    "from_library",
    "get_extra_args",
    "get_extra_inputs",
    "get_extra_vars",
]


def from_library(lib: Any) -> list[_DefinedFunction]:
    """The functions of a FunctionDefLibrary message, with their gradients.

    Raises:
      ValueError: the library names functions that it lacks, or a function is its own gradient, by
        way of others or not.
    """
    messages = {message.signature.name: message for message in lib.function}
    gradients: dict[str, str] = {}
    for entry in lib.gradient:
        for name in (entry.function_name, entry.gradient_func):
            if name not in messages:
                raise ValueError(f"FunctionDefLibrary missing '{name}' FunctionDef\n{lib}")
        gradients[entry.function_name] = entry.gradient_func
    made: dict[str, _DefinedFunction] = {}
    while len(made) < len(messages):
        ready = [
            name
            for name in messages
            if name not in made and (name not in gradients or gradients[name] in made)
        ]
        if not ready:
            raise ValueError(f"FunctionDefLibrary contains cyclic gradient functions!\n{lib}")
        for name in ready:
            made[name] = _from_definition(messages[name], made.get(gradients.get(name, "")))
    return list(made.values())

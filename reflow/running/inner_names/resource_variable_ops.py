"""`tensorflow.python.ops.resource_variable_ops`, besides the ops themselves."""

from __future__ import annotations

from typing import Any

from reflow.tf._resource_variable import BaseResourceVariable, ResourceVariable
from reflow.tf._variables import Variable

__all__ = ["BaseResourceVariable", "ResourceVariable", "is_resource_variable"]


def is_resource_variable(var: Any) -> bool:
    """Whether it is a variable behind a handle."""
    return isinstance(var, Variable) and hasattr(var, "handle")

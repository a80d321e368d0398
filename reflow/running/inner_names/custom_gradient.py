"""`tensorflow.python.ops.custom_gradient`."""

from __future__ import annotations

from typing import Any

from reflow.graph import nest
from reflow.tf._custom_gradient import _variables_between

__all__ = ["get_dependent_variables"]


def get_dependent_variables(input_ops: Any, output_ops: Any) -> list[Any]:
    """The trainable variables that outputs depend on otherwise than through inputs."""
    return _variables_between(nest.flatten(output_ops), nest.flatten(input_ops))

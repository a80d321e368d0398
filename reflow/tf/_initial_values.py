"""The initial values of variables, where they depend on other variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reflow.graph.operation import Operation, Tensor

if TYPE_CHECKING:
    from reflow.tf._variables import Variable


def guarded_initial_value(scope: str, initial_value: Tensor) -> Tensor:
    return initial_value


def initialized_value(variable: Variable) -> Tensor:
    raise NotImplementedError

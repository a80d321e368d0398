"""What layers do in training only: chosen at once where it is known, else by a conditional."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.tf._cond import cond
from reflow.tf._smart_cond import smart_cond, smart_constant_value
from reflow.tf._variables import Variable


def training_cond(
    training: Any,
    in_training: Callable[[], Any],
    otherwise: Callable[[], Any],
    name: str | None = None,
) -> Any:
    """What one of two functions gives.

    Args:
      training: a bool, 0 or 1, a boolean tensor or variable.

    Raises:
      TypeError: `training` is none of these.
    """
    if isinstance(training, Variable):
        return cond(training, true_fn=in_training, false_fn=otherwise, name=name)
    return smart_cond(training, in_training, otherwise, name)


def known_training(training: Any) -> Any:
    """The value of a bool, 0, 1 or a boolean tensor, None where only a run knows it."""
    return None if isinstance(training, Variable) else smart_constant_value(training)

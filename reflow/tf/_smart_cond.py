"""Conditionals that are decided when the graph is built, where that is possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph.constant_value import constant_value
from reflow.graph.operation import Tensor
from reflow.tf._case import case_of
from reflow.tf._cond import cond


def smart_cond(
    pred: Any,
    true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None,
    name: str | None = None,
) -> Any:
    """As `tf.cond`, but where `pred` is known only the function is called that it chooses.

    Args:
      pred: a boolean scalar tensor, a Python bool, 0 or 1.

    Raises:
      TypeError: the functions are none, or `pred` is none of these.
    """
    for function, its_name in ((true_fn, "true_fn"), (false_fn, "false_fn")):
        if not callable(function):
            raise TypeError(f"`{its_name}` must be callable.")
    known = smart_constant_value(pred)
    if known is None:
        return cond(pred, true_fn=true_fn, false_fn=false_fn, name=name)
    return true_fn() if known else false_fn()  # type: ignore[misc]


def smart_constant_value(pred: Any) -> Any:
    """The value of a predicate if it is known, else None."""
    if isinstance(pred, Tensor):
        return constant_value(pred)
    if pred in (0, 1):
        return bool(pred)
    raise TypeError(
        f"`pred` must be a Tensor, or a Python bool, or 1 or 0. Found instead: {type(pred)}"
    )


def smart_case(
    pred_fn_pairs: Any,
    default: Callable[[], Any] | None = None,
    exclusive: bool = False,
    name: str = "smart_case",
) -> Any:
    """As `tf.case`, but of predicates that are known only those that are true count."""
    return case_of(smart_cond, pred_fn_pairs, default, exclusive, name, True)

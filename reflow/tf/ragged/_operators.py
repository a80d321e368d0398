"""Python's operators on ragged tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.ops.comparisons import Greater, GreaterEqual, Less, LessEqual
from reflow.ops.logic import LogicalAnd, LogicalNot, LogicalOr
from reflow.ops.math import FloorMod, Neg
from reflow.tf import math
from reflow.tf.ragged._getitem import get_item
from reflow.tf.ragged._tensor import RaggedTensor

_UNARY_AND_COMPARISONS: dict[str, Callable[..., Any]] = {
    "abs": math.abs,
    "invert": LogicalNot,
    "neg": Neg,
    "ge": GreaterEqual,
    "gt": Greater,
    "le": LessEqual,
    "lt": Less,
}

_BINARY: dict[str, Callable[..., Any]] = {
    "add": math.add,
    "and": LogicalAnd,
    "div": math.div,
    "floordiv": math.floordiv,
    "mod": FloorMod,
    "mul": math.multiply,
    "or": LogicalOr,
    "pow": math.pow,
    "sub": math.subtract,
    "truediv": math.truediv,
    "xor": math.logical_xor,
}


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, *y: function(x, *y)


def _reflected(function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    return lambda y, x: function(x, y)


def attach_ragged_operators() -> None:
    """Gives RaggedTensor its operators and `[...]`; `==` stays identity."""
    RaggedTensor.__getitem__ = get_item  # type: ignore[attr-defined]
    for name, function in _UNARY_AND_COMPARISONS.items():
        setattr(RaggedTensor, f"__{name}__", _method(function))
    for name, function in _BINARY.items():
        setattr(RaggedTensor, f"__{name}__", _method(function))
        setattr(RaggedTensor, f"__r{name}__", _reflected(function))

"""Python's operators on tensors, with the ops and names that TensorFlow 1.15 makes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Tensor
from reflow.ops.comparisons import Greater, GreaterEqual, Less, LessEqual
from reflow.ops.logic import LogicalAnd, LogicalNot, LogicalOr
from reflow.ops.math import Add, AddV2, FloorMod, Mul, Neg, Sub
from reflow.ops.sparse.dense import SparseDenseCwiseMul
from reflow.tf import math as math_functions
from reflow.tf._scopes import name_scope
from reflow.tf.linalg import matmul


def _add(x: Tensor, y: Tensor, name: str) -> Tensor:
    summed = Add if x.dtype.base_dtype is dtypes.string else AddV2
    return summed(x, y, name=name)


def _mul(x: Tensor, y: Any, name: str) -> Any:
    if not isinstance(y, SparseTensor):
        return Mul(x, y, name=name)
    values = SparseDenseCwiseMul(y.indices, y.values, y.dense_shape, x, name=name)
    return SparseTensor(y.indices, values, y.dense_shape)


def _xor(x: Tensor, y: Tensor, name: str) -> Tensor:
    with name_scope(name) as scope:
        return math_functions.logical_xor(x, y, name=scope)


# The operator's name, which also names the node, and what it does.
_BINARY: dict[str, Callable[..., Any]] = {
    "add": _add,
    "sub": Sub,
    "mul": _mul,
    "div": math_functions.div,
    "truediv": math_functions.truediv,
    "floordiv": math_functions.floordiv,
    "mod": FloorMod,
    "pow": math_functions.pow,
    "matmul": matmul,
    "and": LogicalAnd,
    "or": LogicalOr,
    "xor": _xor,
}

_UNARY_AND_COMPARISONS: dict[str, Callable[..., Any]] = {
    "__neg__": Neg,
    "__abs__": math_functions.abs,
    "__invert__": LogicalNot,
    "__lt__": Less,
    "__le__": LessEqual,
    "__gt__": Greater,
    "__ge__": GreaterEqual,
}


def _operator(name: str, function: Callable[..., Any]) -> Callable[[Tensor, Any], Any]:
    """`tensor OP value`: the value takes the tensor's type if it can."""

    def operator(x: Tensor, y: Any) -> Any:
        if type(y) is type(x) and (type(x) is EagerTensor or y.op.graph is x.op.graph):
            return function(x, y, name=name)
        with name_scope(None, name, [x, y]) as scope:
            if isinstance(y, SparseTensor):
                return function(x, y, name=scope)
            try:
                y = convert_to_tensor(y, name="y", preferred_dtype=x.dtype.base_dtype)
            except TypeError:
                if hasattr(type(y), f"__r{name}__"):
                    return NotImplemented
                raise
            return function(x, y, name=scope)

    return operator


def _reflected_operator(name: str, function: Callable[..., Any]) -> Callable[[Tensor, Any], Any]:
    """`value OP tensor`: the value must take the tensor's type."""

    def operator(y: Tensor, x: Any) -> Any:
        with name_scope(None, name, [x, y]) as scope:
            x = convert_to_tensor(x, y.dtype.base_dtype, "x")
            return function(x, y, name=scope)

    return operator


def _comparison(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, *y: function(x, *y)


def attach_operators() -> None:
    """Gives Tensor its operators.  `[...]` comes with the arrays; `==` stays identity."""
    for name, function in _BINARY.items():
        setattr(Tensor, f"__{name}__", _operator(name, function))
        setattr(Tensor, f"__r{name}__", _reflected_operator(name, function))
    for name, function in _UNARY_AND_COMPARISONS.items():
        setattr(Tensor, name, _comparison(function))

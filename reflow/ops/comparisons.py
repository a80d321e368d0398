"""Elementwise comparisons: two operands that broadcast, truths as the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from reflow.graph.op_definition import OpDefinition
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.elementwise import FLOATS, binary, unary
from reflow.ops.op import op
from reflow.ops.unsigned import widened


def _comparison(name: str, doc: str, kernel: Callable[..., Any], public: str) -> OpDefinition:
    return binary(
        name,
        doc,
        widened(kernel, ordered=True),
        None,
        "T: realnumbertype",
        output="bool",
        export=(public, f"math.{public}"),
    )


Less: OpDefinition = _comparison("Less", "x < y", torch.lt, "less")
LessEqual: OpDefinition = _comparison("LessEqual", "x <= y", torch.le, "less_equal")
Greater: OpDefinition = _comparison("Greater", "x > y", torch.gt, "greater")
GreaterEqual: OpDefinition = _comparison("GreaterEqual", "x >= y", torch.ge, "greater_equal")


def _equality(
    name: str, doc: str, of_numbers: Callable[..., Any], of_strings: Callable[..., Any]
) -> OpDefinition:
    """Strings are NumPy arrays; numbers are torch tensors."""
    different = name == "NotEqual"

    def kernel(x: Any, y: Any, *, incompatible_shape_error: bool) -> Any:
        try:
            if isinstance(x, np.ndarray):
                return torch.as_tensor(np.asarray(of_strings(x, y), bool))
            return of_numbers(x, y)
        except (RuntimeError, ValueError):
            if incompatible_shape_error:
                raise
            return torch.tensor(different)

    def shape(x: TensorShape, y: TensorShape, *, incompatible_shape_error: bool) -> TensorShape:
        try:
            return shapes.broadcast(x, y)
        except ValueError:
            if incompatible_shape_error:
                raise
            return shapes.SCALAR

    rules: dict[str, Any] = {
        "__doc__": f"{doc}  Shapes that do not broadcast are an error, or just unequal if "
        "`incompatible_shape_error` is false.",
        "inputs": "x: T, y: T",
        "outputs": "z: bool",
        "attrs": (
            "T: {bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, "
            "quint8, qint8, qint32, string, bool, complex128}",
            "incompatible_shape_error: bool = true",
        ),
        "shape": shape,
        "kernel": kernel,
        "gradient": None,
    }
    return op(type(name, (), rules))


Equal: OpDefinition = _equality("Equal", "x == y.", torch.eq, np.equal)
NotEqual: OpDefinition = _equality("NotEqual", "x != y.", torch.ne, np.not_equal)


@op
class ApproximateEqual:
    """abs(x - y) < tolerance.  x, y: of one shape."""

    inputs = "x: T, y: T"
    outputs = "z: bool"
    attrs = ("T: numbertype", "tolerance: float = 9.999999747378752e-06")
    gradient = None
    export = ("math.approximate_equal",)

    shape = shapes.merge

    def kernel(x: torch.Tensor, y: torch.Tensor, *, tolerance: float) -> torch.Tensor:
        return (x - y).abs() < tolerance


IsNan: OpDefinition = unary(
    "IsNan",
    "Whether x is not a number.",
    torch.isnan,
    None,
    FLOATS,
    "bool",
    ("is_nan", "math.is_nan", "debugging.is_nan"),
)
IsInf: OpDefinition = unary(
    "IsInf",
    "Whether x is infinite.",
    torch.isinf,
    None,
    FLOATS,
    "bool",
    ("is_inf", "math.is_inf", "debugging.is_inf"),
)
IsFinite: OpDefinition = unary(
    "IsFinite",
    "Whether x is neither infinite nor NaN.",
    torch.isfinite,
    None,
    FLOATS,
    "bool",
    ("is_finite", "math.is_finite", "debugging.is_finite"),
)

"""Running sums and products along an axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.ops.comparisons import Greater
from reflow.ops.constants import constant
from reflow.ops.kernels import Host
from reflow.ops.math import AddV2, Exp, Log, Mul, Neg, RealDiv, Sub
from reflow.ops.op import op
from reflow.ops.selection import SelectV2
from reflow.ops.unsigned import widened

Gradient = Callable[[Operation, Tensor], Tensor]


def _checked_axis(axis: Host, rank: int) -> int:
    if axis.ndim:
        raise errors.InvalidArgumentError(
            None, None, f"ScanOp: axis must be a scalar, not {list(axis.shape)}"
        )
    if not -rank <= int(axis) < rank:
        raise errors.InvalidArgumentError(
            None, None, f"Expected scan axis in the range [{-rank}, {rank}), but got {int(axis)}"
        )
    return int(axis)


def _scan(
    name: str,
    doc: str,
    scan: Callable[[torch.Tensor, int], torch.Tensor],
    start: Callable[[torch.dtype], float],
    gradient: Gradient,
    types: str,
) -> OpDefinition:
    """A running aggregate of x along `axis`, of x's shape.

    `exclusive`: each element stands for those before it, the first for none (`start`).
    `reverse`: from the last element on.
    """

    def kernel(x: torch.Tensor, axis: Host, *, exclusive: bool, reverse: bool) -> torch.Tensor:
        along = _checked_axis(axis, x.ndim)
        if not x.numel():
            return x.clone()
        if reverse:
            x = x.flip(along)
        if exclusive:
            first = torch.full_like(x.narrow(along, 0, 1), start(x.dtype))
            x = torch.cat((first, x.narrow(along, 0, x.shape[along] - 1)), along)
        result = scan(x, along)
        return result.flip(along) if reverse else result

    rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": "x: T, axis: Tidx",
        "outputs": "out: T",
        "attrs": (
            "exclusive: bool = false",
            "reverse: bool = false",
            types,
            "Tidx: {int32, int64} = int32",
        ),
        "shape": lambda x, axis: x,
        "kernel": widened(kernel),
        "gradient": lambda op, dy: (gradient(op, dy), None),
    }
    return op(type(name, (), rules))


def _turned(scan: OpDefinition, op: Operation, x: Tensor) -> Tensor:
    """The same scan from the other end."""
    exclusive, reverse = op.attrs["exclusive"], op.attrs["reverse"]
    return scan(x, op.inputs[1], exclusive=exclusive, reverse=not reverse)


Cumsum: OpDefinition = _scan(
    "Cumsum",
    "The running sum along an axis.",
    lambda x, axis: torch.cumsum(x, axis, dtype=x.dtype),
    lambda dtype: 0,
    lambda op, dy: _turned(Cumsum, op, dy),
    "T: numbertype",
)
Cumprod: OpDefinition = _scan(
    "Cumprod",
    "The running product along an axis.  Its gradient is not defined where x is 0.",
    lambda x, axis: torch.cumprod(x, axis, dtype=x.dtype),
    lambda dtype: 1,
    lambda op, dy: RealDiv(_turned(Cumsum, op, Mul(op.outputs[0], dy)), op.inputs[0]),
    "T: numbertype",
)


def _logsumexp_gradient(op: Operation, dy: Tensor) -> Tensor:
    """Positive and negative gradients apart, because their logarithms are what can be scanned."""
    x, y = op.inputs[0], op.outputs[0]
    dtype = dy.dtype.base_dtype
    zero, lowest = constant(0, dtype), constant(dtype.min, dtype)

    def scanned(part: Tensor) -> Tensor:
        log_part = SelectV2(Greater(part, zero), Log(part), lowest)
        return Exp(AddV2(_turned(CumulativeLogsumexp, op, Sub(log_part, y)), x))

    return Sub(scanned(dy), scanned(Neg(dy)))


CumulativeLogsumexp: OpDefinition = _scan(
    "CumulativeLogsumexp",
    "The logarithm of the running sum of exponentials along an axis.",
    torch.logcumsumexp,
    lambda dtype: torch.finfo(dtype).min,
    _logsumexp_gradient,
    "T: {half, float, double}",
)

"""Ops that look at values as they pass: they let them through, and complain or report."""

from __future__ import annotations

import sys
from typing import Any

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.summaries import summary


@op
class CheckNumerics:
    """The input itself; InvalidArgumentError if it has an infinite element or one that is no
    number."""

    inputs = "tensor: T"
    outputs = "output: T"
    attrs = ("T: {bfloat16, half, float, double}", "message: string")
    export = ("check_numerics", "debugging.check_numerics")
    stateful = True
    view = True

    shape = shapes.same

    def kernel(tensor: torch.Tensor, *, message: str) -> torch.Tensor:
        if not bool(torch.isfinite(tensor).all()):
            found = " and ".join(
                name
                for name, test in (("Inf", torch.isinf), ("NaN", torch.isnan))
                if bool(test(tensor).any())
            )
            raise ValueError(f"{message} : Tensor had {found} values")
        return tensor

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return CheckNumerics(
            dy,
            message="Not a number (NaN) or infinity (Inf) values detected in gradient. "
            f"{op.attrs['message']}",
        )


class _Count:
    """How often a Print has printed in a session."""

    def __init__(self) -> None:
        self.printed = 0


@op
class Print:
    """The input itself; prints `message` and the data to standard error when it passes.

    first_n: print only so many times (negative: always).  summarize: elements shown of each.
    """

    inputs = "input: T, data: U"
    outputs = "output: T"
    attrs = (
        "T: type",
        "U: list(type) >= 0",
        "message: string = ''",
        "first_n: int = -1",
        "summarize: int = 3",
    )
    stateful = True
    view = True

    def shape(input: TensorShape, data: list[TensorShape]) -> TensorShape:
        return input

    def state(op: Operation) -> _Count:
        return _Count()

    def kernel(
        input: Any,
        data: list[Host],
        *,
        message: str,
        first_n: int,
        summarize: int,
        state: _Count,
    ) -> Any:
        if first_n < 0 or state.printed < first_n:
            state.printed += 1
            shown = "".join(f"[{summary(value, summarize)}]" for value in data)
            print(f"{message}{shown}", file=sys.stderr, flush=True)
        return input

    def gradient(op: Operation, dy: Tensor) -> list[Any]:
        return [dy, *[None] * (len(op.inputs) - 1)]

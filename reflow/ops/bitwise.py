"""Integers as rows of bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from reflow.graph.op_definition import OpDefinition
from reflow.ops.elementwise import binary, unary
from reflow.ops.unsigned import widened

_INTEGERS = "T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}"


def _shift(shift: Callable[..., torch.Tensor]) -> Callable[..., Any]:
    def kernel(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        # Shifts beyond the width are cut to it.
        return shift(x, y.clamp(0, torch.iinfo(x.dtype).bits - 1))

    return kernel


def _right_shift(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if x.dtype is not torch.uint64:
        return _shift_right(x, y)
    # int64 would bring in copies of the highest bit: one shift by hand, and 0 at the top.
    bits, places = x.contiguous().view(torch.int64), y.to(torch.int64).clamp(0, 63)
    rest = ((bits >> 1) & torch.iinfo(torch.int64).max) >> (places - 1).clamp(min=0)
    return torch.where(places == 0, bits, rest).view(torch.uint64)


_shift_right = widened(_shift(torch.bitwise_right_shift))

BitwiseAnd: OpDefinition = binary(
    "BitwiseAnd",
    "The bits that are set in both.",
    torch.bitwise_and,
    None,
    _INTEGERS,
    export=("bitwise.bitwise_and",),
)
BitwiseOr: OpDefinition = binary(
    "BitwiseOr",
    "The bits that are set in one or both.",
    torch.bitwise_or,
    None,
    _INTEGERS,
    export=("bitwise.bitwise_or",),
)
BitwiseXor: OpDefinition = binary(
    "BitwiseXor",
    "The bits in which the two differ.",
    torch.bitwise_xor,
    None,
    _INTEGERS,
    export=("bitwise.bitwise_xor",),
)
LeftShift: OpDefinition = binary(
    "LeftShift",
    "The bits of x moved y places up.",
    widened(_shift(torch.bitwise_left_shift)),
    None,
    _INTEGERS,
    export=("bitwise.left_shift",),
)
RightShift: OpDefinition = binary(
    "RightShift",
    "The bits of x moved y places down; of signed x, copies of the sign come in.",
    _right_shift,
    None,
    _INTEGERS,
    export=("bitwise.right_shift",),
)
Invert: OpDefinition = unary(
    "Invert",
    "Every bit flipped.",
    widened(torch.bitwise_not),
    None,
    _INTEGERS,
    export=("bitwise.invert",),
)

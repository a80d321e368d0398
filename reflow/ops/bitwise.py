"""Integers as rows of bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from reflow.graph.op_definition import OpDefinition
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.elementwise import binary, unary
from reflow.ops.op import op
from reflow.ops.unsigned import widened

_INTEGERS = "T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}"


def _shift(shift: Callable[..., torch.Tensor]) -> Callable[..., Any]:
    def kernel(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        # Shifts beyond the width, which is x's own, are cut to it.
        most = torch.iinfo(x.dtype).bits - 1
        return widened(lambda x, y: shift(x, y.clamp(0, most)))(x, y)

    return kernel


def _right_shift(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if x.dtype is not torch.uint64:
        return _shift_right(x, y)
    # int64 would bring in copies of the highest bit: one shift by hand, and 0 at the top.
    bits, places = x.contiguous().view(torch.int64), y.to(torch.int64).clamp(0, 63)
    rest = ((bits >> 1) & torch.iinfo(torch.int64).max) >> (places - 1).clamp(min=0)
    return torch.where(places == 0, bits, rest).view(torch.uint64)


_shift_right = _shift(torch.bitwise_right_shift)

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
    _shift(torch.bitwise_left_shift),
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


def _population_count(x: torch.Tensor) -> torch.Tensor:
    """Counts the bits of each byte by sums of neighbours: of pairs, of fours, of eights."""
    counts = x.contiguous().unsqueeze(-1).view(torch.uint8)
    counts = (counts & 0x55) + (counts >> 1 & 0x55)
    counts = (counts & 0x33) + (counts >> 2 & 0x33)
    counts = (counts & 0x0F) + (counts >> 4)
    return counts.sum(-1, dtype=torch.uint8)


PopulationCount: OpDefinition = unary(
    "PopulationCount",
    "The number of bits that are set.",
    _population_count,
    None,
    _INTEGERS,
    output="uint8",
)


@op
class CompareAndBitpack:
    """Whether elements are greater than a threshold, eight such bits to a byte, the first on top.

    [..., 8 n] -> [..., n].
    """

    inputs = "input: T, threshold: T"
    outputs = "output: uint8"
    attrs = ("T: {bool, float16, float32, float64, int8, int16, int32, int64}",)

    def shape(input: TensorShape, threshold: TensorShape) -> TensorShape:
        sizes = shapes.with_rank_at_least(input, 1).sizes
        shapes.with_rank(threshold, 0)
        if sizes is None or sizes[-1] is None:
            return input
        if sizes[-1] % 8:
            raise ValueError(f"Dimension size must be evenly divisible by 8 but is {sizes[-1]}")
        return shapes.of(*sizes[:-1], sizes[-1] // 8)

    def kernel(input: torch.Tensor, threshold: torch.Tensor) -> torch.Tensor:
        if not input.dim() or input.shape[-1] % 8:
            raise ValueError(
                f"Inner dimension of input should be divisible by 8, but input shape is "
                f"{list(input.shape)}"
            )
        bits = (input > threshold).to(torch.uint8).reshape(*input.shape[:-1], -1, 8)
        places = torch.arange(7, -1, -1, dtype=torch.uint8, device=input.device)
        return (bits << places).sum(-1, dtype=torch.uint8)

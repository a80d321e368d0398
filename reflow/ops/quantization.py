"""Floats to integers of few bits and back, by the range of floats that the integers stand for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.values import torch_type

INTEGERS = "{qint8, quint8, qint32, qint16, quint16}"
_MODES = "{'MIN_COMBINED', 'MIN_FIRST', 'SCALED'} = 'MIN_COMBINED'"
_MINIMAL_RANGE = 0.01

Ranged = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def scalar_range(low: TensorShape, high: TensorShape) -> None:
    shapes.with_rank(low, 0)
    shapes.with_rank(high, 0)


def _half_away(x: torch.Tensor) -> torch.Tensor:
    return torch.trunc(x + torch.copysign(torch.full_like(x, 0.5), x))


_ROUNDINGS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "HALF_TO_EVEN": torch.round,
    "HALF_AWAY_FROM_ZERO": _half_away,
    "HALF_UP": lambda x: torch.floor(x + 0.5),
}


# -- There -----------------------------------------------------------------------------------------


@op
class QuantizeV2:
    """The input as integers of type T, and the range that these stand for.

    The range is [min_range, max_range], widened where it is empty or does not hold 0.
    mode: whether the lowest integer stands for the range's lower end ("MIN_COMBINED", or with its
      end rounded to a step, "MIN_FIRST"), or 0 for 0 ("SCALED").
    """

    inputs = "input: float, min_range: float, max_range: float"
    outputs = "output: T, output_min: float, output_max: float"
    attrs = (
        f"T: {INTEGERS}",
        f"mode: {_MODES}",
        "round_mode: {'HALF_AWAY_FROM_ZERO', 'HALF_TO_EVEN'} = 'HALF_AWAY_FROM_ZERO'",
    )

    def shape(
        input: TensorShape, min_range: TensorShape, max_range: TensorShape
    ) -> tuple[TensorShape, TensorShape, TensorShape]:
        scalar_range(min_range, max_range)
        return input, shapes.SCALAR, shapes.SCALAR

    def kernel(
        input: torch.Tensor,
        min_range: Host,
        max_range: Host,
        *,
        T: DType,
        mode: str,
        round_mode: str,
    ) -> Ranged:
        if mode != "SCALED" and round_mode == "HALF_TO_EVEN":
            raise ValueError(
                f"Round mode 'HALF_TO_EVEN' only supported for mode 'SCALED', but mode is '{mode}'."
            )
        if min_range > max_range:
            raise ValueError(
                f"Invalid range: input_min_range {min_range} > input_max_range {max_range}"
            )
        low = min(0.0, float(min_range))
        # Wide enough to tell numbers of this size from each other.
        least = max(1.0, abs(float(min_range)), abs(float(max_range))) * _MINIMAL_RANGE
        high = max(0.0, float(max_range), low + least)
        numbers, low, high = quantized(
            input, np.float32(low), np.float32(high), T, mode, round_mode
        )
        first, last = ends_of(T)
        return ranged(numbers.double().clamp(first, last).to(torch_type(T)), low, high)


def ranged(integers: torch.Tensor, low: Any, high: Any) -> Ranged:
    """Integers with the range of floats that they stand for."""
    ends = integers.new_tensor([float(low), float(high)], dtype=torch.float32)
    return integers, ends[0], ends[1]


def ends_of(dtype: DType) -> tuple[int, int]:
    limits = torch.iinfo(torch_type(dtype))
    return limits.min, limits.max


def quantized(
    x: torch.Tensor, low: Any, high: Any, dtype: DType, mode: str, round_mode: str
) -> tuple[torch.Tensor, Any, Any]:
    """The integers, still as floats, and the range that they stand for."""
    first, last = ends_of(dtype)
    if mode == "SCALED":
        sides = [end / bound for end, bound in ((first, low), (last, high)) if end * bound > 0]
        scale = np.float32(min(sides, default=np.finfo(np.float32).max))
        low, high = np.float32(first / scale), np.float32(last / scale)
        return _ROUNDINGS[round_mode](x.clamp(float(low), float(high)) * float(scale)), low, high
    inside = x.clamp(float(low), float(high))
    if mode == "MIN_FIRST":
        steps = last - first + 1
        per_unit = steps / ((float(high) - float(low)) * (steps / (steps - 1.0)))
        lowest = _half_away(torch.tensor(float(low) * per_unit, dtype=torch.float64))
        return _half_away(inside.double() * per_unit) - lowest + first, low, high
    shifted = (inside - float(low)) * float(np.float32(last - first) / (high - low))
    if first:
        return _half_away(shifted - (last - first + 1) / 2), low, high
    return torch.floor(shifted + 0.5), low, high


# -- And back --------------------------------------------------------------------------------------


@op
class Dequantize:
    """The floats that integers stand for; the inverse of QuantizeV2."""

    inputs = "input: T, min_range: float, max_range: float"
    outputs = "output: float"
    attrs = (f"T: {INTEGERS}", f"mode: {_MODES}")
    export = ("dequantize", "quantization.dequantize")

    def shape(input: TensorShape, min_range: TensorShape, max_range: TensorShape) -> TensorShape:
        scalar_range(min_range, max_range)
        return input

    def kernel(
        input: torch.Tensor, min_range: Host, max_range: Host, *, T: DType, mode: str
    ) -> torch.Tensor:
        first, last = ends_of(T)
        low, high = np.float32(min_range), np.float32(max_range)
        if mode == "MIN_FIRST":
            return as_floats(input, low, high, T)
        if mode == "SCALED":
            scale = max(low / first, high / last) if first else high / last
            return input.float() * float(scale)
        scale = (high - low) / np.float32(last - first)
        half = (last - first + 1) / 2 if first else 0.0
        return (input.float() + half) * float(scale) + float(low)


def as_floats(x: torch.Tensor, low: Any, high: Any, dtype: DType) -> torch.Tensor:
    """What integers stand for, by the rule of the mode MIN_FIRST."""
    first, last = ends_of(dtype)
    steps = last - first + 1
    width = (float(high) - float(low)) * (steps / (steps - 1.0)) / steps
    lowest = float(low) if low == high else round(float(low) / width) * width
    return ((x.double() - first) * width + lowest).float()


# -- There and back --------------------------------------------------------------------------------

_FLOATS = "T: {bfloat16, half, float, double}"


def _rounded(
    x: torch.Tensor,
    ends: tuple[torch.Tensor, torch.Tensor] | None,
    bits: int,
    signed: bool,
    narrow: bool,
    round_mode: str = "HALF_TO_EVEN",
) -> torch.Tensor:
    """x rounded to multiples of a step, such that `bits` bits are enough for the range.

    ends: of the range, to which x is clipped; by default x's least and largest elements.
    """
    if not 0 < bits < 63:
        raise ValueError(f"num_bits is out of range: {bits} with signed_input_ {int(signed)}")

    def in_type(number: float) -> float:
        return float(torch.tensor(number, dtype=x.dtype))

    first = (-(1 << (bits - 1)) + narrow) if signed else 0
    last = (1 << (bits - 1 if signed else bits)) - 1
    low, high = (float(end) for end in ends or x.aminmax())
    if low > high:
        raise ValueError(f"Invalid range: input_min {low} > input_max {high}")
    largest = torch.finfo(x.dtype).max
    scale_of_low = in_type(first / low) if first * low > 0 else largest
    scale_of_high = in_type(last / high) if last * high > 0 else largest
    # The end that needs the smaller scale keeps its value, the other one moves outwards.
    if scale_of_low < scale_of_high:
        scale, step = scale_of_low, in_type(low / first)
        high = in_type(last * step)
    else:
        scale, step = scale_of_high, in_type(high / last)
        low = in_type(first * step)
    inside = x if ends is None else x.clamp(low, high)
    return _ROUNDINGS[round_mode](inside * scale) * step


@op
class QuantizeAndDequantizeV2:
    """The input rounded to what num_bits bits can tell apart.

    range_given: of the numbers from input_min to input_max; else of those that come.
    """

    inputs = "input: T, input_min: T, input_max: T"
    outputs = "output: T"
    attrs = (
        "signed_input: bool = true",
        "num_bits: int = 8",
        "range_given: bool = false",
        _FLOATS,
        "round_mode: {'HALF_TO_EVEN', 'HALF_UP'} = 'HALF_TO_EVEN'",
        "narrow_range: bool = false",
    )

    def shape(input: TensorShape, input_min: TensorShape, input_max: TensorShape) -> TensorShape:
        scalar_range(input_min, input_max)
        return input

    def kernel(
        input: torch.Tensor, input_min: torch.Tensor, input_max: torch.Tensor, *, op: Operation
    ) -> torch.Tensor:
        ends = (input_min, input_max) if op.attrs["range_given"] else None
        bits, signed = op.attrs["num_bits"], op.attrs["signed_input"]
        narrow, round_mode = op.attrs["narrow_range"], op.attrs["round_mode"]
        return _rounded(input, ends, bits, signed, narrow, round_mode)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, None]:
        return dy, None, None


@op
class QuantizeAndDequantizeV3:
    """QuantizeAndDequantizeV2 with the number of bits as an input."""

    inputs = "input: T, input_min: T, input_max: T, num_bits: int32"
    outputs = "output: T"
    attrs = (
        "signed_input: bool = true",
        "range_given: bool = true",
        _FLOATS,
        "narrow_range: bool = false",
    )

    def shape(
        input: TensorShape, input_min: TensorShape, input_max: TensorShape, num_bits: TensorShape
    ) -> TensorShape:
        scalar_range(input_min, input_max)
        shapes.with_rank(num_bits, 0)
        return input

    def kernel(
        input: torch.Tensor,
        input_min: torch.Tensor,
        input_max: torch.Tensor,
        num_bits: Host,
        *,
        signed_input: bool,
        range_given: bool,
        narrow_range: bool,
    ) -> torch.Tensor:
        ends = (input_min, input_max) if range_given else None
        return _rounded(input, ends, int(num_bits), signed_input, narrow_range)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, None, None]:
        return dy, None, None, None


# -- From many bits to few -------------------------------------------------------------------------


@op
class RequantizationRange:
    """The range of floats that the integers which come stand for: often less than the full one."""

    inputs = "input: Tinput, input_min: float, input_max: float"
    outputs = "output_min: float, output_max: float"
    attrs = (f"Tinput: {INTEGERS}",)

    def shape(
        input: TensorShape, input_min: TensorShape, input_max: TensorShape
    ) -> tuple[TensorShape, TensorShape]:
        scalar_range(input_min, input_max)
        return shapes.SCALAR, shapes.SCALAR

    def kernel(
        input: torch.Tensor, input_min: Host, input_max: Host, *, Tinput: DType
    ) -> tuple[torch.Tensor, torch.Tensor]:
        if not input.numel():
            return torch.tensor(0.0), torch.tensor(0.0)
        least, largest = as_floats(torch.stack(input.aminmax()), input_min, input_max, Tinput)
        return least.clamp(max=0.0), largest


@op
class Requantize:
    """Integers of one type as those of another, standing for another range."""

    inputs = (
        "input: Tinput, input_min: float, input_max: float, requested_output_min: float, "
        "requested_output_max: float"
    )
    outputs = "output: out_type, output_min: float, output_max: float"
    attrs = (f"Tinput: {INTEGERS}", f"out_type: {INTEGERS}")

    def shape(
        input: TensorShape,
        input_min: TensorShape,
        input_max: TensorShape,
        requested_output_min: TensorShape,
        requested_output_max: TensorShape,
    ) -> tuple[TensorShape, TensorShape, TensorShape]:
        scalar_range(input_min, input_max)
        scalar_range(requested_output_min, requested_output_max)
        return input, shapes.SCALAR, shapes.SCALAR

    def kernel(
        input: torch.Tensor,
        input_min: Host,
        input_max: Host,
        low: Host,
        high: Host,
        *,
        Tinput: DType,
        out_type: DType,
    ) -> Ranged:
        if low > 0:
            raise ValueError(f"requested_output_min must be <= 0, but got {low}")
        if high < low:
            raise ValueError(
                f"requested_output_max must be >= requested_output_min, but got {high} and {low}"
            )
        numbers = as_floats(input, input_min, input_max, Tinput)
        first, last = ends_of(out_type)
        steps, _, _ = quantized(numbers, low, high, out_type, "MIN_FIRST", "HALF_AWAY_FROM_ZERO")
        return ranged(steps.clamp(first, last).to(torch_type(out_type)), low, high)

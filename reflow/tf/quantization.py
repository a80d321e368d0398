"""tf.quantization: floats as integers of few bits."""

from __future__ import annotations

from typing import Any

from reflow.graph.operation import Tensor
from reflow.ops.exports import exported
from reflow.ops.quantization import QuantizeAndDequantizeV2, QuantizeV2
from reflow.tf._absence import part_or_error

globals().update(exported("quantization"))


def quantize(
    input: Any,
    min_range: Any,
    max_range: Any,
    T: Any,
    mode: str = "MIN_COMBINED",
    round_mode: str = "HALF_AWAY_FROM_ZERO",
    name: str | None = None,
) -> Any:
    """`input` as integers of type T (qint8, quint8, qint16, quint16, qint32).

    Args:
      min_range, max_range: scalars, the range of floats that the integers stand for.
      mode: "MIN_COMBINED", "MIN_FIRST" or "SCALED".

    Returns:
      (output, output_min, output_max): the integers, and the range that was used.
    """
    return QuantizeV2(input, min_range, max_range, T, mode, round_mode, name=name)


def quantize_v2(
    input: Any,
    min_range: Any,
    max_range: Any,
    T: Any,
    mode: str = "MIN_COMBINED",
    name: str | None = None,
    round_mode: str = "HALF_AWAY_FROM_ZERO",
) -> Any:
    """`quantize`, which is its newer name."""
    return QuantizeV2(input, min_range, max_range, T, mode, round_mode, name=name)


def quantize_and_dequantize(
    input: Any,
    input_min: Any,
    input_max: Any,
    signed_input: bool = True,
    num_bits: int = 8,
    range_given: bool = False,
    round_mode: str = "HALF_TO_EVEN",
    name: str | None = None,
    narrow_range: bool = False,
) -> Tensor:
    """`input` rounded to what num_bits bits can tell apart.

    Args:
      input_min, input_max: scalars of the input's type, the range if `range_given`.
      narrow_range: leaves out the lowest integer, so that the others are symmetric.
    """
    return QuantizeAndDequantizeV2(
        input,
        input_min,
        input_max,
        signed_input=signed_input,
        num_bits=num_bits,
        range_given=range_given,
        round_mode=round_mode,
        narrow_range=narrow_range,
        name=name,
    )


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

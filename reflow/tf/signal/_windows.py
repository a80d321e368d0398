"""Windows that signals are multiplied with before they are transformed."""

from __future__ import annotations

import math
from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.operation import Tensor
from reflow.ops.comparisons import Equal
from reflow.ops.constants import constant
from reflow.ops.functions import Cos
from reflow.ops.math import FloorMod
from reflow.tf import _filling as filling
from reflow.tf._casts import cast
from reflow.tf._cond import cond
from reflow.tf._scopes import name_scope
from reflow.tf._static_values import get_static_value


def hann_window(
    window_length: Any, periodic: Any = True, dtype: DType = dtypes.float32, name: str | None = None
) -> Tensor:
    """A raised cosine that is 0 at its ends, [window_length].

    Args:
      window_length: a scalar.
      periodic: a window for the analysis of spectra; otherwise a symmetric one, for filters.

    Raises:
      ValueError: a dtype that is not floating, or a window_length that is no scalar.
    """
    return _raised_cosine(name, "hann_window", window_length, periodic, dtype, 0.5, 0.5)


def hamming_window(
    window_length: Any, periodic: Any = True, dtype: DType = dtypes.float32, name: str | None = None
) -> Tensor:
    """A raised cosine that does not reach 0, [window_length].  Arguments as of `hann_window`."""
    return _raised_cosine(name, "hamming_window", window_length, periodic, dtype, 0.54, 0.46)


def _raised_cosine(
    name: str | None,
    default_name: str,
    window_length: Any,
    periodic: Any,
    dtype: DType,
    middle: float,
    amplitude: float,
) -> Tensor:
    if not dtype.is_floating:
        raise ValueError(f"dtype must be a floating point type. Found {dtype}")
    with name_scope(name, default_name, [window_length, periodic]):
        length = convert_to_tensor(window_length, dtypes.int32, "window_length")
        length.shape.assert_has_rank(0)
        known_length = get_static_value(length)
        if known_length == 1:
            return filling.ones([1], dtype)
        is_periodic = cast(convert_to_tensor(periodic, dtypes.bool, "periodic"), dtypes.int32)
        is_periodic.shape.assert_has_rank(0)
        even = 1 - FloorMod(length, 2)
        period = cast(length + is_periodic * even - 1, dtype)
        samples = cast(filling.range(length), dtype)
        angles = constant(2 * math.pi, dtype) * samples / period

        def window() -> Tensor:
            return cast(middle - amplitude * Cos(angles), dtype)

        if known_length is not None:
            return window()
        # The period of a window of one sample is 0.
        chosen: Tensor = cond(Equal(length, 1), lambda: filling.ones([1], dtype), window)
        return chosen

"""tf.debugging."""

from __future__ import annotations

from typing import Any

from reflow.ops.exports import exported
from reflow.tf._absence import part_or_error
from reflow.tf._checks import (
    Assert,
    assert_equal,
    assert_greater,
    assert_greater_equal,
    assert_integer,
    assert_less,
    assert_less_equal,
    assert_near,
    assert_negative,
    assert_non_negative,
    assert_non_positive,
    assert_none_equal,
    assert_positive,
    assert_proper_iterable,
    assert_rank,
    assert_rank_at_least,
    assert_rank_in,
    assert_same_float_dtype,
    assert_scalar,
    assert_type,
    is_non_decreasing,
    is_numeric_tensor,
    is_strictly_increasing,
)
from reflow.tf._checks import verify_tensor_all_finite as assert_all_finite
from reflow.tf._shape_checks import assert_shapes

globals().update(exported("debugging"))


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

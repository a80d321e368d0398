"""tf.histogram_fixed_width and the bins behind it."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.ops.bins import HistogramFixedWidth
from reflow.ops.functions import Floor
from reflow.tf._arrays import shape as shape_of
from reflow.tf._casts import cast
from reflow.tf._clip import clip_by_value
from reflow.tf._scopes import name_scope
from reflow.tf.math import truediv


def histogram_fixed_width(
    values: Any,
    value_range: Any,
    nbins: Any = 100,
    dtype: Any = dtypes.int32,
    name: str | None = None,
) -> Tensor:
    """How many values fall into each of `nbins` bins of equal width.

    Args:
      values: numbers of any shape.
      value_range: [2], of the values' type: where the first bin begins and the last one ends;
        values outside count in those.
      dtype: of the counts, int32 or int64.

    Returns:
      [nbins].  Running it raises InvalidArgumentError for a range that is empty.
    """
    with name_scope(name, "histogram_fixed_width", [values, value_range, nbins]) as scope:
        return HistogramFixedWidth(values, value_range, nbins, dtype=dtype, name=scope)


def histogram_fixed_width_bins(
    values: Any,
    value_range: Any,
    nbins: Any = 100,
    dtype: Any = dtypes.int32,
    name: str | None = None,
) -> Tensor:
    """The number of the bin of `histogram_fixed_width` that each value falls into.

    `dtype` has no effect: the numbers are int32.
    """
    with name_scope(name, "histogram_fixed_width_bins", [values, value_range, nbins]):
        values = convert_to_tensor(values, name="values")
        shape = shape_of(values)
        values = Reshape(values, [-1])
        value_range = convert_to_tensor(value_range, name="value_range")
        nbins = convert_to_tensor(nbins, dtypes.int32, "nbins")
        bins = cast(nbins, values.dtype)
        scaled = truediv(
            values - value_range[0], value_range[1] - value_range[0], name="scaled_values"
        )
        numbers = Floor(bins * scaled, name="indices")
        numbers = cast(clip_by_value(numbers, 0, bins - 1), dtypes.int32)
        return Reshape(numbers, shape)

"""tf.strings, and the source of those of its names that `tf` itself has too."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.constants import const
from reflow.ops.exports import exported
from reflow.ops.math import Sub
from reflow.ops.strings import ReduceJoin, StringToNumber
from reflow.tf import _filling as filling
from reflow.tf._absence import part_or_error
from reflow.tf._arguments import renamed
from reflow.tf._arrays import rank
from reflow.tf._scopes import name_scope

globals().update(exported("strings"))


def _axes_from_last(strings: Tensor, axis: Any) -> Any:
    """`axis`, or all axes, the last first, where it is None."""
    if axis is not None:
        return axis
    ndims = strings.shape.ndims
    if ndims is not None:
        return const(np.arange(ndims - 1, -1, -1, dtype=np.int32), dtypes.int32)
    return filling.range(Sub(rank(strings), 1, name="sub"), -1, -1)


def reduce_join(
    inputs: Any,
    axis: Any = None,
    keep_dims: bool | None = None,
    separator: str = "",
    name: str | None = None,
    reduction_indices: Any = None,
    keepdims: bool | None = None,
) -> Tensor:
    """The strings along axes joined to one each, with `separator` between them.

    Args:
      axis: an axis, or a list of them in the order in which they are joined; by default all,
        from the last to the first, which joins the elements in the order of rows.
      keepdims: keep the reduced dimensions, with size 1.
      reduction_indices, keep_dims: earlier names of `axis` and `keepdims`.

    Raises:
      ValueError: an axis that the tensor does not have, or an argument given under both names.
    """
    keepdims = renamed("keepdims", keepdims, "keep_dims", keep_dims)
    axis = renamed("axis", axis, "reduction_indices", reduction_indices)
    with name_scope(None, "ReduceJoin", [inputs, axis]):
        strings = convert_to_tensor(inputs)
        joined: Tensor = ReduceJoin(
            strings,
            _axes_from_last(strings, axis),
            keep_dims=bool(keepdims),
            separator=separator,
            name=name,
        )
        return joined


def to_number(
    string_tensor: Any = None,
    out_type: Any = dtypes.float32,
    name: str | None = None,
    input: Any = None,
) -> Tensor:
    """The number that every string says.

    Args:
      out_type: float32, float64, int32 or int64.
      input: another name of `string_tensor`.

    Raises:
      InvalidArgumentError: (at run time) a string says no number of that type.
    """
    strings = renamed("input", input, "string_tensor", string_tensor)
    number: Tensor = StringToNumber(strings, out_type=out_type, name=name)
    return number


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

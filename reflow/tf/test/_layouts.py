"""Images with their channels last (NHWC), second (NCHW), or second in groups of four."""

from __future__ import annotations

from typing import Any

from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.tf._arrays import transpose

# In NCHW_VECT_C.
_GROUP = 4


def NHWCToNCHW(input_tensor: Any) -> Any:
    """A tensor of rank 4 or 5, or its shape as a list, with the channels moved to axis 1."""
    return _permuted(input_tensor, {4: [0, 3, 1, 2], 5: [0, 4, 1, 2, 3]})


def NCHWToNHWC(input_tensor: Any) -> Any:
    """A tensor of rank 4 or 5, or its shape as a list, with the channels moved to the end."""
    return _permuted(input_tensor, {4: [0, 2, 3, 1], 5: [0, 2, 3, 4, 1]})


def NHWCToNCHW_VECT_C(input_shape_or_tensor: Any) -> Any:
    """A tensor [n, h, w, c], or its shape, as [n, c / 4, h, w, 4].

    Raises:
      ValueError: the last dimension is not a multiple of 4.
    """
    shape = _sizes(input_shape_or_tensor)
    *front, channels = shape
    if channels % _GROUP:
        raise ValueError("Last dimension of input must be evenly divisible by 4 to convert.")
    grouped = [*front, channels // _GROUP, _GROUP]
    is_tensor = isinstance(input_shape_or_tensor, Tensor)
    value = Reshape(input_shape_or_tensor, grouped) if is_tensor else grouped
    return _permuted(value, {5: [0, 3, 1, 2, 4]})


def NCHW_VECT_CToNHWC(input_shape_or_tensor: Any) -> Any:
    """A tensor [n, c / 4, h, w, 4], or its shape, as [n, h, w, c].

    Raises:
      ValueError: the last dimension is not 4.
    """
    if _sizes(input_shape_or_tensor)[-1] != _GROUP:
        raise ValueError("Last dimension of NCHW_VECT_C must be 4.")
    grouped = _permuted(input_shape_or_tensor, {5: [0, 2, 3, 1, 4]})
    *front, groups, _ = _sizes(grouped)
    shape = [*front, groups * _GROUP]
    return Reshape(grouped, shape) if isinstance(grouped, Tensor) else shape


def _sizes(shape_or_tensor: Any) -> list[int]:
    if isinstance(shape_or_tensor, Tensor):
        return shape_or_tensor.shape.as_list()
    return list(shape_or_tensor)


def _permuted(shape_or_tensor: Any, order_by_rank: dict[int, list[int]]) -> Any:
    order = order_by_rank[len(_sizes(shape_or_tensor))]
    if isinstance(shape_or_tensor, Tensor):
        return transpose(shape_or_tensor, order)
    return [shape_or_tensor[axis] for axis in order]

"""Python's indexing of tensors, x[1:, ..., tf.newaxis, i], and tf.boolean_mask."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import as_dtype
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import Dimension
from reflow.ops import gathering, selection, slicing
from reflow.ops.arrays import Reshape, Squeeze
from reflow.ops.casts import Cast
from reflow.ops.constants import constant
from reflow.ops.reductions import Prod
from reflow.tf._arrays import shape as shape_of
from reflow.tf._filling import ones_like
from reflow.tf._joining import concat, stack
from reflow.tf._scopes import name_scope

newaxis = None

_INDEX_TYPES = (dtypes.int32, dtypes.int64)


def strided_slice(
    input_: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var: Any = None,
    name: str | None = None,
) -> Tensor:
    """input_[begin:end:strides] along several axes; see `reflow.ops.slicing.Masks`.

    The result has a method `assign(value)` if `var` is the variable that is being sliced.
    """
    if strides is None:
        strides = ones_like(begin)
    masks = {
        "begin_mask": begin_mask,
        "end_mask": end_mask,
        "ellipsis_mask": ellipsis_mask,
        "new_axis_mask": new_axis_mask,
        "shrink_axis_mask": shrink_axis_mask,
    }
    part = slicing.StridedSlice(input_, begin, end, strides, name=name, **masks)
    is_eager = isinstance(part, EagerTensor)
    if var is None and is_eager:
        return part
    assignment = None if is_eager else f"{part.op.name}/_assign"

    def assign(val: Any, name: str | None = None) -> Any:
        if var is None:
            raise ValueError("Sliced assignment is only supported for variables")
        return var._strided_slice_assign(
            begin=begin,
            end=end,
            strides=strides,
            value=val,
            name=name or assignment,
            **masks,
        )

    part.assign = assign
    return part


class _Spec:
    """What a Python index asks for, entry by entry: begin, end, strides, masks."""

    def __init__(self, index: Any) -> None:
        self.begin: list[Any] = []
        self.end: list[Any] = []
        self.strides: list[Any] = []
        self.masks = dict.fromkeys(
            ("begin_mask", "end_mask", "shrink_axis_mask", "new_axis_mask", "ellipsis_mask"), 0
        )
        for position, entry in enumerate(index):
            self._add(entry, 1 << position)

    def _add(self, entry: Any, bit: int) -> None:
        if isinstance(entry, slice):
            self.begin.append(self._bound(entry.start, "begin_mask", bit))
            self.end.append(self._bound(entry.stop, "end_mask", bit))
            self.strides.append(1 if entry.step is None else _checked(entry.step))
            return
        if entry is Ellipsis or entry is newaxis:
            self.masks["ellipsis_mask" if entry is Ellipsis else "new_axis_mask"] |= bit
            self.begin.append(0)
            self.end.append(0)
        else:
            self.masks["shrink_axis_mask"] |= bit
            self.begin.append(_checked(entry))
            self.end.append(entry + 1)
        self.strides.append(1)

    def _bound(self, value: Any, mask: str, bit: int) -> Any:
        if value is None or (not isinstance(value, Tensor) and value == sys.maxsize):
            self.masks[mask] |= bit
            return 0
        return _checked(value)

    def vectors(self) -> list[Tensor]:
        """begin, end and strides as tensors of one type."""
        if not self.begin:
            return [constant([], dtypes.int32)] * 3
        packed = [stack(self.begin), stack(self.end), stack(self.strides)]
        if all(tensor.dtype is not dtypes.int64 for tensor in packed):
            return packed
        return [
            tensor if tensor.dtype is dtypes.int64 else Cast(tensor, DstT=dtypes.int64)
            for tensor in packed
        ]


def _checked(index: Any) -> Any:
    """`index` if it is an integer, or a scalar tensor or array of integers; else TypeError."""
    if isinstance(index, (int, Dimension)):
        return index
    dtype = getattr(index, "dtype", None)
    if dtype is None or as_dtype(dtype).base_dtype not in _INDEX_TYPES or _is_vector(index):
        raise TypeError(
            "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar "
            f"tf.int32/tf.int64 tensors are valid indices, got {index!r}"
        )
    return index


def _is_vector(index: Any) -> bool:
    shape = index.shape
    ndims = shape.ndims if isinstance(index, Tensor) else len(shape)
    return ndims == 1


def get_item(tensor: Any, index: Any, var: Any = None) -> Tensor:
    """tensor[index].  `var`: the variable whose value `tensor` is."""
    if isinstance(index, bool) or _is_mask(index):
        return boolean_mask(tensor, index)
    spec = _Spec(index if isinstance(index, (list, tuple)) else [index])
    values = [tensor, *spec.begin, *spec.end, *spec.strides]
    with name_scope(None, "strided_slice", values) as scope:
        begin, end, strides = spec.vectors()
        return strided_slice(tensor, begin, end, strides, **spec.masks, var=var, name=scope)


def _is_mask(index: Any) -> bool:
    if isinstance(index, Tensor):
        return index.dtype.base_dtype is dtypes.bool
    return isinstance(index, np.ndarray) and index.dtype == bool


def boolean_mask(
    tensor: Any, mask: Any, name: str | None = "boolean_mask", axis: int | None = None
) -> Tensor:
    """The elements (rows) of `tensor` where `mask` is true, one after the other.

    Args:
      mask: truths, of the shape of the dimensions of `tensor` that start at `axis` (0).
    """
    with name_scope(name, values=[tensor, mask]):
        tensor = convert_to_tensor(tensor, name="tensor")
        mask = convert_to_tensor(mask, name="mask")
        count = mask.shape.ndims
        if count == 0:
            raise ValueError("mask cannot be scalar.")
        if count is None:
            raise ValueError(
                "Number of mask dimensions must be specified, even if some dimensions are None."
                "  E.g. shape=[None] is ok, but shape=None is not."
            )
        start = 0 if axis is None else axis
        known = tensor.shape
        known[start : start + count].assert_is_compatible_with(mask.shape)
        rows = Prod(get_item(shape_of(tensor), slice(start, start + count)), [0])
        before = get_item(shape_of(tensor), slice(None, start))
        after = get_item(shape_of(tensor), slice(start + count, None))
        tensor = Reshape(tensor, concat([before, [rows], after], 0))
        tensor.set_shape(
            known[:start]
            .concatenate([known[start : start + count].num_elements()])
            .concatenate(known[start + count :])
        )
        mask = Reshape(mask, [-1])
        places = Squeeze(selection.Where(mask), squeeze_dims=[1])
        return gathering.GatherV2(tensor, places, start)


def attach_indexing() -> None:
    """Gives Tensor its `[...]`."""
    Tensor.__getitem__ = get_item

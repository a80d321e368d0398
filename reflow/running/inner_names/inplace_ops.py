"""`tensorflow.python.ops.inplace_ops`: rows of a tensor replaced or changed.

The functions called `alias_...` may change their argument in TensorFlow; here it stays as it is.
"""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Tensor
from reflow.ops.arrays import ExpandDims, Reshape
from reflow.ops.filling import Empty as empty
from reflow.ops.tensor_updates import DeepCopy, InplaceAdd, InplaceSub, InplaceUpdate
from reflow.tf._arrays import shape
from reflow.tf._casts import cast

__all__ = [
    "alias_inplace_add",
    "alias_inplace_sub",
    "alias_inplace_update",
    "empty",
    "empty_like",
    "inplace_add",
    "inplace_sub",
    "inplace_update",
]


def _changed(x: Any, i: Any, v: Any, update: OpDefinition) -> Any:
    """x with v combined into its rows i: a vector of rows, one row, or all of x for None."""
    x = convert_to_tensor(x)
    v = convert_to_tensor(v, x.dtype)
    if i is None:
        rows = update(Reshape(x, [1, -1]), [0], Reshape(v, [1, -1]))
        return Reshape(rows, shape(x))
    i = cast(i, dtypes.int32)
    if i.shape.ndims == 0:
        i, v = Reshape(i, [1]), ExpandDims(v, 0)
    return update(x, i, v)


def alias_inplace_update(x: Any, i: Any, v: Any) -> Tensor:
    """x with the rows i (all for None) replaced by v."""
    changed: Tensor = _changed(x, i, v, InplaceUpdate)
    return changed


def alias_inplace_add(x: Any, i: Any, v: Any) -> Tensor:
    """x with v added to the rows i (all for None)."""
    changed: Tensor = _changed(x, i, v, InplaceAdd)
    return changed


def alias_inplace_sub(x: Any, i: Any, v: Any) -> Tensor:
    """x with v subtracted from the rows i (all for None)."""
    changed: Tensor = _changed(x, i, v, InplaceSub)
    return changed


def inplace_update(x: Any, i: Any, v: Any) -> Tensor:
    """As `alias_inplace_update`, of a copy of x."""
    return alias_inplace_update(DeepCopy(x), i, v)


def inplace_add(x: Any, i: Any, v: Any) -> Tensor:
    """As `alias_inplace_add`, of a copy of x."""
    return alias_inplace_add(DeepCopy(x), i, v)


def inplace_sub(x: Any, i: Any, v: Any) -> Tensor:
    """As `alias_inplace_sub`, of a copy of x."""
    return alias_inplace_sub(DeepCopy(x), i, v)


def empty_like(x: Any, init: bool | None = None) -> Tensor:
    """A tensor of x's shape and type whose elements may be anything."""
    x = convert_to_tensor(x)
    tensor: Tensor = empty(shape(x), x.dtype, init=init)
    return tensor

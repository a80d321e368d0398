"""Python's operators on sparse tensors, with dense ones that are broadcast to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Tensor
from reflow.ops.sparse.dense import SparseDenseCwiseDiv, SparseDenseCwiseMul
from reflow.tf._scopes import name_scope
from reflow.tf._sparse_values import parts
from reflow.tf.math import as_true_division


def _operator(name: str, compute: Callable[..., Tensor]) -> Callable[..., SparseTensor]:
    def operator(x: SparseTensor, y: Any) -> SparseTensor:
        with name_scope(None, name, [x, y]) as scope:
            y = convert_to_tensor(y, x.dtype.base_dtype, "y")
            return SparseTensor(x.indices, compute(x, y, scope), x.dense_shape)

    return operator


def _divided(x: SparseTensor, y: Tensor, name: str) -> Tensor:
    return SparseDenseCwiseDiv(*parts(x), y, name=name)


def _truly_divided(x: SparseTensor, y: Tensor, name: str) -> Tensor:
    with name_scope(name, "truediv", [*parts(x), y]) as scope:
        values, y = as_true_division(x.values, y)
        return SparseDenseCwiseDiv(x.indices, values, x.dense_shape, y, name=scope)


def _multiplied(x: SparseTensor, y: Tensor, name: str) -> Tensor:
    return SparseDenseCwiseMul(*parts(x), y, name=name)


def attach_sparse_operators() -> None:
    """Gives SparseTensor its operators: only what keeps zeros zero."""
    SparseTensor.__mul__ = _operator("mul", _multiplied)
    SparseTensor.__div__ = _operator("div", _divided)
    SparseTensor.__truediv__ = _operator("truediv", _truly_divided)

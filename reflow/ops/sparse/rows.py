"""Sparse matrices whose every row has an element."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.elements import any_elements
from reflow.ops.kernels import Dims, Host
from reflow.ops.op import op
from reflow.ops.sparse.parts import check_sparse, invalid, like, on, text
from reflow.ops.unsigned import widened
from reflow.ops.values import placed


@op
class SparseFillEmptyRows:
    """A sparse tensor with a default value at [row, 0, ...] of each row that has no element.

    Also: which rows were empty, and where each element of the input is in the output.
    """

    inputs = "indices: int64, values: T, dense_shape: int64, default_value: T"
    outputs = (
        "output_indices: int64, output_values: T, empty_row_indicator: bool, "
        "reverse_index_map: int64"
    )
    attrs = ("T: type",)

    def shape(
        indices: TensorShape,
        values: TensorShape,
        dense_shape: Dims,
        default_value: TensorShape,
        *,
        input_shapes: list[TensorShape],
    ) -> list[TensorShape]:
        count, rank = shapes.with_rank(indices, 2).as_list()
        count = shapes.merge_sizes(count, shapes.with_rank(values, 1).as_list()[0])
        vector = shapes.with_rank(input_shapes[2], 1)
        shapes.merge_sizes(rank, vector.as_list()[0])
        shapes.with_rank(default_value, 0)
        rows = dense_shape.sizes[0] if dense_shape.sizes else None
        return [
            shapes.of(None, vector.num_elements()),
            shapes.of(None),
            shapes.of(rows),
            shapes.of(count),
        ]

    def kernel(
        indices: Host, values: Any, dense_shape: Host, default_value: Any, *, device: torch.device
    ) -> tuple[torch.Tensor, Any, torch.Tensor, torch.Tensor]:
        check_sparse(indices, values, dense_shape)
        if not len(dense_shape) or default_value.ndim:
            raise invalid(
                "Expected a dense shape of at least one dimension, and a scalar as the default "
                f"value. Received: {text(dense_shape)} and shape {text(default_value.shape)}"
            )
        count, rows = int(dense_shape[0]), indices[:, 0]
        if not count and len(rows):
            raise invalid(
                f"Received SparseTensor with dense_shape[0] = 0 but indices.shape[0] = {len(rows)}"
            )
        outside = np.flatnonzero((rows < 0) | (rows >= count))
        if outside.size:
            i = outside[0]
            raise invalid(f"indices({i}, 0) is invalid: {rows[i]} >= {count}")
        (empty,) = np.nonzero(np.bincount(rows, minlength=count) == 0)
        order = np.argsort(np.concatenate([rows, empty]), kind="stable")
        added = np.zeros((len(empty), indices.shape[1]), np.int64)
        added[:, 0] = empty
        is_empty = np.zeros(count, bool)
        is_empty[empty] = True
        places = np.argsort(order)[: len(rows)]
        return (
            on(device, np.concatenate([indices, added])[order]),
            _filled(values, default_value, len(empty), order),
            placed(torch.from_numpy(is_empty), device),
            on(device, places),
        )

    def gradient(
        op: Operation, _: Any, dy: Tensor, __: Any, ___: Any
    ) -> tuple[None, Tensor, None, Tensor]:
        dvalues, ddefault = SparseFillEmptyRowsGrad(op.outputs[3], dy)
        return None, dvalues, None, ddefault


@any_elements
def _filled(
    values: torch.Tensor, default: torch.Tensor, count: int, order: np.ndarray[Any, Any]
) -> torch.Tensor:
    return torch.cat([values, default.expand(count)])[like(values, order)]


@widened
def _sum_without(values: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """The sum of the values at other places."""
    rest = values.clone()
    rest[places] = 0
    return rest.sum(dtype=rest.dtype)


@op
class SparseFillEmptyRowsGrad:
    """The gradient of SparseFillEmptyRows by the values and by the default value."""

    inputs = "reverse_index_map: int64, grad_values: T"
    outputs = "d_values: T, d_default_value: T"
    attrs = ("T: type",)

    def shape(
        reverse_index_map: TensorShape, grad_values: TensorShape
    ) -> tuple[TensorShape, TensorShape]:
        shapes.with_rank(grad_values, 1)
        return shapes.with_rank(reverse_index_map, 1), shapes.SCALAR

    def kernel(
        reverse_index_map: Host, grad_values: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        count = len(grad_values)
        if ((reverse_index_map < 0) | (reverse_index_map >= count)).any():
            raise invalid(
                f"Elements in reverse index must be in [0, {count}) but got "
                f"{text(reverse_index_map)}"
            )
        if not isinstance(grad_values, torch.Tensor):
            raise invalid("Expected numbers as gradients. Received: strings")
        places = like(grad_values, reverse_index_map)
        return grad_values[places], _sum_without(grad_values, places)

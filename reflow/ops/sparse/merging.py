"""Two sparse tensors, element by element: their sum, the larger and the smaller values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.sparse.parts import (
    Array,
    check_sparse,
    invalid,
    like,
    on,
    row_numbers,
    size_of,
    sparse_output,
    sparse_shapes,
    text,
    values_at,
)
from reflow.ops.unsigned import widened
from reflow.ops.values import placed

_PAIR = (
    "a_indices: int64, a_values: T, a_shape: int64, b_indices: int64, b_values: T, b_shape: int64"
)


def _merged(a_indices: Array, b_indices: Array) -> tuple[Array, Array, Array]:
    """The indices of either, in order, and the number that each row of a and of b has there."""
    a, b = row_numbers(a_indices, b_indices)
    both = np.concatenate([a_indices, b_indices])
    first = np.unique(np.concatenate([a, b]), return_index=True)[1]
    return both[first], a, b


@op
class SparseAdd:
    """The sum of two sparse tensors of one shape.

    Where both have an element, and their sum is smaller than `thresh`, the result has none.
    """

    inputs = f"{_PAIR}, thresh: Treal"
    outputs = "sum_indices: int64, sum_values: T, sum_shape: int64"
    attrs = ("T: numbertype", "Treal: realnumbertype")

    def shape(
        a_indices: TensorShape,
        a_values: TensorShape,
        a_shape: TensorShape,
        b_indices: TensorShape,
        b_values: TensorShape,
        b_shape: TensorShape,
        thresh: TensorShape,
    ) -> list[TensorShape]:
        return sparse_output(size_of(a_shape))

    def kernel(
        a_indices: Host,
        a_values: torch.Tensor,
        a_shape: Host,
        b_indices: Host,
        b_values: torch.Tensor,
        b_shape: Host,
        thresh: torch.Tensor,
        *,
        device: torch.device,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        check_sparse(a_indices, a_values, a_shape, "a_")
        check_sparse(b_indices, b_values, b_shape, "b_")
        if len(a_shape) != len(b_shape):
            raise invalid(
                f"Ranks of input tensors must match, but saw ranks: {len(a_shape)} and "
                f"{len(b_shape)}"
            )
        different = np.flatnonzero(a_shape != b_shape)
        if different.size:
            axis = different[0]
            raise invalid(
                f"Input shapes must match: got {a_shape[axis]} and {b_shape[axis]} for dimension "
                f"{axis}"
            )
        if thresh.ndim:
            raise invalid(f"The magnitude threshold must be a scalar: got shape {thresh.shape}")
        indices, a, b = _merged(a_indices, b_indices)
        sums = a_values.new_zeros(len(indices))
        sums.index_add_(0, like(sums, a), a_values).index_add_(0, like(sums, b), b_values)
        in_both = np.bincount(np.concatenate([a, b]), minlength=len(indices)) > 1
        large = (sums.abs() >= thresh) | ~placed(torch.from_numpy(in_both), device)
        return on(device, indices[large.cpu().numpy()]), sums[large], on(device, a_shape)

    def gradient(op: Operation, _: Any, dy: Tensor, __: Any) -> list[Tensor | None]:
        da, db = SparseAddGrad(dy, op.inputs[0], op.inputs[3], op.outputs[0])
        return [None, da, None, None, db, None, None]


@op
class SparseAddGrad:
    """The gradient of SparseAdd by both values: 0 for what is not in the sum."""

    inputs = "backprop_val_grad: T, a_indices: int64, b_indices: int64, sum_indices: int64"
    outputs = "a_val_grad: T, b_val_grad: T"
    attrs = ("T: numbertype",)
    gradient = None

    def shape(
        backprop_val_grad: TensorShape,
        a_indices: TensorShape,
        b_indices: TensorShape,
        sum_indices: TensorShape,
    ) -> list[TensorShape]:
        return [shapes.of(shapes.with_rank(x, 2).as_list()[0]) for x in (a_indices, b_indices)]

    def kernel(
        backprop_val_grad: torch.Tensor, a_indices: Host, b_indices: Host, sum_indices: Host
    ) -> tuple[torch.Tensor, torch.Tensor]:
        for matrix in (a_indices, b_indices, sum_indices):
            if matrix.ndim != 2 or matrix.shape[1] != a_indices.shape[-1]:
                raise invalid(
                    "The indices should be matrices of one width but received shapes "
                    f"{text(a_indices.shape)}, {text(b_indices.shape)}, {text(sum_indices.shape)}"
                )
        if tuple(backprop_val_grad.shape) != sum_indices.shape[:1]:
            raise invalid(
                f"# elements of backprop_val_grad and # rows of sum_indices should match (#nnz of "
                f"sum): got {backprop_val_grad.numel()} and {len(sum_indices)}"
            )
        a, b, total = row_numbers(a_indices, b_indices, sum_indices)
        return values_at(a, total, backprop_val_grad), values_at(b, total, backprop_val_grad)


def _choice(name: str, doc: str, choose: Callable[..., torch.Tensor], types: str) -> OpDefinition:
    def shape(
        a_indices: TensorShape,
        a_values: TensorShape,
        a_shape: TensorShape,
        b_indices: TensorShape,
        b_values: TensorShape,
        b_shape: TensorShape,
    ) -> list[TensorShape]:
        sparse_shapes(a_indices, a_values, a_shape)
        sparse_shapes(b_indices, b_values, b_shape)
        return sparse_output()[:2]

    def kernel(
        a_indices: Host,
        a_values: torch.Tensor,
        a_shape: Host,
        b_indices: Host,
        b_values: torch.Tensor,
        b_shape: Host,
        *,
        device: torch.device,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        check_sparse(a_indices, a_values, a_shape, "a_")
        check_sparse(b_indices, b_values, b_shape, "b_")
        _check_same_shape(a_shape, b_shape)
        indices, a, b = _merged(a_indices, b_indices)
        both = np.arange(len(indices))
        chosen = choose(values_at(both, a, a_values), values_at(both, b, b_values))
        return on(device, indices), chosen

    def gradient(op: Operation, *dy: Tensor) -> Any:
        raise NotImplementedError(f"Gradient for {name} is currently not implemented yet.")

    rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": _PAIR,
        "outputs": "output_indices: int64, output_values: T",
        "attrs": (f"T: {types}",),
        "shape": shape,
        "kernel": kernel,
        "gradient": gradient,
    }
    return op(type(name, (), rules))


def _check_same_shape(a_shape: Array, b_shape: Array) -> None:
    if len(a_shape) != len(b_shape):
        raise invalid(
            f"Operands do not have the same ranks; got shapes: {text(a_shape)} and {text(b_shape)}"
        )
    for axis, (a, b) in enumerate(zip(a_shape, b_shape)):
        if a != b:
            raise invalid(f"Operands' shapes do not match: got {a} and {b} for dimension {axis}")


SparseSparseMaximum: OpDefinition = _choice(
    "SparseSparseMaximum",
    "The larger of each two elements, where one of them is given; what is not given is 0.",
    widened(torch.maximum),
    "realnumbertype",
)
SparseSparseMinimum: OpDefinition = _choice(
    "SparseSparseMinimum",
    "The smaller of each two elements, where one of them is given; what is not given is 0.",
    widened(torch.minimum),
    "numbertype",
)

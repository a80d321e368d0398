"""The product of a sparse and a dense matrix."""

from __future__ import annotations

import numpy as np
import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.constants import constant
from reflow.ops.gathering import take
from reflow.ops.kernels import Dims, Host
from reflow.ops.math import Mul
from reflow.ops.op import op
from reflow.ops.permuting import Transpose
from reflow.ops.reductions import Sum
from reflow.ops.slicing import StridedSlice
from reflow.ops.sparse.parts import check_sparse, invalid, text


@op
class SparseTensorDenseMatMul:
    """The product of a sparse matrix and a dense one, each transposed first if asked.

    [m, k], [k, n] -> [m, n], dense.  `adjoint_b` conjugates too; `adjoint_a` does not, whatever its
    name says, because TensorFlow does not.
    """

    inputs = "a_indices: Tindices, a_values: T, a_shape: int64, b: T"
    outputs = "product: T"
    attrs = (
        "T: type",
        "Tindices: {int32, int64} = int64",
        "adjoint_a: bool = false",
        "adjoint_b: bool = false",
    )

    def shape(
        a_indices: TensorShape,
        a_values: TensorShape,
        a_shape: Dims,
        b: TensorShape,
        *,
        adjoint_a: bool,
        adjoint_b: bool,
    ) -> TensorShape:
        shapes.with_rank(a_indices, 2)
        shapes.with_rank(a_values, 1)
        left = shapes.with_rank(a_shape, 2).as_list()[:: -1 if adjoint_a else 1]
        right = shapes.with_rank(b, 2).as_list()[:: -1 if adjoint_b else 1]
        shapes.merge_sizes(left[1], right[0])
        return shapes.of(left[0], right[1])

    def kernel(
        a_indices: torch.Tensor,
        a_values: torch.Tensor,
        a_shape: Host,
        b: torch.Tensor,
        *,
        adjoint_a: bool,
        adjoint_b: bool,
    ) -> torch.Tensor:
        if not isinstance(b, torch.Tensor):
            raise invalid("Expected numbers. Received: strings")
        if len(a_shape) != 2 or b.ndim != 2:
            raise invalid(
                "Tensors 'a_shape' and 'b' must describe matrices. Received: "
                f"{text(a_shape)} and shape {text(b.shape)}"
            )
        check_sparse(a_indices, a_values, a_shape, "a_")
        row, column = (1, 0) if adjoint_a else (0, 1)
        if adjoint_b:
            b = b.t().conj()
        sizes = int(a_shape[row]), int(a_shape[column])
        if sizes[1] != b.shape[0]:
            raise invalid(
                f"Cannot multiply A and B because inner dimension does not match: {sizes[1]} vs. "
                f"{b.shape[0]}.  Did you forget a transpose?  Dimensions of A: {text(sizes)}.  "
                f"Dimensions of B: {text(b.shape)}"
            )
        where = torch.stack([a_indices[:, row], a_indices[:, column]]).long()
        _check_indices(where[1], column, "k", sizes[1])
        _check_indices(where[0], row, "m", sizes[0])
        return _product(where, a_values, sizes, b.resolve_conj())

    def gradient(op: Operation, dy: Tensor) -> tuple[None, Tensor, None, Tensor]:
        indices, values, a_shape, b = op.inputs
        adjoint_a, adjoint_b = op.attrs["adjoint_a"], op.attrs["adjoint_b"]
        if values.dtype.is_complex:
            raise NotImplementedError(
                "SparseTensorDenseMatMul op does not support complex gradients."
            )
        rows, columns = _column(indices, 0), _column(indices, 1)
        if adjoint_a:
            rows, columns = columns, rows
        swapped = constant([1, 0])
        db = SparseTensorDenseMatMul(indices, values, a_shape, dy, adjoint_a=not adjoint_a)
        products = Mul(take(dy, rows), take(Transpose(b, swapped) if adjoint_b else b, columns))
        dvalues = Sum(products, constant(1))
        return None, dvalues, None, Transpose(db, swapped) if adjoint_b else db


def _column(indices: Tensor, column: int) -> Tensor:
    return StridedSlice(
        indices,
        constant([0, column]),
        constant([0, column + 1]),
        constant([1, 1]),
        begin_mask=1,
        end_mask=1,
        shrink_axis_mask=2,
    )


def _check_indices(indices: torch.Tensor, column: int, name: str, size: int) -> None:
    if len(indices):
        low, high = torch.stack(indices.aminmax()).tolist()
        if low < 0 or high >= size:
            i = int(((indices < 0) | (indices >= size)).nonzero()[0])
            raise invalid(
                f"{name} ({int(indices[i])}) from index[{i},{column}] out of bounds (>={size})"
            )


def _product(
    where: torch.Tensor, values: torch.Tensor, sizes: tuple[int, int], b: torch.Tensor
) -> torch.Tensor:
    """The product of the matrix that has `values` at `where`, [2, n], and `b`."""
    if values.dtype in (torch.bfloat16, torch.float16):  # of which torch has no sparse kernel
        return _product(where, values.float(), sizes, b.float()).to(values.dtype)
    if values.is_cpu and _is_fast_by_rows(values, b):
        return _sums_of_rows(where[0], where[1], values, sizes[0], b)
    a = torch.sparse_coo_tensor(where, values, sizes, check_invariants=False)
    return torch.sparse.mm(a, b)


def _is_fast_by_rows(values: torch.Tensor, b: torch.Tensor) -> bool:
    """Whether `_sums_of_rows` takes no longer than torch's own product."""
    if values.dtype not in (torch.float32, torch.float64) or len(values) < 1500:
        return False
    is_wide = values.dtype == torch.float64 and b.shape[1] > 32
    return not is_wide and (b.is_contiguous() or b.shape[0] < 4 * len(values))


def _sums_of_rows(
    rows: torch.Tensor, columns: torch.Tensor, values: torch.Tensor, size: int, b: torch.Tensor
) -> torch.Tensor:
    """For each row of the product the sum of rows of `b`, times the values, in their order."""
    if not bool((rows[1:] >= rows[:-1]).all()):
        if b.shape[1] == 1:
            products = b[:, 0].index_select(0, columns) * values
            return products.new_zeros(size).index_add_(0, rows, products)[:, None]
        order = _stable_order(rows, size)
        columns, values = columns.index_select(0, order), values.index_select(0, order)
    starts = rows.new_zeros(size + 1)
    torch.cumsum(torch.bincount(rows, minlength=size), 0, out=starts[1:])
    sums: torch.Tensor = torch.embedding_bag(
        b.contiguous(),
        columns,
        starts,
        mode=0,
        per_sample_weights=values.contiguous(),
        include_last_offset=True,
    )[0]
    return sums


def _stable_order(numbers: torch.Tensor, size: int) -> torch.Tensor:
    """The order that sorts numbers from 0 to `size`, by their digits of 16 bits.

    NumPy sorts those by counting, several times faster than torch sorts integers.
    """
    digits = numbers.numpy()
    order = digits.astype(np.uint16).argsort(kind="stable")
    if size > 1 << 16:
        order = order[(digits >> 16).astype(np.uint16)[order].argsort(kind="stable")]
    return torch.from_numpy(order)

"""Products of matrices."""

from __future__ import annotations

from typing import Any

import torch

from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.casts import Cast
from reflow.ops.constants import constant
from reflow.ops.elementwise import conj
from reflow.ops.kernels import Known
from reflow.ops.op import op
from reflow.ops.unsigned import widened
from reflow.ops.variable_slot import NARROW

_NUMBERS = "T: {bfloat16, half, float, double, int32, int64, complex64, complex128}"


def _matrix_product_shape(
    a: TensorShape, b: TensorShape, transpose_a: bool, transpose_b: bool
) -> TensorShape:
    a, b = shapes.with_rank(a, 2), shapes.with_rank(b, 2)
    assert a.sizes is not None and b.sizes is not None
    rows, inner_a = a.sizes[:: -1 if transpose_a else 1]
    inner_b, columns = b.sizes[:: -1 if transpose_b else 1]
    shapes.merge_sizes(inner_a, inner_b)
    return shapes.of(rows, columns)


@op
class MatMul:
    """The product of two matrices, each transposed first if asked.  [m, k], [k, n] -> [m, n]."""

    inputs = "a: T, b: T"
    outputs = "product: T"
    attrs = ("transpose_a: bool = false", "transpose_b: bool = false", _NUMBERS)

    def shape(
        a: TensorShape, b: TensorShape, *, transpose_a: bool, transpose_b: bool
    ) -> TensorShape:
        return _matrix_product_shape(a, b, transpose_a, transpose_b)

    def kernel(
        a: torch.Tensor, b: torch.Tensor, *, transpose_a: bool, transpose_b: bool
    ) -> torch.Tensor:
        try:
            return torch.mm(a.t() if transpose_a else a, b.t() if transpose_b else b)
        except RuntimeError:
            if a.shape[not transpose_a] == b.shape[transpose_b]:
                raise
            given = [shapes.text(shapes.of(*matrix.shape)) for matrix in (a, b)]
            raise ValueError(
                f"Matrix size-incompatible: In[0]: {given[0]}, In[1]: {given[1]}"
            ) from None

    def specialised(op: Operation, a: Known, b: Known) -> Any:
        match op.attrs["transpose_a"], op.attrs["transpose_b"]:
            case False, False:
                return torch.mm
            case False, True:
                return lambda a, b: torch.mm(a, b.t())
            case True, True:
                return lambda a, b: torch.mm(a.t(), b.t())
        rows, columns = a.sizes[1], b.sizes[1]
        if columns > NARROW or rows < 4 * columns:
            return lambda a, b: torch.mm(a.t(), b)
        # The gradient of narrow weights: libraries are 2 to 4 times faster on its transpose.
        return lambda a, b: torch.mm(b.t(), a).t()

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
        a, b = conj(op.inputs[0]), conj(op.inputs[1])
        match op.attrs["transpose_a"], op.attrs["transpose_b"]:
            case False, False:
                return MatMul(dy, b, transpose_b=True), MatMul(a, dy, transpose_a=True)
            case False, True:
                return MatMul(dy, b), MatMul(dy, a, transpose_a=True)
            case True, False:
                return MatMul(b, dy, transpose_b=True), MatMul(a, dy)
            case _:
                return (
                    MatMul(b, dy, transpose_a=True, transpose_b=True),
                    MatMul(dy, a, transpose_a=True, transpose_b=True),
                )


@op
class SparseMatMul:
    """MatMul for operands of float32 or bfloat16 that hold many zeros.  Gives float32."""

    inputs = "a: Ta, b: Tb"
    outputs = "product: float"
    attrs = (
        "transpose_a: bool = false",
        "transpose_b: bool = false",
        "a_is_sparse: bool = false",
        "b_is_sparse: bool = false",
        "Ta: {float, bfloat16} = float",
        "Tb: {float, bfloat16} = float",
    )
    export = ("sparse_matmul",)

    def shape(
        a: TensorShape, b: TensorShape, *, transpose_a: bool, transpose_b: bool
    ) -> TensorShape:
        return _matrix_product_shape(a, b, transpose_a, transpose_b)

    def kernel(
        a: torch.Tensor, b: torch.Tensor, *, transpose_a: bool, transpose_b: bool
    ) -> torch.Tensor:
        # With torch's dense product, looking for zeros does not pay.
        a, b = a.float(), b.float()
        return torch.mm(a.t() if transpose_a else a, b.t() if transpose_b else b)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
        a, b = op.inputs
        sparse = {a: op.attrs["a_is_sparse"], b: op.attrs["b_is_sparse"], dy: False}

        def product(
            x: Tensor, y: Tensor, like: Tensor, transpose_x: bool, transpose_y: bool
        ) -> Tensor:
            result = SparseMatMul(
                x,
                y,
                transpose_a=transpose_x,
                transpose_b=transpose_y,
                a_is_sparse=sparse[x],
                b_is_sparse=sparse[y],
            )
            wanted = like.dtype.base_dtype
            return result if result.dtype is wanted else Cast(result, DstT=wanted)

        transposed_a, transposed_b = op.attrs["transpose_a"], op.attrs["transpose_b"]
        da = (
            product(b, dy, a, transposed_b, True)
            if transposed_a
            else product(dy, b, a, False, not transposed_b)
        )
        db = (
            product(dy, a, b, True, transposed_a)
            if transposed_b
            else product(a, dy, b, not transposed_a, False)
        )
        return da, db


# -- Batches -------------------------------------------------------------------------------------


def _batch_product_shape(
    x: TensorShape, y: TensorShape, adj_x: bool, adj_y: bool, broadcast: bool
) -> TensorShape:
    x, y = shapes.with_rank_at_least(x, 2), shapes.with_rank_at_least(y, 2)
    if x.sizes is None or y.sizes is None:
        return shapes.UNKNOWN
    rows, inner_x = x.sizes[-2:][:: -1 if adj_x else 1]
    inner_y, columns = y.sizes[-2:][:: -1 if adj_y else 1]
    shapes.merge_sizes(inner_x, inner_y)
    batch_x, batch_y = TensorShape.of(x.sizes[:-2]), TensorShape.of(y.sizes[:-2])
    batch = shapes.broadcast(batch_x, batch_y) if broadcast else shapes.merge(batch_x, batch_y)
    assert batch.sizes is not None
    return TensorShape.of((*batch.sizes, rows, columns))


def _adjoint(x: torch.Tensor) -> torch.Tensor:
    return x.mT.conj()


def _batch_matmul(name: str, doc: str, broadcast: bool) -> OpDefinition:
    def shape(x: TensorShape, y: TensorShape, *, adj_x: bool, adj_y: bool) -> TensorShape:
        return _batch_product_shape(x, y, adj_x, adj_y, broadcast)

    def kernel(x: torch.Tensor, y: torch.Tensor, *, adj_x: bool, adj_y: bool) -> torch.Tensor:
        return torch.matmul(_adjoint(x) if adj_x else x, _adjoint(y) if adj_y else y)

    def gradient(op: Operation, dz: Tensor) -> tuple[Tensor, Tensor]:
        dx, dy = _batch_gradients(op, dz)
        return _unbatched(op, dx, dy) if broadcast else (dx, dy)

    rules = {
        "__doc__": doc,
        "inputs": "x: T, y: T",
        "outputs": "output: T",
        "attrs": (_NUMBERS, "adj_x: bool = false", "adj_y: bool = false"),
        "shape": shape,
        "kernel": kernel,
        "gradient": gradient,
    }
    return op(type(name, (), rules))


def _batch_gradients(op: Operation, dz: Tensor) -> tuple[Tensor, Tensor]:
    """The gradients of both operands, in the shapes that their batches broadcast to."""
    x, y = op.inputs
    product = op.definition
    match op.attrs["adj_x"], op.attrs["adj_y"]:
        case False, False:
            return product(dz, y, adj_y=True), product(x, dz, adj_x=True)
        case False, True:
            return product(dz, y), product(dz, x, adj_x=True)
        case True, False:
            return product(y, dz, adj_y=True), product(x, dz)
        case _:
            return product(y, dz, adj_x=True, adj_y=True), product(dz, x, adj_x=True, adj_y=True)


def _batch_of(shape: Tensor) -> Tensor:
    """All but the last two dimensions."""
    from reflow.ops.slicing import StridedSlice

    first, end, step = constant([0]), constant([-2]), constant([1])
    return StridedSlice(shape, first, end, step, begin_mask=1)


def _unbatched(op: Operation, dx: Tensor, dy: Tensor) -> tuple[Tensor, Tensor]:
    """The gradients summed over the batches that an operand was broadcast to."""
    from reflow.ops.arrays import Reshape, Shape
    from reflow.ops.broadcasting import BroadcastGradientArgs
    from reflow.ops.reductions import Sum

    x, y = op.inputs
    if x.shape.is_fully_defined() and x.shape.sizes == y.shape.sizes:
        return dx, dy
    shape_x, shape_y = Shape(x), Shape(y)
    axes_x, axes_y = BroadcastGradientArgs(_batch_of(shape_x), _batch_of(shape_y))
    return Reshape(Sum(dx, axes_x), shape_x), Reshape(Sum(dy, axes_y), shape_y)


BatchMatMul: OpDefinition = _batch_matmul(
    "BatchMatMul",
    "Products of matrices, in batches of one shape.  [..., m, k], [..., k, n] -> [..., m, n].",
    broadcast=False,
)
BatchMatMulV2: OpDefinition = _batch_matmul(
    "BatchMatMulV2",
    "Products of matrices, in batches that broadcast.  [..., m, k], [..., k, n] -> [..., m, n].",
    broadcast=True,
)


@op
class Cross:
    """The cross product of vectors in space.  [..., 3], [..., 3] -> [..., 3]."""

    inputs = "a: T, b: T"
    outputs = "product: T"
    attrs = ("T: realnumbertype",)
    export = ("cross", "linalg.cross")

    def shape(a: TensorShape, b: TensorShape) -> TensorShape:
        merged = shapes.merge(shapes.with_rank_at_least(a, 1), shapes.with_rank_at_least(b, 1))
        if merged.sizes is not None:
            shapes.merge_sizes(merged.sizes[-1], 3)
        return merged

    @widened
    def kernel(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return torch.linalg.cross(a, b, dim=-1)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
        a, b = op.inputs
        return Cross(b, dy), Cross(dy, a)

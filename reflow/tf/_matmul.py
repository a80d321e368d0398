"""tf.matmul and its kin: products of matrices and vectors."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes, log
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.arrays import ExpandDims, Squeeze
from reflow.ops.elementwise import conj
from reflow.ops.linalg import BatchMatMulV2, MatMul, SparseMatMul
from reflow.tf._arrays import matrix_transpose
from reflow.tf._casts import cast
from reflow.tf._scopes import name_scope


def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The product of matrices, or of batches of them.  [..., m, k], [..., k, n] -> [..., m, n].

    Batches broadcast.

    Args:
      transpose_a, transpose_b: transpose the last two dimensions first.
      adjoint_a, adjoint_b: transpose and conjugate.
      a_is_sparse, b_is_sparse: the operand holds many zeros; a hint for float32 and bfloat16.

    Raises:
      ValueError: shapes that do not fit, or an operand both transposed and adjoint.
    """
    with name_scope(name, "MatMul", [a, b]) as scope:
        if transpose_a and adjoint_a:
            raise ValueError("Only one of transpose_a and adjoint_a can be True.")
        if transpose_b and adjoint_b:
            raise ValueError("Only one of transpose_b and adjoint_b can be True.")
        a = convert_to_tensor(a, name="a")
        b = convert_to_tensor(b, name="b")
        ranks = a._rank(), b._rank()
        may_be_batches = any(rank is None or rank > 2 for rank in ranks)
        if may_be_batches and not a_is_sparse and not b_is_sparse:
            # The op has adjoints only: the conjugate of the adjoint is the transpose.
            return BatchMatMulV2(
                conj(a) if transpose_a else a,
                conj(b) if transpose_b else b,
                adj_x=transpose_a or adjoint_a,
                adj_y=transpose_b or adjoint_b,
                name=scope,
            )
        # These ops have transposes only.
        a = conj(a) if adjoint_a else a
        b = conj(b) if adjoint_b else b
        transposes = {
            "transpose_a": transpose_a or adjoint_a,
            "transpose_b": transpose_b or adjoint_b,
        }
        if not _takes_sparse(a, b, a_is_sparse or b_is_sparse):
            return MatMul(a, b, **transposes, name=scope)
        product = SparseMatMul(
            a, b, **transposes, a_is_sparse=a_is_sparse, b_is_sparse=b_is_sparse, name=scope
        )
        both_bfloat16 = a.dtype.base_dtype is b.dtype.base_dtype is dtypes.bfloat16
        return cast(product, dtypes.bfloat16) if both_bfloat16 else product


def _takes_sparse(a: Tensor, b: Tensor, any_sparse: bool) -> bool:
    """Whether SparseMatMul does it: if asked to and able to, or for bfloat16 with float32."""
    types = {a.dtype.base_dtype, b.dtype.base_dtype}
    if any_sparse and types <= {dtypes.bfloat16, dtypes.float32}:
        return True
    return dtypes.bfloat16 in types and len(types) == 2


def matvec(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    adjoint_a: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The product of a matrix and a vector, or of batches of them.

    [..., m, k], [..., k] -> [..., m].  Arguments as of `matmul`.
    """
    with name_scope(name, "MatVec", [a, b]):
        column = ExpandDims(b, -1)
        product = matmul(a, column, transpose_a, False, adjoint_a, False, a_is_sparse, b_is_sparse)
        return Squeeze(product, squeeze_dims=[-1])


def batch_matmul(
    x: Any, y: Any, adj_x: bool = False, adj_y: bool = False, name: str | None = None
) -> Tensor:
    """tf.matmul by its name of TensorFlow 0.x."""
    log.advise(
        "tf.batch_matmul is the name of TensorFlow 0.x: it is tf.matmul now, with adjoint_a and "
        "adjoint_b."
    )
    return matmul(x, y, adjoint_a=adj_x, adjoint_b=adj_y, name=name)


def adjoint(matrix: Any, name: str | None = None) -> Tensor:
    """Matrices transposed and conjugated.  [..., m, n] -> [..., n, m]."""
    with name_scope(name, "adjoint", [matrix]):
        return matrix_transpose(convert_to_tensor(matrix, name="matrix"), conjugate=True)

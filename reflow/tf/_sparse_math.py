"""Arithmetic on sparse tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import SparseTensor, SparseTensorValue
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Tensor
from reflow.ops.edit_distance import EditDistance
from reflow.ops.sparse import merging, reducing
from reflow.ops.sparse.crossing import SparseCross
from reflow.ops.sparse.dense import SparseDenseCwiseAdd, SparseTensorDenseAdd
from reflow.ops.sparse.products import SparseTensorDenseMatMul
from reflow.tf._arguments import renamed
from reflow.tf._scopes import name_scope
from reflow.tf._sparse_values import as_sparse, parts


def sparse_add(a: Any, b: Any, threshold: Any = None, thresh: Any = None) -> Any:
    """The sum: of two sparse tensors a sparse one, of a sparse and a dense one a dense one.

    Args:
      threshold: where both have an element and their sum has a smaller magnitude, a sparse
        result has none (its old name is `thresh`; default 0, which keeps all).
    """
    threshold = renamed("threshold", threshold, "thresh", thresh)
    if threshold is None:
        threshold = 0
    are_sparse = [isinstance(x, (SparseTensor, SparseTensorValue)) for x in (a, b)]
    if not any(are_sparse):
        raise TypeError("At least one input should be SparseTensor; do you mean to use tf.add()?")
    if not all(are_sparse):
        sparse, dense = (a, b) if are_sparse[0] else (b, a)
        return SparseTensorDenseAdd(*parts(sparse), dense)
    a, b = as_sparse(a), as_sparse(b)
    threshold = convert_to_tensor(threshold, a.values.dtype.real_dtype.base_dtype, "threshold")
    indices, values, dense_shape = merging.SparseAdd(*parts(a), *parts(b), threshold)
    a.shape.assert_is_compatible_with(b.shape)
    known = tf.broadcast_static_shape(a.shape, b.shape)
    if known.is_fully_defined():
        dense_shape = known.as_list()
    return SparseTensor(indices, values, dense_shape)


def sparse_dense_cwise_add(sp_t: SparseTensor, dense_t: Any) -> SparseTensor:
    """A dense tensor, broadcast, added to the elements that a sparse one has."""
    values = SparseDenseCwiseAdd(*parts(sp_t), dense_t)
    return SparseTensor(sp_t.indices, values, sp_t.dense_shape)


def sparse_tensor_dense_matmul(
    sp_a: Any,
    b: Any,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    name: str | None = None,
) -> Tensor:
    """The product of a sparse matrix and a dense one, each transposed first if asked."""
    sp_a = as_sparse(sp_a)
    with name_scope(name, "SparseTensorDenseMatMul", [sp_a.indices, sp_a.values, b]):
        b = convert_to_tensor(b, name="b")
        return SparseTensorDenseMatMul(*parts(sp_a), b=b, adjoint_a=adjoint_a, adjoint_b=adjoint_b)


def sparse_softmax(sp_input: SparseTensor, name: str | None = None) -> SparseTensor:
    """The softmax along the last axis, over the elements that there are."""
    with name_scope(name, "SparseSoftmax", [sp_input.indices, sp_input.values]):
        values = reducing.SparseSoftmax(*parts(sp_input))
        return SparseTensor(sp_input.indices, values, sp_input.dense_shape)


def _choice(name: str, does: str, op: OpDefinition) -> Callable[..., SparseTensor]:
    def choose(sp_a: SparseTensor, sp_b: SparseTensor, name: str | None = None) -> SparseTensor:
        values = [sp_a.indices, sp_a.values, sp_b.indices, sp_b.values]
        with name_scope(name, op.name, values) as scope:
            indices, chosen = op(*parts(sp_a), *parts(sp_b), name=scope)
        return SparseTensor(indices, chosen, sp_a.dense_shape)

    choose.__name__ = choose.__qualname__ = name
    choose.__doc__ = f"The {does} of each two elements, where one is given; what is not is 0."
    return choose


sparse_maximum = _choice("sparse_maximum", "larger", merging.SparseSparseMaximum)
sparse_minimum = _choice("sparse_minimum", "smaller", merging.SparseSparseMinimum)


# -- Reductions -----------------------------------------------------------------------------------


def _axes(sp_input: SparseTensor, axis: Any) -> Any:
    """`axis`, or all axes where it is None."""
    if axis is not None:
        return axis
    rank = sp_input.dense_shape.shape[0].value
    if rank is not None:
        return tf.constant(np.arange(rank), dtype=dtypes.int32)
    return tf.range(0, tf.rank(sp_input))


def _reduction(name: str, does: str, op: OpDefinition) -> Callable[..., Any]:
    def reduce(
        sp_input: SparseTensor,
        axis: Any = None,
        keepdims: bool | None = None,
        reduction_axes: Any = None,
        keep_dims: bool | None = None,
    ) -> Any:
        keepdims = renamed("keepdims", keepdims, "keep_dims", keep_dims)
        if axis is not None and reduction_axes is not None:
            raise ValueError("Can't specify both axis' and 'reduction_indices'.")
        axis = reduction_axes if axis is None else axis
        found = op(*parts(sp_input), _axes(sp_input, axis), bool(keepdims))
        return found if isinstance(found, Tensor) else SparseTensor(*found)

    reduce.__name__ = reduce.__qualname__ = name
    reduce.__doc__ = f"""{does}

    Args:
      axis: an axis, several, or None for all (`reduction_axes` is its old name).
      keepdims: whether the axes stay, with size 1 (`keep_dims` is its old name).
    """
    return reduce


sparse_reduce_sum = _reduction(
    "sparse_reduce_sum", "The sums along axes, dense.", reducing.SparseReduceSum
)
sparse_reduce_sum_sparse = _reduction(
    "sparse_reduce_sum_sparse", "The sums along axes, sparse.", reducing.SparseReduceSumSparse
)
sparse_reduce_max = _reduction(
    "sparse_reduce_max",
    "The largest elements given along axes, dense; 0 where there is none.",
    reducing.SparseReduceMax,
)
sparse_reduce_max_sparse = _reduction(
    "sparse_reduce_max_sparse",
    "The largest elements given along axes, sparse.",
    reducing.SparseReduceMaxSparse,
)


# -- Crosses ---------------------------------------------------------------------------------------

_DEFAULT_HASH_KEY = 0xDECAFCAFFE


def sparse_cross(inputs: list[Any], name: str | None = None) -> SparseTensor:
    """Every combination of one value from each column, row by row, as text joined by "_X_".

    Args:
      inputs: tensors and sparse tensors [rows, ...], of integers or strings.
    """
    return _crossed(inputs, False, 0, None, name)


def sparse_cross_hashed(
    inputs: list[Any], num_buckets: int = 0, hash_key: int | None = None, name: str | None = None
) -> SparseTensor:
    """As `sparse_cross`, hashed to [0, num_buckets), or to any number from 0 on if that is 0."""
    return _crossed(inputs, True, num_buckets, hash_key, name)


def _crossed(
    inputs: Any, hashed: bool, num_buckets: int, hash_key: int | None, name: str | None
) -> SparseTensor:
    if not isinstance(inputs, list):
        raise TypeError(f"Inputs must be a list. Received: {inputs!r}")
    if not all(isinstance(i, (SparseTensor, Tensor)) for i in inputs):
        raise TypeError(f"All inputs must be tensors or SparseTensors. Received: {inputs}")
    sparse = [i for i in inputs if isinstance(i, SparseTensor)]
    values = [_number_or_text(i.values) for i in sparse]
    dense = [_number_or_text(i) for i in inputs if isinstance(i, Tensor)]
    has_numbers = any(x.dtype == dtypes.int64 for x in (*values, *dense))
    return SparseTensor(
        *SparseCross(
            [i.indices for i in sparse],
            values,
            [i.dense_shape for i in sparse],
            dense,
            hashed_output=hashed,
            num_buckets=num_buckets,
            hash_key=hash_key or _DEFAULT_HASH_KEY,
            out_type=dtypes.int64 if hashed else dtypes.string,
            internal_type=dtypes.int64 if has_numbers else dtypes.string,
            name=name,
        )
    )


def _number_or_text(x: Tensor) -> Tensor:
    return x if x.dtype == dtypes.string else tf.cast(x, dtypes.int64)


# -- Distances ------------------------------------------------------------------------------------


def edit_distance(
    hypothesis: Any, truth: Any, normalize: bool = True, name: str = "edit_distance"
) -> Tensor:
    """The Levenshtein distance of each sequence to the true one.

    Args:
      hypothesis, truth: sparse tensors of sequences along the last axis.
      normalize: whether it is divided by the length of the true sequence.
    """
    for which, value in (("Hypothesis", hypothesis), ("Truth", truth)):
        if not isinstance(value, (SparseTensor, SparseTensorValue)):
            raise TypeError(f"{which} must be a SparseTensor. Received: {value!r}")
    return EditDistance(*parts(hypothesis), *parts(truth), normalize=normalize, name=name)

"""SparseTensorDenseMatMul of matrices with so many values that rows are summed."""

import numpy as np
import pytest

import reflow as tf


def _sparse(sizes, count, order, kind=np.int64, dtype=np.float32):
    """Indices, some of them twice, and values."""
    rng = np.random.RandomState(1)
    indices = np.stack([rng.randint(size, size=count) for size in sizes], 1).astype(kind)
    if order == "sorted":
        indices = indices[np.lexsort(indices.T[::-1])]
    return indices, rng.randn(count).astype(dtype)


def _product(indices, values, sizes, b, **adjoint):
    with tf.Graph().as_default(), tf.Session() as session:
        a = tf.SparseTensor(indices, values, sizes)
        return session.run(tf.sparse_tensor_dense_matmul(a, b, **adjoint))


@pytest.mark.parametrize("order", ["sorted", "unsorted"])
@pytest.mark.parametrize("columns", [0, 1, 7])
@pytest.mark.parametrize("sizes", [(40, 60), (70_000, 3), (3, 70_000)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_product_is_that_of_the_dense_matrix(order, columns, sizes, dtype):
    indices, values = _sparse(sizes, 2000, order, dtype=dtype)
    dense = np.zeros(sizes)
    np.add.at(dense, tuple(indices.T), values.astype(np.float64))
    rng = np.random.RandomState(2)
    for adjoint_a, matrix in ((False, dense), (True, dense.T)):
        b = rng.randn(matrix.shape[1], columns).astype(dtype)
        for adjoint_b, given in ((False, b), (True, b.T)):
            product = _product(
                indices, values, sizes, given, adjoint_a=adjoint_a, adjoint_b=adjoint_b
            )
            assert product.dtype == dtype
            np.testing.assert_allclose(product, matrix @ b, rtol=1e-4, atol=1e-4)


def test_other_types():
    indices, values = _sparse((30, 30), 2000, "unsorted", kind=np.int32)
    b = np.random.RandomState(2).randn(30, 4).astype(np.float32)
    expected = _product(indices.astype(np.int64), values, (30, 30), b)
    with tf.Graph().as_default(), tf.Session() as session:
        given = tf.constant(indices), tf.constant(values), tf.constant([30, 30], tf.int64)
        product = tf.raw_ops.SparseTensorDenseMatMul(
            a_indices=given[0], a_values=given[1], a_shape=given[2], b=b
        )
        np.testing.assert_array_equal(session.run(product), expected)
    whole = _product(indices.astype(np.int64), np.arange(2000), (30, 30), np.ones((30, 1), int))
    assert whole.sum() == 1999 * 1000


def test_infinities_meet_only_values():
    indices, values = _sparse((50, 50), 1600, "sorted")
    values[:] = 0
    product = _product(indices, values, (50, 51), np.full((51, 2), np.inf, np.float32))
    rows = np.unique(indices[:, 0])
    assert np.isnan(product[rows]).all()
    assert not product[np.setdiff1d(np.arange(50), rows)].any()


@pytest.mark.parametrize("index", [-1, 60])
@pytest.mark.parametrize(("column", "name"), [(0, "m"), (1, "k")])
def test_an_index_outside_is_an_error(index, column, name):
    indices, values = _sparse((60, 60), 2000, "sorted")
    indices[70, column] = index
    with pytest.raises(tf.errors.InvalidArgumentError) as raised:
        _product(indices, values, (60, 60), np.ones((60, 3), np.float32))
    assert f"{name} ({index}) from index[70,{column}] out of bounds (>=60)" in str(raised.value)

"""Equations, inverses, determinants, and matrices with three diagonals."""

from tests.ops.cases.factorizations import DTYPES, REALS, near, regular
from tests.reference.spec import case, error, f32, of, table, x


def of_regular(function):
    """function(tf, a well-conditioned matrix made of the first input, the other inputs)."""
    return lambda tf, a, *others: function(tf, regular(tf, a), *others)


SQUARE = [
    near(
        "matrix_inverse",
        of_regular(lambda tf, a: tf.matrix_inverse(a)),
        [x(3, 3)],
        dtypes=DTYPES,
        grad=True,
        grad2=True,
        variants=("full",),
    ),
    near(
        "inv_adjoint_batch",
        of_regular(lambda tf, a: tf.linalg.inv(a, adjoint=True)),
        [x(2, 3, 3)],
        dtypes=("float32", "complex64"),
        variants=("full",),
    ),
    near(
        "matrix_determinant",
        of_regular(lambda tf, a: tf.matrix_determinant(a)),
        [x(2, 3, 3)],
        dtypes=DTYPES,
        grad=True,  # no second ones: those of TensorFlow are wrong
        variants=("full",),
    ),
    near("det_shapes", lambda tf, a: tf.linalg.det(a), [x(2, 3, 3)], grad=True),
    case("det_singular", lambda tf, a: tf.linalg.det(a), [of([[0.0, 0.0], [0.0, 0.0]])]),
    near(
        "slogdet",
        of_regular(lambda tf, a: tuple(tf.linalg.slogdet(a))),
        [x(2, 3, 3)],
        dtypes=DTYPES,
        grad=True,
        variants=("full",),
        no_fd="the gradient by the sign is left out, which finite differences see as 0",
    ),
    case("slogdet_singular", lambda tf, a: tf.linalg.slogdet(a), [of([[0.0, 0.0], [0.0, 0.0]])]),
    case("slogdet_empty", lambda tf, a: tf.linalg.slogdet(a), [f32(2, 0, 0)]),
    near(
        "matrix_solve",
        of_regular(lambda tf, a, b: tf.matrix_solve(a, b)),
        [x(3, 3), x(3, 2)],
        dtypes=DTYPES,
        grad=True,
        grad2=True,
        variants=("full",),
    ),
    near(
        "solve_adjoint",
        of_regular(lambda tf, a, b: tf.linalg.solve(a, b, adjoint=True)),
        [x(2, 3, 3), x(2, 3, 2)],
        dtypes=("float32", "complex64"),
        grad=True,
        variants=("full",),
    ),
    near("solve_shapes", lambda tf, a, b: tf.linalg.solve(a, b), [x(2, 2, 2), x(2, 2, 3)]),
    case("solve_empty", lambda tf, a, b: tf.linalg.solve(a, b), [f32(2, 0, 0), f32(2, 0, 3)]),
    *(
        near(
            f"triangular_solve_{'lower' if lower else 'upper'}{'_adjoint' * adjoint}",
            of_regular(
                lambda tf, a, b, lower=lower, adjoint=adjoint: tf.matrix_triangular_solve(
                    a, b, lower=lower, adjoint=adjoint
                )
            ),
            [x(3, 3), x(3, 2)],
            dtypes=DTYPES,
            grad=True,
            grad2=True,
            variants=("full",),
        )
        for lower in (True, False)
        for adjoint in (False, True)
    ),
    near(
        "triangular_solve_batch",
        of_regular(lambda tf, a, b: tf.linalg.triangular_solve(a, b)),
        [x(2, 3, 3), x(2, 3, 1)],
        grad=True,
        variants=("full",),
    ),
]

LEAST_SQUARES = [
    near(
        f"lstsq_{rows}_{columns}_{l2}",
        lambda tf, a, b, l2=l2: tf.matrix_solve_ls(a, b, l2_regularizer=l2),
        [x(rows, columns), x(rows, 2)],
        dtypes=REALS,
        grad=True,
        grad2=True,
        variants=("full",),
        rtol=2e-3,
        atol=2e-4,
    )
    for rows, columns, l2 in ((5, 2, 0.0), (2, 5, 0.0), (5, 2, 0.5), (2, 5, 0.5), (3, 3, 1.0))
] + [
    near(
        "lstsq_shapes",
        lambda tf, a, b: tf.matrix_solve_ls(a, b, 0.5),
        [x(4, 2), x(4, 1)],
        grad=True,
    ),
    near(
        "lstsq_slow",
        lambda tf, a, b: tf.linalg.lstsq(a, b, fast=False),
        [of([[1.0, 1.0], [1.0, 1.0], [2.0, 2.0]]), f32(3, 2)],
        variants=("full", "unknown"),
    ),
    near(
        "lstsq_batch",
        lambda tf, a, b: tf.linalg.lstsq(a, b, 0.1),
        [x(2, 3, 2), x(2, 3, 1)],
        variants=("full",),
        grad=True,
    ),
    near(
        "lstsq_many",
        lambda tf, a, b: tf.linalg.lstsq(tf.tile(a, [4000, 1, 1]), tf.tile(b, [4000, 1, 1]))[:2],
        [x(2, 4, 2), x(2, 4, 1)],
        variants=("full",),
        grad=True,
    ),
]

DIAGONALS = [[1.0, 2.0, 9.0], [4.0, 5.0, 6.0], [9.0, 1.0, -1.0]]

TRIDIAGONAL = [
    near(
        "tridiagonal_solve",
        lambda tf, d, b: tf.linalg.tridiagonal_solve(d, b),
        [of(DIAGONALS, dtype=None), x(3, 2)],
        dtypes=REALS,
        grad=True,
        grad2=True,
        variants=("full", "batch"),
    ),
    near(
        "tridiagonal_solve_vector",
        lambda tf, d, b: tf.linalg.tridiagonal_solve(d, b, partial_pivoting=False),
        [of(DIAGONALS, dtype=None), x(3)],
        dtypes=(*REALS, "complex64", "complex128"),
        variants=("full",),
    ),
    near(
        "tridiagonal_solve_pivots",
        lambda tf, d, b: tf.linalg.tridiagonal_solve(d, b, transpose_rhs=True),
        [of([[[2.0, -1.0, 1.0, 0.0], [1.0, 4.0, 1.0, -1.0], [0.0, 2.0, -2.0, 3.0]]]), f32(1, 2, 4)],
        grad=True,
        no_fd="too steep for differences",
        variants=("full",),
    ),
    near(
        "tridiagonal_solve_sequence",
        lambda tf, d, b: tf.linalg.tridiagonal_solve(
            (d[0, :2], d[1], d[2, 1:]), b, diagonals_format="sequence"
        ),
        [of(DIAGONALS), f32(3)],
        variants=("full",),
    ),
    near(
        "tridiagonal_solve_matrix",
        lambda tf, a, b: tf.linalg.tridiagonal_solve(regular(tf, a), b, "matrix"),
        [x(3, 3), x(3)],
        variants=("full",),
        grad=True,
    ),
    near(
        "tridiagonal_solve_conjugate",
        lambda tf, d, b: tf.linalg.tridiagonal_solve(d, b, conjugate_rhs=True),
        [of(DIAGONALS, "complex64"), x(3, dtype="complex64")],
        variants=("full",),
    ),
    case(
        "tridiagonal_matmul",
        lambda tf, d, b: tf.linalg.tridiagonal_matmul(d, b),
        [x(2, 3, 4), x(2, 4, 3)],
        dtypes=DTYPES,
        grad=True,
        grad2=True,
        variants=("full", "batch"),
    ),
    case(
        "tridiagonal_matmul_sequence",
        lambda tf, a, b, c, d: tf.linalg.tridiagonal_matmul([a, b, c], d, "sequence"),
        [x(3), x(3), x(3), x(3, 2)],
        grad=True,
        variants=("full",),
    ),
    case(
        "tridiagonal_matmul_matrix",
        lambda tf, a, b: tf.linalg.tridiagonal_matmul(a, b, diagonals_format="matrix"),
        [x(3, 3), x(3, 2)],
        grad=True,
        variants=("full",),
    ),
]

SINGULAR = [[1.0, 2.0], [2.0, 4.0]]

ERRORS = [
    error(
        "inverse_singular",
        lambda tf, a: tf.matrix_inverse(a),
        [of(SINGULAR)],
        shows=("Input is not invertible.",),
    ),
    error("inverse_not_square", lambda tf, a: tf.matrix_inverse(a), [f32(2, 3)]),
    error("det_vector", lambda tf, a: tf.matrix_determinant(a), [f32(3)], variants=("full",)),
    error(
        "solve_singular",
        lambda tf, a, b: tf.matrix_solve(a, b),
        [of(SINGULAR), f32(2, 1)],
        shows=("Input matrix is not invertible.",),
    ),
    error(
        "solve_rows",
        lambda tf, a, b: tf.matrix_solve(a, b),
        [f32(2, 2), f32(3, 1)],
        variants=("full",),
    ),
    error(
        "solve_vector",
        lambda tf, a, b: tf.matrix_solve(a, b),
        [f32(2, 2), f32(2)],
        variants=("full",),
    ),
    error(
        "solve_batches",
        lambda tf, a, b: tf.matrix_solve(a, b),
        [f32(2, 2, 2), f32(3, 2, 1)],
        variants=("full",),
    ),
    error(
        "triangular_solve_singular",
        lambda tf, a, b: tf.matrix_triangular_solve(a, b),
        [of([[1.0, 2.0], [2.0, 0.0]]), f32(2, 1)],
        shows=("Input matrix is not invertible.",),
    ),
    error(
        "lstsq_rank_deficient",
        lambda tf, a, b: tf.matrix_solve_ls(tf.zeros_like(a), b),
        [f32(2, 2), f32(2, 1)],
        variants=("full",),
    ),
    error(
        "lstsq_regularized_complex128",
        lambda tf, a: tf.matrix_solve_ls(a, a, l2_regularizer=1.0),
        [x(2, 2, dtype="complex128")],
    ),
    error(
        "lstsq_slow_gradient",
        lambda tf, a: tf.gradients(tf.matrix_solve_ls(a, a, fast=False), a),
        [f32(2, 2)],
        variants=("full",),
    ),
    error(
        "tridiagonal_singular",
        lambda tf, d, b: tf.linalg.tridiagonal_solve(d, b),
        [of([[3.0, 0.0], [1.0, 3.0], [0.0, 1.0]]), f32(2, 1)],
        shows=("The matrix is not invertible.",),
        variants=("full",),
    ),
    error(
        "tridiagonal_needs_pivots",
        lambda tf, d, b: tf.linalg.tridiagonal_solve(d, b, partial_pivoting=False),
        [of([[3.0, 0.0], [0.0, 3.0], [0.0, 1.0]]), f32(2, 1)],
        shows=("Try setting partial_pivoting = True",),
        variants=("full",),
    ),
    error(
        "tridiagonal_format",
        lambda tf, d, b: tf.linalg.tridiagonal_solve(d, b, "rows"),
        [f32(3, 2), f32(2, 1)],
        variants=("full",),
    ),
    error(
        "tridiagonal_sizes",
        lambda tf, d, b: tf.linalg.tridiagonal_solve(d, b),
        [f32(3, 4), f32(2, 1)],
        variants=("full",),
    ),
]

CASES = table(SQUARE, LEAST_SQUARES, TRIDIAGONAL, ERRORS)

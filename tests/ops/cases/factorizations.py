"""Factors of matrices, what follows from them, and functions of matrices."""

from tests.reference.spec import case, error, f32, f64, of, table, x

DTYPES = ("float32", "float64", "complex64", "complex128")
REALS = ("float32", "float64")
ROUNDING = {
    "rtol": 2e-4,
    "atol": 2e-5,
    "why": "the libraries beneath round differently",
}


def positive(tf, a):
    """A well-conditioned positive definite matrix."""
    return tf.matmul(a, a, adjoint_b=True) / 4.0 + 1.5 * tf.eye(a.shape[-1].value, dtype=a.dtype)


def regular(tf, a):
    return a / 4.0 + 1.5 * tf.eye(a.shape[-1].value, dtype=a.dtype)


def of_positive(function):
    return lambda tf, a: function(tf, positive(tf, a))


def near(name, build, inputs, **options):
    return case(name, build, inputs, **{**ROUNDING, **options})


CHOLESKY = [
    near(
        "cholesky",
        of_positive(lambda tf, m: tf.cholesky(m)),
        [x(3, 3)],
        dtypes=DTYPES,
        grad=True,
        grad2=True,
        variants=("full",),
    ),
    near(
        "cholesky_batch",
        of_positive(lambda tf, m: tf.linalg.cholesky(m)),
        [x(2, 1, 3, 3)],
        grad=True,
        variants=("full",),
    ),
    near(
        "cholesky_reads_below",
        lambda tf, a: tf.cholesky(a),
        [of([[4.0, 9.0], [2.0, 5.0]])],
    ),
    case("cholesky_empty", lambda tf, a: tf.cholesky(a), [f32(0, 2, 2)]),
    near(
        "cholesky_solve",
        lambda tf, a, b: tf.cholesky_solve(tf.cholesky(positive(tf, a)), b),
        [x(3, 3), x(3, 2)],
        dtypes=DTYPES,
        grad=True,
        grad2=True,
        variants=("full",),
    ),
    near(
        "logdet",
        of_positive(lambda tf, m: tf.linalg.logdet(m)),
        [x(2, 3, 3)],
        dtypes=DTYPES,
        grad=True,
        variants=("full",),
    ),
]


def signless(tf, q, r):
    """The product, and the factors but for the signs of q's columns and r's rows."""
    return tf.matmul(q, r), tf.abs(q), tf.abs(r)


QR = [
    near(
        f"qr_{rows}_{columns}_{'full' if full else 'reduced'}",
        lambda tf, a, full=full: tf.qr(a, full_matrices=full),
        [x(rows, columns)],
        dtypes=DTYPES,
    )
    for rows, columns, full in ((3, 3, False), (2, 4, False), (4, 3, False), (2, 4, True))
] + [
    near(
        "qr_full_tall",
        lambda tf, a: signless(tf, *tf.qr(a, full_matrices=True))[0],
        [x(4, 2)],
        variants=("full",),
    ),
    near("qr_batch", lambda tf, a: tf.linalg.qr(a), [x(2, 3, 2)], variants=("full",)),
    near(
        "qr_gradient",
        lambda tf, a: tuple(tf.qr(regular(tf, a))),
        [x(3, 3)],
        dtypes=REALS,
        grad=True,
        grad2=True,
        variants=("full",),
    ),
    near(
        "qr_gradient_tall",
        lambda tf, a: tuple(tf.qr(a)),
        [x(2, 4, 3)],
        grad=True,
        variants=("full",),
    ),
    near("lu", lambda tf, a: tf.linalg.lu(a), [x(4, 4)], dtypes=DTYPES),
    near(
        "lu_batch",
        lambda tf, a: tf.linalg.lu(a, output_idx_type=tf.int64),
        [x(2, 3, 3)],
    ),
]


def eigen_parts(tf, m):
    e, v = tf.self_adjoint_eig(m)
    return e, tf.abs(v), tf.matmul(v * tf.expand_dims(e, -2), v, adjoint_b=True)


def svd_parts(tf, a, **options):
    s, u, v = tf.svd(a, **options)
    return s, tf.abs(u), tf.abs(v)


SPECTRAL = [
    near(
        "self_adjoint_eig",
        of_positive(eigen_parts),
        [x(3, 3)],
        dtypes=DTYPES,
        variants=("full",),
    ),
    near(
        "self_adjoint_eig_gradient",
        of_positive(lambda tf, m: eigen_parts(tf, m)[:2]),
        [x(2, 3, 3)],
        dtypes=REALS,
        grad=True,
        variants=("full",),
        rtol=2e-3,
        atol=2e-4,
    ),
    near(
        "self_adjoint_eigvals",
        of_positive(lambda tf, m: tf.self_adjoint_eigvals(m)),
        [x(2, 3, 3)],
        dtypes=DTYPES,
        grad=True,
        variants=("full",),
    ),
    near(
        "eigh_reads_below",
        lambda tf, a: tf.linalg.eigvalsh(a),
        [of([[4.0, 9.0], [2.0, 5.0]])],
        variants=("full", "unknown"),
    ),
    near(
        "svd_values",
        lambda tf, a: tf.svd(a, compute_uv=False),
        [x(2, 3, 4)],
        dtypes=DTYPES,
        grad=True,
        variants=("full",),
    ),
    *(
        near(
            f"svd_{rows}_{columns}",
            svd_parts,
            [x(rows, columns)],
            dtypes=REALS,
            grad=True,
            variants=("full",),
            rtol=2e-3,
            atol=2e-4,
        )
        for rows, columns in ((3, 3), (2, 4), (4, 2))
    ),
    near(
        "svd_full",
        lambda tf, a: svd_parts(tf, a, full_matrices=True),
        [x(3, 2)],
        dtypes=REALS,
        grad=True,
        variants=("full",),
        rtol=2e-3,
        atol=2e-4,
    ),
    near("svd_shapes", lambda tf, a: tf.svd(a)[0], [x(2, 3)]),
    case(
        "svd_nan",
        lambda tf, a: tf.svd(a),
        [of([[float("nan"), 1.0], [1.0, 2.0]])],
        variants=("full",),
    ),
    near("pinv", lambda tf, a: tf.linalg.pinv(a), [x(2, 3, 2)], grad=True, variants=("full",)),
    near("pinv_rcond", lambda tf, a: tf.linalg.pinv(a, rcond=0.5), [x(3, 2)], variants=("full",)),
    case("matrix_rank", lambda tf, a: tf.linalg.matrix_rank(a), [x(2, 3, 2)], variants=("full",)),
    case(
        "matrix_rank_deficient",
        lambda tf, a: (tf.linalg.matrix_rank(a), tf.linalg.matrix_rank(a, tol=100.0)),
        [of([[1.0, 2.0], [2.0, 4.0]])],
    ),
    case("matrix_rank_list", lambda tf: tf.linalg.matrix_rank([[1, 2], [2, 4]])),
    near(
        "norm_matrix_2",
        lambda tf, a: tf.reshape(tf.norm(a, ord=2, axis=[0, 2]), [2]),
        [x(3, 2, 4)],
        nodes=False,
        variants=("full",),
        grad=True,
    ),
]

FUNCTIONS = [
    near(
        "expm",
        lambda tf, a: tf.identity(tf.linalg.expm(a)),
        [x(2, 3, 3, domain="open")],
        dtypes=DTYPES,
        nodes=False,
        variants=(),
        grad=True,
    ),
    near(
        "matrix_square_root",
        of_positive(lambda tf, m: tf.matrix_square_root(m)),
        [x(2, 3, 3)],
        dtypes=REALS,
        grad=True,
        variants=("full",),
    ),
    near(
        "sqrtm_complex",
        lambda tf, a: tf.linalg.sqrtm(regular(tf, a)),
        [x(3, 3, dtype="complex64")],
        variants=("full",),
    ),
    near(
        "logm",
        lambda tf, a: tf.linalg.logm(regular(tf, a)),
        [x(2, 3, 3)],
        dtypes=("complex64", "complex128"),
        variants=("full",),
    ),
    near("logm_minus_one", lambda tf: tf.linalg.logm(-tf.eye(2, dtype=tf.complex64)), []),
]

ERRORS = [
    error("cholesky_vector", lambda tf, a: tf.cholesky(a), [f32(3)]),
    error("cholesky_not_square", lambda tf, a: tf.cholesky(a), [f32(2, 3)]),
    error(
        "cholesky_indefinite",
        lambda tf, a: tf.cholesky(a),
        [of([[1.0, 2.0], [2.0, 1.0]])],
        shows=("Cholesky decomposition was not successful. The input might not be valid.",),
    ),
    error(
        "lu_singular",
        lambda tf, a: tf.linalg.lu(a),
        [of([[1.0, 2.0], [2.0, 4.0]])],
        shows=("Input is not invertible.",),
    ),
    error(
        "eigh_nan",
        lambda tf, a: tf.self_adjoint_eig(a),
        [of([[float("nan"), 2.0], [2.0, 1.0]])],
        shows=("Self-adjoint eigen decomposition was not successful.",),
    ),
    error("svd_vector", lambda tf, a: tf.svd(a), [f32(3)], variants=("full",)),
    error("qr_scalar", lambda tf, a: tf.qr(a), [f32()], variants=("full",)),
    error("logm_of_reals", lambda tf, a: tf.linalg.logm(a), [f64(2, 2)], variants=("full",)),
    error("pinv_vector", lambda tf, a: tf.linalg.pinv(a), [f32(3)], variants=("full",)),
    error(
        "qr_gradient_wide",
        lambda tf, a: tf.gradients(tf.qr(a)[0], a),
        [f32(2, 3)],
        variants=("full",),
    ),
    error(
        "svd_gradient_unknown",
        lambda tf, a: tf.gradients(tf.svd(a)[1], a),
        [f32(2, 3)],
        variants=("rank",),
    ),
    error(
        "norm_matrix_order",
        lambda tf, a: tf.norm(a, ord=3, axis=[0, 1]),
        [f32(2, 3)],
        variants=("full",),
    ),
]

CASES = table(CHOLESKY, QR, SPECTRAL, FUNCTIONS, ERRORS)

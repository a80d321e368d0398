"""Products of matrices and tensors."""

from tests.reference.spec import case, error, f32, i32, table, x

NUMBERS = (
    "float32",
    "float64",
    "float16",
    "int32",
    "int64",
    "int16",
    "complex64",
    "complex128",
    "bool",
)


def flagged(**flags):
    return lambda tf, a, b: tf.matmul(a, b, **flags)


MATMULS = (
    [
        case("matmul", flagged(), [x(3, 4), x(4, 5)], dtypes=NUMBERS, grad=True, grad2=True),
        case(
            "matmul_transpose_a",
            flagged(transpose_a=True),
            [x(4, 3), x(4, 5)],
            dtypes=NUMBERS,
            grad=True,
            grad2=True,
        ),
        case(
            "matmul_transpose_b",
            flagged(transpose_b=True),
            [x(3, 4), x(5, 4)],
            dtypes=NUMBERS,
            grad=True,
            grad2=True,
        ),
        case(
            "matmul_transpose_both",
            flagged(transpose_a=True, transpose_b=True),
            [x(4, 3), x(5, 4)],
            grad=True,
            grad2=True,
        ),
        case(
            "matmul_adjoint_a",
            flagged(adjoint_a=True),
            [x(4, 3), x(4, 5)],
            dtypes=("float32", "complex64"),
            grad=True,
        ),
        case(
            "matmul_adjoint_b",
            flagged(adjoint_b=True),
            [x(3, 4), x(5, 4)],
            dtypes=("float32", "complex64"),
            grad=True,
        ),
        case(
            "matmul_adjoint_both",
            flagged(adjoint_a=True, adjoint_b=True),
            [x(4, 3), x(5, 4)],
            dtypes=("float32", "complex64"),
            grad=True,
        ),
        case("matmul_column", flagged(), [x(3, 4), x(4, 1)], grad=True, grad2=True),
        case("matmul_row", flagged(), [x(1, 4), x(4, 3)], grad=True),
        case("matmul_one", flagged(), [x(1, 1), x(1, 1)], grad=True),
        case("matmul_empty_inner", flagged(), [x(2, 0), x(0, 3)], grad=True),
        case("matmul_empty_outer", flagged(), [x(0, 2), x(2, 3)], grad=True),
        case("matmul_named", flagged(name="product"), [x(2, 3), x(3, 2)]),
        case("matmul_lists", lambda tf: tf.matmul([[1.0, 2.0]], [[3.0], [4.0]])),
        case("matmul_itself", lambda tf, a: tf.matmul(a, a), [x(3, 3)], grad=True, grad2=True),
        case("matmul_nan", flagged(), [f32(2, 2, domain="special"), f32(2, 3)], variants=("full",)),
    ]
    + [
        case(
            f"matmul_sparse_{a}_{b}",
            flagged(a_is_sparse=a, b_is_sparse=b),
            [x(3, 4, domain="ties"), x(4, 5)],
            grad=True,
            no_fd="this op takes float32 and bfloat16 only",
        )
        for a, b in ((True, False), (False, True), (True, True))
    ]
    + [
        case(
            "matmul_sparse_transposed",
            flagged(transpose_a=True, transpose_b=True, a_is_sparse=True),
            [x(4, 3, domain="ties"), x(5, 4)],
            grad=True,
            no_fd="this op takes float32 and bfloat16 only",
        ),
        case(
            "sparse_matmul",
            lambda tf, a, b: tf.sparse_matmul(a, b, b_is_sparse=True),
            [x(3, 4), x(4, 2)],
            grad=True,
            no_fd="this op takes float32 and bfloat16 only",
        ),
    ]
)

BATCHES = [
    case(
        "batch",
        flagged(),
        [x(2, 3, 4), x(2, 4, 5)],
        dtypes=tuple(dtype for dtype in NUMBERS if dtype != "float16"),
        grad=True,
        grad2=True,
    ),
    case(
        "batch_half",
        flagged(),
        [x(2, 3, 4), x(2, 4, 5)],
        dtypes=("float16",),
        grad=True,
        atol=6e-3,
        why="TensorFlow adds up in half precision: it is 3e-3 off the products, reflow 1e-3",
    ),
    case("batch_rank_4", flagged(), [x(2, 1, 3, 2), x(2, 1, 2, 2)], grad=True, grad2=True),
    case("batch_broadcast", flagged(), [x(2, 1, 3, 2), x(3, 2, 2)], grad=True, grad2=True),
    case("batch_by_matrix", flagged(), [x(2, 3, 4), x(4, 2)], grad=True, grad2=True),
    case("matrix_by_batch", flagged(), [x(3, 4), x(2, 4, 2)], grad=True, grad2=True),
    case(
        "batch_transpose_a",
        flagged(transpose_a=True),
        [x(2, 4, 3), x(2, 4, 5)],
        grad=True,
        grad2=True,
    ),
    case(
        "batch_transpose_b",
        flagged(transpose_b=True),
        [x(2, 3, 4), x(2, 5, 4)],
        grad=True,
        grad2=True,
    ),
    case(
        "batch_transpose_both",
        flagged(transpose_a=True, transpose_b=True),
        [x(2, 4, 3), x(2, 5, 4)],
        grad=True,
    ),
    case(
        "batch_adjoint",
        flagged(adjoint_a=True, adjoint_b=True),
        [x(2, 4, 3), x(2, 5, 4)],
        dtypes=("float32", "complex64"),
        grad=True,
    ),
    case("batch_empty", flagged(), [x(0, 3, 4), x(0, 4, 5)], grad=True),
]

ERRORS = [
    error("matmul_inner", flagged(), [f32(2, 3), f32(4, 5)], shows=("[2,3]", "[4,5]")),
    error(
        "matmul_inner_transposed",
        flagged(transpose_b=True),
        [f32(2, 3), f32(3, 5)],
        shows=("[2,3]", "[3,5]"),
    ),
    error("matmul_vector", flagged(), [f32(3), f32(3, 2)]),
    error("matmul_by_vector", flagged(), [f32(2, 3), f32(3)]),
    error("matmul_scalar", flagged(), [f32(), f32(3, 2)]),
    error("matmul_batches", flagged(), [f32(2, 3, 4), f32(3, 4, 5)], shows=("[2,3,4]", "[3,4,5]")),
    error(
        "matmul_batch_inner", flagged(), [f32(2, 3, 4), f32(2, 3, 5)], shows=("[2,3,4]", "[2,3,5]")
    ),
    error(
        "matmul_dtypes",
        flagged(),
        [f32(2, 3), i32(3, 2)],
        shows=("float32", "int32"),
        variants=("full",),
    ),
    error(
        "matmul_transpose_and_adjoint",
        flagged(transpose_a=True, adjoint_a=True),
        [f32(2, 3), f32(2, 3)],
        variants=("full",),
    ),
    error(
        "matmul_transpose_and_adjoint_b",
        flagged(transpose_b=True, adjoint_b=True),
        [f32(2, 3), f32(2, 3)],
        variants=("full",),
    ),
]


def contraction(axes):
    return lambda tf, a, b: tf.tensordot(a, b, axes)


TENSORDOTS = [
    case(
        "tensordot",
        contraction(1),
        [x(2, 3), x(3, 4)],
        dtypes=("float32", "float64", "int32", "complex64"),
        grad=True,
        grad2=True,
    ),
    case("tensordot_axes_2", contraction(2), [x(2, 3, 4), x(3, 4, 2)], grad=True, grad2=True),
    case("tensordot_outer", contraction(0), [x(2), x(3)], grad=True),
    case(
        "tensordot_pairs",
        contraction([[0, 2], [1, 0]]),
        [x(2, 3, 4), x(4, 2, 3)],
        grad=True,
        grad2=True,
    ),
    case("tensordot_numbers", contraction([1, 0]), [x(2, 3), x(3, 4)], grad=True),
    case("tensordot_negative", contraction([[-1], [-2]]), [x(2, 3), x(3, 4)], grad=True),
    case("tensordot_all", contraction(2), [x(2, 3), x(2, 3)], grad=True),
    case(
        "tensordot_tensor_axes",
        lambda tf, a, b: tf.tensordot(a, b, tf.constant([[1], [0]])),
        [x(2, 3), x(3, 4)],
        grad=True,
    ),
    case("tensordot_vectors", contraction(1), [x(3), x(3)], grad=True),
    case("tensordot_last_by_matrix", contraction([[2], [0]]), [x(2, 2, 3), x(3, 4)], grad=True),
    error("tensordot_inner", contraction(1), [f32(2, 3), f32(4, 5)]),
    error("tensordot_too_many_axes", contraction(3), [f32(2, 3), f32(2, 3)], variants=("full",)),
    error(
        "tensordot_unequal_axes",
        contraction([[0, 1], [0]]),
        [f32(2, 3), f32(2, 3)],
        variants=("full",),
    ),
    error("tensordot_negative_count", contraction(-1), [f32(2, 3), f32(2, 3)], variants=("full",)),
]

EINSUMS = [
    case(
        "einsum_" + name,
        lambda tf, *operands, equation=equation: tf.einsum(equation, *operands),
        inputs,
        grad=True,
    )
    for name, equation, inputs in (
        ("matmul", "ij,jk->ik", [x(2, 3), x(3, 4)]),
        ("batch", "bij,bjk->bik", [x(2, 2, 3), x(2, 3, 2)]),
        ("transpose", "ij->ji", [x(2, 3)]),
        ("sum", "ij->i", [x(2, 3)]),
        ("total", "ij->", [x(2, 3)]),
        ("dot", "i,i->", [x(3), x(3)]),
        ("outer", "i,j->ij", [x(2), x(3)]),
        ("implicit", "ij,jk", [x(2, 3), x(3, 4)]),
        ("three", "ij,jk,kl->il", [x(2, 3), x(3, 2), x(2, 2)]),
        ("attention", "bqhd,bkhd->bhqk", [x(1, 2, 2, 3), x(1, 3, 2, 3)]),
    )
] + [
    error(
        "einsum_shapes",
        lambda tf, a, b: tf.einsum("ij,jk->ik", a, b),
        [f32(2, 3), f32(4, 5)],
        variants=("full",),
    ),
    error("einsum_count", lambda tf, a: tf.einsum("ij,jk->ik", a), [f32(2, 3)], variants=("full",)),
    error("einsum_rank", lambda tf, a: tf.einsum("ijk->i", a), [f32(2, 3)], variants=("full",)),
    error(
        "einsum_unknown_output",
        lambda tf, a: tf.einsum("ij->k", a),
        [f32(2, 3)],
        variants=("full",),
    ),
]

MATVECS = [
    case("matvec", lambda tf, a, b: tf.linalg.matvec(a, b), [x(2, 3), x(3)], grad=True),
    case(
        "matvec_transposed",
        lambda tf, a, b: tf.linalg.matvec(a, b, transpose_a=True),
        [x(3, 2), x(3)],
        grad=True,
    ),
]

CASES = table(MATMULS, BATCHES, ERRORS, TENSORDOTS, EINSUMS, MATVECS)

"""Sparse tensors: built, arranged, reduced, and put together with dense ones."""

from tests.reference.spec import case, error, of, script, table, x

INDICES = [[0, 1], [0, 3], [2, 0], [2, 2]]
SHAPE = [3, 4]
OTHER_INDICES = [[0, 0], [0, 3], [1, 1], [2, 2], [2, 3]]


def parts(sparse):
    return [sparse.indices, sparse.values, sparse.dense_shape]


def sparse_input(count=4, **options):
    """What a sparse tensor is fed as: indices, values and shape."""
    return [of(INDICES[:count], "int64"), x(count, **options), of(SHAPE, "int64")]


def known(tf, values, indices=INDICES, shape=SHAPE):
    """A sparse tensor of which all but the values is known."""
    return tf.SparseTensor(indices, values, shape)


def fed_and_known(name, function, dtypes=("float32",), grad=(1,), no_fd=None, **options):
    """The case with a sparse tensor that is fed, and with one whose sparsity is known."""
    values = [1] if grad else False
    return [
        case(
            f"{name}_fed",
            lambda tf, i, v, s: function(tf, tf.SparseTensor(i, v, s)),
            sparse_input(),
            dtypes=dtypes,
            grad=values,
            no_fd="indices are data" if grad else None,
            **options,
        ),
        case(
            f"{name}_known",
            lambda tf, v: function(tf, known(tf, v)),
            [x(4)],
            grad=(0,) if grad else False,
            no_fd=no_fd,
            **options,
        ),
    ]


NUMBERS = ("float32", "float64", "int32", "int64", "complex64")

BUILDING = [
    fed_and_known("to_dense", lambda tf, s: tf.sparse.to_dense(s), NUMBERS, grad2=True),
    fed_and_known(
        "to_dense_default", lambda tf, s: tf.sparse_tensor_to_dense(s, 7.0, name="dense")
    ),
    case(
        "to_dense_of_default",
        lambda tf, v, d: tf.sparse.to_dense(known(tf, v), default_value=d),
        [x(4), x()],
        grad=True,
        grad2=True,
    ),
    case(
        "to_dense_strings",
        lambda tf, v: tf.sparse.to_dense(known(tf, v), default_value="-"),
        [of([b"a", b"b", b"c", b"d"], "string")],
    ),
    case("sparse_to_dense", lambda tf, v: tf.sparse_to_dense([1, 3], [5], v, -1.0), [x(2)]),
    case("sparse_to_dense_one_place", lambda tf, v: tf.sparse_to_dense(2, [4], v), [x()]),
    case(
        "sparse_to_dense_one_value",
        lambda tf, v: tf.sparse_to_dense([[0, 1], [1, 0]], [2, 2], v, name="mine"),
        [x()],
    ),
    case(
        "sparse_to_dense_repeated",
        lambda tf, v: tf.sparse_to_dense([1, 1, 0], [3], v, validate_indices=False),
        [x(3)],
    ),
    case("from_dense", lambda tf, d: parts(tf.sparse.from_dense(d)), [x(3, 4, domain="ties")]),
    case("eye", lambda tf: parts(tf.sparse.eye(3))),
    case("eye_wide", lambda tf: parts(tf.sparse.eye(2, 4, tf.int32))),
    case(
        "placeholders",
        lambda tf: [
            parts(tf.sparse_placeholder(tf.float32)),
            parts(tf.sparse_placeholder(tf.float32, [None, 3], name="mine")),
            parts(tf.sparse.placeholder(tf.int32, [4, 3]))[2],
        ][2:],
    ),
    case(
        "to_indicator",
        lambda tf, v: tf.sparse_to_indicator(known(tf, v), 6),
        [of([1, 5, 1, 1], "int64")],
    ),
    case(
        "merge",
        lambda tf, ids, v: parts(tf.sparse_merge(known(tf, ids), known(tf, v), 6)),
        [of([5, 1, 0, 2], "int32"), x(4)],
        grad=(1,),
    ),
    case(
        "merge_sorted",
        lambda tf, ids, v: parts(
            tf.sparse_merge([known(tf, ids)] * 2, known(tf, v), [6, 7], already_sorted=True)
        ),
        [of([1, 5, 0, 2], "int64"), x(4)],
    ),
    case(
        "mask",
        lambda tf, v: [
            getattr(tf.sparse_mask(tf.IndexedSlices(v, tf.constant([4, 1, 7])), [1, 3]), part)
            for part in ("indices", "values")
        ],
        [x(3, 2)],
    ),
    error(
        "to_dense_out_of_bounds",
        lambda tf, i, v: tf.sparse_to_dense(i, [2, 2], v),
        [of([[0, 0], [2, 1]], "int64"), x(2)],
        shows=("indices[1] = [2,1] is out of bounds: need 0 <= index < [2,2]",),
    ),
    error(
        "to_dense_out_of_order",
        lambda tf, i, v: tf.sparse_to_dense(i, [2, 2], v),
        [of([[1, 0], [0, 1]], "int64"), x(2)],
        shows=("indices[1] = [0,1] is out of order",),
    ),
    error(
        "to_dense_repeated",
        lambda tf, i, v: tf.sparse_to_dense(i, [2, 2], v),
        [of([[1, 0], [1, 0]], "int64"), x(2)],
        shows=("indices[1] = [1,0] is repeated",),
    ),
    error(
        "to_dense_too_many_values",
        lambda tf, i, v: tf.sparse_to_dense(i, [2, 2], v),
        [of([[0, 0], [1, 1]], "int64"), x(3)],
    ),
    error("not_sparse", lambda tf: tf.sparse.to_dense([1.0])),
]

ARRANGING = [
    fed_and_known("reorder", lambda tf, s: parts(tf.sparse.reorder(s))),
    case(
        "reorder_shuffled",
        lambda tf, v: parts(tf.sparse_reorder(known(tf, v, INDICES[::-1]))),
        [x(4)],
        grad=(0,),
        grad2=True,
    ),
    case(
        "reorder_strings",
        lambda tf, v: parts(tf.sparse_reorder(known(tf, v, INDICES[::-1]))),
        [of([b"a", b"b", b"c", b"d"], "string")],
    ),
    fed_and_known("reshape", lambda tf, s: parts(tf.sparse.reshape(s, [2, 6]))),
    fed_and_known("reshape_rest", lambda tf, s: parts(tf.sparse_reshape(s, [-1, 3, 2], "mine"))),
    case(
        "reshape_by_tensor",
        lambda tf, v, s: parts(tf.sparse_reshape(known(tf, v), s)),
        [x(4), of([4, -1], "int64")],
    ),
    # More is known here of the order of the axes than TensorFlow knows: the nodes are others.
    case(
        "transpose",
        lambda tf, v: tf.reshape(tf.sparse.to_dense(tf.sparse.transpose(known(tf, v))), [12]),
        [x(4)],
        grad=True,
        nodes=False,
        variants=("batch",),
    ),
    fed_and_known("transpose_perm", lambda tf, s: parts(tf.sparse_transpose(s, [0, 1]))),
    fed_and_known("expand_dims", lambda tf, s: parts(tf.sparse.expand_dims(s))),
    fed_and_known("expand_dims_first", lambda tf, s: parts(tf.sparse.expand_dims(s, 0))),
    fed_and_known("expand_dims_negative", lambda tf, s: parts(tf.sparse.expand_dims(s, -2))),
    fed_and_known("slice", lambda tf, s: parts(tf.sparse.slice(s, [0, 1], [2, 3]))),
    fed_and_known("slice_beyond", lambda tf, s: parts(tf.sparse_slice(s, [2, 0], [5, 9]))),
    fed_and_known("slice_nothing", lambda tf, s: parts(tf.sparse_slice(s, [3, 0], [1, 4]))),
    fed_and_known("concat", lambda tf, s: parts(tf.sparse.concat(1, [s, s])), grad=False),
    fed_and_known(
        "concat_rows", lambda tf, s: parts(tf.sparse_concat(0, [s, s, s], name="mine")), grad=False
    ),
    fed_and_known("concat_last", lambda tf, s: parts(tf.sparse.concat(-1, [s, s])), grad=False),
    case(
        "concat_expanding",
        lambda tf, a, b: parts(
            tf.sparse.concat(
                0,
                [known(tf, a), known(tf, b, [[0, 0], [1, 5]], [2, 6])],
                expand_nonconcat_dim=True,
            )
        ),
        [x(4), x(2)],
    ),
    fed_and_known(
        "split",
        lambda tf, s: [
            parts(part) for part in tf.sparse.split(sp_input=s, num_split=2, axis=1, name="mine")
        ],
        grad=False,
    ),
    fed_and_known(
        "split_unequal",
        lambda tf, s: [parts(part) for part in tf.sparse_split(sp_input=s, num_split=3, axis=1)],
        grad=False,
    ),
    case(
        "retain",
        lambda tf, v, keep: parts(tf.sparse.retain(known(tf, v), keep)),
        [x(4), of([True, False, False, True], "bool")],
        grad=(0,),
    ),
    fed_and_known("reset_shape", lambda tf, s: parts(tf.sparse.reset_shape(s))),
    fed_and_known("reset_shape_larger", lambda tf, s: parts(tf.sparse_reset_shape(s, [5, 6]))),
    fed_and_known(
        "fill_empty_rows",
        lambda tf, s: [
            parts(tf.sparse.fill_empty_rows(s, 5.0)[0]),
            tf.sparse_fill_empty_rows(s, 6.0, name="mine")[1],
        ],
        grad=(1,),
    ),
    case(
        "fill_empty_rows_default",
        lambda tf, v, d: parts(tf.sparse_fill_empty_rows(known(tf, v), d)[0]),
        [x(4), x()],
        grad=True,
    ),
    error(
        "reshape_to_another_size",
        lambda tf, i, v, s: parts(tf.sparse_reshape(tf.SparseTensor(i, v, s), [5, 3])),
        sparse_input(),
        variants=("unknown",),
        shows=("12", "15"),
    ),
    error(
        "reshape_to_another_known_size",
        lambda tf, v: parts(tf.sparse_reshape(known(tf, v), [5, 3])),
        [x(4)],
    ),
    error(
        "reshape_two_unknown",
        lambda tf, v: parts(tf.sparse_reshape(known(tf, v), [-1, -1])),
        [x(4)],
    ),
    error(
        "concat_other_shape",
        lambda tf, a, b: parts(tf.sparse_concat(0, [known(tf, a), known(tf, b, [[0, 0]], [1, 5])])),
        [x(4), x(1)],
        shows=("Input shapes must match",),
    ),
    error(
        "split_too_often",
        lambda tf, v: [
            parts(p) for p in tf.sparse_split(sp_input=known(tf, v), num_split=7, axis=1)
        ],
        [x(4)],
    ),
    error(
        "retain_too_few",
        lambda tf, v: parts(tf.sparse_retain(known(tf, v), [True])),
        [x(4)],
    ),
    error(
        "fill_empty_rows_outside",
        lambda tf, i, v: parts(tf.sparse_fill_empty_rows(tf.SparseTensor(i, v, [2, 4]), 1.0)[0]),
        [of([[0, 0], [5, 1]], "int64"), x(2)],
    ),
]


def pair(tf, a, b):
    return known(tf, a), known(tf, b, OTHER_INDICES)


MATH = [
    case(
        "add",
        lambda tf, a, b: parts(tf.sparse.add(*pair(tf, a, b))),
        [x(4), x(5)],
        dtypes=NUMBERS,
        grad=True,
    ),
    case(
        "add_fed",
        lambda tf, i, v, s: parts(
            tf.sparse_add(tf.SparseTensor(i, v, s), tf.SparseTensor(i, v, s))
        ),
        sparse_input(),
    ),
    case(
        "add_threshold",
        lambda tf, a, b: parts(tf.sparse_add(*pair(tf, a, b), thresh=0.7)),
        [of([0.5, 0.5, 1.0, -1.0]), of([0.6, -0.2, 1.5, 0.1, -0.9])],
        grad=True,
        no_fd="a threshold",
    ),
    case(
        "add_dense",
        lambda tf, v, d: tf.sparse.add(known(tf, v), d),
        [x(4), x(3, 4)],
        dtypes=NUMBERS,
        grad=True,
        grad2=True,
    ),
    case("add_to_dense", lambda tf, v, d: tf.sparse_add(d, known(tf, v)), [x(4), x(3, 4)]),
    case(
        "matmul",
        lambda tf, v, b: tf.sparse.matmul(known(tf, v), b),
        [x(4), x(4, 2)],
        dtypes=("float32", "float64", "int32", "complex64"),
        grad=True,
        grad2=True,
    ),
    case(
        "matmul_adjoint",
        lambda tf, v, b: tf.sparse_tensor_dense_matmul(
            known(tf, v), b, adjoint_a=True, adjoint_b=True, name="mine"
        ),
        [x(4), x(2, 3)],
        dtypes=("float32", "complex64"),
        grad=True,
    ),
    case(
        "matmul_fed",
        lambda tf, i, v, s, b: tf.sparse_tensor_dense_matmul(
            tf.SparseTensor(i, v, s), b, adjoint_b=True
        ),
        [*sparse_input(), x(2, 4)],
        grad=(1, 3),
        no_fd="indices are data",
    ),
    case(
        "matmul_repeated",
        lambda tf, v, b: tf.sparse.sparse_dense_matmul(known(tf, v, [[0, 1]] * 4), b),
        [x(4), x(4, 2)],
        grad=True,
    ),
    [
        fed_and_known(f"{name}{suffix}", function, NUMBERS, grad=(1,) if differentiable else None)
        for name, differentiable in (("reduce_sum", True), ("reduce_sum_sparse", False))
        for suffix, function in (
            ("", lambda tf, s, name=name: dense_or_parts(getattr(tf.sparse, name)(s))),
            ("_rows", lambda tf, s, name=name: dense_or_parts(getattr(tf.sparse, name)(s, 1))),
            (
                "_columns",
                lambda tf, s, name=name: dense_or_parts(
                    getattr(tf, "sparse_" + name)(s, [-2], keep_dims=True)
                ),
            ),
            (
                "_all",
                lambda tf, s, name=name: dense_or_parts(
                    getattr(tf, "sparse_" + name)(s, reduction_axes=[0, 1], keep_dims=True)
                ),
            ),
        )
    ],
    [
        fed_and_known(
            f"{name}{suffix}",
            lambda tf, s, name=name, axis=axis: dense_or_parts(getattr(tf.sparse, name)(s, axis)),
            ("float32", "int32"),
            grad=None,
        )
        for name in ("reduce_max", "reduce_max_sparse")
        for suffix, axis in (("", None), ("_rows", 1), ("_columns", 0))
    ],
    fed_and_known("softmax", lambda tf, s: parts(tf.sparse.softmax(s)), ("float32", "float64")),
    case(
        "maximum",
        lambda tf, a, b: parts(tf.sparse.maximum(*pair(tf, a, b))),
        [x(4), x(5)],
        dtypes=("float32", "int32"),
    ),
    case(
        "minimum",
        lambda tf, a, b: parts(tf.sparse_minimum(*pair(tf, a, b), name="mine")),
        [x(4), x(5)],
        dtypes=("float32", "int32"),
    ),
    case(
        "times",
        lambda tf, v, d: parts(known(tf, v) * d),
        [x(4), x(3, 4)],
        grad=True,
    ),
    case("times_row", lambda tf, v, d: parts(known(tf, v) * d), [x(4), x(4)], grad=True),
    case("times_column", lambda tf, v, d: parts(known(tf, v) * d), [x(4), x(3, 1)], grad=True),
    case("times_number", lambda tf, v: parts(known(tf, v) * 2.0), [x(4)]),
    case("dense_times", lambda tf, v, d: parts(d * known(tf, v)), [x(4), x(3, 4)]),
    case(
        "divided",
        lambda tf, v, d: parts(known(tf, v) / d),
        [x(4), x(3, 1, domain="positive")],
        dtypes=("float32", "float64", "int32"),
        grad=True,
    ),
    error(
        "add_other_shape",
        lambda tf, a, b: parts(tf.sparse_add(known(tf, a), known(tf, b, shape=[3, 5]))),
        [x(4), x(4)],
    ),
    error(
        "maximum_other_shape",
        lambda tf, a, b: parts(tf.sparse_maximum(known(tf, a), known(tf, b, shape=[3, 5]))),
        [x(4), x(4)],
        shows=("Operands' shapes do not match",),
    ),
    error(
        "matmul_outside",
        lambda tf, i, v, b: tf.sparse_tensor_dense_matmul(tf.SparseTensor(i, v, [3, 4]), b),
        [of([[0, 9]], "int64"), x(1), x(4, 2)],
        shows=("k (9) from index[0,1] out of bounds (>=4)",),
    ),
    error(
        "times_too_wide",
        lambda tf, v, d: parts(known(tf, v) * d),
        [x(4), x(2, 3, 4)],
        shows=("broadcasts dense to sparse only",),
    ),
    error(
        "reduce_bad_axis",
        lambda tf, i, v, s: tf.sparse_reduce_sum(tf.SparseTensor(i, v, s), 2),
        sparse_input(),
        shows=("Invalid reduction dimension 2",),
    ),
]


def dense_or_parts(result):
    return parts(result) if hasattr(result, "dense_shape") else result


SEQUENCES = [
    case(
        f"edit_distance{suffix}",
        lambda tf, h, t, options=options: tf.edit_distance(
            tf.SparseTensor([[0, 0], [0, 1], [1, 0], [1, 1], [1, 2]], h, [3, 3]),
            tf.SparseTensor([[0, 0], [1, 0], [1, 1], [2, 0]], t, [3, 2]),
            **options,
        ),
        [of([1, 2, 3, 4, 5], "int64"), of([2, 3, 5, 1], "int64")],
    )
    for suffix, options in (("", {}), ("_plain", {"normalize": False, "name": "mine"}))
] + [
    case(
        "edit_distance_strings",
        lambda tf, h, t: tf.edit_distance(
            tf.SparseTensor([[0, 0], [0, 1]], h, [1, 2]), tf.SparseTensor([[0, 0]], t, [1, 1])
        ),
        [of([b"a", b"b"], "string"), of([b"b"], "string")],
    ),
    case(
        "serialized",
        lambda tf, i, v, s: parts(
            tf.deserialize_many_sparse(
                tf.stack([tf.serialize_sparse(tf.SparseTensor(i, v, s))] * 2), tf.float32, rank=3
            )
        ),
        sparse_input(),
        nodes=False,
    ),
    case(
        "serialized_many",
        lambda tf, i, v, s: parts(
            tf.io.deserialize_many_sparse(
                tf.io.serialize_many_sparse(tf.SparseTensor(i, v, s)), tf.float32, rank=2
            )
        ),
        sparse_input(),
        nodes=False,
    ),
]


@script("fed_and_fetched")
def fed_and_fetched(tf):
    """Sparse values go in and come out as SparseTensorValues."""
    fed = tf.sparse_placeholder(tf.float32, [None, 4])
    value = tf.SparseTensorValue(INDICES, [1.0, 2.0, 3.0, 4.0], SHAPE)
    with tf.Session() as session:
        for fetched in (fed, tf.sparse.transpose(fed), {"a": [fed.values, fed]}):
            yield session.run(fetched, {fed: value})
        yield tuple(fed.eval({fed: value}))
        yield fed.shape.as_list(), fed.get_shape().ndims, fed.dtype.name


CASES = table(BUILDING, ARRANGING, MATH, SEQUENCES, fed_and_fetched)

"""The rows of tensors as sets."""

from tests.reference.spec import case, error, of, table

INTEGERS = ("int32", "int64", "int8", "int16", "uint8", "uint16")
A, B = [[1, 2, 2, 5], [4, 4, 3, 1]], [[2, 9], [4, 1]]
PLACES = [[0, 0], [0, 2], [1, 1], [1, 2]]
OTHER_PLACES = [[0, 1], [1, 0], [1, 3]]


def parts(sparse):
    return [sparse.indices, sparse.values, sparse.dense_shape]


def first(tf, values):
    return tf.SparseTensor(PLACES, values, [2, 3])


def second(tf, values):
    return tf.SparseTensor(OTHER_PLACES, values, [2, 4])


OPERATIONS = [
    entry
    for name in ("intersection", "union", "difference")
    for entry in (
        case(
            f"{name}_dense",
            lambda tf, a, b, name=name: parts(getattr(tf.sets, name)(a, b)),
            [of(A, None), of(B, None)],
            dtypes=INTEGERS,
        ),
        case(
            f"{name}_strings",
            lambda tf, a, b, name=name: parts(getattr(tf.sets, "set_" + name)(a, b)),
            [of([[b"b", b"a"]], "string"), of([[b"c", b"b", b"b"]], "string")],
        ),
        case(
            f"{name}_dense_sparse",
            lambda tf, a, b, name=name: parts(getattr(tf.sets, name)(a, first(tf, b))),
            [of(B, "int32"), of([9, 7, 4, 4], "int32")],
        ),
        case(
            f"{name}_sparse_dense",
            lambda tf, a, b, name=name: parts(getattr(tf.sets, name)(first(tf, a), b)),
            [of([9, 7, 4, 4], "int64"), of(B, "int64")],
        ),
        case(
            f"{name}_sparse",
            lambda tf, a, b, name=name: parts(getattr(tf.sets, name)(first(tf, a), second(tf, b))),
            [of([9, 7, 4, 4], "int32"), of([7, 4, 5], "int32")],
        ),
        case(
            f"{name}_three_axes",
            lambda tf, a, b, name=name: parts(getattr(tf.sets, name)(a, b, validate_indices=False)),
            [of([A, A], "int32"), of([B, B[::-1]], "int32")],
        ),
        case(
            f"{name}_empty",
            lambda tf, a, b, name=name: parts(getattr(tf.sets, name)(a, b)),
            [of([[], []], "int32"), of(B, "int32")],
        ),
        error(
            f"{name}_other_shape",
            lambda tf, a, b, name=name: parts(getattr(tf.sets, name)(a, b)),
            [of(A, "int32"), of(B[:1], "int32")],
        ),
        error(
            f"{name}_vectors",
            lambda tf, a, b, name=name: parts(getattr(tf.sets, name)(a, b)),
            [of([1, 2], "int32"), of([2], "int32")],
        ),
    )
]

REST = [
    case(
        "difference_swapped",
        lambda tf, a, b: parts(tf.sets.set_difference(a, b, aminusb=False)),
        [of(A, "int32"), of(B, "int32")],
    ),
    case(
        "difference_swapped_sparse_dense",
        lambda tf, a, b: parts(tf.sets.difference(first(tf, a), b, aminusb=False)),
        [of([9, 7, 4, 4], "int64"), of(B, "int64")],
    ),
    case("size", lambda tf, a: tf.sets.size(first(tf, a)), [of([9, 7, 4, 4], "int32")]),
    case(
        "set_size",
        lambda tf, a: tf.sets.set_size(second(tf, a)),
        [of([b"a", b"b", b"b"], "string")],
    ),
    error("size_of_dense", lambda tf, a: tf.sets.size(a), [of(A, "int32")]),
    error("floats", lambda tf, a: parts(tf.sets.union(a, a)), [of(A)]),
    error(
        "other_types",
        lambda tf, a, b: parts(tf.sets.union(a, b)),
        [of(A, "int32"), of(B, "int64")],
    ),
    error(
        "out_of_order",
        lambda tf, i, a: tf.sets.size(tf.SparseTensor(i, a, [2, 3])),
        [of([[1, 0], [0, 0]], "int64"), of([1, 2], "int32")],
        shows=("out of order",),
    ),
    error(
        "out_of_bounds",
        lambda tf, i, a: tf.sets.size(tf.SparseTensor(i, a, [2, 3])),
        [of([[1, 0], [5, 0]], "int64"), of([1, 2], "int32")],
        shows=("out of bounds",),
    ),
]

CASES = table(OPERATIONS, REST)

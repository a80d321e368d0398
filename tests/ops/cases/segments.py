"""Reductions of rows that belong together, and counts of integers."""

from tests.reference.spec import ALL, FLOATS, case, error, f32, i32, of, table, x

REDUCTIONS = ("sum", "mean", "prod", "max", "min")
IDS = [0, 0, 2, 2, 2]


def segments(name, prefix=""):
    return lambda tf, data, *rest: getattr(tf, f"{prefix}segment_{name}")(data, *rest)


SORTED = [
    entry
    for name in REDUCTIONS
    for build in [segments(name)]
    # TensorFlow 1.15.5 has no gradient of segment_prod.
    for grad in [(0,) if name != "prod" else False]
    for entry in (
        case(
            f"segment_{name}",
            build,
            [x(5, 3), of(IDS, "int32")],
            dtypes=ALL,
            grad=grad,
            grad2=bool(grad),
        ),
        case(f"segment_{name}_i64", build, [x(5, 3), of(IDS, "int64")], grad=grad),
        case(f"segment_{name}_of_numbers", build, [x(5), of(IDS, "int32")], grad=grad),
        case(f"segment_{name}_of_matrices", build, [x(5, 2, 2), of(IDS, "int32")], grad=grad),
        case(f"segment_{name}_starts_late", build, [x(2, 2), of([2, 3], "int32")]),
        case(f"segment_{name}_empty", build, [x(0, 3), of([], "int32")]),
        case(
            f"segment_{name}_ties",
            build,
            [of([[1.0, 2.0], [1.0, 2.0], [0.0, 2.0], [3.0, 3.0], [3.0, 3.0]]), of(IDS, "int32")],
            grad=grad,
            variants=("full",),
            no_fd="ties",
        ),
        case(
            f"segment_{name}_named",
            lambda tf, data, ids, name=name: getattr(tf.math, "segment_" + name)(
                data, ids, name="mine"
            ),
            [x(5, 3), of(IDS, "int32")],
        ),
        error(f"segment_{name}_unsorted", build, [f32(3), of([0, 2, 1], "int32")]),
        error(f"segment_{name}_negative", build, [f32(3), of([-1, 0, 1], "int32")]),
        error(f"segment_{name}_too_few_ids", build, [f32(3), of([0, 1], "int32")]),
        error(f"segment_{name}_matrix_of_ids", build, [f32(2), of([[0, 1]], "int32")]),
    )
]

UNSORTED = [
    entry
    for name in ("sum", "prod", "max", "min")
    for build in [segments(name, "unsorted_")]
    for entry in (
        case(
            f"unsorted_segment_{name}",
            lambda tf, data, ids, build=build: build(tf, data, ids, 4),
            [x(5, 3), of([2, 0, 2, -1, 0], "int32")],
            dtypes=ALL,
            grad=(0,),
            grad2=name in ("sum", "prod"),
        ),
        case(
            f"unsorted_segment_{name}_matrix_of_ids",
            lambda tf, data, ids, build=build: build(tf, data, ids, 4),
            [x(2, 3, 2), of([[2, 0, 2], [-1, 0, 3]], "int32")],
            grad=(0,),
        ),
        case(
            f"unsorted_segment_{name}_of_numbers",
            lambda tf, data, ids, build=build: build(tf, data, ids, 3),
            [x(4), of([2, 0, 2, 2], "int64")],
            grad=(0,),
        ),
        case(
            f"unsorted_segment_{name}_count_as_tensor",
            build,
            [x(3, 2), of([1, 1, 0], "int32"), of(2, "int32")],
            grad=(0,),
            no_fd="the count is data",
        ),
        case(
            f"unsorted_segment_{name}_ties",
            lambda tf, data, ids, build=build: build(tf, data, ids, 2),
            [of([1.0, 1.0, 0.0, 3.0, 3.0]), of([0, 0, 0, 1, 1], "int32")],
            grad=(0,),
            variants=("full",),
            no_fd="ties",
        ),
        case(
            f"unsorted_segment_{name}_empty",
            lambda tf, data, ids, build=build: build(tf, data, ids, 2),
            [x(0, 3), of([], "int32")],
        ),
        error(
            f"unsorted_segment_{name}_out_of_range",
            lambda tf, data, ids, build=build: build(tf, data, ids, 2),
            [f32(3), of([0, 2, 1], "int32")],
            shows=("2",),
        ),
        error(
            f"unsorted_segment_{name}_too_few_ids",
            lambda tf, data, ids, build=build: build(tf, data, ids, 2),
            [f32(3, 2), of([0, 1], "int32")],
        ),
    )
] + [
    case(
        "unsorted_segment_prod_zeros",
        lambda tf, data, ids: tf.unsorted_segment_prod(data, ids, 3),
        [of([2.0, 0.0, 3.0, 0.0, 0.0, 4.0]), of([0, 0, 1, 2, 2, 2], "int32")],
        grad=(0,),
        variants=("full",),
        no_fd="zeros",
    )
]

MEANS = [
    case(
        name,
        lambda tf, data, ids, name=name: getattr(tf.math, name)(data, ids, 4),
        [x(5, 3), of([2, 0, 2, -1, 0], "int32")],
        dtypes=FLOATS,
        variants=("full", "batch", "rank"),
        grad=(0,),
    )
    for name in ("unsorted_segment_mean", "unsorted_segment_sqrt_n")
]

SPARSE = [
    entry
    for name in ("sum", "mean", "sqrt_n")
    for build in [segments(name, "sparse_")]
    for entry in (
        case(
            f"sparse_segment_{name}",
            build,
            [x(4, 2), of([0, 1, 3], "int32"), of([0, 0, 2], "int32")],
            dtypes=("float32", "float64") if name != "sum" else ("float32", "float64", "int32"),
            grad=(0,),
        ),
        case(
            f"sparse_segment_{name}_num_segments",
            lambda tf, *operands, build=build, name=name: getattr(tf, "sparse_segment_" + name)(
                *operands, num_segments=4
            ),
            [x(4, 2), of([0, 3, 3], "int32"), of([0, 0, 2], "int32")],
            grad=(0,),
        ),
        error(
            f"sparse_segment_{name}_out_of_range",
            build,
            [f32(3), of([0, 3], "int32"), of([0, 1], "int32")],
        ),
        error(
            f"sparse_segment_{name}_unsorted",
            build,
            [f32(3), of([0, 1], "int32"), of([1, 0], "int32")],
        ),
    )
]

COUNTS = [
    case("bincount", lambda tf, a: tf.bincount(a), [of([1, 2, 2, 5], "int32")]),
    case(
        "bincount_weights",
        lambda tf, a, w: tf.bincount(a, weights=w),
        [of([1, 2, 2, 5], "int32"), x(4)],
        grad=(1,),
    ),
    case(
        "bincount_lengths",
        lambda tf, a: tf.bincount(a, minlength=8, maxlength=3, dtype=tf.float32),
        [of([[1, 2], [2, 5]], "int32")],
    ),
    case("bincount_nothing", lambda tf, a: tf.bincount(a, minlength=2), [of([], "int32")]),
    error("bincount_negative", lambda tf, a: tf.bincount(a), [i32(3, domain="negative")]),
]

CASES = table(SORTED, UNSORTED, MEANS, SPARSE, COUNTS)

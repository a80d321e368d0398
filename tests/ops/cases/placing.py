"""Elements by rank, in bins, as coordinates; bits; rows and places of tensors changed."""

import numpy as np

from tests.reference.spec import INTEGERS, case, error, flags, i32, of, script, table, x

RANKS = [
    case(
        "nth_element" + label,
        lambda tf, a, n=n, reverse=reverse: tf.raw_ops.NthElement(input=a, n=n, reverse=reverse),
        [x(3, 5)],
        dtypes=("float32", "float64", "float16", "int32", "uint8", "int64", "uint16", "uint64"),
        grad=True,
    )
    for label, n, reverse in (("", 2, False), ("_first", 0, False), ("_reverse", 1, True))
] + [
    case(
        "in_top_k_old",
        lambda tf, p, t: tf.raw_ops.InTopK(predictions=p, targets=t, k=2),
        [x(4, 3), of([0, 2, 1, 2], "int32")],
    ),
    error(
        "nth_element_too_large",
        lambda tf, a, n: tf.raw_ops.NthElement(input=a, n=n),
        [x(3), of(3, "int32")],
        shows=("Input must have at least n+1 columns",),
    ),
    error(
        "nth_element_known_too_large",
        lambda tf, a: tf.raw_ops.NthElement(input=a, n=3),
        [x(3)],
        variants=("full",),
        shows=("Input must have last dimension > n = 3 but is 3",),
    ),
]

BINS = [
    case(
        "bucketize",
        lambda tf, a: tf.raw_ops.Bucketize(input=a, boundaries=[-1.0, 0.0, 1.0, 1.5]),
        [x(3, 4)],
        dtypes=("float32", "float64", "int32", "int64"),
    ),
    case(
        "bucketize_edges",
        lambda tf, a: tf.raw_ops.Bucketize(input=a, boundaries=[0.0, 3.0, 8.0, 11.0]),
        [of([-5.0, 0.0, 2.999, 3.0, 8.0, 11.0, 12.0, np.inf, -np.inf])],
    ),
    case("bucketize_none", lambda tf, a: tf.raw_ops.Bucketize(input=a, boundaries=[]), [x(3)]),
    error(
        "bucketize_unsorted",
        lambda tf, a: tf.raw_ops.Bucketize(input=a, boundaries=[0.0, 8.0, 3.0]),
        [x(3)],
        shows=("Expected sorted boundaries",),
    ),
    case(
        "histogram_fixed_width",
        lambda tf, a: tf.histogram_fixed_width(a, [0.0, 5.0], nbins=5),
        [of([-1.0, 0.0, 1.5, 2.0, 5.0, 15.0])],
    ),
    case(
        "histogram_fixed_width_matrix",
        lambda tf, a: tf.histogram_fixed_width(
            a, tf.cast([-2, 2], a.dtype), nbins=7, dtype=tf.int64
        ),
        [x(5, 6)],
        dtypes=("float32", "float64", "int32", "int64"),
    ),
    case(
        "histogram_fixed_width_bins",
        lambda tf, a: tf.histogram_fixed_width_bins(a, [0.0, 5.0], nbins=5),
        [of([-1.0, 0.0, 1.5, 2.0, 5.0, 15.0])],
    ),
    error(
        "histogram_fixed_width_range",
        lambda tf, a: tf.histogram_fixed_width(a, [5.0, 5.0]),
        [x(3)],
        shows=("value_range should satisfy value_range[0] < value_range[1]",),
    ),
    error(
        "histogram_fixed_width_no_bins",
        lambda tf, a, n: tf.histogram_fixed_width(a, [0.0, 5.0], nbins=n),
        [x(3), of(0, "int32")],
        shows=("nbins should be a positive number, but got '0'",),
    ),
]

BITS = [
    case(
        "population_count",
        lambda tf, a: tf.raw_ops.PopulationCount(x=a),
        [x(3, 4)],
        dtypes=INTEGERS,
    ),
    case(
        "compare_and_bitpack",
        lambda tf, a: tf.raw_ops.CompareAndBitpack(input=a, threshold=tf.cast(0, a.dtype)),
        [x(3, 16)],
        dtypes=("float32", "float64", "float16", "int8", "int16", "int32", "int64"),
    ),
    case(
        "compare_and_bitpack_flags",
        lambda tf, a: tf.raw_ops.CompareAndBitpack(input=a, threshold=False),
        [flags(2, 8)],
    ),
    error(
        "compare_and_bitpack_rest",
        lambda tf, a: tf.raw_ops.CompareAndBitpack(input=a, threshold=0.0),
        [x(2, 9)],
    ),
]

PLACES = [
    case(
        "unravel_index",
        lambda tf, a: tf.unravel_index(a, [3, 4, 5]),
        [of([22, 5, 7, 59], "int32")],
    ),
    case(
        "unravel_index_scalar",
        lambda tf: tf.unravel_index(tf.constant(22, tf.int64), tf.constant([3, 4, 5], tf.int64)),
    ),
    case(
        "data_format_vec_permute",
        lambda tf, a: tf.raw_ops.DataFormatVecPermute(x=a),
        [i32(4)],
    ),
    case(
        "data_format_vec_permute_pairs",
        lambda tf, a: tf.raw_ops.DataFormatVecPermute(x=a, src_format="NCHW", dst_format="NHWC"),
        [i32(4, 2)],
    ),
    case(
        "data_format_dim_map",
        lambda tf, a: tf.raw_ops.DataFormatDimMap(x=a),
        [of([0, 1, 2, 3, -1, -3], "int32")],
    ),
]


# No cases: TensorFlow's static shapes say that the distinct parts of a matrix are a vector.
@script("unique_along_axes")
def unique_along_axes(tf):
    with tf.Session() as session:
        for axis in (0, 1):
            for dtype in (tf.int32, tf.float32, tf.uint8):
                x = tf.constant([[1, 0, 0], [1, 0, 0], [2, 0, 0]], dtype)
                yield session.run(tf.raw_ops.UniqueV2(x=x, axis=[axis]))
                yield session.run(tf.raw_ops.UniqueWithCountsV2(x=x, axis=[axis]))
        words = tf.constant(["b", "a", "b"])
        yield session.run(tf.raw_ops.UniqueWithCountsV2(x=words, axis=[]))


UPDATES = [
    case(
        name,
        lambda tf, a, b, name=name: getattr(tf.raw_ops, name)(x=a, i=[2, 0], v=b),
        [x(3, 2), x(2, 2)],
        dtypes=("float32", "int32", "int64"),
    )
    for name in ("InplaceUpdate", "InplaceAdd", "InplaceSub")
] + [
    case(
        "tensor_strided_slice_update",
        lambda tf, a, b: tf.raw_ops.TensorStridedSliceUpdate(
            input=tf.identity(a),
            begin=[1, 0],
            end=[3, 3],
            strides=[1, 2],
            value=b,
        ),
        [x(3, 3), x(2, 2)],
        dtypes=("float32", "int32"),
    ),
    case(
        "scatter_nd_non_aliasing_add",
        lambda tf, a, b: tf.raw_ops.ScatterNdNonAliasingAdd(
            input=a, indices=[[1], [0], [1]], updates=b
        ),
        [x(3, 2), x(3, 2)],
        dtypes=("float32", "int32", "complex64"),
        grad=True,
    ),
    case("deep_copy", lambda tf, a: tf.raw_ops.DeepCopy(x=a), [x(2, 3)]),
    case("empty", lambda tf: tf.raw_ops.Empty(shape=[2, 3], dtype=tf.float32, init=True)),
    case(
        "clip_by_value_op",
        lambda tf, a: tf.raw_ops.ClipByValue(
            t=a, clip_value_min=tf.cast(-1, a.dtype), clip_value_max=tf.cast(1, a.dtype)
        ),
        [x(2, 5)],
        dtypes=("float32", "float64", "float16", "int32", "int64", "uint8"),
    ),
    case(
        "bias_add_v1",
        lambda tf, a, b: tf.raw_ops.BiasAddV1(value=a, bias=b),
        [x(2, 2, 3), x(3)],
        grad=True,
    ),
    case(
        "space_to_batch_old",
        lambda tf, a: tf.raw_ops.SpaceToBatch(input=a, paddings=[[1, 0], [0, 1]], block_size=2),
        [x(2, 3, 3, 1)],
        grad=True,
    ),
    case(
        "batch_to_space_old",
        lambda tf, a: tf.raw_ops.BatchToSpace(input=a, crops=[[1, 0], [0, 1]], block_size=2),
        [x(8, 2, 2, 1)],
        grad=True,
    ),
]

CASES = table(RANKS, BINS, BITS, PLACES, unique_along_axes, UPDATES)

"""Edges of types, ranks and values, where kernels and shape rules of whole families meet."""

import numpy as np

from tests.reference.spec import case, error, f32, i32, of, script, table, x

NAN, INF = float("nan"), float("inf")

# -- What is fed in the place of an axis, a size or an order ---------------------------------------


def _vector_for_scalar(name, build, *inputs):
    """A vector of one number is no scalar, even where only the run shows it."""
    return error(name + "_vector", build, [*inputs, of([1], "int32")])


FED = [
    [
        error(
            name + "_axis_out_of_range",
            lambda tf, a, axis, name=name: getattr(tf, name)(a, axis),
            [x(2, 3), of(axis, "int32")],
            shows=("Invalid reduction dimension",),
        )
        for name, axis in (("reduce_sum", 2), ("reduce_max", [0, -3]))
    ],
    case(
        "reduce_matrix_of_axes",
        lambda tf, a: tf.reduce_sum(a, tf.placeholder_with_default([[0], [1]], None)),
        [f32(2, 3)],
    ),
    _vector_for_scalar("argmax_axis", lambda tf, a, n: tf.argmax(a, n), x(2, 3)),
    _vector_for_scalar("gather_axis", lambda tf, a, n: tf.gather(a, [0], axis=n), x(2, 3)),
    _vector_for_scalar("one_hot_depth", lambda tf, a, n: tf.one_hot(a, n), of([0, 2], "int32")),
    _vector_for_scalar("split_axis", lambda tf, a, n: tf.split(a, 3, n), x(2, 3)),
    _vector_for_scalar("top_k_k", lambda tf, a, n: tf.nn.top_k(a, n), x(2, 3)),
    _vector_for_scalar(
        "segments_number", lambda tf, a, n: tf.unsorted_segment_sum(a, [0, 0], n), x(2, 3)
    ),
    _vector_for_scalar(
        "pad_value", lambda tf, a, n: tf.pad(a, [[1, 1]], constant_values=n), i32(3)
    ),
    error(
        "reverse_scalar_axis",
        lambda tf, a, n: tf.raw_ops.ReverseV2(tensor=a, axis=n),
        [x(2, 3), of(1, "int32")],
    ),
    error(
        "transpose_negative",
        lambda tf, a, perm: tf.transpose(a, perm),
        [x(2, 3), of([-1, 0], "int32")],
        shows=("-1 is out of range [0 .. 2)",),
    ),
    error(
        "transpose_matrix",
        lambda tf, a, perm: tf.transpose(a, perm),
        [x(2, 3), of([[1, 0]], "int32")],
        variants=("unknown",),
        shows=("perm must be a vector",),
    ),
    error(
        "strided_slice_lengths",
        lambda tf, a, begin, end: tf.raw_ops.StridedSlice(
            input=a, begin=begin, end=end, strides=begin
        ),
        [x(2, 3), of([1], "int32"), of([1, 1], "int32")],
    ),
    case(
        "unique_negative_axis",
        # TensorFlow gives idx x's static shape, which it has not.
        lambda tf, a: [
            tf.placeholder_with_default(part, None)
            for part in tf.raw_ops.UniqueV2(x=a, axis=[-1])[:2]
        ],
        [of([[1, 2, 1], [3, 4, 3]])],
        variants=("full",),
    ),
    [
        error(
            "no_gradient_of_" + name,
            lambda tf, a, name=name: tf.gradients(_raw(tf, name, a), a),
            [x(2, 3)],
            variants=("full",),
        )
        for name in ("Bitcast", "GuaranteeConst", "Mod", "TruncateMod", "IgammaGradA")
    ],
]


def _raw(tf, name, a):
    """A raw op of `a`."""
    arguments = {
        "Bitcast": {"input": a, "type": tf.float32},
        "GuaranteeConst": {"input": a},
        "IgammaGradA": {"a": a, "x": a},
    }.get(name, {"x": a, "y": a})
    return getattr(tf.raw_ops, name)(**arguments)


# -- Small unsigned integers, which torch stores but hardly computes with --------------------------

_SPARSE = {"indices": [[0, 1], [1, 0], [1, 2]], "shape": [2, 3]}

UNSIGNED = [
    case(name, build, inputs, dtypes=("uint16",), variants=("full",))
    for name, build, inputs in (
        (
            "relu_grad",
            lambda tf, dy, a: tf.raw_ops.ReluGrad(gradients=dy, features=a),
            [x(3, 4), x(3, 4)],
        ),
        (
            "relu6_grad",
            lambda tf, dy, a: tf.raw_ops.Relu6Grad(gradients=dy, features=a),
            [x(3, 4), x(3, 4)],
        ),
        ("bias_add", lambda tf, a, b: tf.nn.bias_add(a, b), [x(3, 4), x(4)]),
        ("bias_add_old", lambda tf, a, b: tf.raw_ops.BiasAddV1(value=a, bias=b), [x(3, 4), x(4)]),
        ("bias_add_grad", lambda tf, a: tf.raw_ops.BiasAddGrad(out_backprop=a), [x(3, 4)]),
        (
            "mirror_pad_grad",
            lambda tf, a: tf.raw_ops.MirrorPadGrad(input=a, paddings=[[1, 1]], mode="REFLECT"),
            [x(5)],
        ),
        (
            "sparse_dense_add",
            lambda tf, v, d: tf.raw_ops.SparseDenseCwiseAdd(
                sp_indices=_SPARSE["indices"], sp_values=v, sp_shape=_SPARSE["shape"], dense=d
            ),
            [x(3), x(2, 3)],
        ),
        (
            "sparse_tensor_dense_add",
            lambda tf, v, d: tf.raw_ops.SparseTensorDenseAdd(
                a_indices=_SPARSE["indices"], a_values=v, a_shape=_SPARSE["shape"], b=d
            ),
            [x(3), x(2, 3)],
        ),
        (
            "sparse_reduce_sum",
            lambda tf, v: tf.raw_ops.SparseReduceSum(
                input_indices=_SPARSE["indices"],
                input_values=v,
                input_shape=_SPARSE["shape"],
                reduction_axes=[0],
            ),
            [x(3)],
        ),
        (
            "sparse_rows_grad",
            lambda tf, v: tf.raw_ops.SparseFillEmptyRowsGrad(
                reverse_index_map=[0, 2], grad_values=v
            ),
            [x(3)],
        ),
    )
] + [
    case(
        name + "_beyond_the_width",
        lambda tf, a, n, name=name: getattr(tf.bitwise, name)(a, n),
        [of([127, 255, 3, 0], None), of([100, 20, 15, 99], None)],
        dtypes=("uint16", "uint32", "uint8", "int16"),
        variants=("full",),
    )
    for name in ("left_shift", "right_shift")
]

# -- Values at the ends of functions --------------------------------------------------------------

VALUES = [
    case(
        name + "_ends",
        lambda tf, a, b, name=name: getattr(tf.math, name)(a, b),
        [of([NAN, 0.0, -2.5, 1.0, 1.0, 2.0], None), of([0.0, 0.0, 0.0, NAN, 0.0, -1.0], None)],
        dtypes=("float32", "float64"),
        variants=("full",),
    )
    for name in ("igamma", "igammac")
] + [
    case(
        "sigmoid_of_large_complex",
        lambda tf, a: tf.sigmoid(a),
        [of([-100 + 3j, 100 - 3j, 2j, -1 + 1j, 1 + 1j], "complex64")],
        variants=("full",),
    ),
    case(
        "fake_quant_halves",
        lambda tf, a: [
            tf.fake_quant_with_min_max_args(a, -2.0, 3.0),
            tf.fake_quant_with_min_max_vars(a, -2.0, 3.0),
            tf.fake_quant_with_min_max_vars_per_channel(a[:, None], [-2.0], [3.0]),
        ],
        [of(np.arange(-130, 200, 3) / 64.0)],
        variants=("full",),
    ),
    error(
        "labels_checked_in_the_run",
        lambda tf: tf.confusion_matrix([5], [0], num_classes=2),
        shows=("`labels` out of bound",),
    ),
    error(
        "mod_by_zero",
        lambda tf, a, b: tf.raw_ops.Mod(x=a, y=b),
        [of([7, 1], "int32"), of([2, 0], "int32")],
        shows=("Integer division by zero",),
    ),
    error(
        "shapes_that_do_not_broadcast",
        lambda tf, a, b: tf.raw_ops.BroadcastGradientArgs(s0=a, s1=b),
        [of([2], "int32"), of([3], "int32")],
        variants=("unknown",),
        shows=("Incompatible shapes: [2] vs. [3]",),
    ),
    *[
        case(
            f"axes_of_broadcasting_{'x'.join(map(str, s0))}_and_{'x'.join(map(str, s1))}",
            lambda tf, a, b: tuple(tf.raw_ops.BroadcastGradientArgs(s0=a, s1=b)),
            [of(s0, "int32"), of(s1, "int32")],
        )
        for s0, s1 in (
            ([2, 1], [2, 1]),
            ([1, 3], [3]),
            ([1, 1], [1]),
            ([], [1]),
            ([3, 1, 2], [1, 2]),
        )
    ],
    [
        case(
            "serialized_" + dtype,
            lambda tf, a: tf.io.serialize_tensor(a),
            [of([[0, 1, 2]], dtype)],
            variants=("full",),
        )
        for dtype in ("float32", "float16", "bool", "uint16", "complex64")
    ],
    case(
        "broadcast_dynamic_shape_keywords",
        lambda tf, a: tf.broadcast_dynamic_shape(shape_x=tf.shape(a), shape_y=[5, 1, 1]),
        [f32(2, 3)],
    ),
    case(
        "parameters_that_are_vectors",
        lambda tf: tf.raw_ops.ParameterizedTruncatedNormal(
            shape=[6], means=[1.0], stdevs=[2.0], minvals=[0.0], maxvals=[3.0], seed=3, seed2=5
        ),
    ),
]

# -- Nodes, whose number decides the seeds of what comes after -------------------------------------

NODES = [
    case("nodes_" + name, build, [f32(2, 3)], nodes=True)
    for name, build in (
        ("zero_fraction", lambda tf, a: tf.nn.zero_fraction(a)),
        ("non_decreasing", lambda tf, a: tf.is_non_decreasing(a)),
        ("strictly_increasing", lambda tf, a: tf.is_strictly_increasing(a)),
    )
] + [
    case("no_steps", lambda tf, a: tf.is_strictly_increasing(a), [f32(1)]),
    case("zero_fraction_of_none", lambda tf, a: tf.nn.zero_fraction(a), [f32(0)]),
    case(
        "bytes_of_a_python_function",
        lambda tf: tf.py_func(lambda: np.array([b"a", b"bc"]), [], tf.string),
        nodes=False,
    ),
]


@script("nodes_of_a_custom_gradient")
def custom_gradient(tf):
    tf.nn.swish(tf.placeholder(tf.float32, [2, 3]))
    yield [node.op for node in tf.get_default_graph().as_graph_def().node]


CASES = table(FED, UNSIGNED, VALUES, NODES, custom_gradient)

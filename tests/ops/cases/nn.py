"""Neural network functions: activations, softmax, bias, normalisation, best of, lookups."""

import numpy as np

from tests.reference.spec import ALL, FLOATS, calls, case, error, f32, i32, of, table, x

NAN, INF = float("nan"), float("inf")
FAR = [-1000.0, -100.0, -20.0, -1.0, -1e-6, 0.0, 1e-6, 1.0, 20.0, 100.0, 1000.0]

ACTIVATIONS = (
    "relu",
    "relu6",
    "elu",
    "selu",
    "leaky_relu",
    "crelu",
    "softplus",
    "softsign",
    "sigmoid",
    "tanh",
    "softmax",
    "log_softmax",
)

#: No second gradient in TensorFlow 1.15.5.
ONCE = {"softsign"}

ACTIVATION_CASES = (
    [
        entry
        for name in ACTIVATIONS
        for build in [calls("nn." + name)]
        for entry in (
            case(
                name,
                build,
                [x(3, 4)],
                dtypes=ALL,
                grad=True,
                grad2=name not in ONCE,
            ),
            case(name + "_wide", build, [x(3, 4, domain="wide")], grad=True),
            case(
                name + "_far",
                build,
                [of(FAR)],
                grad=True,
                variants=("full",),
                nodes=False,
                no_fd="kinks and float32",
            ),
            case(
                name + "_not_finite",
                build,
                [of([[NAN, 1.0], [INF, 1.0], [-INF, 1.0], [INF, INF], [-INF, -INF]])],
                variants=("full",),
                nodes=False,
            ),
            case(
                name + "_empty",
                build,
                [x(0, 3)],
                grad=True,
                variants=("full",),
            ),
            case(
                name + "_vector",
                build,
                [x(4)],
                grad=True,
                variants=("full", "unknown"),
            ),
            case(
                name + "_named",
                lambda tf, a, name=name: getattr(tf.nn, name)(a, name="mine"),
                [x(2, 3)],
                variants=("full",),
            ),
            case(
                name + "_rank_3",
                build,
                [x(2, 2, 3)],
                grad=True,
                grad2=name not in ONCE,
            ),
        )
    ]
    + [
        case(name + "_of_scalar", calls("nn." + name), [x()], variants=("full", "unknown"))
        for name in ("relu", "relu6", "elu", "selu", "softplus", "softsign", "leaky_relu")
    ]
    + [
        case(
            "leaky_relu_alpha", calls("nn.leaky_relu", alpha=0.5), [x(3, 4)], grad=True, grad2=True
        ),
        # Its node carries the number of a custom gradient, another in every process.
        case("swish", calls("nn.swish"), [x(3, 4)], dtypes=ALL, grad=True, grad2=True, nodes=False),
        case(
            "swish_far",
            calls("nn.swish"),
            [of(FAR)],
            grad=True,
            variants=("full",),
            nodes=False,
            no_fd="float32",
        ),
        case(
            "swish_twice", lambda tf, a: tf.nn.swish(tf.nn.swish(a)), [x(2)], grad=True, nodes=False
        ),
        case("leaky_relu_integers", calls("nn.leaky_relu"), [i32(3)], variants=("full",)),
        case("crelu_axis", calls("nn.crelu", axis=0), [x(2, 3)], grad=True),
        case(
            "relu_layer",
            lambda tf, a, w, b: tf.nn.relu_layer(a, w, b),
            [x(2, 3), x(3, 4), x(4)],
            grad=True,
        ),
        case(
            "xw_plus_b",
            lambda tf, a, w, b: tf.nn.xw_plus_b(a, w, b),
            [x(2, 3), x(3, 4), x(4)],
            grad=True,
            grad2=True,
        ),
        case(
            "xw_plus_b_named",
            lambda tf, a, w, b: tf.nn.xw_plus_b(a, w, b, name="layer"),
            [x(2, 3), x(3, 4), x(4)],
        ),
        case(
            "tf_sigmoid_tanh",
            lambda tf, a: [tf.sigmoid(a), tf.tanh(a)],
            [x(2, 3)],
            grad=True,
            grad2=True,
        ),
    ]
)

SOFTMAXES = [
    entry
    for name in ("softmax", "log_softmax")
    for entry in (
        case(name + "_axis_0", calls("nn." + name, axis=0), [x(3, 4)], grad=True),
        case(
            name + "_axis_middle", calls("nn." + name, axis=1), [x(2, 3, 2)], grad=True, grad2=True
        ),
        case(name + "_axis_negative", calls("nn." + name, -2), [x(2, 3, 2)], grad=True),
        case(name + "_dim", calls("nn." + name, dim=0), [x(3, 4)], grad=True),
        case(name + "_rank_4", calls("nn." + name), [x(2, 1, 2, 3)], grad=True),
        case(name + "_one_class", calls("nn." + name), [x(3, 1)], grad=True),
        case(
            name + "_large",
            calls("nn." + name),
            [of([[1000.0, 1001.0, 999.0], [-1e30, 0.0, 1e30]])],
            grad=True,
            variants=("full",),
            no_fd="float32",
        ),
        error(name + "_axis_range", calls("nn." + name, axis=2), [f32(2, 3)], variants=("full",)),
        error(name + "_scalar", calls("nn." + name), [f32()]),
    )
]

BIASES = [
    case(
        "bias_add",
        calls("nn.bias_add"),
        [x(2, 3), x(3)],
        dtypes=("float32", "float64", "float16", "int32", "int64", "complex64"),
        grad=True,
        grad2=True,
    ),
    case("bias_add_rank_3", calls("nn.bias_add"), [x(2, 2, 3), x(3)], grad=True),
    case("bias_add_rank_4", calls("nn.bias_add"), [x(1, 2, 2, 3), x(3)], grad=True, grad2=True),
    case(
        "bias_add_nhwc", calls("nn.bias_add", data_format="NHWC"), [x(1, 2, 2, 3), x(3)], grad=True
    ),
    case(
        "bias_add_nchw",
        calls("nn.bias_add", data_format="NCHW"),
        [x(1, 3, 2, 2), x(3)],
        grad=True,
        grad2=True,
    ),
    case("bias_add_ncw", calls("nn.bias_add", data_format="NCW"), [x(2, 3, 2), x(3)], grad=True),
    case("bias_add_nwc", calls("nn.bias_add", data_format="NWC"), [x(2, 2, 3), x(3)]),
    case(
        "bias_add_ncdhw",
        calls("nn.bias_add", data_format="NCDHW"),
        [x(1, 3, 1, 2, 2), x(3)],
        grad=True,
    ),
    case(
        "bias_add_ndhwc",
        calls("nn.bias_add", data_format="NDHWC"),
        [x(1, 1, 2, 2, 3), x(3)],
        grad=True,
    ),
    case("bias_add_empty", calls("nn.bias_add"), [x(0, 3), x(3)], grad=True),
    case("bias_add_named", calls("nn.bias_add", name="plus"), [x(2, 3), x(3)]),
    error("bias_add_size", calls("nn.bias_add"), [f32(2, 3), f32(4)]),
    error("bias_add_rank", calls("nn.bias_add"), [f32(2, 3), f32(2, 3)]),
    error("bias_add_vector", calls("nn.bias_add"), [f32(3), f32(3)]),
    error(
        "bias_add_format",
        calls("nn.bias_add", data_format="CHWN"),
        [f32(2, 3), f32(3)],
        variants=("full",),
    ),
    error("bias_add_dtypes", calls("nn.bias_add"), [f32(2, 3), i32(3)], variants=("full",)),
]

NORMS = [
    case(
        "l2_loss", calls("nn.l2_loss"), [x(2, 3)], dtypes=FLOATS + ("int32",), grad=True, grad2=True
    ),
    case("l2_loss_scalar", calls("nn.l2_loss"), [x()], grad=True),
    case("l2_loss_empty", calls("nn.l2_loss"), [x(0)]),
    case("l2_normalize", calls("nn.l2_normalize", 1), [x(2, 3)], grad=True, grad2=True),
    case("l2_normalize_axis_0", calls("nn.l2_normalize", axis=0), [x(2, 3)], grad=True),
    case("l2_normalize_axes", calls("nn.l2_normalize", [1, 2]), [x(2, 2, 2)], grad=True),
    case("l2_normalize_dim", calls("nn.l2_normalize", dim=1), [x(2, 3)]),
    case("l2_normalize_all", calls("nn.l2_normalize", None), [x(2, 3)], grad=True),
    case(
        "l2_normalize_small",
        calls("nn.l2_normalize", 0, epsilon=1.0),
        [x(3, domain="small")],
        grad=True,
    ),
    case(
        "l2_normalize_zero",
        calls("nn.l2_normalize", 0),
        [of([0.0, 0.0])],
        grad=True,
        variants=("full",),
        no_fd="a kink",
    ),
    case("moments", calls("nn.moments", [0]), [x(3, 4)], dtypes=FLOATS, grad=True),
    case(
        "moments_second",
        calls("nn.moments", [0]),
        [x(3, 4)],
        grad=True,
        grad2=True,
        no_fd="the mean inside the variance is held constant",
    ),
    case("moments_axes", calls("nn.moments", [0, 1, 2]), [x(2, 2, 2, 3)], grad=True),
    case("moments_keep", calls("nn.moments", axes=[1], keep_dims=True), [x(3, 4)], grad=True),
    case("moments_keepdims", calls("nn.moments", axes=[-1], keepdims=True), [x(3, 4)], grad=True),
    case(
        "weighted_moments",
        lambda tf, a, w: tf.nn.weighted_moments(a, [0], w),
        [x(3, 2), x(3, 1, domain="unit")],
        grad=True,
        nodes=False,
    ),
    case(
        "sufficient_statistics",
        lambda tf, a: tf.nn.sufficient_statistics(a, [0]),
        [x(3, 2)],
        variants=("full",),
    ),
    case(
        "normalize_moments",
        lambda tf, a: tf.nn.normalize_moments(tf.constant(3.0), a, a, None),
        [x(2)],
        variants=("full",),
    ),
    case(
        "batch_normalization",
        lambda tf, a, m, v, o, s: tf.nn.batch_normalization(a, m, v, o, s, 1e-3),
        [x(3, 2), x(2), x(2, domain="positive"), x(2), x(2)],
        grad=True,
    ),
    case(
        "batch_normalization_plain",
        lambda tf, a, m, v: tf.nn.batch_normalization(a, m, v, None, None, 1e-3),
        [x(3, 2), x(2), x(2, domain="positive")],
        grad=True,
    ),
    case("norm", lambda tf, a: tf.norm(a), [x(2, 3)], grad=True),
    case("norm_axis", lambda tf, a: tf.norm(a, axis=1, keepdims=True), [x(2, 3)], grad=True),
    case("norm_1", lambda tf, a: tf.norm(a, ord=1, axis=0), [x(2, 3)], grad=True),
    case("norm_inf", lambda tf, a: tf.norm(a, ord=np.inf), [x(2, 3)], grad=True),
    case("norm_3", lambda tf, a: tf.norm(a, ord=3), [x(2, 3, domain="positive")], grad=True),
]

TOPS = [
    case("in_top_k", lambda tf, a, t: tf.nn.in_top_k(a, t, 2), [x(3, 4), of([0, 3, 1], "int32")]),
    case(
        "in_top_k_i64", lambda tf, a, t: tf.nn.in_top_k(a, t, 1), [x(3, 4), of([0, 3, 1], "int64")]
    ),
    case(
        "in_top_k_ties",
        lambda tf, a, t: tf.nn.in_top_k(a, t, 1),
        [of([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]), of([1, 2], "int32")],
    ),
    case(
        "in_top_k_out_of_range",
        lambda tf, a, t: tf.nn.in_top_k(a, t, 2),
        [x(2, 3), of([5, -1], "int32")],
    ),
    case(
        "in_top_k_nan",
        lambda tf, a, t: tf.nn.in_top_k(a, t, 2),
        [of([[NAN, 1.0, 2.0], [INF, 1.0, 2.0]]), of([1, 0], "int32")],
        variants=("full",),
    ),
    case(
        "in_top_k_positional",
        lambda tf, a, t: tf.nn.in_top_k(predictions=a, targets=t, k=tf.constant(2)),
        [x(3, 4), of([0, 3, 1], "int32")],
    ),
    error(
        "in_top_k_length",
        lambda tf, a, t: tf.nn.in_top_k(a, t, 1),
        [f32(3, 4), of([0, 1], "int32")],
    ),
    case(
        "top_k",
        calls("nn.top_k", 2),
        [x(3, 5)],
        dtypes=FLOATS + ("int32", "int64", "uint8"),
        grad=True,
        grad2=True,
    ),
    case("top_k_one", calls("nn.top_k"), [x(3, 5)], grad=True),
    case("top_k_vector", calls("nn.top_k", 3), [x(5)], grad=True),
    case(
        "top_k_ties", calls("nn.top_k", 3), [of([1.0, 2.0, 2.0, 1.0, 2.0])], grad=True, no_fd="ties"
    ),
    case("top_k_unsorted", calls("nn.top_k", 5, sorted=False), [x(2, 5)], variants=("full",)),
    case("top_k_all", calls("nn.top_k", 4), [x(2, 4)], grad=True),
    case("top_k_rank_3", calls("nn.top_k", 2), [x(2, 2, 3)], grad=True),
    case(
        "top_k_tensor",
        lambda tf, a, k: tf.nn.top_k(a, k),
        [x(3, 5), of(2, "int32")],
        grad=(0,),
        no_fd="k is data",
    ),
    case("top_k_zero", calls("nn.top_k", 0), [x(2, 3)]),
    case(
        "top_k_fields",
        lambda tf, a: [tf.nn.top_k(a, 1).values, tf.nn.top_k(a, 1).indices],
        [x(2, 3)],
    ),
    error("top_k_too_many", calls("nn.top_k", 4), [f32(2, 3)]),
    error("top_k_scalar", calls("nn.top_k"), [f32()]),
]

LOOKUPS = [
    case(
        "embedding_lookup",
        lambda tf, p, i: tf.nn.embedding_lookup(p, i),
        [x(4, 3), of([1, 0, 1], "int32")],
        grad=(0,),
        no_fd="the ids are data",
    ),
    case(
        "embedding_lookup_matrix",
        lambda tf, p: tf.nn.embedding_lookup(p, [[0, 1], [3, 3]]),
        [x(4, 3)],
        grad=True,
    ),
    case(
        "embedding_lookup_i64",
        lambda tf, p, i: tf.nn.embedding_lookup(p, i),
        [x(4, 3), of([1, 0], "int64")],
    ),
    case(
        "embedding_lookup_two",
        lambda tf, p, q: tf.nn.embedding_lookup([p, q], [0, 1, 2, 3, 3]),
        [x(2, 3), x(2, 3)],
        grad=True,
        variants=("full", "batch"),
        nodes=False,
    ),
    case(
        "embedding_lookup_div",
        lambda tf, p, q: tf.nn.embedding_lookup([p, q], [0, 1, 2, 3], partition_strategy="div"),
        [x(2, 3), x(2, 3)],
        grad=True,
        variants=("full",),
        nodes=False,
    ),
    case(
        "embedding_lookup_max_norm",
        lambda tf, p: tf.nn.embedding_lookup(p, [1, 0], max_norm=1.0),
        [x(4, 3)],
        grad=True,
        variants=("full",),
        nodes=False,
    ),
    error(
        "embedding_lookup_range",
        lambda tf, p, i: tf.nn.embedding_lookup(p, i),
        [f32(4, 3), of([4], "int32")],
        shows=("4",),
    ),
    error("embedding_lookup_none", lambda tf: tf.nn.embedding_lookup(None, [0])),
]

CASES = table(
    ACTIVATION_CASES,
    SOFTMAXES,
    BIASES,
    NORMS,
    TOPS,
    LOOKUPS,
)

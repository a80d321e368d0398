"""Cross-entropies."""

import numpy as np

from tests.reference.spec import case, error, f32, i32, of, table, x

NAN, INF = float("nan"), float("inf")
FAR = [-1000.0, -100.0, -20.0, -1.0, -1e-6, 0.0, 1e-6, 1.0, 20.0, 100.0, 1000.0]

HARD = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
SOFT = [[0.2, 0.5, 0.3], [0.7, 0.2, 0.1]]


NOT_ONE = "the gradient takes it for granted that the labels sum to one"


def v1(tf, logits, labels, **options):
    return tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=labels, **options)


def v2(tf, logits, labels, **options):
    return tf.nn.softmax_cross_entropy_with_logits_v2(logits=logits, labels=labels, **options)


def sparse(tf, logits, labels, **options):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=labels, **options)


CROSS_ENTROPIES = [
    entry
    for name, build, by_labels in (
        ("softmax_cross_entropy", v1, False),
        ("softmax_cross_entropy_v2", v2, True),
    )
    for entry in (
        case(
            name,
            build,
            [x(2, 3), of(HARD, None)],
            dtypes=("float32", "float64", "float16", "int32"),
            grad=(0,),
            grad2=by_labels,
        ),
        case(name + "_soft", build, [x(2, 3), of(SOFT, None)], grad=(0, 1) if by_labels else (0,)),
        case(name + "_second", build, [x(2, 3), of(SOFT, None)], grad=(0,), grad2=True),
        case(name + "_not_a_distribution", build, [x(2, 3), x(2, 3)], grad=(0,), no_fd=NOT_ONE),
        case(
            name + "_rank_3",
            build,
            [x(2, 2, 3), x(2, 2, 3, domain="unit")],
            grad=(0,),
            no_fd=NOT_ONE,
        ),
        case(name + "_vector", build, [x(3), x(3, domain="unit")], grad=(0,), no_fd=NOT_ONE),
        case(
            name + "_dim",
            lambda tf, a, b, build=build: (
                build(tf, a, b, dim=0) if build is v1 else build(tf, a, b, axis=0)
            ),
            [x(3, 2), x(3, 2, domain="unit")],
            grad=(0,),
            no_fd=NOT_ONE,
        ),
        case(
            name + "_named",
            lambda tf, a, b, build=build: build(tf, a, b, name="loss"),
            [x(2, 3), of(HARD, None)],
        ),
        case(
            name + "_large",
            build,
            [of([[1000.0, -1000.0, 0.0]]), of([[0.0, 1.0, 0.0]])],
            grad=(0,),
            variants=("full",),
            no_fd="float32",
        ),
        case(
            name + "_nan",
            build,
            [of([[NAN, 0.0, 0.0], [INF, 0.0, 0.0], [-INF, 0.0, 0.0]]), of([[1.0, 0.0, 0.0]] * 3)],
            grad=(0,),
            variants=("full",),
            no_fd="not finite",
        ),
        case(
            name + "_zero_labels",
            build,
            [x(2, 3), of(np.zeros((2, 3)), None)],
            grad=(0,),
            no_fd=NOT_ONE,
        ),
        case(name + "_empty", build, [x(0, 3), x(0, 3)], variants=("full",)),
        error(name + "_shapes", build, [f32(2, 3), f32(2, 4)], shows=("[2,3]", "[2,4]")),
        case(
            name + "_integer_labels", build, [x(2, 3), i32(2, 3, domain="bits")], variants=("full",)
        ),
        error(
            name + "_positional",
            lambda tf, a, b, name=name: (
                getattr(tf.nn, name.replace("entropy", "entropy_with_logits"))(a, labels=b)
                if name.endswith("entropy")
                else v2(tf, a, None)
            ),
            [f32(2, 3), f32(2, 3)],
            variants=("full",),
        ),
    )
] + [
    case(
        "sparse_cross_entropy",
        sparse,
        [x(3, 4), of([0, 3, 1], "int32")],
        dtypes=("float32", "float64", "float16", "int32"),
        grad=True,
        nodes=False,
    ),
    case(
        "sparse_cross_entropy_nodes", sparse, [x(3, 4), of([0, 3, 1], "int32")], variants=("full",)
    ),
    case(
        "sparse_cross_entropy_i64",
        sparse,
        [x(3, 4), of([0, 3, 1], "int64")],
        grad=True,
        nodes=False,
    ),
    case(
        "sparse_cross_entropy_rank_3",
        sparse,
        [x(2, 2, 3), of([[0, 1], [2, 2]], "int32")],
        grad=True,
        nodes=False,
    ),
    case(
        "sparse_cross_entropy_vector",
        sparse,
        [x(3), of(1, "int32")],
        grad=True,
        nodes=False,
        variants=("full",),
    ),
    case(
        "sparse_cross_entropy_named",
        lambda tf, a, b: sparse(tf, a, b, name="loss"),
        [x(2, 3), of([1, 2], "int32")],
        nodes=False,
    ),
    case(
        "sparse_cross_entropy_large",
        sparse,
        [of([[1000.0, -1000.0]]), of([1], "int32")],
        grad=True,
        variants=("full",),
        nodes=False,
        no_fd="float32",
    ),
    error("sparse_cross_entropy_range", sparse, [f32(2, 3), of([0, 3], "int32")], shows=("3",)),
    error(
        "sparse_cross_entropy_negative", sparse, [f32(2, 3), of([0, -1], "int32")], shows=("-1",)
    ),
    error("sparse_cross_entropy_rank", sparse, [f32(2, 3), of([[0], [1]], "int32")]),
    error("sparse_cross_entropy_length", sparse, [f32(2, 3), of([0, 1, 2], "int32")]),
    error("sparse_cross_entropy_float_labels", sparse, [f32(2, 3), f32(2)], variants=("full",)),
    case(
        "sigmoid_cross_entropy",
        lambda tf, a, b: tf.nn.sigmoid_cross_entropy_with_logits(logits=a, labels=b),
        [x(2, 3), x(2, 3, domain="unit")],
        dtypes=("float32", "float64", "float16", "int32"),
        grad=True,
        grad2=True,
    ),
    case(
        "sigmoid_cross_entropy_far",
        lambda tf, a, b: tf.nn.sigmoid_cross_entropy_with_logits(logits=a, labels=b),
        [of(FAR), of([0.0, 1.0] * 5 + [0.5])],
        grad=True,
        variants=("full",),
        no_fd="a kink",
    ),
    case(
        "sigmoid_cross_entropy_nan",
        lambda tf, a, b: tf.nn.sigmoid_cross_entropy_with_logits(logits=a, labels=b),
        [of([NAN, INF, -INF]), of([1.0, 1.0, 1.0])],
        variants=("full",),
    ),
    error(
        "sigmoid_cross_entropy_shapes",
        lambda tf, a, b: tf.nn.sigmoid_cross_entropy_with_logits(logits=a, labels=b),
        [f32(2, 3), f32(3)],
    ),
    error(
        "sigmoid_cross_entropy_positional",
        lambda tf, a, b: tf.nn.sigmoid_cross_entropy_with_logits(a, labels=b),
        [f32(2, 3), f32(2, 3)],
        variants=("full",),
    ),
    case(
        "weighted_cross_entropy",
        lambda tf, a, b: tf.nn.weighted_cross_entropy_with_logits(
            labels=b, logits=a, pos_weight=2.0
        ),
        [x(2, 3), x(2, 3, domain="unit")],
        grad=True,
        grad2=True,
    ),
    case(
        "weighted_cross_entropy_tensor",
        lambda tf, a, b, w: tf.nn.weighted_cross_entropy_with_logits(
            labels=b, logits=a, pos_weight=w
        ),
        [x(2, 3), x(2, 3, domain="unit"), x(3, domain="positive")],
        grad=True,
    ),
    case(
        "weighted_cross_entropy_targets",
        lambda tf, a, b: tf.nn.weighted_cross_entropy_with_logits(
            targets=b, logits=a, pos_weight=2.0
        ),
        [x(2, 3), x(2, 3, domain="unit")],
    ),
    case(
        "log_poisson_loss",
        lambda tf, a, b: tf.nn.log_poisson_loss(b, a),
        [x(2, 3), x(2, 3, domain="positive")],
        grad=True,
    ),
]

IN_FLOAT32 = "with weights all is computed in float32"

SCALED = [
    case("average", lambda tf, a: tf.nn.compute_average_loss(a), [x(4, 3)], grad=True),
    *[
        case(
            f"average_weights_{len(shape)}_{shape[1:]}",
            lambda tf, a, weights: tf.nn.compute_average_loss(a, weights),
            [f32(4, 3), f32(*shape)],
            grad=(0,),
            no_fd=IN_FLOAT32,
        )
        for shape in ((), (4, 1), (4, 3))
    ],
    case("average_rank", lambda tf, a, w: tf.nn.compute_average_loss(a, w), [f32(4), f32(4, 1)]),
    case("average_of_ten", lambda tf, a: tf.nn.compute_average_loss(a, None, 10), [i32(4)]),
    error("average_scalar", lambda tf, a: tf.nn.compute_average_loss(a), [f32()]),
    error(
        "average_weights",
        lambda tf, a, w: tf.nn.compute_average_loss(a, w),
        [f32(3), f32(2)],
        shows=["weights can not be broadcast to values"],
    ),
    case("regularization", lambda tf, a: tf.nn.scale_regularization_loss(a), [x(3)], grad=True),
    *[
        case(
            f"collapse_repeated_{dtype}",
            lambda tf, labels, lengths: tf.nn.collapse_repeated(labels, lengths),
            [
                of([[1, 1, 2, 2, 1], [5, 4, 3, 2, 1], [7, 7, 7, 0, 0]], dtype),
                of([5, 2, 4], lengths),
            ],
        )
        for dtype, lengths in (("int32", "int64"), ("int64", "int32"), ("float32", "int32"))
    ],
]

CASES = table(CROSS_ENTROPIES, SCALED)

"""tf.losses: values, reductions, weights, the collection, errors."""

from tests.reference.spec import case, error, f32, of, script, table, x

PAIRED = (
    "absolute_difference",
    "mean_squared_error",
    "huber_loss",
    "log_loss",
    "hinge_loss",
    "mean_pairwise_squared_error",
)
REDUCTIONS = (
    "NONE",
    "SUM",
    "MEAN",
    "SUM_OVER_BATCH_SIZE",
    "SUM_BY_NONZERO_WEIGHTS",
)
#: Where the functions are smooth.
KINKS = "kinks, and float32 only"
ONE_HOT = of([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])


FEW = ("full", "unknown")


def loss(name, **options):
    return lambda tf, *inputs: getattr(tf.losses, name)(*inputs, **options)


LOSSES = [
    *[
        case(
            name,
            loss(name),
            [f32(4, 3, domain="unit"), f32(4, 3, domain="unit")],
            grad=True,
            no_fd=KINKS,
            variants=FEW,
        )
        for name in PAIRED
    ],
    *[
        case(
            f"{name}_weights_{'x'.join(map(str, shape)) or 'scalar'}",
            loss(name),
            [f32(4, 3, domain="unit"), f32(4, 3, domain="unit"), f32(*shape, domain="bits")],
            variants=FEW,
        )
        for name in ("mean_squared_error", "mean_pairwise_squared_error")
        for shape in ((), (4, 1), (1, 3), (4, 3))
    ],
    case(
        "huber_loss_delta",
        loss("huber_loss", delta=0.2),
        [f32(4, 3), f32(4, 3)],
        grad=True,
        no_fd=KINKS,
        variants=FEW,
    ),
    case(
        "cosine_distance",
        loss("cosine_distance", axis=1),
        [f32(4, 3), f32(4, 3)],
        grad=True,
        no_fd=KINKS,
        variants=FEW,
    ),
    case(
        "cosine_distance_dim", loss("cosine_distance", dim=-1), [f32(4, 3), f32(4, 3)], variants=FEW
    ),
    *[
        case(
            f"compute_weighted_loss_{reduction}",
            lambda tf, losses, weights, reduction=reduction: tf.losses.compute_weighted_loss(
                losses, weights, reduction=getattr(tf.losses.Reduction, reduction)
            ),
            [x(4, 3), f32(4, 1, domain="bits")],
            grad=(0,),
            no_fd=KINKS,
            variants=FEW,
            dtypes=("float32", "float64", "float16", "int32"),
            rtol=1e-6,
            why="all is computed in float32",
        )
        for reduction in REDUCTIONS
    ],
    *[
        case(
            f"{name}_{smoothing}",
            loss(name, label_smoothing=smoothing),
            [ONE_HOT, f32(4, 3), f32(*shape, domain="bits")],
            grad=(1,),
            no_fd=KINKS,
            variants=FEW,
        )
        for name, shape in (("softmax_cross_entropy", (4,)), ("sigmoid_cross_entropy", (4, 1)))
        for smoothing in (0, 0.1)
    ],
    *[
        case(
            f"sparse_softmax_cross_entropy_{len(labels)}_{len(weights)}",
            loss("sparse_softmax_cross_entropy"),
            [
                of([[0], [2], [1], [0]] if len(labels) == 2 else [0, 2, 1, 0], "int32"),
                f32(4, 3),
                f32(*weights),
            ],
            grad=(1,),
            no_fd=KINKS,
            variants=FEW,
        )
        for labels in ((4,), (4, 1))
        for weights in ((), (4,), (4, 1))
    ],
    case(
        "named",
        loss("mean_squared_error", scope="here", loss_collection=None),
        [f32(2), f32(2)],
    ),
    error("labels_missing", lambda tf, a: tf.losses.mean_squared_error(None, a), [f32(2)]),
    error("predictions_missing", lambda tf, a: tf.losses.log_loss(a, None), [f32(2)]),
    error("shapes", loss("mean_squared_error"), [f32(2), f32(3)], variants=("full",)),
    error(
        "weights_rank",
        loss("mean_squared_error"),
        [f32(4, 3), f32(4, 3), f32(4)],
        variants=("full",),
    ),
    error(
        "weights_size",
        loss("mean_squared_error"),
        [f32(4, 3), f32(4, 3), f32(2, 1)],
        variants=("full",),
    ),
    error("reduction", loss("mean_squared_error", reduction="mean"), [f32(2), f32(2)]),
    error("axis_missing", loss("cosine_distance"), [f32(2, 2), f32(2, 2)]),
]


@script("collected")
def collected(tf):
    a, b = tf.constant([1.0, 2.0]), tf.constant([2.0, 4.0])
    with tf.Session() as session:
        yield session.run(tf.losses.get_regularization_loss())
        tf.losses.mean_squared_error(a, b)
        with tf.name_scope("inner"):
            tf.losses.absolute_difference(a, b)
        tf.losses.add_loss(tf.constant(7.0, name="own"))
        tf.losses.add_loss(tf.constant(9.0), loss_collection=None)
        tf.add_to_collection(tf.GraphKeys.REGULARIZATION_LOSSES, tf.constant(0.5))
        yield [t.name for t in tf.losses.get_losses()]
        yield [t.name for t in tf.losses.get_losses("inner")]
        yield session.run(tf.losses.get_total_loss())
        yield session.run(tf.losses.get_total_loss(False, name="bare"))
        yield session.run(tf.losses.get_regularization_loss())


CASES = table(LOSSES, [collected])

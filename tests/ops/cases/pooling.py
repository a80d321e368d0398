"""Pooling: sizes, padding, ties, layouts of memory, gradients of gradients."""

import numpy as np

from tests.reference.spec import case, error, f32, of, table, x

NUMBERS = ("float32", "float64", "float16", "int32", "int64", "uint8", "int16", "int8", "uint16")
FLOATS = ("float32", "float64", "float16")


def distinct(*shape):
    """Without ties: where they are, central differences see two slopes."""
    return of(np.random.RandomState(0).permutation(int(np.prod(shape))).reshape(shape) / 10.0, None)


def fractional(pool, *settings):
    def build(tf, a):
        output, rows, columns = getattr(tf.nn, pool)(a, *settings)
        # TensorFlow says that the sequences have one element less than they have.
        return output, tf.unique(rows)[0], tf.unique(columns)[0]

    return build


def sizes(name, *settings):
    """One case for each (ksize, strides) and padding, of maxima and of means."""
    return [
        case(
            "_".join(map(str, (pool, name, padding, *np.ravel(window), "by", *np.ravel(step)))),
            lambda tf, a, pool=pool, window=window, step=step, padding=padding: getattr(
                tf.nn, pool
            )(a, window, step, padding),
            [distinct(2, 7, 6, 3)],
            variants=("full", "unknown"),
            grad=True,
            grad2=True,
        )
        for pool in ("max_pool", "avg_pool")
        for window, step in settings
        for padding in ("SAME", "VALID")
    ]


POOLS = [
    *sizes("sizes", (2, 2), (3, 2), (2, 1), (3, 3), ([1, 3, 2, 1], [1, 1, 2, 1]), ([1, 2], [3, 1])),
    *[
        case(
            f"{pool}_types",
            lambda tf, a, pool=pool: getattr(tf.nn, pool)(a, 3, 2, "SAME"),
            [x(2, 5, 5, 2)],
            dtypes=NUMBERS if pool == "max_pool" else FLOATS,
        )
        for pool in ("max_pool", "avg_pool")
    ],
    *[
        case(
            f"{pool}_without_pictures",
            lambda tf, a, pool=pool: getattr(tf.nn, pool)(a, 2, 2, "VALID"),
            [f32(0, 4, 4, 3)],
            grad=True,
        )
        for pool in ("max_pool", "avg_pool")
    ],
    case(
        "max_pool_ties",
        lambda tf, a: tf.nn.max_pool(a, 3, 2, "SAME"),
        [x(2, 5, 6, 2, domain="ties")],
        grad=True,
        no_fd="ties",
    ),
    case(
        "max_pool_depth",
        lambda tf, a: tf.nn.max_pool(a, [1, 1, 1, 2], [1, 1, 1, 2], "SAME"),
        [x(2, 2, 2, 6)],
    ),
    case(
        "max_pool_input",
        lambda tf, a: tf.nn.max_pool(None, 2, 2, "SAME", input=a),
        [x(1, 4, 4, 1)],
        variants=("full",),
    ),
    case(
        "max_pool_same_gradient_twice",
        lambda tf, a: tf.nn.max_pool(tf.nn.max_pool(a, 2, 1, "SAME"), 2, 2, "SAME"),
        [distinct(1, 6, 6, 2)],
        grad=True,
        no_fd="ties",
    ),
    case(
        "pool_of_pool",
        lambda tf, a: tf.nn.avg_pool(tf.nn.max_pool(a, 2, 2, "SAME", name="m"), 2, 2, "SAME"),
        [distinct(2, 9, 9, 2)],
        grad=True,
    ),
    *[
        case(
            f"{pool}_{padding}",
            lambda tf, a, pool=pool, padding=padding: getattr(tf.nn, pool)(a, 3, 2, padding),
            [distinct(2, 7, 2)],
            grad=True,
            dtypes=FLOATS,
        )
        for pool in ("max_pool1d", "avg_pool1d")
        for padding in ("SAME", "VALID")
    ],
    *[
        case(
            f"{pool}_{padding}_{window}_{step}",
            lambda tf, a, pool=pool, window=window, step=step, padding=padding: getattr(
                tf.nn, pool
            )(a, window, step, padding),
            [distinct(1, 5, 4, 6, 2)],
            variants=("full", "unknown"),
            grad=True,
            # Second gradients of MaxPool3D fail in TensorFlow: its op lacks an attribute.
            grad2=pool == "avg_pool3d",
            no_fd="not in float64" if pool == "max_pool3d" else None,
        )
        for pool in ("max_pool3d", "avg_pool3d")
        for window, step in ((2, 2), (3, 2), (2, 1))
        for padding in ("SAME", "VALID")
    ],
    case(
        "avg_pool3d_smaller_than_its_window",
        lambda tf, a: tf.nn.avg_pool3d(a, 3, 1, "SAME"),
        [x(1, 2, 2, 1, 2)],
        grad=True,
    ),
    *[
        case(
            f"{pool}_any_{rank}",
            lambda tf, a, pool=pool: getattr(tf.nn, pool)(a, 2, 2, "SAME"),
            [x(1, *[4] * (rank - 2), 2)],
            variants=("full",),
        )
        for pool in ("max_pool_v2", "avg_pool_v2")
        for rank in (3, 4, 5)
    ],
    case("max_pool2d", lambda tf, a: tf.nn.max_pool2d(a, 2, 2, "VALID"), [x(1, 4, 4, 2)]),
    case("avg_pool2d", lambda tf, a: tf.nn.avg_pool2d(a, 2, 2, "VALID"), [x(1, 4, 4, 2)]),
    *[
        case(
            f"argmax_{padding}_{batch}",
            lambda tf, a, padding=padding, batch=batch: tf.nn.max_pool_with_argmax(
                a, [1, 2, 2, 1], [1, 2, 2, 1], padding, include_batch_in_index=batch
            ),
            [distinct(2, 5, 4, 3)],
        )
        for padding in ("SAME", "VALID")
        for batch in (False, True)
    ],
    *[
        case(
            f"{pool}_{pseudo}_{overlapping}_{rows}",
            fractional(pool, [1.0, *ratio, 1.0], pseudo, overlapping, True, 7, 8),
            [distinct(2, rows, 11, 2)],
            dtypes=("float32", "float64", "int32", "int64"),
            grad=True,
            runs=2,
            # FractionalAvgPool has a gradient for known shapes only, there.
            variants=("full", "unknown") if pool == "fractional_max_pool" else ("full",),
        )
        for pool in ("fractional_max_pool", "fractional_avg_pool")
        for pseudo in (False, True)
        for overlapping in (False, True)
        for rows, ratio in ((13, (1.44, 1.73)), (20, (2.3, 1.2)))
    ],
    error(
        "fractional_max_pool_ratio",
        lambda tf, a: tf.nn.fractional_max_pool(a, [2.0, 1.4, 1.4, 2.0]),
        [f32(4, 4, 4, 4)],
    ),
    error(
        "fractional_avg_pool_seeds",
        lambda tf, a: tf.nn.fractional_avg_pool(a, [1.0, 1.4, 1.4, 1.0], seed=3),
        [f32(4, 4, 4, 4)],
    ),
    error(
        "fractional_avg_pool_rank",
        lambda tf, a: tf.nn.fractional_avg_pool(a, [1.0, 1.4, 1.4, 1.0]),
        [f32(4, 4, 4)],
    ),
    error(
        "max_pool_large",
        lambda tf, a: tf.nn.max_pool(a, 5, 1, "VALID"),
        [f32(1, 4, 4, 1)],
        variants=("full",),
    ),
    error(
        "avg_pool_large",
        lambda tf, a: tf.nn.avg_pool(a, 5, 1, "VALID"),
        [f32(1, 4, 4, 1)],
        variants=("full",),
    ),
    error("max_pool_rank", lambda tf, a: tf.nn.max_pool(a, 2, 2, "VALID"), [f32(4, 4, 1)]),
    error("max_pool_stride", lambda tf, a: tf.nn.max_pool(a, 2, 0, "VALID"), [f32(1, 4, 4, 1)]),
    error("max_pool_ksize", lambda tf, a: tf.nn.max_pool(a, 0, 1, "VALID"), [f32(1, 4, 4, 1)]),
    error(
        "max_pool_ksize_length",
        lambda tf, a: tf.nn.max_pool(a, [2, 2, 2], 1, "VALID"),
        [f32(1, 4, 4, 1)],
    ),
    error("max_pool_padding", lambda tf, a: tf.nn.max_pool(a, 2, 2, "FULL"), [f32(1, 4, 4, 1)]),
    error(
        "max_pool_format", lambda tf, a: tf.nn.max_pool(a, 2, 2, "SAME", "NWHC"), [f32(1, 4, 4, 1)]
    ),
    error(
        "avg_pool_batch",
        lambda tf, a: tf.nn.avg_pool(a, [2, 1, 1, 1], [2, 1, 1, 1], "SAME"),
        [f32(2, 4, 4, 1)],
    ),
    error(
        "avg_pool_depth",
        lambda tf, a: tf.nn.avg_pool(a, [1, 1, 1, 2], [1, 1, 1, 2], "SAME"),
        [f32(2, 4, 4, 2)],
    ),
    error(
        "max_pool_depth_and_space",
        lambda tf, a: tf.nn.max_pool(a, [1, 2, 1, 2], [1, 2, 1, 2], "SAME"),
        [f32(2, 4, 4, 2)],
    ),
    error(
        "avg_pool_integers", lambda tf, a: tf.nn.avg_pool(a, 2, 2, "SAME"), [of([[[[1]]]], "int32")]
    ),
]

CASES = table(POOLS)

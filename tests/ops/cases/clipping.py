"""Clipping, by value and by norm."""

from tests.reference.spec import FLOATS, case, error, f32, i32, of, table, x

NAN, INF = float("nan"), float("inf")

CLIPS = [
    case(
        "clip_by_value",
        lambda tf, a: tf.clip_by_value(a, -1.0, 1.0),
        [x(3, 4)],
        dtypes=FLOATS,
        grad=True,
    ),
    case(
        "clip_by_value_at_bounds",
        lambda tf, a: tf.clip_by_value(a, -1.0, 1.0),
        [of([-1.0, 1.0, 0.0, -2.0, 2.0, NAN])],
        grad=True,
        variants=("full",),
        no_fd="kinks",
    ),
    case("clip_by_value_integers", lambda tf, a: tf.clip_by_value(a, -1, 2), [i32(3, 4)]),
    case(
        "clip_by_value_tensors",
        lambda tf, a, low, high: tf.clip_by_value(a, low, high),
        [x(3, 4), x(4, domain="negative"), x(4, domain="positive")],
        grad=True,
    ),
    case(
        "clip_by_value_crossed",
        lambda tf, a: tf.clip_by_value(a, 1.0, -1.0),
        [x(3)],
        variants=("full",),
    ),
    case(
        "clip_by_value_log",
        lambda tf, a: tf.log(tf.clip_by_value(a, 1e-10, 1.0)),
        [x(3, 4, domain="unit")],
        grad=True,
        grad2=True,
    ),
    case("clip_by_value_named", lambda tf, a: tf.clip_by_value(a, 0.0, 1.0, name="clip"), [x(3)]),
    error(
        "clip_by_value_shapes", lambda tf, a, low: tf.clip_by_value(a, low, 1.0), [f32(2), f32(3)]
    ),
    error(
        "clip_by_value_widens",
        lambda tf, a, low: tf.clip_by_value(a, low, 1.0),
        [f32(3), f32(2, 3)],
        variants=("full",),
    ),
    case("clip_by_norm", lambda tf, a: tf.clip_by_norm(a, 1.0), [x(3, 4)], grad=True),
    case("clip_by_norm_inside", lambda tf, a: tf.clip_by_norm(a, 100.0), [x(3, 4)], grad=True),
    case(
        "clip_by_norm_axes", lambda tf, a: tf.clip_by_norm(a, 1.0, axes=[1]), [x(3, 4)], grad=True
    ),
    case(
        "clip_by_norm_zero",
        lambda tf, a: tf.clip_by_norm(a, 1.0),
        [of([0.0, 0.0])],
        grad=True,
        variants=("full",),
        no_fd="a kink",
    ),
    case(
        "clip_by_norm_tensor",
        lambda tf, a, n: tf.clip_by_norm(a, n),
        [x(3), x(domain="positive")],
        grad=True,
    ),
    case(
        "clip_by_average_norm",
        lambda tf, a: tf.clip_by_average_norm(a, 0.1),
        [x(3, 4)],
        grad=True,
        no_fd="float32 only",
    ),
    case("clip_by_average_norm_inside", lambda tf, a: tf.clip_by_average_norm(a, 10.0), [x(3, 4)]),
    case("global_norm", lambda tf, a, b: tf.global_norm([a, b]), [x(3), x(2, 2)], grad=True),
    case("global_norm_none", lambda tf, a: tf.global_norm([a, None]), [x(3)]),
    case(
        "clip_by_global_norm",
        lambda tf, a, b: tf.clip_by_global_norm([a, b], 1.0),
        [x(3), x(2, 2)],
        grad=True,
    ),
    case(
        "clip_by_global_norm_inside",
        lambda tf, a, b: tf.clip_by_global_norm([a, b], 100.0),
        [x(3), x(2, 2)],
        grad=True,
    ),
    case(
        "clip_by_global_norm_given",
        lambda tf, a: tf.clip_by_global_norm([a], 1.0, use_norm=tf.constant(4.0)),
        [x(3)],
    ),
    case("clip_by_global_norm_none", lambda tf, a: tf.clip_by_global_norm([a, None], 1.0), [x(3)]),
    case(
        "clip_by_global_norm_zero",
        lambda tf, a: tf.clip_by_global_norm([a], 1.0),
        [of([0.0, 0.0])],
        variants=("full",),
    ),
    case(
        "clip_by_global_norm_inf",
        lambda tf, a: tf.clip_by_global_norm([a], 1.0),
        [of([INF, 1.0])],
        variants=("full",),
    ),
    case(
        "clip_by_global_norm_nan",
        lambda tf, a: tf.clip_by_global_norm([a], 1.0),
        [of([NAN, 1.0])],
        variants=("full",),
    ),
    case(
        "clip_by_global_norm_slices",
        lambda tf, a: tf.clip_by_global_norm(
            [tf.IndexedSlices(a, tf.constant([0, 2]), tf.constant([3, 2]))], 1.0
        ),
        [x(2, 2)],
        variants=("full",),
    ),
    error(
        "clip_by_global_norm_not_a_list",
        lambda tf, a: tf.clip_by_global_norm(a, 1.0),
        [f32(2)],
        variants=("full",),
    ),
]

CASES = table(CLIPS)

"""Random numbers with seeds: TensorFlow's own streams, over several runs of one session."""

import numpy as np

from tests.reference.spec import case, error, f32, i32, of, script, table, x

ROUNDED = (
    "Box-Muller in double, rounded: the C library's float32 logf and sincosf decide the last bits"
)
NORMAL = {"rtol": 2e-6, "atol": 1e-6, "why": ROUNDED}


def seeded(draw, seed=7):
    """`draw(tf)` in a graph with a seed."""

    def build(tf, *inputs):
        tf.set_random_seed(seed)
        return draw(tf, *inputs)

    return build


FLOATS = ("float32", "float64", "float16")

#: label -> draw(tf)
DRAWS = {
    "uniform": lambda tf: tf.random_uniform([2, 3]),
    "uniform_range": lambda tf: tf.random_uniform([7], -1.0, 2.0),
    "uniform_scalar": lambda tf: tf.random_uniform([]),
    "uniform_empty": lambda tf: tf.random_uniform([0, 3]),
    "uniform_one": lambda tf: tf.random_uniform([1]),
    "uniform_many": lambda tf: tf.random_uniform([300]),
    "uniform_seed": lambda tf: tf.random_uniform([5], seed=3),
    "uniform_named": lambda tf: tf.random_uniform([2], name="u"),
    "uniform_int": lambda tf: tf.random_uniform([9], 0, 10, dtype=tf.int32),
    "uniform_int_negative": lambda tf: tf.random_uniform([9], -5, 5, tf.int32),
    "uniform_int64": lambda tf: tf.random_uniform([9], 0, 10**12, tf.int64),
    "uniform_int_one_value": lambda tf: tf.random_uniform([4], 3, 4, tf.int32),
    "uniform_twice": lambda tf: [tf.random_uniform([3]), tf.random_uniform([3])],
    "uniform_same_op_seed": lambda tf: [
        tf.random_uniform([3], seed=1),
        tf.random_uniform([3], seed=1),
    ],
    "shuffle": lambda tf: tf.random_shuffle(tf.range(10)),
    "shuffle_rows": lambda tf: tf.random_shuffle([[1, 2], [3, 4], [5, 6]], seed=2),
    "shuffle_one": lambda tf: tf.random_shuffle([5]),
    "shuffle_text": lambda tf: tf.random_shuffle(["a", "b", "c", "d"]),
    "crop": lambda tf: tf.random_crop(tf.reshape(tf.range(30), [5, 6]), [2, 3]),
    "crop_seed": lambda tf: tf.random_crop(tf.reshape(tf.range(30), [5, 6]), [2, 6], seed=4),
    "multinomial": lambda tf: tf.multinomial([[0.0, 1.0, 2.0], [1.0, 1.0, -5.0]], 6),
    "multinomial_seed": lambda tf: tf.multinomial(tf.log([[0.1, 0.9]]), 5, seed=3),
    "multinomial_i32": lambda tf: tf.multinomial([[0.0, 1.0]], 5, output_dtype=tf.int32),
    "categorical": lambda tf: tf.random.categorical([[0.0, 0.0, 0.0]], 7),
    "multinomial_infinite": lambda tf: tf.multinomial(
        [[-np.inf, 0.0, -np.inf], [0.0, np.nan, 0.0]], 4
    ),
}

NORMAL_DRAWS = {
    "normal": lambda tf: tf.random_normal([2, 3]),
    "normal_odd": lambda tf: tf.random_normal([7]),
    "normal_moments": lambda tf: tf.random_normal([4], mean=2.0, stddev=0.5),
    "normal_scalar": lambda tf: tf.random_normal([]),
    "normal_many": lambda tf: tf.random_normal([300]),
    "normal_seed": lambda tf: tf.random_normal([5], seed=11),
    "normal_twice": lambda tf: [tf.random_normal([3]), tf.random_normal([3])],
    "truncated": lambda tf: tf.truncated_normal([2, 3]),
    "truncated_many": lambda tf: tf.truncated_normal([300]),
    "truncated_moments": lambda tf: tf.truncated_normal([5], mean=1.0, stddev=0.1),
    "truncated_scalar": lambda tf: tf.truncated_normal([]),
    "truncated_seed": lambda tf: tf.truncated_normal([5], seed=11),
    "normal_tensor_moments": lambda tf: tf.random_normal(
        [2], tf.constant([1.0, 2.0]), tf.constant(3.0)
    ),
}

SEEDS = (1, 42, 87654321, 2**31 - 1, 2**31 + 5, -1, 0)

STREAMS = (
    [case("random_" + label, seeded(draw), runs=3) for label, draw in sorted(DRAWS.items())]
    + [
        case("random_" + label, seeded(draw), runs=3, **NORMAL)
        for label, draw in sorted(NORMAL_DRAWS.items())
    ]
    + [
        case(
            f"random_uniform_{dtype}",
            seeded(lambda tf, dtype=dtype: tf.random_uniform([5], dtype=dtype)),
            runs=2,
        )
        for dtype in FLOATS
    ]
    + [
        case(
            f"random_{name}_{dtype}",
            seeded(lambda tf, name=name, dtype=dtype: getattr(tf, name)([5], dtype=dtype)),
            runs=2,
            rtol=2e-3 if dtype == "float16" else 2e-6,
            atol=1e-6,
            why=ROUNDED,
        )
        for name in ("random_normal", "truncated_normal")
        for dtype in FLOATS
    ]
    + [
        case(
            f"random_graph_seed_{seed}".replace("-", "minus_"),
            seeded(lambda tf: tf.random_uniform([4]), seed),
        )
        for seed in SEEDS
    ]
    + [
        case(
            f"random_op_seed_{seed}".replace("-", "minus_"),
            lambda tf, seed=seed: tf.random_uniform([4], seed=seed),
        )
        for seed in SEEDS
    ]
    + [
        case(
            f"random_both_seeds_{seed}".replace("-", "minus_"),
            seeded(lambda tf, seed=seed: tf.random_uniform([4], seed=seed), seed),
        )
        for seed in SEEDS
    ]
)

SHAPES = [
    case("random_shape_fed", seeded(lambda tf, s: tf.random_uniform(s)), [of([2, 3], "int32")]),
    case("random_shape_i64", seeded(lambda tf, s: tf.random_uniform(s)), [of([2, 3], "int64")]),
    case(
        "random_shape_of",
        seeded(lambda tf, a: tf.random_normal(tf.shape(a))),
        [f32(2, 3)],
        **NORMAL,
    ),
    case(
        "random_shape_packed",
        seeded(lambda tf, a: tf.random_uniform([tf.shape(a)[0], 2])),
        [f32(2, 3)],
    ),
    case(
        "random_crop_fed",
        seeded(lambda tf, a: tf.random_crop(a, [2, 2])),
        [x(4, 5)],
        grad=True,
        nodes=False,
        variants=("full", "batch"),
    ),
    case("random_shuffle_fed", seeded(lambda tf, a: tf.random_shuffle(a, seed=1)), [x(5, 2)]),
    case("multinomial_fed", seeded(lambda tf, a: tf.multinomial(a, 3)), [x(2, 4)]),
    error("random_uniform_int_no_max", lambda tf: tf.random_uniform([2], dtype=tf.int32)),
    error("random_uniform_int_empty_range", lambda tf: tf.random_uniform([2], 3, 3, tf.int32)),
    error("random_uniform_bool", lambda tf: tf.random_uniform([2], dtype=tf.bool)),
    error("random_normal_int", lambda tf: tf.random_normal([2], dtype=tf.int32)),
    error("random_negative_shape", lambda tf, s: tf.random_uniform(s), [of([2, -3], "int32")]),
    error("random_crop_too_large", lambda tf, a: tf.random_crop(a, [5, 5]), [f32(4, 5)]),
    error("multinomial_vector", lambda tf, a: tf.multinomial(a, 3), [f32(4)]),
    error("multinomial_negative", lambda tf, a: tf.multinomial(a, -1), [f32(2, 4)]),
]

DROPOUTS = [
    case(
        "dropout_keep_prob",
        seeded(lambda tf, a: tf.nn.dropout(a, 0.6)),
        [x(4, 5)],
        grad=True,
        runs=2,
    ),
    case(
        "dropout_keep_prob_keyword",
        seeded(lambda tf, a: tf.nn.dropout(a, keep_prob=0.6)),
        [x(4, 5)],
        runs=2,
    ),
    case(
        "dropout_rate",
        seeded(lambda tf, a: tf.nn.dropout(a, rate=0.3)),
        [x(4, 5)],
        grad=True,
        grad2=True,
    ),
    case(
        "dropout_seed",
        seeded(lambda tf, a: tf.nn.dropout(a, rate=0.3, seed=5)),
        [x(4, 5)],
        grad=True,
    ),
    case(
        "dropout_op_seed_only",
        lambda tf, a: tf.nn.dropout(a, rate=0.3, seed=5),
        [x(4, 5)],
        grad=True,
        runs=2,
    ),
    case(
        "dropout_noise_shape",
        seeded(lambda tf, a: tf.nn.dropout(a, rate=0.5, noise_shape=[4, 1])),
        [x(4, 5)],
        grad=True,
    ),
    case(
        "dropout_noise_shape_none",
        seeded(lambda tf, a: tf.nn.dropout(a, rate=0.5, noise_shape=[None, 1])),
        [x(4, 5)],
        variants=("full", "batch"),
    ),
    case(
        "dropout_keep_prob_fed",
        seeded(lambda tf, a, keep: tf.nn.dropout(a, keep)),
        [x(4, 5), of(0.75, None)],
        grad=(0,),
        no_fd="the probability is data",
    ),
    case(
        "dropout_rate_fed",
        seeded(lambda tf, a, rate: tf.nn.dropout(a, rate=rate)),
        [x(4, 5), of(0.25, None)],
        grad=(0,),
        no_fd="the probability is data",
    ),
    case("dropout_nothing", seeded(lambda tf, a: tf.nn.dropout(a, rate=0.0)), [x(4, 5)], grad=True),
    case("dropout_keep_all", seeded(lambda tf, a: tf.nn.dropout(a, 1.0)), [x(4, 5)], grad=True),
    case(
        "dropout_keep_all_fed",
        seeded(lambda tf, a, keep: tf.nn.dropout(a, keep)),
        [x(4, 5), of(1.0)],
        variants=("full",),
    ),
    case(
        "dropout_f64",
        seeded(lambda tf, a: tf.nn.dropout(a, rate=0.3)),
        [x(4, 5)],
        dtypes=("float64",),
    ),
    case(
        "dropout_f16",
        seeded(lambda tf, a: tf.nn.dropout(a, rate=0.5)),
        [x(4, 5)],
        dtypes=("float16",),
    ),
    case(
        "dropout_rank_4",
        seeded(lambda tf, a: tf.nn.dropout(a, 0.5, noise_shape=[2, 1, 1, 3])),
        [x(2, 2, 2, 3)],
        grad=True,
    ),
    case("dropout_named", seeded(lambda tf, a: tf.nn.dropout(a, 0.5, name="drop")), [x(2)]),
    error(
        "dropout_rate_too_large",
        lambda tf, a: tf.nn.dropout(a, rate=1.0),
        [f32(2)],
        variants=("full",),
    ),
    error(
        "dropout_rate_negative",
        lambda tf, a: tf.nn.dropout(a, rate=-0.1),
        [f32(2)],
        variants=("full",),
    ),
    error(
        "dropout_keep_prob_zero", lambda tf, a: tf.nn.dropout(a, 0.0), [f32(2)], variants=("full",)
    ),
    error("dropout_integers", lambda tf, a: tf.nn.dropout(a, 0.5), [i32(2)], variants=("full",)),
    error("dropout_nothing_given", lambda tf, a: tf.nn.dropout(a), [f32(2)], variants=("full",)),
    error(
        "dropout_noise_shape_differs",
        lambda tf, a: tf.nn.dropout(a, 0.5, noise_shape=[3, 2]),
        [f32(4, 5)],
        variants=("full",),
    ),
]


@script("random_streams_of_sessions")
def random_streams_of_sessions(tf):
    """Every session starts the streams anew; a run draws only for what it computes."""
    tf.set_random_seed(1)
    first, second = tf.random_uniform([2]), tf.random_uniform([2])
    for _ in range(2):
        with tf.Session() as session:
            yield session.run(first)
            yield session.run([first, second])
            yield session.run(second)
            yield session.run([first, first])


@script("random_seed_set_late")
def random_seed_set_late(tf):
    """A graph seed counts for the ops made after it."""
    tf.set_random_seed(1)
    first = tf.random_uniform([2])
    tf.set_random_seed(2)
    second = tf.random_uniform([2])
    with tf.Session() as session:
        yield session.run([first, second])
    yield [
        [op.get_attr("seed"), op.get_attr("seed2")]
        for op in (first.op.inputs[0].op.inputs[0].op, second.op.inputs[0].op.inputs[0].op)
    ]


@script("random_seed_attributes")
def random_seed_attributes(tf):
    """get_seed: the pairs that the nodes hold."""
    for graph_seed in (None, 0, 1, 2**31 - 1, 2**31, 2**40 + 3, -7):
        for op_seed in (None, 0, 1, 2**31 - 1, 2**31, -7):
            with tf.Graph().as_default():
                if graph_seed is not None:
                    tf.set_random_seed(graph_seed)
                yield list(tf.get_seed(op_seed))


@script("random_variables", **NORMAL)
def random_variables(tf):
    """Initial values of a network, in the order of creation."""
    tf.set_random_seed(0)
    w = tf.Variable(tf.truncated_normal([3, 4], stddev=0.1))
    b = tf.get_variable("b", [4], initializer=tf.random_uniform_initializer(-1.0, 1.0))
    v = tf.get_variable("v", [3, 2])
    n = tf.get_variable("n", [3], initializer=tf.random_normal_initializer(1.0, 0.5, seed=2))
    t = tf.get_variable("t", [3], initializer=tf.truncated_normal_initializer(stddev=0.5))
    g = tf.get_variable("g", [2, 3], initializer=tf.glorot_normal_initializer())
    s = tf.get_variable(
        "s", [2, 3], initializer=tf.variance_scaling_initializer(2.0, "fan_out", "uniform")
    )
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        yield session.run([w, b, v, n, t, g, s])


CASES = table(
    STREAMS,
    SHAPES,
    DROPOUTS,
    random_streams_of_sessions,
    random_seed_set_late,
    random_seed_attributes,
    random_variables,
)

"""Random numbers that follow from pairs of seeds."""

from tests.reference.spec import case, error, of, table

ROUNDED = (
    "Box-Muller in double, rounded: the C library's float32 logf and sincosf decide the last bits"
)
NORMAL = {"rtol": 2e-6, "atol": 1e-6, "why": ROUNDED}
SEEDS = ([1, 2], [-5, 10**12], [0, 0])

#: label -> draw(tf.random, tf, seed)
DRAWS = {
    "uniform": lambda r, tf, seed: r.stateless_uniform([2, 3], seed),
    "uniform_range": lambda r, tf, seed: r.stateless_uniform([7], seed, -1.0, 2.0),
    "uniform_double": lambda r, tf, seed: r.stateless_uniform([7], seed, dtype=tf.float64),
    "uniform_half": lambda r, tf, seed: r.stateless_uniform([7], seed, dtype=tf.float16),
    "uniform_int": lambda r, tf, seed: r.stateless_uniform([9], seed, 0, 10, tf.int32),
    "uniform_int64": lambda r, tf, seed: r.stateless_uniform([9], seed, -5, 10**12, tf.int64),
    "uniform_empty": lambda r, tf, seed: r.stateless_uniform([0, 3], seed),
    "multinomial": lambda r, tf, seed: r.stateless_multinomial(
        [[0.0, 1.0, 2.0], [1.0, 1.0, -5.0]], 6, seed
    ),
    "categorical": lambda r, tf, seed: r.stateless_categorical(
        [[0.0, 0.0, 0.0]], 7, seed, dtype=tf.int32
    ),
}

NORMAL_DRAWS = {
    "normal": lambda r, tf, seed: r.stateless_normal([2, 3], seed),
    "normal_scaled": lambda r, tf, seed: r.stateless_normal([9], seed, 2.0, 0.5),
    "normal_double": lambda r, tf, seed: r.stateless_normal([5], seed, dtype=tf.float64),
    "truncated_normal": lambda r, tf, seed: r.stateless_truncated_normal([40], seed),
    "truncated_normal_double": lambda r, tf, seed: r.stateless_truncated_normal(
        [9], seed, dtype=tf.float64
    ),
}

CASES = table(
    [
        case(
            f"{label}_{number}",
            lambda tf, draw=draw, seed=seed: draw(tf.random, tf, tf.constant(seed, tf.int64)),
            **(NORMAL if label in NORMAL_DRAWS else {}),
        )
        for label, draw in {**DRAWS, **NORMAL_DRAWS}.items()
        for number, seed in enumerate(SEEDS)
    ],
    case(
        "fed",
        lambda tf, shape, seed: tf.random.stateless_uniform(shape, seed),
        [of([2, 3], "int32"), of([4, 5], "int32")],
    ),
    error(
        "three_seeds",
        lambda tf, seed: tf.random.stateless_uniform([2], seed),
        [of([4, 5, 6], "int32")],
        variants=("unknown",),
    ),
    error(
        "three_seeds_known",
        lambda tf: tf.random.stateless_uniform([2], [4, 5, 6]),
        shows=("Dimension must be 2 but is 3",),
    ),
    error(
        "empty_range",
        lambda tf, low: tf.random.stateless_uniform([2], [1, 2], low, 3, tf.int32),
        [of(3, "int32")],
        shows=("Need minval < maxval, got 3 >= 3",),
    ),
    error(
        "no_maxval",
        lambda tf: tf.random.stateless_uniform([2], [1, 2], dtype=tf.int32),
        shows=("Must specify maxval for integer dtype tf.int32",),
    ),
    error("no_integers", lambda tf: tf.random.stateless_uniform([2], [1, 2], dtype=tf.uint8)),
)

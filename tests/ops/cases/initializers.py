"""tf.initializers with seeds: their nodes, and the numbers that they draw."""

import numpy as np

from tests.reference.spec import case, error, script, table


def made(name, shape, *arguments, **options):
    """Of tf.initializers, called with a shape."""

    def build(tf):
        tf.set_random_seed(11)
        return getattr(tf.initializers, name)(*arguments, **options)(shape)

    return case(
        f"{name}_{'x'.join(map(str, shape))}_{'_'.join(map(str, options.values()))}",
        build,
        runs=2,
        rtol=1e-5 if name == "orthogonal" else None,
        atol=1e-6 if name == "orthogonal" else None,
        why="the factorisation rounds otherwise" if name == "orthogonal" else None,
    )


def filters(name, shape, **options):
    """Of tf.contrib.framework, called with a shape."""

    def build(tf):
        tf.set_random_seed(11)
        return getattr(tf.contrib.framework, name)(**options)(shape)

    return case(
        f"{name}_{'x'.join(map(str, shape))}_{'_'.join(map(str, options.values()))}",
        build,
        rtol=1e-4,
        atol=1e-5,
        why="the factorisations round otherwise",
    )


INITIALIZERS = [
    *[
        made(name, shape, seed=seed)
        for name in ("glorot_uniform", "glorot_normal", "he_normal", "he_uniform")
        + ("lecun_normal", "lecun_uniform", "uniform_unit_scaling", "truncated_normal")
        + ("random_normal", "random_uniform")
        for shape, seed in (([6], 7), ([4, 3], None), ([3, 3, 2, 5], 7))
    ],
    *[
        made("variance_scaling", [5, 4], scale=2.0, mode=mode, distribution=distribution, seed=3)
        for mode in ("fan_in", "fan_out", "fan_avg")
        for distribution in ("normal", "uniform", "truncated_normal", "untruncated_normal")
    ],
    made("random_normal", [4], mean=3.0, stddev=0.1, seed=1),
    made("random_uniform", [5], minval=-3, maxval=9, seed=1, dtype="int32"),
    made("truncated_normal", [4], mean=3.0, stddev=0.1, seed=1, dtype="float64"),
    *[
        made("orthogonal", shape, seed=seed, gain=gain)
        for shape in ([4, 3], [3, 4], [2, 2, 3, 5])
        for seed, gain in ((None, 1.0), (5, 2.5))
    ],
    made("identity", [3, 4], gain=2.0),
    made("zeros", [2, 3]),
    made("ones", [2, 3], dtype="int32"),
    made("constant", [2, 3], value=7),
]

FILTERS = [
    *[
        filters(f"convolutional_orthogonal_{rank}d", [size] * rank + [2, 3], seed=seed, gain=gain)
        for rank in (1, 2, 3)
        for size in (1, 2, 3)
        for seed, gain in ((None, 1.0), (5, 2.5))
        if size < 3 or rank < 3
    ],
    *[
        filters("convolutional_delta_orthogonal", [3] * rank + [2, 3], seed=4, gain=1.5)
        for rank in (1, 2, 3)
    ],
]


def bad(name, shape, *shows):
    return error(
        f"{name}_{'x'.join(map(str, shape))}",
        lambda tf: getattr(tf.contrib.framework, name)()(shape),
        shows=shows,
    )


ERRORS = [
    bad("convolutional_orthogonal_1d", [3, 2], "must be three-dimensional"),
    bad("convolutional_orthogonal_2d", [3, 3, 4, 2], "In_filters cannot be greater"),
    bad("convolutional_orthogonal_2d", [3, 2, 2, 2], "Kernel sizes must be equal"),
    bad("convolutional_orthogonal_3d", [3, 3, 2, 2, 2], "Kernel sizes must be equal"),
    bad("convolutional_delta_orthogonal", [2, 3], "at least three-dimensional"),
    bad("convolutional_delta_orthogonal", [3, 3, 2], "In_filters cannot be greater"),
    *[
        error(
            f"{name}_of_integers",
            lambda tf, name=name: getattr(tf.initializers, name)(dtype=tf.int32),
            shows=["Expected floating point type"],
        )
        for name in ("orthogonal", "truncated_normal", "variance_scaling", "identity")
    ],
]


@script("seeds_count_up")
def seeds_count_up(tf):
    """A filter's initializer draws each matrix with a seed of its own."""
    initializer = tf.contrib.framework.convolutional_orthogonal_2d(seed=3)
    filters = initializer([3, 3, 2, 2])
    yield initializer.seed, initializer.get_config()
    images = np.random.RandomState(0).normal(size=[1, 8, 8, 2]).astype(np.float32)
    # A filter that keeps lengths, where no edges are in the way: all positions, going round.
    padded = np.pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]], "wrap")
    outputs = tf.nn.conv2d(padded, filters, strides=[1, 1, 1, 1], padding="VALID")
    with tf.Session() as session:
        yield abs(np.linalg.norm(session.run(outputs)) / np.linalg.norm(images) - 1) < 1e-5


CASES = table(INITIALIZERS, FILTERS, ERRORS, [seeds_count_up])

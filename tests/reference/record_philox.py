"""Records random numbers of TensorFlow 1.15.5, for tests/ops/test_philox.py.

python -m tests.reference.record_philox      (Python 3.7, tensorflow==1.15.5 'protobuf<3.21')

A case is an op, its attributes and the runs of one session: what was fed, and the numbers.
"""

import base64
import itertools
import json
import os
import pathlib
import warnings

# One core, hence one thread: Multinomial gives each thread a random stream.
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from tensorflow.python.ops import gen_random_ops  # noqa: E402

RECORDED = pathlib.Path(__file__).with_name("philox.json")

# (seed, seed2) as get_seed() makes them: of a graph seed alone, an op seed alone, both, and the
# two smallest and largest that there are; then two that only a GraphDef can hold.
SEEDS = [
    (1234, 3),
    (87654321, 42),
    (1, 2),
    (0, 2**31 - 1),
    (2**31 - 2, 2**31 - 2),
    (-5, 2**40 + 7),
    (2**33 + 1, -1),
]
# Runs of equal and of different size, with and without a block that is not used up.
SHAPES = [[5], [5], [5], [5], [2, 3], [0], [7], [7], [], [], [3, 1, 4], [150], [150], [150]]
HUGE = 2**20
FLOATS = ["float16", "bfloat16", "float32", "float64"]


def encode(values):
    values = np.asarray(values)
    return {
        "dtype": values.dtype.name if values.dtype.kind in "if" else "bfloat16",
        "shape": list(values.shape),
        "data": base64.b64encode(values.tobytes()).decode(),
    }


def record(op, build, seeds, dtype, runs, step=1):
    """A case of the op that `build(feeds)` makes, fed with the arrays by name of each run.

    `step`: with 37, for example, every 37th number is recorded. A huge run only moves the stream.
    """
    with tf.Graph().as_default(), tf.Session() as session:
        feeds = {
            name: tf.placeholder(array.dtype, [None] * array.ndim)
            for name, array in runs[0].items()
        }
        output = build(feeds)
        case = {"op": op, "seed": seeds[0], "seed2": seeds[1], "dtype": dtype, "step": step}
        case["runs"] = []
        for run in runs:
            values = session.run(output, {feeds[name]: array for name, array in run.items()})
            shown = values if step == 1 else values.reshape(-1)[::step]
            case["runs"].append(
                {
                    "feeds": {name: encode(array) for name, array in run.items()},
                    "values": encode(shown) if values.size < HUGE else None,
                }
            )
    return case


def shapes(*lengths):
    return [{"shape": np.array(length, np.int32)} for length in lengths]


def by_shape(op, function, seeds, dtype, runs, step=1):
    def build(feeds):
        return function(feeds["shape"], dtype, seed=seeds[0], seed2=seeds[1])

    return record(op, build, seeds, dtype, runs, step)


def float_cases():
    functions = {
        "uniform": gen_random_ops.random_uniform,
        "standard_normal": gen_random_ops.random_standard_normal,
        "truncated_normal": gen_random_ops.truncated_normal,
    }
    for (op, function), dtype in itertools.product(sorted(functions.items()), FLOATS):
        for seeds in SEEDS if dtype == "float32" else SEEDS[:1]:
            runs = shapes(*(SHAPES if seeds == SEEDS[0] else SHAPES[:6]))
            yield by_shape(op, function, seeds, dtype, runs)
        large = shapes([150, 100], [150, 100])
        yield by_shape(op, function, SEEDS[1], dtype, large, step=37)
        # The second run crosses 2^32 blocks: a word of the counter overflows into the next.
        if op == "uniform" or dtype == "float32":
            carry = shapes([2**24 - 1], [1200])
            yield by_shape(op, function, SEEDS[2], dtype, carry)


def int_cases():
    ranges = {
        "int32": [(0, 10), (-5, 3), (-(2**31), 2**31 - 1), (7, 8), (0, 2**31 - 1), (-1, 1)],
        "int64": [(0, 10), (-5, 3), (-(2**63), 2**63 - 1), (7, 8), (2**40, 2**41 + 3), (-1, 1)],
    }
    for dtype, (seeds, bounds) in itertools.product(
        sorted(ranges), zip(SEEDS[:6], zip(*(ranges[d] for d in sorted(ranges))))
    ):
        minval, maxval = bounds[sorted(ranges).index(dtype)]
        runs = [
            {
                "shape": np.array(shape, np.int32),
                "minval": np.array(minval, dtype),
                "maxval": np.array(maxval, dtype),
            }
            for shape in SHAPES[:10]
        ]

        def build(feeds, seeds=seeds):
            arguments = feeds["shape"], feeds["minval"], feeds["maxval"]
            return gen_random_ops.random_uniform_int(*arguments, seed=seeds[0], seed2=seeds[1])

        yield record("uniform_int", build, seeds, dtype, runs)


def shuffle_cases():
    for seeds in SEEDS[:3]:
        runs = [{"values": np.arange(length)} for length in (5, 5, 1, 0, 8, 9, 2, 300, 3)]

        def build(feeds, seeds=seeds):
            return gen_random_ops.random_shuffle(feeds["values"], seed=seeds[0], seed2=seeds[1])

        yield record("permutation", build, seeds, "int64", runs)


def multinomial_cases():
    state = np.random.RandomState(0)
    unlikely = np.array([[np.inf, 0, 0], [-np.inf] * 3, [np.nan, 1, 0], [0, 0, -1e30]])
    for logits_dtype, dtype in [("float32", "int64"), ("float64", "int32"), ("float16", "int64")]:
        runs = [
            {
                "logits": (2 * state.standard_normal(shape)).astype(logits_dtype),
                "num_samples": np.array(num_samples, np.int32),
            }
            for shape, num_samples in [((3, 5), 7), ((3, 5), 7), ((1, 20), 50), ((4, 2), 0)]
        ]
        runs.append(
            {"logits": unlikely.astype(logits_dtype), "num_samples": runs[0]["num_samples"]}
        )
        runs.append({"logits": runs[0]["logits"][:0], "num_samples": runs[0]["num_samples"]})
        runs.append(runs[0])

        def build(feeds, dtype=dtype):
            arguments = feeds["logits"], feeds["num_samples"]
            seed, seed2 = SEEDS[0]
            return gen_random_ops.multinomial(
                *arguments, seed=seed, seed2=seed2, output_dtype=dtype
            )

        yield record("multinomial", build, SEEDS[0], dtype, runs)


def gamma_cases():
    for dtype in ("float16", "float32", "float64"):
        alphas = [
            np.array([0.3, 1, 5, 0.9, 1.5, 40], dtype),
            np.array([1, 1e-3, 0, -1, np.inf, np.nan], dtype),
            np.array([2, 0.7], dtype),
            np.array([], dtype),
            np.array([1, 3], dtype),
        ]
        lengths = [[2, 50], [3], [], [4], [0]]
        runs = [
            {"shape": np.array(length, np.int32), "alpha": alpha}
            for length, alpha in list(zip(lengths, alphas)) + [([40], alphas[0])]
        ]

        def build(feeds):
            arguments = feeds["shape"], feeds["alpha"]
            return gen_random_ops.random_gamma(*arguments, seed=SEEDS[1][0], seed2=SEEDS[1][1])

        yield record("gamma", build, SEEDS[1], dtype, runs)


def poisson_cases():
    for rate_dtype, dtype in [
        ("float32", "float32"),
        ("float64", "int64"),
        ("float16", "int32"),
        ("int32", "float64"),
        ("int64", "float16"),
    ]:
        rates = [
            np.array([0.5, 2, 9.99, 10, 30.5, 1000], rate_dtype),
            np.array([0, -1, 3, 20] + [np.inf] * (dtype == "float32"), rate_dtype),
            np.array([], rate_dtype),
        ]
        lengths = [[2, 50], [3], [4]]
        runs = [
            {"shape": np.array(length, np.int32), "rate": rate}
            for length, rate in list(zip(lengths, rates)) + [([40], rates[0])]
        ]

        def build(feeds, dtype=dtype):
            arguments = feeds["shape"], feeds["rate"]
            seed, seed2 = SEEDS[1]
            return gen_random_ops.random_poisson_v2(*arguments, seed=seed, seed2=seed2, dtype=dtype)

        yield record("poisson", build, SEEDS[1], dtype, runs)


if __name__ == "__main__":
    tf.compat.v1.logging.set_verbosity("ERROR")
    cases = itertools.chain(
        float_cases(),
        int_cases(),
        shuffle_cases(),
        multinomial_cases(),
        gamma_cases(),
        poisson_cases(),
    )
    lines = [json.dumps(case, sort_keys=True) for case in cases]
    RECORDED.write_text("[\n" + ",\n".join(lines) + "\n]\n")

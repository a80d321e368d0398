"""Normal numbers within bounds: TensorFlow's own streams, over two runs of one session."""

from tests.reference.spec import case, error, table

INF = float("inf")
ROUNDED = (
    "Box-Muller in double, rounded: the C library's float32 logf and sincosf decide the last bits"
)

#: label -> parameters beside a mean of 0, a deviation of 1, and bounds of -2 and 2
DRAWS = {
    "inside": {},
    "many": {"shape": [250]},
    "upper_tail": {"minvals": 3.0, "maxvals": INF},
    "lower_tail": {"minvals": -INF, "maxvals": -2.0},
    "narrow": {"minvals": 0.1, "maxvals": 0.3},
    "around_the_mean": {"minvals": -1.0, "maxvals": 1.0},
    "narrow_tail": {"means": 1.0, "stdevs": 2.0, "minvals": 5.0, "maxvals": 5.5},
    "lower_part": {"minvals": -4.0, "maxvals": -2.0},
    "batch": {
        "shape": [2, 3],
        "means": [0.0, 5.0],
        "stdevs": [1.0, 0.3],
        "minvals": [-1.0, 4.9],
        "maxvals": [1.0, 9.0],
    },
}


def draw(dtype="float32", **options):
    def build(tf):
        numbers = {"means": 0.0, "stdevs": 1.0, "minvals": -2.0, "maxvals": 2.0}
        shape = options.get("shape", [12])
        given = {name: tf.constant(options.get(name, numbers[name]), dtype) for name in numbers}
        return tf.raw_ops.ParameterizedTruncatedNormal(shape=shape, seed=3, seed2=5, **given)

    return build


CASES = table(
    [
        case(
            f"{label}_{dtype}",
            draw(dtype, **options),
            runs=2,
            rtol=1e-5,
            atol=2e-6,
            why=ROUNDED,
        )
        for label, options in DRAWS.items()
        for dtype in ("float32", "float64")
    ],
    error("no_numbers", draw(maxvals=-3.0), shows=("Invalid parameters",)),
    error("no_deviation", draw(stdevs=0.0), shows=("Invalid parameters",)),
    error("other_batch", draw(shape=[3, 2], means=[0.0, 1.0])),
    error("no_shape", draw(shape=[])),
)

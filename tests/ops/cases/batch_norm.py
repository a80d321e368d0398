"""Normalisation over batches and over neighbouring channels."""

from tests.reference.spec import case, error, f32, of, table, x

FLOATS = ("float32", "float16")


def norm(training=True, data_format="NHWC", epsilon=0.01):
    def build(tf, a, scale, offset, *statistics):
        mean, variance = statistics or (None, None)
        return tf.nn.fused_batch_norm(
            a,
            scale,
            offset,
            mean,
            variance,
            epsilon=epsilon,
            data_format=data_format,
            is_training=training,
        )

    return build


def only_y(build):
    return lambda tf, *inputs: build(tf, *inputs)[0]


def shapes_of_gradient(build):
    """The static shapes of all outputs of the op that computes the gradient."""

    def shapes(tf, a, *inputs):
        [gradient] = tf.gradients(build(tf, a, *inputs)[0], a)
        return [output.shape.as_list() for output in gradient.op.outputs]

    return shapes


VECTORS = [f32(3, domain="positive"), f32(3)]
STATISTICS = [f32(3), f32(3, domain="positive")]

NORMS = [
    case("training", norm(), [f32(2, 4, 3, 3), *VECTORS]),
    case(
        "training_gradient",
        only_y(norm()),
        [f32(2, 4, 3, 3), *VECTORS],
        variants=("full", "unknown"),
        grad=True,
        grad2=True,
        no_fd="float32 only",
        rtol=2e-4,
        atol=2e-4,
        why="differences of sums in float32",
    ),
    case("training_half", only_y(norm()), [x(2, 4, 3, 3), *VECTORS], dtypes=FLOATS),
    case(
        "training_far_from_zero",
        norm(),
        [of([[[[1000.0, 0.001]], [[1001.0, 0.002]], [[1003.0, 0.004]]]]), f32(2), f32(2)],
        rtol=1e-4,
        why="x * scale + (offset - mean * scale) is rounded at 1000, (x - mean) * scale at 1",
    ),
    case("training_small_epsilon", norm(epsilon=1e-9), [f32(2, 4, 3, 3), *VECTORS]),
    case("training_one_element", norm(), [f32(1, 1, 1, 3), *VECTORS]),
    case("training_no_pictures", norm(), [f32(0, 4, 3, 3), *VECTORS]),
    # The statistics that TensorFlow's CPU kernel gives back here are not set.
    case("inference", only_y(norm(False)), [f32(2, 4, 3, 3), *VECTORS, *STATISTICS]),
    case(
        "inference_gradient",
        only_y(norm(False)),
        [f32(2, 4, 3, 3), *VECTORS, *STATISTICS],
        variants=("full", "unknown"),
        grad=(0, 1, 2),
        grad2=True,
        no_fd="float32 only",
        rtol=2e-4,
        atol=2e-4,
        why="differences of sums in float32",
    ),
    *[
        case(
            f"shapes_of_gradient_{'training' if training else 'inference'}",
            shapes_of_gradient(norm(training)),
            [f32(2, 4, 3, 3), *VECTORS, *([] if training else STATISTICS)],
            variants=("full",),
            nodes=False,
        )
        for training in (True, False)
    ],
    case(
        "inference_half", only_y(norm(False)), [x(2, 4, 3, 3), *VECTORS, *STATISTICS], dtypes=FLOATS
    ),
    error("mean_in_training", norm(), [f32(2, 4, 3, 3), *VECTORS, *STATISTICS]),
    error("rank", norm(), [f32(4, 3, 3), *VECTORS], variants=("full",)),
    error("channels", norm(), [f32(2, 4, 3, 4), *VECTORS], variants=("full",)),
    error("format", norm(data_format="HWNC"), [f32(2, 4, 3, 3), *VECTORS], variants=("full",)),
    *[
        case(
            f"with_global_normalization_{scaled}",
            lambda tf, a, m, v, beta, gamma, scaled=scaled: (
                tf.nn.batch_norm_with_global_normalization(a, m, v, beta, gamma, 0.001, scaled)
            ),
            [f32(2, 3, 2, 3), *STATISTICS, f32(3), f32(3)],
            grad=True,
            no_fd="float32 only",
        )
        for scaled in (False, True)
    ],
]

RESPONSES = [
    case(
        "local_response_normalization",
        lambda tf, a: tf.nn.local_response_normalization(a),
        [x(2, 3, 2, 12)],
        grad=True,
        no_fd="float32 only",
        dtypes=FLOATS,
    ),
    case(
        "lrn_settings",
        lambda tf, a: tf.nn.lrn(a, 2, bias=1.5, alpha=0.3, beta=0.75, name="l"),
        [f32(2, 3, 2, 7)],
        grad=True,
        no_fd="float32 only",
    ),
    case(
        "lrn_wide",
        lambda tf, a: tf.nn.lrn(a, 20),
        [f32(1, 2, 2, 3)],
        grad=True,
        no_fd="float32 only",
    ),
    error("lrn_rank", lambda tf, a: tf.nn.lrn(a), [f32(3, 2, 7)]),
]

CASES = table(NORMS, RESPONSES)

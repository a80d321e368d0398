"""Candidate samplers, and the losses that they are for.  With seeds set: TensorFlow's numbers."""

from tests.reference.spec import case, error, of, table, x

CLASSES = [[1, 2], [0, 4], [3, 3]]


def sampler(function, *arguments, **options):
    return lambda tf, classes: list(
        getattr(tf.nn, function)(classes, 2, *arguments, seed=6, **options)
    )


def sampled(name, build, **options):
    return case(name, build, [of(CLASSES, "int64")], runs=4, **options)


SAMPLERS = [
    entry
    for name in ("uniform", "log_uniform", "learned_unigram")
    for entry in (
        sampled(f"{name}_unique", sampler(f"{name}_candidate_sampler", 5, True, 7)),
        sampled(f"{name}_repeating", sampler(f"{name}_candidate_sampler", 9, False, 8)),
        sampled(f"{name}_all", sampler(f"{name}_candidate_sampler", 5, True, 5, name="mine")),
        error(
            f"{name}_too_many",
            sampler(f"{name}_candidate_sampler", 6, True, 5),
            [of(CLASSES, "int64")],
            shows=("Sampler's range is too small",),
        ),
        error(
            f"{name}_wrong_width",
            sampler(f"{name}_candidate_sampler", 3, True, 5),
            [of([[1], [2]], "int64")],
            variants=("unknown",),
        ),
    )
] + [
    sampled("log_uniform_many", sampler("log_uniform_candidate_sampler", 40, True, 5000)),
    sampled("uniform_many", sampler("uniform_candidate_sampler", 40, False, 100003)),
    sampled(
        "fixed_unigram",
        sampler(
            "fixed_unigram_candidate_sampler",
            4,
            True,
            6,
            unigrams=[1.0, 2.0, 3.0, 4.0, 5.0, 0.5],
            distortion=0.75,
        ),
    ),
    sampled(
        "fixed_unigram_reserved",
        sampler(
            "fixed_unigram_candidate_sampler",
            6,
            False,
            8,
            unigrams=[1.0, 2.0, 3.0, 4.0, 5.0, 0.5],
            num_reserved_ids=2,
        ),
    ),
    case(
        "fixed_unigram_shard",
        lambda tf, classes: list(
            tf.random.fixed_unigram_candidate_sampler(
                classes, 2, 3, False, 3, unigrams=[1.0, 2.0, 3.0, 4.0, 5.0, 0.5],
                num_shards=2, shard=1, seed=3,
            )
        ),
        [of([[0, 1]], "int64")],
    ),
    sampled("all_candidates", sampler("all_candidate_sampler", 6, True)),
    case(
        "accidental_hits",
        lambda tf, true, drawn: list(tf.nn.compute_accidental_hits(true, drawn, 2)),
        [of(CLASSES, "int64"), of([3, 2, 9, 2], "int64")],
    ),
    case(
        "accidental_hits_none",
        lambda tf, true, drawn: list(tf.nn.compute_accidental_hits(true, drawn, 2, seed=1)),
        [of(CLASSES, "int64"), of([7, 8], "int64")],
    ),
    error(
        "accidental_hits_wrong_width",
        lambda tf, true, drawn: list(tf.nn.compute_accidental_hits(true, drawn, 3)),
        [of(CLASSES, "int64"), of([7, 8], "int64")],
    ),
]  # fmt: skip


def loss(function, labels, **options):
    """The loss of a batch of 3 in 2 dimensions, of 7 classes."""

    def build(tf, weights, biases, inputs):
        tf.set_random_seed(5)
        return getattr(tf.nn, function)(
            weights, biases, tf.constant(labels), inputs, 4, 7, **options
        )

    return build


LOSS_INPUTS = [x(7, 2), x(7), x(3, 2)]


def parted(name):
    def build(tf, first, second, biases, inputs):
        tf.set_random_seed(5)
        labels = tf.constant([[1], [6], [0]])
        return getattr(tf.nn, name)(
            [first, second], biases, labels, inputs, 4, 7, partition_strategy="div"
        )

    return build


LOSSES = [
    entry
    for name in ("nce_loss", "sampled_softmax_loss")
    for entry in (
        case(
            name,
            loss(name, [[1], [6], [0]]),
            LOSS_INPUTS,
            grad=True,
            runs=2,
            no_fd="classes are drawn",
        ),
        case(
            f"{name}_two_true",
            loss(name, CLASSES, num_true=2, name="mine"),
            LOSS_INPUTS,
            grad=True,
            no_fd="classes are drawn",
        ),
        case(
            f"{name}_hits_{'kept' if name[0] == 's' else 'removed'}",
            loss(name, [[1], [6], [0]], remove_accidental_hits=name[0] == "n"),
            LOSS_INPUTS,
            grad=True,
            no_fd="classes are drawn",
        ),
        case(
            f"{name}_parts",
            parted(name),
            [x(4, 2), x(3, 2), x(7), x(3, 2)],
            grad=True,
            no_fd="classes are drawn",
            variants=("full",),
        ),
    )
] + [
    case(
        "sampled_softmax_loss_given",
        lambda tf, weights, biases, inputs: tf.nn.sampled_softmax_loss(
            weights,
            biases,
            tf.constant([[1], [6], [0]]),
            inputs,
            4,
            7,
            sampled_values=(
                tf.constant([0, 1, 2, 5], tf.int64),
                tf.constant([[0.5], [0.25], [0.75]]),
                tf.constant([0.75, 0.5, 0.25, 0.125]),
            ),
        ),
        LOSS_INPUTS,
        grad=True,
        grad2=True,
        no_fd="the counts are float32",
    ),
    case(
        "sampled_softmax_loss_seeded",
        lambda tf, *inputs: tf.nn.sampled_softmax_loss(
            *inputs[:2], tf.constant([[1], [6], [0]]), inputs[2], 4, 7, seed=8
        ),
        LOSS_INPUTS,
    ),
]

LOSSES.append(
    # Numbers of 16 bits among the nodes.
    case(
        "sampled_softmax_loss_bfloat16",
        lambda tf, weights, biases, inputs: tf.cast(
            tf.nn.sampled_softmax_loss(
                tf.cast(weights, tf.bfloat16),
                tf.cast(biases, tf.bfloat16),
                tf.constant([[1], [6], [0]]),
                tf.cast(inputs, tf.bfloat16),
                4,
                7,
                sampled_values=(
                    tf.constant([0, 1, 2, 5], tf.int64),
                    tf.constant([[0.5], [0.25], [0.75]], tf.bfloat16),
                    tf.constant([0.75, 0.5, 0.25, 0.125], tf.bfloat16),
                ),
                remove_accidental_hits=False,
            ),
            tf.float32,
        ),
        LOSS_INPUTS,
        variants=("full",),
        rtol=0.02,
        atol=0.02,
        why="bfloat16 has 8 bits",
    )
)

CASES = table(SAMPLERS, LOSSES)

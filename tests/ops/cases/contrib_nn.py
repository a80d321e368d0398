"""tf.contrib.nn, tf.contrib.sparsemax and tf.contrib.stateless."""

from tests.reference.spec import FLOATS, REALS, case, error, f32, i64, of, table, x

KINK = "the mask of what is kept"
# Rows of a table of classes, split over two tensors.
PARTS = [f32(3, 4, domain="open"), f32(2, 4, domain="open"), f32(3), f32(2)]
WHOLE = [f32(5, 4, domain="open"), f32(5)]
BATCH = [of([[1], [4], [2]], "int64"), f32(3, 4, domain="open")]
SAMPLED = ([0, 2, 3], [[0.6], [0.1], [0.7]], [0.8, 0.7, 0.4])

# -- Dropout --------------------------------------------------------------------------------------


def dropout(label, keep_prob, **options):
    def build(tf, a):
        return tf.contrib.nn.alpha_dropout(a, keep_prob, seed=3, **options)

    return case(label, build, [x(5, 4)], grad=True, grad2=True, runs=2, no_fd=KINK)


def dropout_error(name, keep_prob, **options):
    return error(name, lambda tf, a: tf.contrib.nn.alpha_dropout(a, keep_prob), [x(3)], **options)


DROPOUT = [
    dropout("alpha_dropout", 0.7),
    dropout("alpha_dropout_low", 0.1),
    dropout("alpha_dropout_of_rows", 0.5, noise_shape=[5, 1], name="mine"),
    case(
        "alpha_dropout_all_kept",
        lambda tf, a: [
            tf.contrib.nn.alpha_dropout(a, 1.0),
            tf.contrib.nn.alpha_dropout(a, tf.constant(1.0)),
        ],
        [x(3)],
    ),
    case(
        "alpha_dropout_fed",
        lambda tf, a, p: tf.contrib.nn.alpha_dropout(a, p, seed=5),
        [x(4, 3), of(0.4)],
        grad=True,
        no_fd=KINK,
    ),
    case(
        "alpha_dropout_types",
        lambda tf, a: tf.contrib.nn.alpha_dropout(a, 0.5, seed=2),
        [x(6)],
        dtypes=FLOATS,
    ),
    dropout_error("alpha_dropout_zero", 0.0, shows=("keep_prob must be a scalar tensor",)),
    dropout_error("alpha_dropout_above_one", 1.5, shows=("range (0, 1]", "1.5")),
    dropout_error("alpha_dropout_vector", [0.5, 0.5]),
]

# -- Losses ---------------------------------------------------------------------------------------


def rank_sampled(tf, weights, biases, labels, inputs, **options):
    settings = {
        "num_sampled": 3,
        "num_resampled": 2,
        "num_classes": 5,
        "num_true": 1,
        "sampled_values": SAMPLED,
        "resampling_temperature": 0.5,
        "remove_accidental_hits": True,
        "partition_strategy": "div",
    }
    settings.update(options)
    return tf.contrib.nn.rank_sampled_softmax_loss(weights, biases, labels, inputs, **settings)


def ranked(label, inputs=WHOLE, **options):
    def build(tf, *values):
        parts = len(values) // 2 - 1
        weights, biases = list(values[:parts]), list(values[parts : 2 * parts])
        labels, rows = values[2 * parts :]
        if parts == 1:
            weights, biases = weights[0], biases[0]
        return rank_sampled(tf, weights, biases, labels, rows, **options)

    return case(
        label, build, [*inputs, *BATCH], grad=True, variants=("full", "batch"), no_fd="float32"
    )


def ranked_error(name, **options):
    return error(
        name,
        lambda tf, *values: rank_sampled(tf, *values, **options),
        [*WHOLE, *BATCH],
        variants=("full",),
    )


def sparse_sampled(label, **options):
    def build(tf, *values):
        return tf.contrib.nn.sampled_sparse_softmax_loss(
            *values, num_sampled=3, num_classes=5, sampled_values=SAMPLED, **options
        )

    return case(
        label, build, [*WHOLE, *BATCH], grad=True, variants=("full", "batch"), no_fd="float32"
    )


def drawn(function, *arguments):
    """A loss of classes that are drawn: which, the graph's seed decides."""

    def build(tf, weights, biases, labels, inputs):
        tf.set_random_seed(8)
        return getattr(tf.contrib.nn, function)(weights, biases, labels, inputs, *arguments)

    return case(f"{function}_drawn", build, [*WHOLE, *BATCH], variants=("full",), runs=2)


def flipped(kind, inputs, **options):
    function = f"deprecated_flipped_{kind}_cross_entropy_with_logits"
    return case(
        f"{function}{'_'.join(['', *options])}",
        lambda tf, logits, labels: getattr(tf.contrib.nn, function)(logits, labels, **options),
        inputs,
        grad=(0,),
        no_fd="labels that do not add up to 1",
    )


LOSSES = [
    ranked("rank_sampled"),
    ranked("rank_sampled_parts", PARTS),
    ranked("rank_sampled_mod", PARTS, partition_strategy="mod", remove_accidental_hits=False),
    ranked("rank_sampled_warm", resampling_temperature=3.0, name="mine"),
    ranked_error("rank_sampled_too_many", num_sampled=6),
    ranked_error("rank_sampled_no_fewer", num_resampled=3),
    ranked_error("rank_sampled_no_strategy", partition_strategy="other"),
    sparse_sampled("sparse_sampled"),
    sparse_sampled("sparse_sampled_hits", remove_accidental_hits=False, name="mine"),
    drawn("sampled_sparse_softmax_loss", 3, 5),
    drawn("rank_sampled_softmax_loss", 4, 2, 5, 1, None, 1.0, True, "mod"),
    flipped("softmax", [x(3, 4), x(3, 4, domain="unit")]),
    flipped("softmax", [x(3, 4), x(3, 4, domain="unit")], dim=0),
    flipped("sparse_softmax", [x(3, 4), of([1, 0, 3], "int64")], name="mine"),
    flipped("sigmoid", [x(3, 4), x(3, 4, domain="unit")]),
]

# -- Single numbers, softplus ---------------------------------------------------------------------


def softplus(label, inputs, *arguments, **options):
    return case(
        label,
        lambda tf, *values: tf.contrib.nn.scaled_softplus(*values, *arguments, **options),
        inputs,
        grad=True,
        dtypes=FLOATS[:2],
    )


OTHERS = [
    case(
        "nth_element",
        lambda tf, a: [
            tf.contrib.nn.nth_element(a, 1),
            tf.contrib.nn.nth_element(a, 0, reverse=True, name="mine"),
        ],
        [x(3, 5)],
        dtypes=REALS[:6],
    ),
    case(
        "nth_element_gradient",
        lambda tf, a, n: tf.contrib.nn.nth_element(a, n),
        [x(2, 3, 4), of(2, "int32")],
        grad=True,
    ),
    error("nth_element_too_far", lambda tf, a: tf.contrib.nn.nth_element(a, 4), [x(2, 4)]),
    error("nth_element_negative", lambda tf, a: tf.contrib.nn.nth_element(a, -1), [x(2, 4)]),
    error("nth_element_of_scalar", lambda tf, a: tf.contrib.nn.nth_element(a, 0), [x()]),
    case(
        "conv1d_transpose",
        lambda tf, a, f: tf.contrib.nn.conv1d_transpose(a, f, [2, 6, 3], 2),
        [x(2, 3, 4), x(3, 3, 4)],
        grad=True,
    ),
    softplus("scaled_softplus", [x(3, 4)], 0.7),
    softplus("scaled_softplus_by_alpha", [x(3, 4), x(1, 4, domain="positive")]),
    softplus("scaled_softplus_clipped", [x(3, 4)], 0.7, 0.5, name="mine"),
    softplus(
        "scaled_softplus_by_all",
        [x(3, 4), x(1, 4, domain="positive"), of([[0.3], [0.9], [4.0]], None)],
    ),
]

# -- Sparsemax ------------------------------------------------------------------------------------

INFINITE = [
    [0.0, float("inf"), 1.0],
    [float("-inf"), 0.0, 5.0],
    [float("-inf")] * 3,
    [float("nan"), 1.0, 2.0],
    [float("-inf"), 0.5, 0.5],
]


def sparsemax_loss(tf, logits, labels, **options):
    contrib = tf.contrib.sparsemax
    return contrib.sparsemax_loss(logits, contrib.sparsemax(logits), labels, **options)


SPARSEMAX = [
    case(
        "sparsemax",
        lambda tf, a: tf.contrib.sparsemax.sparsemax(a),
        [x(4, 5)],
        grad=True,
        grad2=True,
        dtypes=FLOATS,
    ),
    case(
        "sparsemax_wide",
        lambda tf, a: tf.contrib.sparsemax.sparsemax(a, name="mine"),
        [x(6, 3, domain="wide")],
        grad=True,
        no_fd="corners",
    ),
    case("sparsemax_infinite", lambda tf, a: tf.contrib.sparsemax.sparsemax(a), [of(INFINITE)]),
    case(
        "sparsemax_loss",
        sparsemax_loss,
        [x(4, 5), x(4, 5, domain="unit")],
        grad=True,
        grad2=True,
        dtypes=FLOATS,
    ),
    case(
        "sparsemax_loss_infinite",
        lambda tf, a: sparsemax_loss(tf, a, tf.one_hot([1, 2, 0, 1, 2], 3), name="mine"),
        [of(INFINITE)],
    ),
    error("sparsemax_of_vector", lambda tf, a: tf.contrib.sparsemax.sparsemax(a), [x(4)]),
    error("sparsemax_integers", lambda tf: tf.contrib.sparsemax.sparsemax(["a"])),
]

# -- Stateless random numbers ---------------------------------------------------------------------

STATELESS = [
    case(
        "stateless",
        lambda tf, seed: [
            tf.contrib.stateless.stateless_random_uniform([3], seed),
            tf.contrib.stateless.stateless_multinomial([[0.0, 1.0, 2.0]], 5, seed),
        ],
        [of([3, 4], "int64")],
    ),
    case(
        "stateless_normal",
        lambda tf, seed: [
            tf.contrib.stateless.stateless_random_normal([2, 2], seed, 1.0, 2.0),
            tf.contrib.stateless.stateless_truncated_normal([4], seed),
        ],
        [i64(2)],
        rtol=2e-6,
        atol=1e-6,
        why="Box-Muller in double, rounded: the C library decides the last bits",
    ),
]

CASES = table(DROPOUT, LOSSES, OTHERS, SPARSEMAX, STATELESS)

"""How many nodes gradients add to a graph: the default seeds of random ops after them depend on it.

Where they are TensorFlow's, which they are, too.
"""

from tests.reference.spec import script, table

SHAPES = {"known": (2, 3), "batch": (None, 3), "unknown": None}
SCRIPTS = []


def nodes_of(tf, build, are_told):
    """The nodes of the gradients of what `build` gives: (outputs, inputs)."""
    with tf.Graph().as_default() as graph:
        outputs, inputs = build(tf)
        before = len(graph.get_operations())
        for gradient in tf.gradients(outputs, inputs):
            if gradient is not None:
                tf.convert_to_tensor(gradient)
        added = graph.get_operations()[before:]
    return sorted(f"{op.name}: {op.type}" for op in added) if are_told else len(added)


def entry(name, build, are_told=True):
    @script(name)
    def program(tf):
        yield nodes_of(tf, build, are_told)

    SCRIPTS.append(program)


def placeholder(tf, shape, dtype="float32"):
    return tf.placeholder(dtype, shape)


def reduction(op, shape, axis, keepdims):
    def build(tf):
        x = placeholder(tf, SHAPES[shape])
        return getattr(tf, f"reduce_{op}")(x, axis, keepdims=keepdims), [x]

    return build


for op in ("sum", "mean", "max", "min", "prod"):
    for shape in SHAPES:
        for axis, title in ((None, "all"), (0, "first"), ([1], "last"), ([0, 1], "both")):
            entry(f"reduce_{op}_{shape}_{title}", reduction(op, shape, axis, False), op != "prod")
        entry(f"reduce_{op}_{shape}_kept", reduction(op, shape, [1], True), op != "prod")


def twice(tf):
    """The shapes that the second reduction meets are known from the first."""
    x = placeholder(tf, [2, 3])
    return tf.reduce_sum(x, 0) + tf.reduce_mean(tf.exp(x), 0), [x]


entry("reduced_twice", twice, True)


def binary(op, x, y):
    def build(tf):
        inputs = [placeholder(tf, shape) for shape in (x, y)]
        return getattr(tf, op)(*inputs), inputs

    return build


for op in (
    *("add", "subtract", "multiply", "divide", "pow", "maximum", "minimum", "floordiv"),
    *("floormod", "squared_difference", "div_no_nan"),
):
    entry(f"{op}_of_one_shape", binary(op, [2, 3], [2, 3]), op != "pow")
    entry(f"{op}_of_a_row", binary(op, [2, 3], [3]), op != "pow")
    entry(f"{op}_of_batches", binary(op, [None, 3], [3]))


def of_one(call, shape=(None, 3)):
    def build(tf):
        x = placeholder(tf, shape)
        return call(tf, x), [x]

    return build


for name in (
    *("abs", "exp", "log", "sign", "sqrt", "square", "sigmoid", "tanh", "nn.relu", "nn.softplus"),
    *("nn.softmax", "nn.log_softmax", "transpose", "norm", "reduce_logsumexp", "nn.l2_loss"),
):
    inner = name.replace("nn.", "")
    from_nn = name.startswith("nn.")
    entry(inner, of_one(lambda tf, x, i=inner, n=from_nn: getattr(tf.nn if n else tf, i)(x)))


def concat(*shapes, axis=1):
    def build(tf):
        parts = [placeholder(tf, shape) for shape in shapes]
        return tf.concat(parts, axis), parts

    return build


entry("concat_known", concat([2, 3], [2, 4]))
entry("concat_batches", concat([None, 3], [None, 4]))
entry("concat_from_the_last", concat([None, 3], [None, 4], axis=-1))
entry("concat_unknown", concat(None, None))


def gathered(tf):
    x = placeholder(tf, [5, 3])
    return tf.gather(x, placeholder(tf, [None], "int32")), [x]


entry("gather", gathered)
entry("clip_by_value", of_one(lambda tf, x: tf.clip_by_value(x, 0.0, 1.0)))
entry("clip_by_norm", of_one(lambda tf, x: tf.clip_by_norm(x, 1.0)), False)
entry("l2_normalize", of_one(lambda tf, x: tf.nn.l2_normalize(x, 1)))
entry("moments", of_one(lambda tf, x: list(tf.nn.moments(x, [0]))))


def images(tf):
    return placeholder(tf, [None, 8, 8, 3])


def convolutional(tf):
    x = images(tf)
    values = tf.layers.conv2d(x, 4, 3, padding="same", activation=tf.nn.relu)
    values = tf.layers.batch_normalization(tf.layers.max_pooling2d(values, 2, 2), training=True)
    values = tf.nn.dropout(tf.layers.flatten(values), 0.5)
    logits = tf.layers.dense(values, 10)
    labels = placeholder(tf, [None, 10])
    losses = tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)
    return tf.reduce_mean(losses), tf.trainable_variables()


def embedded(tf):
    table = tf.get_variable("table", [20, 4])
    words = tf.nn.embedding_lookup(table, placeholder(tf, [None, 5], "int32"))
    joined = tf.concat([tf.reduce_mean(words, 1), tf.reduce_max(words, 1)], 1)
    logits = tf.layers.dense(joined, 3, tf.nn.softplus)
    return tf.losses.mean_squared_error(placeholder(tf, [None, 3]), logits), [table]


entry("a_convolutional_network", convolutional)
entry("an_embedding", embedded)

CASES = table(SCRIPTS)

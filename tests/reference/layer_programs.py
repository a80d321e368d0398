"""Programs that use tf.layers, and say what they saw.

As variable_programs.py: `record_layers.py` records what they yield under TensorFlow 1.15.5,
tests/tf compares what they yield under reflow.  Python 3.7 runs this file.
"""

import numpy as np

from tests.reference.observe import static_shape
from tests.reference.variable_programs import names, nodes, refusal, started

#: What a layer may say in its own collections.
COLLECTIONS = ("trainable_variables", "variables", "update_ops", "regularization_losses")


def numbers(shape, dtype="float32", seed=0):
    return np.random.RandomState(seed).uniform(-1, 1, shape).astype(dtype)


def collections(tf):
    return [names(tf.get_collection(key)) for key in COLLECTIONS]


def observed(tf, build, shape, dtype="float32", training=None):
    """What the graph of a layer is, and what it computes, before and after its updates.

    Args:
      build: (inputs, training) -> outputs.
      training: what to feed for it; None where it is no placeholder.
    """
    with tf.Graph().as_default():
        tf.set_random_seed(7)
        x = tf.placeholder(dtype, [None] + list(shape[1:]))
        flag = None if training is None else tf.placeholder(tf.bool, [])
        y = build(x, flag)
        yield nodes(tf)
        yield collections(tf)
        yield static_shape(y)
        loss = tf.reduce_sum(y * numbers([s or shape[0] for s in y.shape.as_list()], dtype, 1))
        variables = tf.trainable_variables()
        gradients = tf.gradients(loss, [x] + variables)
        updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
        feeds = {x: numbers(shape, dtype)}
        if training is not None:
            feeds[flag] = training
        with started(tf) as session:
            yield session.run(y, feeds)
            yield session.run([g for g in gradients if g is not None], feeds)
            session.run(updates, feeds)
            yield session.run(tf.global_variables())
            yield session.run(tf.get_collection("regularization_losses"), feeds)


def programs_of(name, configurations):
    """A program that observes each configuration: (build, shape, **options of `observed`)."""

    def program(tf):
        for build, shape, options in configurations:
            yield from observed(tf, lambda x, t, b=build: b(tf, x, t), shape, **options)

    program.__name__ = name
    return program


def plain(function, shape, *args, **kwargs):
    """A function of tf.layers, called with these arguments."""
    dtype = kwargs.pop("dtype", "float32")

    def build(tf, x, _):
        given = {
            key: value(tf) if callable(value) and value.__name__ == "<lambda>" else value
            for key, value in kwargs.items()
        }
        return getattr(tf.layers, function)(x, *args, **given)

    return build, shape, {"dtype": dtype}


IMAGES, CHANNELS_FIRST = (2, 6, 5, 3), (2, 3, 6, 5)
SEQUENCES, VOLUMES = (2, 7, 3), (2, 4, 5, 3, 2)
FIRST = {"data_format": "channels_first"}
EVERYTHING = {
    "kernel_regularizer": lambda tf: tf.nn.l2_loss,
    "bias_regularizer": lambda tf: tf.reduce_sum,
    "activity_regularizer": lambda tf: tf.reduce_mean,
    "kernel_constraint": lambda tf: tf.abs,
    "bias_initializer": lambda tf: tf.constant_initializer(0.5),
    "kernel_initializer": lambda tf: tf.truncated_normal_initializer(stddev=0.1),
}

conv2d = programs_of(
    "conv2d",
    [
        plain("conv2d", IMAGES, 4, 3),
        plain("conv2d", IMAGES, 4, 3, dtype="float64"),
        plain("conv2d", IMAGES, 2, [3, 2], 2, "same", activation="relu", use_bias=False, name="c"),
        plain("conv2d", IMAGES, 2, 2, (2, 1), "SAME", activation=lambda tf: tf.nn.tanh),
        plain("conv2d", IMAGES, 2, 3, 1, "same", dilation_rate=(2, 1)),
        plain("conv2d", IMAGES, 2, 2, dilation_rate=2, **EVERYTHING),
    ],
)
conv1d_and_3d = programs_of(
    "conv1d_and_3d",
    [
        plain("conv1d", SEQUENCES, 4, 3, 2),
        plain("conv1d", SEQUENCES, 4, 3, padding="causal", dilation_rate=2),
        plain("conv1d", SEQUENCES, 2, 2, padding="same", **EVERYTHING),
        plain("conv3d", VOLUMES, 3, 2),
        plain("conv3d", VOLUMES, 3, (2, 3, 1), (1, 2, 1), "same", use_bias=False),
    ],
)
separable_conv = programs_of(
    "separable_conv",
    [
        plain("separable_conv2d", IMAGES, 4, 3),
        plain("separable_conv2d", IMAGES, 2, 2, 2, "same", depth_multiplier=2, activation="elu"),
        plain("separable_conv2d", IMAGES, 2, 2, dilation_rate=2, use_bias=False),
        plain(
            "separable_conv2d",
            IMAGES,
            2,
            2,
            depthwise_regularizer=lambda tf: tf.nn.l2_loss,
            pointwise_regularizer=lambda tf: tf.reduce_sum,
            depthwise_initializer="ones",
            pointwise_initializer="he_uniform",
        ),
        plain("separable_conv1d", SEQUENCES, 4, 3),
        plain("separable_conv1d", SEQUENCES, 4, 3, 2, "same", depth_multiplier=2),
        plain("separable_conv1d", SEQUENCES, 2, 2, padding="causal"),
    ],
)
conv_transpose = programs_of(
    "conv_transpose",
    [
        plain("conv2d_transpose", IMAGES, 4, 3),
        plain("conv2d_transpose", IMAGES, 4, 3, 2, "same", activation="selu"),
        plain("conv2d_transpose", CHANNELS_FIRST, 4, (3, 2), (2, 3), use_bias=False, **FIRST),
        plain("conv2d_transpose", IMAGES, 2, 2, **EVERYTHING),
        plain("conv3d_transpose", VOLUMES, 3, 2),
        plain("conv3d_transpose", VOLUMES, 2, (2, 3, 1), (1, 2, 1), "same", use_bias=False),
    ],
)
pooling = programs_of(
    "pooling",
    [
        plain(f"{kind}_pooling{rest[0]}", *rest[1:], **options)
        for kind in ("max", "average")
        for rest, options in (
            (("1d", SEQUENCES, 2, 2), {}),
            (("1d", (2, 3, 7), 3, 2, "same"), FIRST),
            (("2d", IMAGES, 2, 2), {}),
            (("2d", IMAGES, (2, 3), (1, 2), "same"), {"name": "p"}),
            (("3d", VOLUMES, 2, 1), {}),
            (("3d", (2, 2, 4, 5, 3), 2, (1, 2, 1), "same"), FIRST),
        )
    ],
)
without_variables = programs_of(
    "without_variables",
    [
        plain("flatten", IMAGES),
        plain("flatten", CHANNELS_FIRST, **FIRST),
        plain("flatten", (3,)),
        plain("dropout", IMAGES),
        plain("dropout", IMAGES, 0.3, training=True),
        plain("dropout", IMAGES, 0.3, [None, 1, 1, 3], 5, True, "d"),
        *(
            (lambda tf, x, t: tf.layers.dropout(x, training=t), IMAGES, {"training": value})
            for value in (True, False)
        ),
    ],
)
activations = programs_of(
    "activations",
    [
        plain(name, shape, 3, *args, activation=activation)
        for activation in [
            "elu",
            "exponential",
            "hard_sigmoid",
            "linear",
            "relu",
            "selu",
            "sigmoid",
            "softmax",
            "softplus",
            "softsign",
            "tanh",
        ]
        for name, shape, args in (("dense", (2, 4), ()), ("conv1d", SEQUENCES, (2,)))
    ],
)
initializers = programs_of(
    "initializers",
    [
        plain("dense", (2, 4), 4, kernel_initializer=initializer)
        for initializer in [
            "zeros",
            "ones",
            "uniform",
            "normal",
            "truncated_normal",
            "identity",
            "glorot_normal",
            "he_normal",
            "glorot_uniform",
            "he_uniform",
            "lecun_normal",
            "lecun_uniform",
            "RandomNormal",
            "VarianceScaling",
        ]
    ],
)


# -- Batch normalization --------------------------------------------------------------------------


def norm(shape=IMAGES, training=True, dtype="float32", **kwargs):
    """Batch normalization; training may be a bool, 0, 1, or (what to feed,)."""
    is_fed = isinstance(training, tuple)

    def build(tf, x, flag):
        return tf.layers.batch_normalization(x, training=flag if is_fed else training, **kwargs)

    return build, shape, {"dtype": dtype, "training": training[0] if is_fed else None}


ALL_MODES = (True, False, (True,), (False,))
CLIPPING = {"rmax": 1.5, "rmin": 0.5, "dmax": 0.1}


def modes(**kwargs):
    return [norm(training=training, **kwargs) for training in ALL_MODES]


fused_norm = programs_of(
    "fused_norm",
    modes()
    + [
        norm(scale=False, center=False),
        norm(training=1, momentum=0.5, epsilon=0.01, name="b", renorm_momentum=0.5),
        norm(trainable=False),
        norm(dtype="float16"),
    ],
)
unfused_norm = programs_of(
    "unfused_norm",
    modes(fused=False)
    + modes(shape=(5, 4))
    + modes(axis=[1, 3])
    + modes(shape=(3, 4, 5), axis=1)
    + [
        norm(shape=(5, 4), scale=False, center=False),
        norm(shape=(5, 4), dtype="float64", momentum=0.5),
        norm(shape=VOLUMES, training=(True,)),
    ],
)
renorm = programs_of(
    "renorm",
    modes(renorm=True)
    + modes(renorm=True, renorm_clipping=CLIPPING, renorm_momentum=0.5, momentum=0.75)
    + [norm(shape=(5, 4), renorm=True, virtual_batch_size=5)],
)
virtual_batches = programs_of(
    "virtual_batches",
    modes(shape=(4, 3, 3, 2), virtual_batch_size=2) + modes(shape=(4, 3), virtual_batch_size=2),
)


def adjustments(tf):
    def adjustment(shape):
        channels = shape[-1]
        return tf.linspace(0.5, 1.5, channels), tf.linspace(-0.5, 0.5, channels)

    for training in ALL_MODES:
        build, shape, options = norm(training=training, adjustment=adjustment)
        yield from observed(tf, lambda x, t, b=build: b(tf, x, t), shape, **options)


def regularized_norm(tf):
    build, shape, options = norm(
        beta_regularizer=tf.reduce_sum,
        gamma_regularizer=tf.nn.l2_loss,
        beta_initializer=tf.constant_initializer(0.5),
        gamma_initializer=tf.random_uniform_initializer(),
        moving_mean_initializer=tf.ones_initializer(),
        moving_variance_initializer=tf.constant_initializer(2.0),
    )
    yield from observed(tf, lambda x, t: build(tf, x, t), shape, **options)


def norm_called_twice(tf):
    layer = tf.layers.BatchNormalization(momentum=0.5)
    x = tf.constant(numbers(IMAGES))
    outputs = [layer(x, training=True), layer(x + 1, training=True), layer(x)]
    updates = layer.updates
    yield names(updates)
    yield [names(layer.get_updates_for(x)), names(layer.get_updates_for(None))]
    yield [names(layer.trainable_weights), names(layer.non_trainable_weights), layer.axis]
    with started(tf) as session:
        for update in updates * 2:
            session.run(update)
        yield session.run(outputs[2])
    layer.trainable = False
    yield [names(layer.updates), names(layer.trainable_weights)]


# -- Layers among others --------------------------------------------------------------------------


def network(tf):
    """Ten steps of a small network of all kinds of layers."""
    tf.set_random_seed(3)
    x, t = tf.placeholder(tf.float32, [None, 8, 8, 1]), tf.placeholder(tf.bool)
    labels = tf.placeholder(tf.int32, [None])
    y = tf.layers.conv2d(x, 4, 3, padding="same", use_bias=False)
    y = tf.nn.relu(tf.layers.batch_normalization(y, training=t))
    y = tf.layers.max_pooling2d(y, 2, 2)
    y = tf.layers.conv2d_transpose(y, 3, 3, 2, "same", activation=tf.nn.elu)
    y = tf.layers.separable_conv2d(y, 4, 3, 2)
    y = tf.layers.dropout(tf.layers.flatten(y), 0.25, training=t)
    logits = tf.layers.dense(y, 3)
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    yield nodes(tf)
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.control_dependencies(updates):
        train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    images, targets = numbers([6, 8, 8, 1]), np.arange(6) % 3
    feeds = {x: images, labels: targets, t: True}
    with started(tf) as session:
        yield [session.run([train, loss], feeds)[1] for _ in range(10)]
        feeds[t] = False
        yield session.run(loss, feeds)


def trained(tf, y, x, sides):
    """Names, gradients, and the losses of three steps."""
    loss = tf.reduce_sum(tf.square(y)) / 10
    variables = tf.trainable_variables()
    gradients = tf.gradients(loss, [x] + sides + variables)
    step = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
    yield names(variables)
    yield static_shape(y)
    with started(tf) as session:
        yield session.run([y] + gradients)
        yield [session.run([loss, step])[0] for _ in range(3)]


def reversible(tf):
    """contrib.layers.rev_block, with side inputs and a list of functions."""
    tf.set_random_seed(5)
    side = tf.constant(numbers([6, 4], seed=2))

    def sided(x, sides):
        return tf.layers.dense(x, 4, tf.tanh) * sides[0]

    def plain(x):
        return tf.layers.dense(x, 4)

    def curved(x):
        return tf.nn.softplus(tf.layers.dense(x, 4, name="curved"))

    x = tf.constant(numbers([6, 8]))
    x1, x2 = tf.split(x, 2, axis=1)
    layers = tf.contrib.layers
    y1, y2 = layers.rev_block(x1, x2, sided, [plain, curved, plain], 3, f_side_input=[side])
    yield from trained(tf, tf.concat([y1, y2], 1), x, [side])


def recomputed(tf):
    """contrib.layers.recompute_grad, plain and with each of its arguments."""
    tf.set_random_seed(5)

    def layer(x, is_recomputing=False):
        y = tf.layers.batch_normalization(tf.layers.dense(x, 4), training=True)
        if is_recomputing:
            del tf.get_collection_ref(tf.GraphKeys.UPDATE_OPS)[-2:]
        return tf.tanh(y)

    recompute_grad = tf.contrib.layers.recompute_grad
    y = x = tf.constant(numbers([6, 4]))
    for i, wrapped in enumerate(
        (
            recompute_grad(layer),
            recompute_grad(use_data_dep=True)(layer),
            recompute_grad(tupleize_grads=True)(layer),
            recompute_grad(use_data_dep=True, tupleize_grads=True)(layer),
        )
    ):
        with tf.variable_scope("layer" + str(i), use_resource=True):
            y = wrapped(y)
    yield from trained(tf, y, x, [])
    yield names(tf.get_collection(tf.GraphKeys.UPDATE_OPS))


def reused(tf):
    x = tf.placeholder(tf.float32, [None, 8, 8, 3])
    tf.layers.conv2d(x, 2, 3, name="shared", kernel_regularizer=tf.nn.l2_loss)
    tf.layers.conv2d(x, 2, 3, name="shared", reuse=True, kernel_regularizer=tf.nn.l2_loss)
    with tf.variable_scope("outer") as scope:
        tf.layers.conv2d(x, 2, 3)
        tf.layers.conv2d(x, 2, 3)
    with tf.variable_scope(scope, reuse=True):
        tf.layers.conv2d(x, 2, 3, name="conv2d")
    with tf.variable_scope("again", reuse=tf.AUTO_REUSE):
        for _ in range(2):
            tf.layers.batch_normalization(x, name="norm", training=True)
    # TensorFlow's CPU op has no kernel for it.
    tf.layers.batch_normalization(x, axis=1, training=True)
    yield nodes(tf)
    yield collections(tf)


def scopes_around(tf):
    x = tf.placeholder(tf.float32, [None, 8, 8, 4])

    def halved(getter, *args, **kwargs):
        return getter(*args, **kwargs) * 0.5

    with tf.variable_scope("halved", initializer=tf.ones_initializer(), custom_getter=halved):
        layer = tf.layers.Conv2D(2, 3)
        layer(x)
    yield [names(layer.trainable_weights), names(layer.non_trainable_weights)]
    with tf.variable_scope("resources", use_resource=True, regularizer=tf.nn.l2_loss):
        tf.layers.conv2d(x, 2, 3)
        tf.layers.batch_normalization(x, training=True)
    with tf.variable_scope("parts", partitioner=tf.fixed_size_partitioner(2)):
        layer = tf.layers.BatchNormalization()
        layer(x, training=True)
        tf.layers.dense(tf.layers.flatten(x), 2)
    yield names(layer.weights)
    with tf.name_scope("named"), tf.variable_scope("made", dtype=tf.float64):
        tf.layers.conv2d(tf.cast(x, tf.float64), 2, 3)
        tf.layers.max_pooling2d(x, 2, 2)
    yield nodes(tf)
    yield collections(tf)


def subclassed(tf):
    class Block(tf.layers.Layer):
        def call(self, inputs, training=False):
            first = tf.layers.Dropout(0.5)(inputs)
            return tf.layers.BatchNormalization()(first) + tf.layers.dropout(inputs, training=False)

    class Scoped(tf.layers.Layer):
        def build(self, shape):
            self.w = self.add_weight("w", [shape[-1].value], regularizer=tf.nn.l2_loss)
            self.n = self.add_variable("n", [], tf.int32, trainable=False)
            self.add_loss(self.w[0])
            self.built = True

        def call(self, inputs, scope=None):
            self.add_loss(tf.reduce_sum(inputs), inputs=True)
            self.add_update(tf.assign_add(self.n, 1))
            return tf.identity(inputs * self.w, name=scope.name)

    x = tf.placeholder(tf.float32, [None, 3])
    Block()(x, training=True)
    Block()(x, training=tf.placeholder(tf.bool, []))
    Block(name="block")(x)
    layer = Scoped(activity_regularizer=tf.reduce_sum)
    layer(x, scope="given")
    layer(x)
    yield [layer.name, layer.scope_name, layer.dtype, layer.count_params()]
    yield [names(layer.losses), names(layer.get_losses_for(None)), names(layer.get_losses_for(x))]
    yield [names(layer.updates), names(layer.get_updates_for(None))]
    yield nodes(tf)
    yield collections(tf)


def keras_style(tf):
    x = tf.placeholder(tf.float32, [None, 8, 8, 3])
    with tf.layers.experimental.keras_style_scope():
        dense = tf.layers.Dense(3, kernel_regularizer=tf.nn.l2_loss)
        dense(x), dense(x)
        tf.layers.Conv2D(2, 2)(x)
        tf.layers.BatchNormalization()(x, training=True)
        for _ in range(2):
            tf.layers.Dense(3, name="named")(x)
        yield refusal(lambda: tf.layers.dense(x, 3, name="named"))
        yield refusal(lambda: tf.layers.Dense(3, _reuse=True))
    tf.layers.Dense(3)(x)
    yield [names(dense.weights), len(dense.losses)]
    yield nodes(tf)
    yield collections(tf)


def output_shapes(tf):
    for make, shapes in (
        (lambda: tf.layers.Conv1D(4, 3, 2), [(2, 7, 3), (None, None, 3)]),
        (lambda: tf.layers.Conv2D(4, 3, dilation_rate=2), [(2, 7, 8, 3), (None, None, 8, 3)]),
        (lambda: tf.layers.Conv3D(4, 3, padding="same"), [(2, 7, 8, 9, 3)]),
        (lambda: tf.layers.Conv2D(4, 3, data_format="channels_first"), [(2, 3, 7, 8)]),
        (lambda: tf.layers.Conv2DTranspose(4, 3, 2), [(2, 7, 8, 3), (None, None, 8, 3)]),
        (lambda: tf.layers.Conv3DTranspose(4, 3, 2, "same"), [(2, 7, 8, 9, 3)]),
        (lambda: tf.layers.SeparableConv2D(4, 3, 2), [(2, 7, 8, 3)]),
        (lambda: tf.layers.MaxPooling1D(3, 2), [(2, 7, 3)]),
        (lambda: tf.layers.AveragePooling2D(3, 2, "same"), [(2, 7, 8, 3), (None, None, 8, 3)]),
        (lambda: tf.layers.MaxPooling3D(3, 2, data_format="channels_first"), [(2, 3, 7, 8, 9)]),
        (lambda: tf.layers.Flatten(), [(2, 7, 3), (None, 7, 3), (2, None, 3)]),
        (lambda: tf.layers.Dense(4), [(2, 7), (None, 7, 3)]),
    ):
        yield [make().compute_output_shape(tf.TensorShape(shape)).as_list() for shape in shapes]
    yield (
        tf.layers.Dropout().compute_output_shape((2, 3)),
        tf.layers.BatchNormalization().compute_output_shape((2, 3)),
    )


def output_paddings(tf):
    x = tf.placeholder(tf.float32, [None, 4, 5, 3])
    for layer in (
        tf.layers.Conv2DTranspose(2, 3, 2, output_padding=1),
        tf.layers.Conv2DTranspose(2, 3, dilation_rate=2),
        tf.layers.Conv2DTranspose(2, 3, (2, 1), "same", output_padding=(1, 0)),
    ):
        yield static_shape(layer(x))
    yield nodes(tf)


def refusals(tf):
    layers = tf.layers
    x = tf.placeholder(tf.float32, [None, 8, 8, 3])

    def refuse(function, *args, **kwargs):
        inputs = kwargs.pop("inputs", x)
        return refusal(lambda: getattr(layers, function)(inputs, *args, **kwargs))

    sequences = tf.placeholder(tf.float32, [None, 8, 3])
    yield refuse("conv2d", 2, 3, inputs=sequences)
    yield refuse("conv2d", 2, 3, inputs=tf.placeholder(tf.float32, [None, 8, 8, None]))
    yield refuse("conv2d", 2, 3, inputs=tf.placeholder(tf.float32))
    yield refuse("conv2d", 2, (1, 2, 3))
    yield refuse("conv2d", 2, None)
    yield refuse("conv2d", 2, 3, strides="ab")
    yield refuse("conv2d", 2, 3, 2, dilation_rate=2)
    yield refuse("conv2d", 2, 3, data_format="last")
    yield refuse("conv2d", 2, 3, padding="full")
    yield refuse("conv2d", 2, 3, padding="causal")
    yield refuse("conv2d", 2, 3, name="c", reuse=True)
    yield refusal(lambda: layers.Conv2D(2, 3, unknown=1))
    yield refuse("conv2d_transpose", 2, 3, inputs=sequences)
    yield refusal(lambda: layers.Conv2DTranspose(2, 3, 2, output_padding=2))
    yield refuse("separable_conv1d", 2, 3, inputs=x)
    yield refuse("max_pooling2d", 3, None)
    yield refuse("average_pooling2d", (1, 2, 3), 1)
    yield refuse("max_pooling3d", 2, 1)
    yield refuse("batch_normalization", axis=5)
    yield refuse("batch_normalization", axis=[1, -3])
    yield refuse("batch_normalization", axis="a")
    yield refuse("batch_normalization", inputs=tf.placeholder(tf.float32))
    yield refuse("batch_normalization", inputs=tf.placeholder(tf.float32, [None, None]))
    yield refuse("batch_normalization", renorm=True, renorm_clipping={"x": 1})
    yield refuse("batch_normalization", virtual_batch_size=-1)
    yield refuse("batch_normalization", virtual_batch_size=2, axis=0)
    yield refuse("batch_normalization", virtual_batch_size=2, adjustment=lambda shape: (1, 1))
    yield refuse("flatten", inputs=tf.placeholder(tf.float32, []))
    called = layers.Conv2D(2, 3)
    called(x)
    yield refusal(lambda: called(tf.placeholder(tf.float32, [None, 8, 8, 4])))
    yield refusal(
        lambda: called.add_weight(
            "w", [], synchronization=tf.VariableSynchronization.ON_READ, trainable=True
        )
    )
    # TensorFlow says where in its sources these come from, too.
    kinds = []
    for action in (
        lambda: layers.dropout(x, training=2),
        lambda: layers.dropout(x, 2.0, training=True),
        lambda: layers.conv2d(x, 2, 9),
        lambda: layers.conv2d(x, 2),
        lambda: layers.conv2d(x, 2, 3, unknown=1),
        lambda: layers.conv2d(x, 2, 3, activation="unknown"),
        lambda: layers.conv2d(x, 2, 3, kernel_initializer="unknown"),
        lambda: layers.conv2d(tf.cast(x, tf.int32), 2, 3),
        lambda: layers.max_pooling2d(x, 9, 1),
        lambda: layers.max_pooling2d(x, 2, 2, "causal"),
    ):
        kinds.append(refusal(action)["refused"])
    yield kinds


GROUPS = {
    "layers": [
        # First: in the first layer with channels first of a process TensorFlow makes a session, and
        # nodes that ask whether the variables are initialized.
        pooling,
        conv2d,
        conv1d_and_3d,
        separable_conv,
        conv_transpose,
        without_variables,
        activations,
        initializers,
        fused_norm,
        unfused_norm,
        renorm,
        virtual_batches,
        adjustments,
        regularized_norm,
        norm_called_twice,
        network,
        reversible,
        recomputed,
        reused,
        scopes_around,
        subclassed,
        keras_style,
        output_shapes,
        output_paddings,
        refusals,
    ],
}

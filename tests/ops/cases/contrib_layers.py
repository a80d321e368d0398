"""tf.contrib.layers: nodes, variables, collections, values, gradients and updates of each layer."""

import numpy as np

from tests.reference.spec import Script, table

COLLECTIONS = ("variables", "trainable_variables", "model_variables", "regularization_losses")
PICTURES, SEQUENCES, ROWS = (2, 6, 6, 4), (2, 5, 3), (4, 5)
CHANNELS_FIRST = (2, 4, 6, 6)


def layer(name, function, *arguments, shape=PICTURES, build=None, batch=None, **options):
    """A layer called `name`: what it adds to the graph, and what a step with it does.

    function: of tf.contrib.layers; called with the inputs, arguments and options.  An option that
      is a function gets `tf`.
    build: a function of (tf, inputs) instead.
    batch: how many inputs the graph knows of.
    """

    def made(tf, inputs):
        if build is not None:
            return build(tf, inputs)
        given = {key: value(tf) if callable(value) else value for key, value in options.items()}
        return getattr(tf.contrib.layers, function)(inputs, *arguments, **given)

    def program(tf):
        tf.set_random_seed(7)
        fed = np.random.RandomState(3).uniform(-1, 1, shape).astype(np.float32)
        inputs = tf.placeholder(tf.float32, (batch, *shape[1:]), name="inputs")
        outputs = made(tf, inputs)
        graph = tf.get_default_graph()
        yield [f"{op.name} {op.type}" for op in graph.get_operations()]
        yield str(outputs.shape)
        for key in (*COLLECTIONS, "update_ops", "mine"):
            yield key, [item.name for item in graph.get_collection(key)]
        updates = graph.get_collection("update_ops") + graph.get_collection("mine")
        trained = tf.trainable_variables()
        gradients = tf.gradients(tf.reduce_sum(outputs * outputs), [inputs, *trained])
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            feeds = {inputs: fed, **dict.fromkeys(_flags(graph), True)}
            yield session.run(tf.global_variables())
            yield session.run([outputs, *[item for item in gradients if item is not None]], feeds)
            session.run(updates, feeds)
            yield session.run([outputs, *tf.global_variables()], feeds)

    return Script(name, program, rtol=2e-4, atol=2e-5, why="sums over pictures round otherwise")


def _flags(graph):
    return [op.outputs[0] for op in graph.get_operations() if op.name == "is_training"]


def flag(tf):
    return tf.placeholder(tf.bool, [], name="is_training")


def l2(tf):
    return tf.contrib.layers.l2_regularizer(0.1)


def l1_l2(tf):
    return tf.contrib.layers.l1_l2_regularizer(0.1, 0.2)


def batch_norm(tf):
    return tf.contrib.layers.batch_norm


def no_activation(tf):
    return None


FULLY_CONNECTED = [
    layer("fully_connected", "fully_connected", 3, shape=ROWS),
    layer("fully_connected_rank_3", "fully_connected", 4, shape=SEQUENCES),
    layer(
        "fully_connected_regularized",
        "fully_connected",
        3,
        shape=ROWS,
        weights_regularizer=l2,
        biases_regularizer=l1_l2,
        activation_fn=no_activation,
        variables_collections={"weights": ["mine"]},
        outputs_collections=["outs"],
        scope="fc",
    ),
    layer("fully_connected_normalized", "fully_connected", 3, shape=ROWS, normalizer_fn=batch_norm),
    layer("relu6", "relu6", 3, shape=ROWS),
    layer("linear", "linear", 3, shape=ROWS, biases_initializer=None),
    layer("legacy_fully_connected", "legacy_fully_connected", 3, shape=SEQUENCES),
]

CONVOLUTIONS = [
    layer("conv2d", "conv2d", 3, [3, 3]),
    layer("conv2d_strided", "conv2d", 3, 3, stride=2, padding="VALID", trainable=False),
    layer("conv2d_dilated", "conv2d", 3, [3, 2], rate=2, weights_regularizer=l2),
    layer("conv2d_normalized", "conv2d", 3, 3, normalizer_fn=batch_norm),
    layer("conv1d", "conv1d", 4, 3, shape=SEQUENCES),
    layer("conv3d", "conv3d", 2, [2, 2, 2], shape=(1, 3, 4, 3, 2)),
    layer("conv2d_transpose", "conv2d_transpose", 3, [3, 3], stride=2),
    layer("conv3d_transpose", "conv3d_transpose", 2, 2, stride=2, shape=(1, 2, 3, 2, 2)),
    layer("conv2d_in_plane", "conv2d_in_plane", [3, 2], stride=1, activation_fn=no_activation),
    layer("separable_conv2d", "separable_conv2d", 5, [3, 3], depth_multiplier=2),
    layer("depthwise", "separable_conv2d", None, [3, 3], 2, weights_regularizer=l2),
    layer("bias_add", "bias_add", regularizer=l2),
]

BATCH_NORM = [
    layer(f"batch_norm_{name}", "batch_norm", shape=shape, **options)
    for name, shape, options in (
        ("plain", PICTURES, {}),
        ("rows", ROWS, {"scale": True}),
        ("inference", PICTURES, {"is_training": False, "scale": True}),
        ("in_place", PICTURES, {"updates_collections": None, "decay": 0.9}),
        ("in_place_rows", ROWS, {"updates_collections": None, "is_training": flag}),
        ("collected", PICTURES, {"updates_collections": "mine", "is_training": flag}),
        ("unfused", PICTURES, {"fused": False, "param_regularizers": lambda tf: {"beta": l2(tf)}}),
        ("unfused_in_place", ROWS, {"fused": False, "updates_collections": None}),
        (
            "unfused_flag",
            PICTURES,
            {"fused": False, "updates_collections": "mine", "is_training": flag},
        ),
        ("debiased", PICTURES, {"zero_debias_moving_mean": True, "center": False}),
        ("weighted", ROWS, {"batch_weights": [0.5, 1.0, 2.0, 0.0]}),
        ("renormalized", PICTURES, {"renorm": True}),
        (
            "channels_first",
            CHANNELS_FIRST,
            {"data_format": "NCHW", "fused": False, "updates_collections": None, "scale": True},
        ),
    )
]

NORMALIZATION = [
    layer("layer_norm", "layer_norm", shape=ROWS),
    layer("layer_norm_of_pictures", "layer_norm", begin_norm_axis=2, begin_params_axis=2),
    layer("instance_norm", "instance_norm"),
    layer("instance_norm_nchw", "instance_norm", shape=CHANNELS_FIRST, data_format="NCHW"),
    layer("group_norm", "group_norm", groups=2),
    layer("group_norm_close_to_zero", "group_norm", groups=2, mean_close_to_zero=True, scale=False),
    layer("unit_norm", "unit_norm", 1),
    layer("gdn", "gdn"),
    layer("inverse_gdn", "gdn", inverse=True),
]

OTHERS = [
    layer("max_pool2d", "max_pool2d", [3, 3]),
    layer("avg_pool2d", "avg_pool2d", 2, stride=1, padding="SAME", scope="pool"),
    layer("max_pool3d", "max_pool3d", 2, shape=(1, 3, 4, 3, 2)),
    layer("flatten", "flatten"),
    layer("dropout", "dropout", 0.7),
    layer("dropout_flag", "dropout", is_training=flag, seed=3),
    layer("images_to_sequence", "images_to_sequence"),
    layer("sequence_to_images", "sequence_to_images", 2, shape=(2, 4, 3), batch=2),
    layer("softmax", "softmax", shape=SEQUENCES),
    layer("spatial_softmax", "spatial_softmax", temperature=2.0),
    layer("maxout", "maxout", 2),
    layer(
        "repeat",
        None,
        build=lambda tf, x: tf.contrib.layers.repeat(x, 2, tf.contrib.layers.conv2d, 3, [3, 3]),
    ),
    layer(
        "stack",
        None,
        shape=ROWS,
        build=lambda tf, x: tf.contrib.layers.stack(x, tf.contrib.layers.relu, [3, 2], scope="s"),
    ),
]


def in_scope(tf, inputs):
    """Layers with arguments by scope, of which the second takes the first's variables."""
    layers, framework = tf.contrib.layers, tf.contrib.framework
    with framework.arg_scope(
        [layers.conv2d],
        weights_regularizer=l2(tf),
        normalizer_fn=layers.batch_norm,
        # Updates of one average by two layers would race.
        normalizer_params={"is_training": False, "scale": True},
    ):
        net = layers.conv2d(inputs, 4, [3, 3], scope="conv")
        return layers.conv2d(net, 4, [3, 3], scope="conv", reuse=True, activation_fn=None)


def in_parts(tf, inputs):
    with tf.variable_scope("parts", partitioner=tf.fixed_size_partitioner(2)):
        return tf.contrib.layers.fully_connected(inputs, 4)


SCOPES = [
    layer("arg_scope_and_reuse", None, build=in_scope),
    layer("partitioned", None, build=in_parts, shape=ROWS),
]


def of_ids(name, function, *arguments, **options):
    """A layer of ids."""

    def program(tf):
        tf.set_random_seed(7)
        ids = tf.placeholder(tf.int32, [None, 3])
        outputs = getattr(tf.contrib.layers, function)(ids, *arguments, **options)
        yield [f"{op.name} {op.type}" for op in tf.get_default_graph().get_operations()]
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            yield session.run(outputs, {ids: [[1, 0, 2], [3, 3, 1]]})

    return Script(name, program)


IDS = [
    of_ids("embed_sequence", "embed_sequence", 4, 2),
    of_ids("embed_sequence_unique", "embed_sequence", 4, 2, unique=True),
    of_ids("bow_encoder", "bow_encoder", 4, 2),
    of_ids("bow_encoder_dense", "bow_encoder", 4, 2, sparse_lookup=False),
    of_ids("one_hot_encoding", "one_hot_encoding", 4, on_value=2.0),
    of_ids("dense_to_sparse", "dense_to_sparse", 1),
]


def training(name, **options):
    """Steps of `optimize_loss`."""

    def program(tf):
        tf.set_random_seed(7)
        x = tf.placeholder(tf.float32, [None, 2])
        given = {key: value(tf) if callable(value) else value for key, value in options.items()}
        loss = tf.reduce_mean(tf.square(tf.contrib.layers.fully_connected(x, 1) - 1.0))
        step = tf.contrib.layers.optimize_loss(
            loss,
            tf.train.create_global_step(),
            **{"learning_rate": 0.1, "optimizer": "SGD", **given},
        )
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            feeds = {x: [[1.0, 2.0], [3.0, -1.0]]}
            yield [session.run(step, feeds) for _ in range(4)]
            yield [(item.name, session.run(item)) for item in tf.global_variables()]

    return Script(name, program, rtol=1e-5, atol=1e-6, why="sums round otherwise")


def decayed(tf):
    return lambda rate, step: tf.train.exponential_decay(rate, step, 1, 0.5)


TRAINING = [
    training("optimize_loss"),
    training("optimize_loss_adam", optimizer="Adam", learning_rate_decay_fn=decayed),
    training("optimize_loss_momentum", optimizer="Momentum", clip_gradients=0.1),
    training("optimize_loss_multiplied", gradient_multipliers={"fully_connected/weights:0": 3.0}),
    training("optimize_loss_uncounted", increment_global_step=False, summaries=["gradients"]),
]

CASES = table(
    FULLY_CONNECTED,
    CONVOLUTIONS,
    BATCH_NORM,
    NORMALIZATION,
    OTHERS,
    SCOPES,
    IDS,
    TRAINING,
)

"""tf.contrib.slim and tf.contrib.losses: the nodes of nets, losses, steps of training."""

import importlib
import zlib

from tests.ops.cases.contrib_layers import l2
from tests.reference.spec import Script, case, error, f32, of, table, x


def net(module, function, size, scope=None, **options):
    """The nodes of a net, of which the table would be long: how many, and a checksum."""

    def program(tf):
        slim = tf.contrib.slim
        pictures = tf.placeholder(tf.float32, [2, size, size, 3])
        found = getattr(importlib.import_module(f"{tf.contrib.slim.__name__}.nets"), module)
        arguments = getattr(found, scope)() if scope else {}
        with slim.arg_scope(arguments):
            outputs, end_points = getattr(found, function)(pictures, **options)
        nodes = [f"{op.name} {op.type}" for op in tf.get_default_graph().get_operations()]
        yield len(nodes), zlib.crc32("\n".join(nodes).encode())
        yield [nodes[0], nodes[len(nodes) // 2], nodes[-1]], outputs.name
        yield sorted((name, tensor.name) for name, tensor in end_points.items())
        yield len(slim.get_model_variables()), len(tf.get_collection("update_ops"))

    return Script(f"{function}_{size}", program)


NETS = [
    net("alexnet", "alexnet_v2", 224, "alexnet_v2_arg_scope"),
    net("vgg", "vgg_a", 224, "vgg_arg_scope"),
    net("overfeat", "overfeat", 231, "overfeat_arg_scope"),
    net("inception", "inception_v1", 224, "inception_v1_arg_scope", is_training=False),
    net("inception", "inception_v2", 128, "inception_v2_arg_scope", depth_multiplier=0.5),
    net("inception", "inception_v3", 150, "inception_v3_arg_scope", num_classes=7),
    net("resnet_v1", "resnet_v1_50", 97, "resnet_arg_scope", num_classes=10, output_stride=16),
    net("resnet_v2", "resnet_v2_50", 64, "resnet_arg_scope", global_pool=False),
]


def loss(name, function, inputs, *arguments, **options):
    """A loss of tf.contrib.losses."""

    def build(tf, *values):
        made = getattr(tf.contrib.losses, function)(*values, *arguments, **options)
        return made, len(tf.contrib.losses.get_losses())

    return case(name, build, inputs, grad=(0,), variants=("full",), no_fd="float32")


PAIR = [f32(3, 4, domain="unit"), f32(3, 4, domain="unit")]
LOSSES = [
    *[
        loss(name, name, PAIR)
        for name in ("absolute_difference", "mean_squared_error", "log_loss", "hinge_loss")
        + ("mean_pairwise_squared_error", "softmax_cross_entropy", "sigmoid_cross_entropy")
    ],
    loss("weighted", "mean_squared_error", [*PAIR, of([0.0, 2.0, 0.5])]),
    loss("weighted_column", "absolute_difference", [*PAIR, of([[1.0], [0.0], [2.0]])]),
    loss("weighted_pairs", "mean_pairwise_squared_error", [*PAIR, of([0.0, 2.0, 0.5])]),
    loss("cosine_distance", "cosine_distance", PAIR, dim=1),
    loss("smoothed", "softmax_cross_entropy", PAIR, label_smoothing=0.2),
    loss("sparse", "sparse_softmax_cross_entropy", [f32(3, 4), of([1, 0, 3], "int32")]),
    error(
        "losses_of_other_shapes",
        lambda tf, a, b: tf.contrib.losses.mean_squared_error(a, b),
        [x(2, 3), x(3, 2)],
        variants=("full",),
    ),
]


def training(name, **options):
    """Steps of `create_train_op` with a normalized layer and a penalty."""

    def program(tf):
        tf.set_random_seed(7)
        slim = tf.contrib.slim
        inputs = tf.placeholder(tf.float32, [None, 3])
        net = slim.fully_connected(
            inputs, 2, normalizer_fn=slim.batch_norm, weights_regularizer=l2(tf)
        )
        slim.losses.mean_squared_error(net, tf.ones_like(net))
        step = slim.learning.create_train_op(
            slim.losses.get_total_loss(), tf.train.GradientDescentOptimizer(0.1), **options
        )
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            feeds = {inputs: [[1.0, 2.0, 0.5], [3.0, -1.0, 1.0], [0.0, 1.0, -1.0]]}
            yield [session.run(step, feeds) for _ in range(4)]
            yield [(item.name, session.run(item)) for item in tf.global_variables()]

    return Script(name, program, rtol=1e-4, atol=1e-6, why="sums round otherwise")


TRAINING = [
    training("create_train_op"),
    training("create_train_op_clipped", clip_gradient_norm=0.01),
    training("create_train_op_multiplied", gradient_multipliers={"fully_connected/weights": 2.0}),
    training("create_train_op_uncounted", global_step=None, check_numerics=False),
]


def _by_modules(tf, a):
    """A layer whose parts are named by slim's modules."""
    slim = tf.contrib.slim
    initializer = slim.initializers.xavier_initializer(seed=3)
    regularizer = slim.regularizers.l2_regularizer(0.1)
    scores = slim.layers.conv2d(
        a, 2, 3, weights_initializer=initializer, weights_regularizer=regularizer
    )
    losses = tf.get_collection("regularization_losses")
    return slim.layers.softmax(scores).shape.as_list(), [loss.name for loss in losses]


MODULES = [
    case("modules", _by_modules, [f32(2, 5, 5, 3)], variants=("full",)),
]

CASES = table(NETS, LOSSES, TRAINING, MODULES)

"""tf.contrib.losses.metric_learning."""

from tests.reference.spec import case, error, f32, of, table

LABELS = of([0, 1, 0, 2, 1, 0], "int32")
# TensorFlow asks for the rank of labels.
KNOWN_RANKS = ("full", "batch", "rank")


def _loss(name):
    return lambda tf, *inputs: getattr(tf.contrib.losses.metric_learning, name)(*inputs)


def _sparse(tf, indices, size=4):
    ones = [1.0] * len(indices)
    return tf.SparseTensor([[i] for i in indices], ones, [size])


LOSSES = [
    [
        case(
            name,
            _loss(name),
            [LABELS, f32(6, 3)],
            grad=[1],
            no_fd="float32 only",
            variants=KNOWN_RANKS,
        )
        for name in ("triplet_semihard_loss", "lifted_struct_loss")
    ],
    case(
        "triplet_semihard_loss_margin",
        lambda tf, y, a: tf.contrib.losses.metric_learning.triplet_semihard_loss(y, a, 5.0),
        [LABELS, f32(6, 3)],
        grad=[1],
        no_fd="float32 only",
        variants=KNOWN_RANKS,
    ),
    case(
        "contrastive_loss",
        lambda tf, y, a, b: tf.contrib.losses.metric_learning.contrastive_loss(y, a, b, 3.0),
        [of([0, 1, 1, 0], "int32"), f32(4, 3), f32(4, 3)],
        grad=[1, 2],
        no_fd="float32 only",
    ),
    case(
        "npairs_loss",
        _loss("npairs_loss"),
        [LABELS, f32(6, 3), f32(6, 3)],
        grad=[1, 2],
        no_fd="float32 only",
        variants=KNOWN_RANKS,
    ),
    case(
        "npairs_loss_multilabel",
        lambda tf, a, b: tf.contrib.losses.metric_learning.npairs_loss_multilabel(
            [_sparse(tf, [0, 2]), _sparse(tf, [1, 2]), _sparse(tf, [3])], a, b, 0.5
        ),
        [f32(3, 2), f32(3, 2)],
        grad=True,
        no_fd="float32 only",
    ),
    error(
        "npairs_loss_of_dense_labels",
        lambda tf, a: tf.contrib.losses.metric_learning.npairs_loss_multilabel([a], a, a),
        [f32(3, 2)],
    ),
]

CASES = table(LOSSES)

"""Empty and ill-formed inputs of the ops of convolutional networks."""

from tests.reference.spec import case, error, f32, i32, of, table

# Inputs with no example, no place or no channel, that TensorFlow takes.
EMPTY = [
    case(name, build, inputs, grad=grad, no_fd="empty")
    for name, build, inputs, grad in (
        (
            "conv2d_no_example",
            lambda tf, a, k: tf.nn.conv2d(a, k, [1, 2, 1, 1], "SAME"),
            [f32(0, 5, 6, 4), f32(3, 3, 4, 2)],
            True,
        ),
        (
            "conv2d_no_place",
            lambda tf, a, k: tf.nn.conv2d(a, k, [1, 1, 1, 1], "SAME"),
            [f32(2, 0, 6, 4), f32(3, 3, 4, 2)],
            False,
        ),
        (
            "conv2d_no_filter",
            lambda tf, a, k: tf.nn.conv2d(a, k, [1, 1, 1, 1], "SAME"),
            [f32(2, 5, 6, 4), f32(3, 3, 4, 0)],
            False,
        ),
        (
            "conv2d_transpose_no_example",
            lambda tf, a, k: tf.nn.conv2d_transpose(a, k, [0, 5, 6, 4], [1, 1, 1, 1], "SAME"),
            [f32(0, 5, 6, 2), f32(3, 3, 4, 2)],
            False,
        ),
        (
            "conv1d_no_example",
            lambda tf, a, k: tf.nn.conv1d(a, k, 1, "SAME"),
            [f32(0, 6, 4), f32(3, 4, 2)],
            False,
        ),
        (
            "conv3d_no_example",
            lambda tf, a, k: tf.nn.conv3d(a, k, [1, 1, 1, 1, 1], "SAME"),
            [f32(0, 3, 4, 5, 2), f32(2, 2, 2, 2, 3)],
            True,
        ),
        (
            "depthwise_no_example",
            lambda tf, a, k: tf.nn.depthwise_conv2d(a, k, [1, 1, 1, 1], "SAME"),
            [f32(0, 5, 6, 4), f32(3, 3, 4, 2)],
            False,
        ),
        (
            "atrous_no_example",
            lambda tf, a, k: tf.nn.atrous_conv2d(a, k, 2, "SAME"),
            [f32(0, 5, 6, 4), f32(3, 3, 4, 2)],
            False,
        ),
        (
            "dilation2d_no_example",
            lambda tf, a, k: tf.nn.dilation2d(a, k, [1, 1, 1, 1], [1, 1, 1, 1], "SAME"),
            [f32(0, 5, 6, 4), f32(2, 2, 4)],
            False,
        ),
        (
            "patches_no_example",
            lambda tf, a: tf.extract_image_patches(
                a, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], "SAME"
            ),
            [f32(0, 5, 6, 4)],
            False,
        ),
        ("lrn_no_channel", lambda tf, a: tf.nn.lrn(a), [f32(2, 2, 2, 0)], False),
        ("lrn_no_example", lambda tf, a: tf.nn.lrn(a), [f32(0, 2, 2, 3)], False),
        ("moments_no_example", lambda tf, a: tf.nn.moments(a, [0]), [f32(0, 3)], False),
        ("bias_no_example", lambda tf, a, b: tf.nn.bias_add(a, b), [f32(0, 4), f32(4)], False),
        (
            "cross_entropy_no_example",
            lambda tf, a, b: tf.nn.softmax_cross_entropy_with_logits_v2(labels=a, logits=b),
            [f32(0, 3), f32(0, 3)],
            False,
        ),
    )
] + [
    case(
        f"{pool}_no_{what}",
        lambda tf, a, pool=pool: getattr(tf.nn, pool)(a, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"),
        [f32(*sizes)],
        grad=True,
        no_fd="empty",
    )
    for pool in ("max_pool", "avg_pool")
    for what, sizes in (
        ("example", (0, 5, 6, 4)),
        ("channel", (2, 5, 6, 0)),
        ("place", (2, 0, 6, 4)),
    )
]

# -- Convolutions ----------------------------------------------------------------------------------

IMAGES, KERNEL = f32(2, 5, 6, 4), f32(3, 3, 4, 2)


def _conv2d(name, images=IMAGES, kernel=KERNEL, **options):
    options = {"strides": [1, 1, 1, 1], "padding": "SAME", **options}
    return error(f"conv2d_{name}", lambda tf, a, k: tf.nn.conv2d(a, k, **options), [images, kernel])


CONVOLUTIONS = [
    _conv2d("other_channels", images=f32(2, 5, 6, 3)),
    _conv2d("channels_of_no_groups", images=f32(2, 5, 6, 6)),
    _conv2d("three_dimensions", images=f32(2, 5, 6)),
    _conv2d("kernel_of_three_dimensions", kernel=f32(3, 3, 4)),
    _conv2d("stride_0", strides=[1, 0, 0, 1]),
    _conv2d("stride_below_0", strides=[1, -1, 1, 1]),
    _conv2d("stride_of_examples", strides=[2, 1, 1, 1]),
    _conv2d("stride_of_channels", strides=[1, 1, 1, 2]),
    _conv2d("five_strides", strides=[1, 1, 1, 1, 1]),
    _conv2d("unknown_padding", padding="FULL"),
    _conv2d("padding_below_0", padding=[[0, 0], [-1, 1], [0, 0], [0, 0]]),
    _conv2d("padding_of_examples", padding=[[1, 0], [1, 1], [0, 0], [0, 0]]),
    _conv2d("padding_of_two", padding=[[0, 0], [1, 1]]),
    _conv2d("kernel_too_large", kernel=f32(9, 9, 4, 2), padding="VALID"),
    _conv2d("unknown_format", data_format="NWHC"),
    _conv2d("dilation_0", dilations=[1, 0, 1, 1]),
    _conv2d("dilation_of_examples", dilations=[2, 1, 1, 1]),
    _conv2d("three_dilations", dilations=[1, 1, 1]),
] + [
    error(name, build, inputs)
    for name, build, inputs in (
        (
            "conv2d_backprop_other_places",
            lambda tf, k, dy: tf.nn.conv2d_backprop_input(
                [2, 4, 6, 4], k, dy, [1, 1, 1, 1], "SAME"
            ),
            [KERNEL, f32(2, 5, 6, 2)],
        ),
        (
            "conv2d_backprop_other_channels",
            lambda tf, k, dy: tf.nn.conv2d_backprop_input(
                [2, 5, 6, 4], k, dy, [1, 1, 1, 1], "SAME"
            ),
            [KERNEL, f32(2, 5, 6, 3)],
        ),
        (
            "conv2d_backprop_filter_other_batch",
            lambda tf, a, dy: tf.nn.conv2d_backprop_filter(
                a, [3, 3, 4, 2], dy, [1, 1, 1, 1], "SAME"
            ),
            [IMAGES, f32(1, 5, 6, 2)],
        ),
        (
            "depthwise_other_channels",
            lambda tf, a, k: tf.nn.depthwise_conv2d(a, k, [1, 1, 1, 1], "SAME"),
            [f32(2, 5, 6, 3), f32(3, 3, 4, 2)],
        ),
        (
            "depthwise_two_strides",
            lambda tf, a, k: tf.nn.depthwise_conv2d(a, k, [1, 1, 2, 1], "SAME"),
            [IMAGES, f32(3, 3, 4, 2)],
        ),
        (
            "separable_other_channels",
            lambda tf, a, k, p: tf.nn.separable_conv2d(a, k, p, [1, 1, 1, 1], "SAME"),
            [IMAGES, f32(3, 3, 4, 2), f32(1, 1, 7, 3)],
        ),
        (
            "conv1d_other_channels",
            lambda tf, a, k: tf.nn.conv1d(a, k, 1, "SAME"),
            [f32(2, 6, 3), f32(3, 4, 2)],
        ),
        (
            "conv3d_other_channels",
            lambda tf, a, k: tf.nn.conv3d(a, k, [1, 1, 1, 1, 1], "SAME"),
            [f32(2, 3, 4, 5, 3), f32(2, 2, 2, 2, 3)],
        ),
        (
            "conv3d_stride_of_examples",
            lambda tf, a, k: tf.nn.conv3d(a, k, [2, 1, 1, 1, 1], "SAME"),
            [f32(2, 3, 4, 5, 2), f32(2, 2, 2, 2, 3)],
        ),
        (
            "atrous_rate_0",
            lambda tf, a, k: tf.nn.atrous_conv2d(a, k, 0, "SAME"),
            [IMAGES, KERNEL],
        ),
        (
            "convolution_strides_and_dilations",
            lambda tf, a, k: tf.nn.convolution(a, k, "SAME", strides=[2, 2], dilation_rate=[2, 2]),
            [IMAGES, KERNEL],
        ),
        (
            "dilation2d_other_channels",
            lambda tf, a, k: tf.nn.dilation2d(a, k, [1, 1, 1, 1], [1, 1, 1, 1], "SAME"),
            [IMAGES, f32(2, 2, 3)],
        ),
        (
            "dilation2d_rate_of_examples",
            lambda tf, a, k: tf.nn.dilation2d(a, k, [1, 1, 1, 1], [2, 1, 1, 1], "SAME"),
            [IMAGES, f32(2, 2, 4)],
        ),
    )
]

# -- Pooling and blocks ----------------------------------------------------------------------------


def _pool(pool, name, images=IMAGES, ksize=(1, 2, 2, 1), strides=(1, 2, 2, 1), padding="SAME"):
    return error(
        f"{pool}_{name}",
        lambda tf, a: getattr(tf.nn, pool)(a, list(ksize), list(strides), padding),
        [images],
    )


POOLING = [
    entry
    for pool in ("max_pool", "avg_pool")
    for entry in (
        _pool(pool, "of_examples", ksize=(2, 1, 1, 1)),
        _pool(pool, "of_space_and_channels", ksize=(1, 2, 2, 2), strides=(1, 1, 1, 2)),
        _pool(pool, "of_channels_left_over", ksize=(1, 1, 1, 3), strides=(1, 1, 1, 3)),
        _pool(pool, "of_three_sizes", ksize=(1, 2, 2)),
        _pool(pool, "stride_0", strides=(1, 0, 1, 1)),
        _pool(pool, "of_three_dimensions", images=f32(2, 5, 6)),
        _pool(pool, "unknown_padding", padding="FULL"),
        _pool(pool, "too_large", ksize=(1, 9, 9, 1), strides=(1, 1, 1, 1), padding="VALID"),
    )
]


def _blocks(name, a, blocks, margins, change="space_to_batch_nd"):
    # Of inputs without a known rank TensorFlow refuses whatever the run shows.
    return error(
        f"{change}_{name}",
        lambda tf, a, b, m: getattr(tf, change)(a, b, m),
        [a, of(blocks, "int32"), of(margins, "int32")],
        variants=("full",),
    )


BLOCKS = [
    _blocks("left_over", f32(2, 5, 4, 1), [2, 2], [[0, 0], [0, 0]]),
    _blocks("of_0", f32(2, 4, 4, 1), [0, 2], [[0, 0], [0, 0]]),
    _blocks("below_0", f32(2, 4, 4, 1), [2, 2], [[-1, 1], [0, 0]]),
    _blocks("paddings_of_one", f32(2, 4, 4, 1), [2, 2], [[0, 0]]),
    _blocks("of_few_dimensions", f32(2, 4), [2, 2], [[0, 0], [0, 0]]),
    _blocks("left_over", f32(3, 2, 2, 1), [2, 2], [[0, 0], [0, 0]], "batch_to_space_nd"),
    _blocks("cropped_away", f32(4, 2, 2, 1), [2, 2], [[3, 3], [0, 0]], "batch_to_space_nd"),
    _blocks("crops_of_one", f32(4, 2, 2, 1), [2, 2], [[0, 0]], "batch_to_space_nd"),
    error(
        "space_to_batch_nd_known_to_be_wrong",
        lambda tf, a: tf.space_to_batch_nd(a, [0, 2], [[0, 0], [0, 0]]),
        [f32(2, 4, 4, 1)],
    ),
    error("space_to_depth_left_over", lambda tf, a: tf.space_to_depth(a, 2), [f32(2, 3, 4, 3)]),
    error("depth_to_space_left_over", lambda tf, a: tf.depth_to_space(a, 2), [f32(2, 3, 4, 3)]),
    error("space_to_depth_of_one", lambda tf, a: tf.space_to_depth(a, 1), [f32(2, 4, 4, 4)]),
]

# -- Cross entropies and the rest ------------------------------------------------------------------

OTHERS = [
    error(
        "sparse_cross_entropy_label_too_large",
        lambda tf, y, a: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=a),
        [of([0, 3], "int32"), f32(2, 3)],
    ),
    error(
        "sparse_cross_entropy_other_batch",
        lambda tf, y, a: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=a),
        [i32(3), f32(2, 3)],
    ),
    error(
        "cross_entropy_other_classes",
        lambda tf, y, a: tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=a),
        [f32(2, 3), f32(2, 4)],
    ),
    error("bias_of_other_size", lambda tf, a, b: tf.nn.bias_add(a, b), [IMAGES, f32(3)]),
    error("bias_of_two_dimensions", lambda tf, a, b: tf.nn.bias_add(a, b), [IMAGES, f32(2, 2)]),
    error("dropout_of_all", lambda tf, a: tf.nn.dropout(a, rate=1.0), [f32(2, 3)]),
    error("dropout_of_integers", lambda tf, a: tf.nn.dropout(a, rate=0.5), [i32(2, 3)]),
    error("top_k_of_too_many", lambda tf, a: tf.nn.top_k(a, 4), [f32(2, 3)]),
]

CASES = table(EMPTY, CONVOLUTIONS, POOLING, BLOCKS, OTHERS)

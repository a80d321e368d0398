"""Convolutions, their gradients and transposes; grayscale morphology; patches of images."""

import functools

import numpy as np

from tests.reference import spec
from tests.reference.spec import FLOATS, calls, error, f32, i32, of, table, x

SAME, VALID = "SAME", "VALID"
case = functools.partial(spec.case, atol=1e-5, why="sums of many products, in another order")
half = functools.partial(
    spec.case,
    dtypes=("float32", "float16"),
    nodes=False,
    rtol=1e-2,
    atol=2e-2,
    why="TensorFlow sums in float16",
)
DOUBLE = ("float32", "float64")

ONE = [1, 1, 1, 1]
TWO = [1, 2, 2, 1]


def conv2d(*arguments, **options):
    return calls("nn.conv2d", **dict(zip(("strides", "padding"), arguments), **options))


CONV2D = [
    case(
        "same",
        conv2d(ONE, SAME),
        [x(2, 5, 6, 3), x(3, 3, 3, 4)],
        grad=True,
        grad2=True,
        dtypes=DOUBLE,
    ),
    case(
        "valid",
        conv2d(ONE, VALID),
        [x(2, 5, 6, 3), x(3, 2, 3, 4)],
        grad=True,
        grad2=True,
        dtypes=DOUBLE,
    ),
    case("strided_same", conv2d(TWO, SAME), [x(2, 5, 6, 3), x(3, 3, 3, 2)], grad=True, grad2=True),
    case(
        "strided_valid", conv2d(TWO, VALID), [x(2, 6, 7, 2), x(3, 2, 2, 3)], grad=True, grad2=True
    ),
    case("even_filter", conv2d(ONE, SAME), [x(1, 6, 5, 2), x(4, 2, 2, 3)], grad=True),
    case("even_filter_strided", conv2d(2, SAME), [x(1, 6, 7, 2), x(4, 4, 2, 3)], grad=True),
    case("unequal_strides", conv2d([2, 3], SAME), [x(1, 7, 8, 2), x(3, 4, 2, 2)], grad=True),
    case("strides_beyond_filter", conv2d(3, VALID), [x(1, 8, 8, 2), x(2, 1, 2, 2)], grad=True),
    case("strides_beyond_filter_same", conv2d(4, SAME), [x(1, 9, 8, 2), x(1, 2, 2, 2)], grad=True),
    case("one_by_one", conv2d(ONE, VALID), [x(2, 3, 3, 4), x(1, 1, 4, 5)], grad=True),
    case("filter_beyond_image", conv2d(ONE, SAME), [x(1, 2, 3, 2), x(7, 5, 2, 2)], grad=True),
    case("filter_of_image", conv2d(ONE, VALID), [x(2, 4, 3, 2), x(4, 3, 2, 2)], grad=True),
    case(
        "explicit",
        conv2d([1, 2, 1, 1], [[0, 0], [1, 2], [0, 3], [0, 0]]),
        [x(2, 5, 4, 2), x(3, 3, 2, 2)],
        grad=True,
        grad2=True,
    ),
    case(
        "explicit_wide",
        conv2d(ONE, [[0, 0], [4, 0], [5, 6], [0, 0]]),
        [x(1, 3, 3, 1), x(2, 2, 1, 2)],
        grad=True,
    ),
    # TensorFlow's gradients of these run on GPUs only.
    case("dilated", conv2d(ONE, SAME, dilations=[1, 2, 3, 1]), [x(2, 7, 8, 2), x(3, 3, 2, 2)]),
    case("dilated_valid", conv2d(TWO, VALID, dilations=[2, 1]), [x(2, 7, 8, 2), x(3, 3, 2, 2)]),
    case("empty_batch", conv2d(ONE, SAME), [f32(0, 5, 6, 3), f32(3, 3, 3, 4)], grad=True),
    case("empty_rows", conv2d(ONE, SAME), [f32(2, 0, 6, 3), f32(3, 3, 3, 4)]),
    case("no_outputs", conv2d(ONE, SAME), [f32(2, 5, 6, 3), f32(3, 3, 3, 0)]),
    case("format_none", conv2d(ONE, SAME, data_format=None), [x(1, 3, 3, 1), x(2, 2, 1, 1)]),
    case(
        "named",
        lambda tf, a, b: tf.nn.conv2d(a, filters=b, strides=1, padding="SAME", name="layer"),
        [x(1, 3, 3, 1), x(2, 2, 1, 1)],
    ),
    case(
        "constants",
        lambda tf: tf.nn.conv2d(
            np.ones([1, 3, 3, 1], np.float32), np.ones([2, 2, 1, 1], np.float32), 1, "SAME"
        ),
    ),
]

BACKPROPS = [
    case(
        "backprop_input",
        lambda tf, w, dy: tf.nn.conv2d_backprop_input([2, 5, 6, 3], w, dy, TWO, SAME),
        [x(3, 3, 3, 2), x(2, 3, 3, 2)],
        grad=True,
        grad2=True,
        dtypes=DOUBLE,
    ),
    case(
        "backprop_input_fed_sizes",
        lambda tf, s, w, dy: tf.nn.conv2d_backprop_input(s, w, dy, TWO, VALID),
        [of([2, 6, 8, 3], "int32"), x(3, 3, 3, 2), x(2, 2, 3, 2)],
        grad=True,
    ),
    case(
        "backprop_input_explicit",
        lambda tf, w, dy: tf.nn.conv2d_backprop_input(
            [2, 6, 5, 3], w, dy, ONE, [[0, 0], [0, 1], [1, 2], [0, 0]]
        ),
        [x(3, 3, 3, 2), x(2, 5, 6, 2)],
        grad=True,
    ),
    case(
        "backprop_filter",
        lambda tf, a, dy: tf.nn.conv2d_backprop_filter(a, [3, 3, 3, 2], dy, TWO, SAME),
        [x(2, 5, 6, 3), x(2, 3, 3, 2)],
        grad=True,
        grad2=True,
        dtypes=DOUBLE,
    ),
    case(
        "backprop_filter_explicit",
        lambda tf, a, dy: tf.nn.conv2d_backprop_filter(
            a, [3, 3, 3, 2], dy, ONE, [[0, 0], [0, 1], [1, 2], [0, 0]]
        ),
        [x(2, 6, 5, 3), x(2, 5, 6, 2)],
        grad=True,
    ),
    case(
        "backprop_filter_empty",
        lambda tf, a, dy: tf.nn.conv2d_backprop_filter(a, [3, 3, 3, 2], dy, TWO, SAME),
        [f32(0, 5, 6, 3), f32(0, 3, 3, 2)],
    ),
]

TRANSPOSED = [
    case(
        "transpose_same",
        lambda tf, a, w: tf.nn.conv2d_transpose(a, w, [2, 6, 8, 3], TWO),
        [x(2, 3, 4, 2), x(3, 3, 3, 2)],
        grad=True,
        grad2=True,
    ),
    case(
        "transpose_odd",
        lambda tf, a, w: tf.nn.conv2d_transpose(a, w, [2, 5, 7, 3], 2, padding="SAME"),
        [x(2, 3, 4, 2), x(4, 5, 3, 2)],
        grad=True,
    ),
    case(
        "transpose_valid",
        lambda tf, a, w: tf.nn.conv2d_transpose(a, w, [2, 8, 9, 3], [2, 2], "VALID", name="up"),
        [x(2, 3, 4, 2), x(3, 3, 3, 2)],
        grad=True,
    ),
    case(
        "transpose_dynamic",
        lambda tf, a, w: tf.nn.conv2d_transpose(a, w, tf.stack([tf.shape(a)[0], 6, 8, 3]), TWO),
        [x(2, 3, 4, 2), x(3, 3, 3, 2)],
        grad=True,
    ),
    case(
        "transpose_1d",
        lambda tf, a, w: tf.nn.conv1d_transpose(a, w, [2, 8, 3], 2),
        [x(2, 4, 2), x(3, 3, 2)],
        grad=True,
    ),
    case(
        "transpose_1d_dynamic",
        lambda tf, a, w: tf.nn.conv1d_transpose(a, w, tf.stack([tf.shape(a)[0], 9, 3]), 2, VALID),
        [x(2, 4, 2), x(3, 3, 2)],
        grad=True,
    ),
    case(
        "transpose_3d",
        lambda tf, a, w: tf.nn.conv3d_transpose(a, w, [1, 4, 6, 4, 3], [1, 2, 2, 2, 1]),
        [x(1, 2, 3, 2, 2), x(3, 2, 3, 3, 2)],
        grad=True,
        grad2=True,
    ),
    *(
        case(
            f"transpose_nd_{n}",
            lambda tf, a, w, n=n: tf.nn.conv_transpose(a, w, [1, *[4] * n, 3], 2),
            [x(1, *[2] * n, 2), x(*[3] * n, 3, 2)],
            grad=True,
        )
        for n in (1, 2, 3)
    ),
]

CONV1D = [
    case(
        "sequences",
        calls("nn.conv1d", stride=1, padding=SAME),
        [x(2, 5, 3), x(3, 3, 2)],
        grad=True,
        grad2=True,
    ),
    case(
        "sequences_strided",
        calls("nn.conv1d", stride=2, padding=VALID),
        [x(2, 6, 3), x(3, 3, 2)],
        grad=True,
    ),
    case(
        "sequences_named",
        calls("nn.conv1d", stride=[1], padding=SAME, data_format="NWC", name="layer"),
        [x(2, 6, 3), x(3, 3, 2)],
    ),
    case(
        "sequences_dilated",
        calls("nn.conv1d", stride=1, padding=SAME, dilations=2),
        [x(2, 6, 3), x(3, 3, 2)],
    ),
]

O5 = [1] * 5
CONV3D = [
    case(
        "volumes",
        calls("nn.conv3d", strides=O5, padding=SAME),
        [x(2, 3, 4, 3, 2), x(2, 3, 2, 2, 3)],
        grad=True,
        grad2=True,
        dtypes=DOUBLE,
    ),
    case(
        "volumes_valid",
        calls("nn.conv3d", strides=[1, 2, 1, 2, 1], padding=VALID),
        [x(1, 4, 3, 5, 2), x(2, 2, 3, 2, 2)],
        grad=True,
    ),
    case(
        "volumes_strided",
        calls("nn.conv3d", strides=[1, 2, 2, 3, 1], padding=SAME),
        [x(1, 4, 3, 5, 2), x(3, 2, 3, 2, 2)],
        grad=True,
    ),
    case(
        "volumes_empty",
        calls("nn.conv3d", strides=O5, padding=SAME),
        [f32(0, 3, 4, 3, 2), f32(2, 3, 2, 2, 3)],
    ),
    case(
        "backprop_filter_3d",
        lambda tf, a, dy: tf.nn.conv3d_backprop_filter_v2(a, [2, 2, 2, 2, 3], dy, O5, VALID),
        [x(1, 3, 4, 3, 2), x(1, 2, 3, 2, 3)],
        grad=True,
        grad2=True,
    ),
]

ATROUS = [
    case("nd_2", calls("nn.convolution", padding=SAME), [x(2, 5, 6, 3), x(3, 3, 3, 2)], grad=True),
    case(
        "nd_1",
        calls("nn.convolution", padding=SAME, strides=[2]),
        [x(2, 5, 3), x(3, 3, 2)],
        grad=True,
    ),
    case(
        "nd_3",
        calls("nn.convolution", padding=VALID, name="deep"),
        [x(1, 3, 4, 4, 2), x(2, 2, 2, 2, 2)],
        grad=True,
    ),
    case(
        "nd_strided",
        calls("nn.convolution", padding=VALID, strides=[2, 1]),
        [x(1, 5, 4, 2), x(2, 2, 2, 2)],
        grad=True,
    ),
    *(
        case(
            f"nd_{n}_dilated_{padding.lower()}",
            calls("nn.convolution", padding=padding, dilation_rate=[2, 3, 2][:n]),
            [x(1, *[7, 8, 6][:n], 2), x(*[3, 2, 3][:n], 2, 2)],
            grad=True,
            grad2=n == 2,
        )
        for n in (1, 2, 3)
        for padding in (SAME, VALID)
    ),
    case(
        "nd_dilated_named",
        calls("nn.convolution", padding=SAME, dilation_rate=[1, 2], name="holes"),
        [x(1, 6, 7, 1), x(3, 3, 1, 1)],
    ),
    case(
        "atrous",
        calls("nn.atrous_conv2d", rate=2, padding=SAME),
        [x(2, 7, 8, 2), x(3, 3, 2, 2)],
        grad=True,
    ),
    case(
        "atrous_valid",
        calls("nn.atrous_conv2d", rate=2, padding=VALID, name="holes"),
        [x(2, 7, 8, 2), x(3, 3, 2, 2)],
        grad=True,
    ),
    case(
        "atrous_1", calls("nn.atrous_conv2d", rate=1, padding=VALID), [x(2, 7, 8, 2), x(3, 3, 2, 2)]
    ),
    *(
        case(
            f"atrous_transpose_{rate}_{padding.lower()}",
            lambda tf, a, w, rate=rate, padding=padding, size=size: tf.nn.atrous_conv2d_transpose(
                a, w, [2, *size, 3], rate, padding
            ),
            [x(2, 5, 6, 2), x(3, 2, 3, 2)],
            grad=True,
            variants=("full", "batch", "rank"),
        )
        for rate, padding, size in ((2, SAME, [5, 6]), (2, VALID, [9, 8]), (1, SAME, [5, 6]))
    ),
    case(
        "space_to_batch",
        lambda tf, a: tf.nn.with_space_to_batch(
            a, [2, 2], SAME, lambda y, n, padding: y * float(n), filter_shape=[3, 3]
        ),
        [x(2, 5, 6, 2)],
        grad=True,
    ),
]

DEPTHWISE = [
    case(
        "depthwise",
        calls("nn.depthwise_conv2d", strides=ONE, padding=SAME),
        [x(2, 5, 6, 3), x(3, 3, 3, 2)],
        grad=True,
        grad2=True,
        dtypes=DOUBLE,
    ),
    case(
        "depthwise_strided",
        calls("nn.depthwise_conv2d", strides=TWO, padding=VALID, name="by_channel"),
        [x(2, 5, 6, 3), x(3, 2, 3, 1)],
        grad=True,
    ),
    case(
        "depthwise_dilated",
        calls("nn.depthwise_conv2d", strides=ONE, padding=SAME, rate=[2, 2]),
        [x(2, 5, 6, 3), x(3, 3, 3, 2)],
        grad=True,
    ),
    case(
        "depthwise_native",
        calls("nn.depthwise_conv2d_native", strides=TWO, padding=SAME),
        [x(2, 5, 6, 3), x(3, 3, 3, 2)],
        grad=True,
        grad2=True,
    ),
    case(
        "depthwise_native_dilations",
        calls("nn.depthwise_conv2d_native", strides=ONE, padding=VALID, dilations=TWO),
        [x(2, 5, 6, 3), x(3, 3, 3, 2)],
    ),
    case(
        "depthwise_backprop_input",
        lambda tf, w, dy: tf.nn.depthwise_conv2d_native_backprop_input(
            [2, 5, 6, 3], w, dy, ONE, SAME
        ),
        [x(3, 3, 3, 2), x(2, 5, 6, 6)],
        grad=True,
        grad2=True,
    ),
    case(
        "depthwise_backprop_filter",
        lambda tf, a, dy: tf.nn.depthwise_conv2d_native_backprop_filter(
            a, [3, 3, 3, 2], dy, ONE, SAME
        ),
        [x(2, 5, 6, 3), x(2, 5, 6, 6)],
        grad=True,
        grad2=True,
    ),
    case(
        "separable",
        calls("nn.separable_conv2d", strides=ONE, padding=SAME),
        [x(2, 5, 6, 3), x(3, 3, 3, 2), x(1, 1, 6, 4)],
        grad=True,
    ),
    case(
        "separable_dilated",
        calls("nn.separable_conv2d", strides=ONE, padding=VALID, rate=[2, 1], name="both"),
        [x(2, 5, 6, 3), x(2, 3, 3, 2), x(1, 1, 6, 4)],
        grad=True,
    ),
]

HALVES = [
    half("half", conv2d(TWO, SAME), [x(2, 5, 6, 3), x(3, 3, 3, 4)], grad=True),
    half(
        "half_volumes",
        calls("nn.conv3d", strides=O5, padding=SAME),
        [x(1, 3, 4, 3, 2), x(2, 2, 2, 2, 2)],
        grad=True,
    ),
    half(
        "half_depthwise",
        calls("nn.depthwise_conv2d", strides=ONE, padding=SAME),
        [x(2, 5, 6, 3), x(3, 3, 3, 2)],
        grad=True,
    ),
]

MORPHOLOGY = [
    case(
        "dilation2d",
        calls("nn.dilation2d", strides=ONE, rates=ONE, padding=SAME),
        [x(2, 5, 6, 2), x(3, 2, 2)],
        grad=True,
        dtypes=(*FLOATS, "int32", "int64", "uint8", "int16", "int8", "uint16"),
    ),
    case(
        "dilation2d_strided",
        calls("nn.dilation2d", strides=TWO, rates=[1, 2, 1, 1], padding=VALID),
        [x(2, 7, 6, 2), x(3, 2, 2)],
        grad=True,
    ),
    case(
        "dilation2d_rates",
        calls("nn.dilation2d", strides=TWO, rates=TWO, padding=SAME, name="wide"),
        [x(1, 7, 6, 2), x(3, 3, 2)],
        grad=True,
    ),
    case(
        "dilation2d_ties",
        calls("nn.dilation2d", strides=ONE, rates=ONE, padding=SAME),
        [x(1, 5, 6, 2, domain="ties"), x(3, 2, 2, domain="ties")],
        grad=True,
        no_fd="ties",
    ),
    case(
        "dilation2d_empty",
        calls("nn.dilation2d", strides=ONE, rates=ONE, padding=SAME),
        [f32(0, 5, 6, 2), f32(3, 2, 2)],
    ),
    case(
        "erosion2d",
        calls("nn.erosion2d", strides=ONE, rates=ONE, padding=SAME),
        [x(2, 5, 6, 2), x(3, 2, 2)],
        grad=True,
    ),
    case(
        "erosion2d_strided",
        calls("nn.erosion2d", strides=TWO, rates=TWO, padding=VALID, name="thin"),
        [x(2, 7, 6, 2), x(3, 2, 2)],
        grad=True,
    ),
]

PATCHES = [
    case(
        "patches",
        calls("extract_image_patches", ksizes=[1, 2, 3, 1], strides=ONE, rates=ONE, padding=SAME),
        [x(2, 4, 5, 2)],
        grad=True,
        grad2=True,
        dtypes=(*FLOATS, "int32", "uint8", "int64"),
    ),
    case(
        "patches_valid",
        calls(
            "image.extract_image_patches",
            sizes=[1, 3, 2, 1],
            strides=TWO,
            rates=[1, 1, 2, 1],
            padding=VALID,
        ),
        [x(2, 6, 5, 2)],
        grad=True,
    ),
    case(
        "patches_v2",
        calls(
            "image.extract_patches",
            sizes=[1, 3, 3, 1],
            strides=[1, 3, 3, 1],
            rates=ONE,
            padding=SAME,
            name="cut",
        ),
        [x(1, 6, 5, 2)],
    ),
    case(
        "patches_sparse",
        calls("image.extract_patches", sizes=[1, 1, 1, 1], strides=TWO, rates=ONE, padding=VALID),
        [x(1, 6, 5, 2)],
        grad=True,
    ),
    case(
        "volume_patches",
        calls(
            "extract_volume_patches", ksizes=[1, 2, 2, 3, 1], strides=[1, 1, 2, 1, 1], padding=SAME
        ),
        [x(1, 3, 4, 3, 2)],
        grad=True,
        variants=("full",),
    ),
    case(
        "volume_patches_valid",
        calls("extract_volume_patches", ksizes=[1, 2, 2, 2, 1], strides=O5, padding=VALID),
        [x(1, 3, 4, 3, 2)],
        grad=True,
        variants=("full", "batch"),
        dtypes=("float32", "int32"),
    ),
]

IMAGE, FILTER = f32(2, 5, 6, 3), f32(3, 3, 3, 4)
ERRORS = [
    error("channels", conv2d(ONE, SAME), [IMAGE, f32(3, 3, 2, 4)], shows=("3", "2", "depth")),
    error(
        "strides_of_batch",
        conv2d([2, 1, 1, 1], SAME),
        [IMAGE, FILTER],
        shows=("strides in the batch and depth",),
    ),
    error(
        "strides_of_channels",
        conv2d([1, 1, 1, 2], SAME),
        [IMAGE, FILTER],
        shows=("strides in the batch and depth",),
    ),
    error(
        "stride_0",
        conv2d([1, 0, 1, 1], SAME),
        [IMAGE, FILTER],
        shows=("Stride must be > 0, but got 0",),
    ),
    error("stride_negative", conv2d([1, 1, -2, 1], SAME), [IMAGE, FILTER], shows=("but got -2",)),
    error(
        "strides_3", conv2d([1, 1, 1], SAME), [IMAGE, FILTER], shows=("length 1, 2 or 4 but was 3",)
    ),
    error(
        "dilations_of_batch",
        conv2d(ONE, SAME, dilations=[2, 1, 1, 1]),
        [IMAGE, FILTER],
        shows=("dilations in the batch and depth",),
    ),
    error(
        "dilation_0",
        conv2d(ONE, SAME, dilations=[1, 0, 1, 1]),
        [IMAGE, FILTER],
        shows=("Dilation rate must be >= 1, but got 0",),
    ),
    error(
        "padding_unknown",
        conv2d(ONE, "FULL"),
        [IMAGE, FILTER],
        shows=("FULL", '"SAME", "VALID", "EXPLICIT"'),
    ),
    error("padding_none", conv2d(ONE, None), [IMAGE, FILTER], shows=("padding",)),
    error("padding_explicit", conv2d(ONE, "EXPLICIT"), [IMAGE, FILTER], shows=("must be a list",)),
    error(
        "padding_of_3",
        conv2d(ONE, [[0, 0], [1, 1], [0, 0]]),
        [IMAGE, FILTER],
        shows=("must be of size 4",),
    ),
    error(
        "padding_no_pair",
        conv2d(ONE, [[0, 0], [1], [1, 1], [0, 0]]),
        [IMAGE, FILTER],
        shows=("index 1", "size 1"),
    ),
    error(
        "padding_negative",
        conv2d(ONE, [[0, 0], [-1, 2], [0, 3], [0, 0]]),
        [IMAGE, FILTER],
        shows=("nonnegative",),
    ),
    error(
        "padding_of_batch",
        conv2d(ONE, [[1, 0], [1, 2], [0, 3], [0, 0]]),
        [IMAGE, FILTER],
        shows=("batch or depth",),
    ),
    error("format", conv2d(ONE, SAME, data_format="NWHC"), [IMAGE, FILTER], shows=("NWHC", "NCHW")),
    error("filter_too_large", conv2d(ONE, VALID), [IMAGE, f32(7, 3, 3, 4)], shows=("7", "5")),
    error("input_rank", conv2d(ONE, SAME), [f32(5, 6, 3), FILTER], shows=("4",)),
    error("filter_rank", conv2d(ONE, SAME), [IMAGE, f32(3, 3, 4)], shows=("4",)),
    error(
        "types",
        conv2d(ONE, SAME),
        [IMAGE, x(3, 3, 3, 4, dtype="float64")],
        shows=("float64", "float32"),
    ),
    error("integers", conv2d(ONE, SAME), [i32(2, 5, 6, 3), i32(3, 3, 3, 4)], shows=("int32",)),
    *(
        error(
            "backprop_input_" + name,
            # Fed: sizes that do not fit make TensorFlow's estimate of costs end the process.
            lambda tf, sizes, w, dy: tf.nn.conv2d_backprop_input(sizes, w, dy, ONE, SAME),
            [of(sizes, "int32"), f32(*filter), f32(*dy)],
            shows=shows,
        )
        for name, sizes, filter, dy, shows in (
            ("batch", [3, 5, 6, 3], (3, 3, 3, 4), (2, 5, 6, 4), ("same batch size",)),
            ("rows", [2, 7, 6, 3], (3, 3, 3, 4), (2, 5, 6, 4), ("actual = 5, computed = 7",)),
            ("inputs", [2, 5, 6, 2], (3, 3, 3, 4), (2, 5, 6, 4), ("input depth",)),
            ("outputs", [2, 5, 6, 3], (3, 3, 3, 2), (2, 5, 6, 4), ("same out_depth",)),
            ("rank", [2, 5, 6], (3, 3, 3, 4), (2, 5, 6, 4), ()),
            ("huge", [2, 2**30, 2**30, 3], (3, 3, 3, 4), (2, 5, 6, 4), ("computed = 1073741824",)),
        )
    ),
    *(
        error(
            "backprop_filter_" + name,
            lambda tf, a, sizes, dy: tf.nn.conv2d_backprop_filter(a, sizes, dy, ONE, SAME),
            [f32(*input), of(sizes, "int32"), f32(*dy)],
            shows=shows,
        )
        for name, sizes, input, dy, shows in (
            ("batch", [3, 3, 3, 4], (1, 5, 6, 3), (2, 5, 6, 4), ("same batch size",)),
            ("rows", [3, 3, 3, 4], (2, 5, 6, 3), (2, 4, 6, 4), ("actual = 4, computed = 5",)),
            ("inputs", [3, 3, 3, 4], (2, 5, 6, 2), (2, 5, 6, 4), ("input depth",)),
            ("outputs", [3, 3, 3, 4], (2, 5, 6, 3), (2, 5, 6, 3), ("same out_depth",)),
        )
    ),
    error(
        "volume_channels",
        calls("nn.conv3d", strides=O5, padding=SAME),
        [f32(2, 3, 4, 3, 2), f32(2, 3, 2, 3, 3)],
        variants=("full",),
        shows=("depth", "2", "3"),
    ),
    error(
        "volume_strides",
        calls("nn.conv3d", strides=ONE, padding=SAME),
        [f32(2, 3, 4, 3, 2), f32(2, 3, 2, 2, 3)],
        shows=("length 4", "minimum 5"),
    ),
    error(
        "volume_format",
        calls("nn.conv3d", strides=O5, padding=SAME, data_format="NHWC"),
        [f32(2, 3, 4, 3, 2), f32(2, 3, 2, 2, 3)],
        shows=("NDHWC",),
    ),
    error(
        "sequence_format",
        calls("nn.conv1d", stride=1, padding=SAME, data_format="NHCW"),
        [f32(2, 3, 4), f32(2, 4, 2)],
        shows=("NWC",),
    ),
    error(
        "nd_both",
        calls("nn.convolution", padding=SAME, strides=[2, 2], dilation_rate=[2, 2]),
        [IMAGE, FILTER],
        variants=("full",),
        shows=("strides > 1 not supported",),
    ),
    error(
        "nd_rate_0",
        calls("nn.convolution", padding=SAME, dilation_rate=[0, 2]),
        [IMAGE, FILTER],
        variants=("full",),
        shows=("must be positive",),
    ),
    error(
        "nd_channels",
        calls("nn.convolution", padding=SAME, dilation_rate=[2, 2]),
        [IMAGE, f32(3, 3, 2, 4)],
        variants=("full",),
        shows=("3 != 2",),
    ),
    error(
        "nd_rank",
        calls("nn.convolution", padding=SAME),
        [f32(3, 3), f32(3, 3)],
        shows=("3, 4 or 5",),
        variants=("full",),
    ),
    error(
        "nd_padding",
        calls("nn.convolution", padding="FULL", dilation_rate=[2, 2]),
        [IMAGE, FILTER],
        variants=("full",),
        shows=("FULL",),
    ),
    error(
        "transpose_length",
        lambda tf, a, w: tf.nn.conv_transpose(a, w, [2, 3], 1),
        [IMAGE, FILTER],
        shows=("length 3, 4 or 5",),
    ),
    error(
        "depthwise_channels",
        calls("nn.depthwise_conv2d", strides=ONE, padding=SAME),
        [IMAGE, f32(3, 3, 2, 2)],
        shows=("3", "2"),
    ),
    error(
        "depthwise_strides",
        calls("nn.depthwise_conv2d", strides=[1, 1, 2, 1], padding=SAME),
        [IMAGE, FILTER],
        shows=("equal length strides",),
    ),
    error(
        "depthwise_stride_of_batch",
        calls("nn.depthwise_conv2d", strides=[2, 1, 1, 1], padding=SAME),
        [IMAGE, FILTER],
        shows=("strides in the batch and depth",),
    ),
    error(
        "separable_pointwise",
        calls("nn.separable_conv2d", strides=ONE, padding=SAME),
        [IMAGE, f32(3, 3, 3, 2), f32(2, 1, 6, 4)],
        variants=("full",),
    ),
    error(
        "dilation2d_channels",
        calls("nn.dilation2d", strides=ONE, rates=ONE, padding=SAME),
        [IMAGE, f32(3, 3, 2)],
        shows=("3", "2"),
    ),
    error(
        "dilation2d_strides",
        calls("nn.dilation2d", strides=[2, 1, 1, 1], rates=ONE, padding=SAME),
        [IMAGE, f32(3, 3, 3)],
        shows=("Stride is only supported across spatial",),
    ),
    error(
        "patches_ksizes",
        calls("extract_image_patches", ksizes=[2, 2, 2, 1], strides=ONE, rates=ONE, padding=SAME),
        [IMAGE],
        shows=("ksizes across space",),
    ),
    error(
        "patches_ksize_0",
        calls("extract_image_patches", ksizes=[1, 0, 2, 1], strides=ONE, rates=ONE, padding=SAME),
        [IMAGE],
        shows=("ksizes is out of range",),
    ),
    error(
        "patches_too_large",
        calls("extract_image_patches", ksizes=[1, 9, 2, 1], strides=ONE, rates=ONE, padding=VALID),
        [IMAGE],
        shows=("negative",),
    ),
]

CASES = table(
    CONV2D,
    BACKPROPS,
    TRANSPOSED,
    CONV1D,
    CONV3D,
    ATROUS,
    DEPTHWISE,
    HALVES,
    MORPHOLOGY,
    PATCHES,
    ERRORS,
)

"""Floats rounded to few bits, as floats (fake quantization) or as integers."""

import numpy as np

from tests.reference.spec import case, error, of, table, x

X = np.array([-7.0, -0.26, -0.25, -0.2, -0.1, 0.0, 0.1, 0.25, 0.5, 1.5, 6.5], "float32")

FAKE = (
    [
        case(
            f"fake_args_{label}",
            lambda tf, a, options=options: tf.fake_quant_with_min_max_args(a, **options),
            [of(X)],
            grad=True,
            no_fd="rounding",
        )
        for label, options in {
            "default": {},
            "asymmetric": {"min": -0.1, "max": 3.0},
            "bits": {"min": -1.0, "max": 1.0, "num_bits": 4},
            "narrow": {"min": -1.0, "max": 1.0, "narrow_range": True},
            "positive": {"min": 0.5, "max": 2.0},
            "negative": {"min": -2.0, "max": -0.5},
        }.items()
    ]
    + [
        entry
        for low, high in ((-1.0, 1.0), (-0.1, 3.0), (0.0, 0.0))
        for entry in (
            case(
                f"fake_vars_{low}_{high}",
                lambda tf, a, b, c: tf.fake_quant_with_min_max_vars(a, b, c, num_bits=5),
                [of(X), of(low), of(high)],
                grad=True,
                no_fd="rounding",
            ),
            case(
                f"fake_channels_{low}_{high}",
                lambda tf, a, b, c: tf.fake_quant_with_min_max_vars_per_channel(
                    a, b, c, narrow_range=True
                ),
                [x(3, 2), of([low, -1.0]), of([high, 2.0])],
                grad=True,
                no_fd="rounding",
            ),
        )
    ]
    + [
        error(
            "fake_args_empty", lambda tf, a: tf.fake_quant_with_min_max_args(a, 1.0, 1.0), [x(2)]
        ),
        error(
            "fake_args_too_many_bits",
            lambda tf, a: tf.fake_quant_with_min_max_args(a, num_bits=17),
            [x(2)],
        ),
        error(
            "fake_channels_other",
            lambda tf, a: tf.fake_quant_with_min_max_vars_per_channel(a, [0.0], [1.0]),
            [x(3, 2)],
            variants=("full",),
        ),
    ]
)

THERE_AND_BACK = [
    case(
        "quantize_and_dequantize_" + label,
        lambda tf, a, options=options: tf.quantization.quantize_and_dequantize(
            a, tf.cast(-1.5, a.dtype), tf.cast(1.0, a.dtype), **options
        ),
        [x(4, 5)],
        dtypes=("float32", "float64"),
        grad=True,
        no_fd="rounding",
    )
    for label, options in {
        "found": {},
        "given": {"range_given": True},
        "unsigned": {"range_given": True, "signed_input": False},
        "bits": {"range_given": True, "num_bits": 4},
        "narrow": {"range_given": True, "narrow_range": True},
        "half_up": {"range_given": True, "num_bits": 3, "round_mode": "HALF_UP"},
    }.items()
] + [
    case(
        "quantize_and_dequantize_v3",
        lambda tf, a, bits: tf.raw_ops.QuantizeAndDequantizeV3(
            input=a, input_min=-1.0, input_max=1.0, num_bits=bits
        ),
        [x(4, 5), of(5, "int32")],
        grad=True,
        no_fd="rounding",
    )
]

INTEGERS = [
    case(
        f"quantize_{dtype}_{mode}_{low}_{high}",
        lambda tf, a, b, c, dtype=dtype, mode=mode: [
            tf.bitcast(q.output, getattr(tf, dtype[1:]))
            if index == 0
            else (q.output_min, q.output_max, tf.dequantize(q.output, b, c, mode))[index - 1]
            for q in [tf.quantization.quantize(a, b, c, getattr(tf, dtype), mode)]
            for index in range(4)
        ],
        [of(X), of(low), of(high)],
        rtol=1e-5,
        why="whether a product and a sum are one operation is the compiler's choice",
    )
    for dtype in ("qint8", "quint8", "qint16", "quint16")
    for mode in ("MIN_COMBINED", "MIN_FIRST", "SCALED")
    for low, high in ((-1.0, 6.0), (-6.0, 1.0), (0.0, 255.0))
    if dtype.endswith("int8") or mode == "MIN_COMBINED"
] + [
    case(
        "quantize_empty_range",
        lambda tf, a: [
            tf.bitcast(tf.quantize(a, 0.5, 0.5, tf.quint8)[0], tf.uint8),
            *tf.quantize(a, 0.5, 0.5, tf.quint8)[1:],
        ],
        [of(X)],
    ),
    error(
        "quantize_wrong_range",
        lambda tf, a: tf.quantize(a, 1.0, 0.5, tf.quint8)[1],
        [x(2)],
    ),
    error(
        "quantize_wrong_rounding",
        lambda tf, a: tf.quantize(a, 0.0, 0.5, tf.quint8, round_mode="HALF_TO_EVEN")[1],
        [x(2)],
    ),
    case(
        "requantize",
        lambda tf, a: [
            tf.bitcast(found[0], tf.uint8) if index == 0 else found[index]
            for q in [tf.bitcast(a, tf.qint32)]
            for span in [tf.raw_ops.RequantizationRange(input=q, input_min=-100.0, input_max=100.0)]
            for found in [
                tf.raw_ops.Requantize(
                    input=q,
                    input_min=-100.0,
                    input_max=100.0,
                    requested_output_min=span[0],
                    requested_output_max=span[1],
                    out_type=tf.quint8,
                )
            ]
            for index in range(3)
        ],
        [of([-(2**28), 0, 2**29, 12345678], "int32")],
        rtol=1e-5,
        why="TensorFlow computes with integers here",
    ),
]

# -- Networks --------------------------------------------------------------------------------------

NUMBERS = np.random.RandomState(0)
IMAGES = NUMBERS.randint(0, 256, (2, 4, 5, 2)).astype("uint8")
FILTER = NUMBERS.randint(0, 256, (2, 2, 2, 3)).astype("uint8")
MATRIX = IMAGES[0, 0]
LARGE = np.array([-(2**29), -7, 0, 12345, 2**28, 2**30], "int32")


def _plain(tf, results, is_rough):
    """The integers of a quantized type as plain ones, and the range."""
    values, low, high = results
    plain = {tf.quint8: tf.uint8, tf.qint8: tf.int8, tf.qint32: tf.int32}[values.dtype]
    values = tf.bitcast(values, plain)
    # Integers are compared exactly, floats within the case's tolerance.
    return [tf.cast(values, tf.float32) if is_rough else values, low, high]


def _network(name, build, *arrays, **options):
    """build(tf, *integers of a quantized type) gives (integers, low, high)."""
    kinds = {"uint8": "quint8", "int8": "qint8", "int32": "qint32"}
    return case(
        name,
        lambda tf, *given: _plain(
            tf,
            build(
                tf,
                *[tf.bitcast(a, getattr(tf, kinds[a.dtype.name])) for a in given],
            ),
            "why" in options,
        ),
        [of(array, array.dtype.name) for array in arrays],
        **options,
    )


RANGES = {"min_x": -1.0, "max_x": 2.0, "min_y": -0.5, "max_y": 4.0}
ROUGH = {"rtol": 2e-3, "atol": 150, "why": "TensorFlow adds in fewer bits"}

NETWORKS = [
    [
        _network(
            f"quantized_conv2d_{padding}_{stride}",
            lambda tf, a, k, stride=stride, padding=padding: tf.nn.quantized_conv2d(
                a, k, -1.0, 1.5, -0.5, 0.7, strides=[1, stride, stride, 1], padding=padding
            ),
            IMAGES,
            FILTER,
        )
        for padding in ("SAME", "VALID")
        for stride in (1, 2)
    ],
    [
        _network(
            f"quantized_matmul_{transposed}",
            lambda tf, a, b, transposed=transposed: tf.raw_ops.QuantizedMatMul(
                a=a,
                b=b,
                min_a=-1.0,
                max_a=1.5,
                min_b=0.25,
                max_b=0.7,
                transpose_a=transposed,
                transpose_b=transposed,
            ),
            MATRIX,
            IMAGES[1, 0, :2, 0:2].copy() if not transposed else IMAGES[1, :3, :5, 0].copy(),
        )
        for transposed in (False, True)
    ],
    [
        _network(
            f"quantized_{kind.lower()}_{low}",
            lambda tf, a, kind=kind, low=low: getattr(tf.raw_ops, "Quantized" + kind)(
                features=a, min_features=low, max_features=10.0
            ),
            IMAGES,
        )
        for kind in ("Relu", "Relu6")
        for low in (-5.0, 0.0, 1.0)
    ],
    _network(
        "quantized_relu_of_32_bits",
        lambda tf, a: tf.raw_ops.QuantizedRelu6(
            features=a, min_features=-10.0, max_features=10.0, out_type=tf.qint32
        ),
        LARGE,
    ),
    [
        _network(
            f"quantized_{kind}_{size}",
            lambda tf, a, kind=kind, size=size: getattr(tf.nn, "quantized_" + kind)(
                a, -1.0, 2.0, [1, size, size, 1], [1, 2, 2, 1], "SAME"
            ),
            IMAGES,
        )
        for kind in ("max_pool", "avg_pool")
        for size in (2, 3)
    ],
    _network(
        "quantized_bias_add",
        lambda tf, a, b: tf.raw_ops.QuantizedBiasAdd(
            input=a,
            bias=b,
            min_input=-1.0,
            max_input=2.0,
            min_bias=-0.5,
            max_bias=4.0,
            out_type=tf.qint32,
        ),
        IMAGES,
        IMAGES[0, 0, 0],
        **ROUGH,
    ),
    [
        _network(
            f"quantized_{kind.lower()}_{len(shape)}",
            lambda tf, a, b, kind=kind: getattr(tf.raw_ops, "Quantized" + kind)(x=a, y=b, **RANGES),
            MATRIX,
            MATRIX[:, ::-1].copy().reshape(-1)[: int(np.prod(shape))].reshape(shape),
            **(ROUGH if kind == "Add" else {}),
        )
        for kind in ("Add", "Mul")
        for shape in ((5, 2), (2,), ())
    ],
    _network(
        "quantized_concat",
        lambda tf, a, b: tf.quantized_concat(1, [a, b], [-1.1, 0.3], [1.0, 3.0]),
        MATRIX,
        MATRIX,
    ),
    _network(
        "quantized_concat_of_one_range",
        lambda tf, a, b: tf.quantization.quantized_concat(0, [a, b], [-1.0, -1.0], [1.0, 1.0]),
        MATRIX,
        MATRIX,
    ),
    _network(
        "quantized_reshape",
        lambda tf, a: tf.raw_ops.QuantizedReshape(
            tensor=a, shape=[8, -1], input_min=-1.0, input_max=3.0
        ),
        IMAGES,
    ),
    [
        _network(
            f"quantized_resize_{label}",
            lambda tf, a, options=options: tf.raw_ops.QuantizedResizeBilinear(
                images=a, size=[3, 7], min=-1.0, max=3.0, **options
            ),
            IMAGES,
            atol=2.1,
            why="TensorFlow weighs with 7 bits",
        )
        for label, options in {
            "plain": {},
            "corners": {"align_corners": True},
            "centres": {"half_pixel_centers": True},
        }.items()
    ],
    _network(
        "quantize_down",
        lambda tf, a: tf.raw_ops.QuantizeDownAndShrinkRange(
            input=a, input_min=-256.0, input_max=256.0, out_type=tf.quint8
        ),
        LARGE,
    ),
    [
        error(
            "quantized_conv2d_" + label,
            lambda tf, a, k, options=options: tf.nn.quantized_conv2d(
                tf.bitcast(a, tf.quint8),
                tf.bitcast(k, tf.quint8),
                0.0,
                1.0,
                0.0,
                1.0,
                **{"strides": [1, 1, 1, 1], "padding": "SAME", **options},
            )[1],
            [of(IMAGES, "uint8"), of(FILTER, "uint8")],
        )
        for label, options in {
            "two_strides": {"strides": [1, 1, 2, 1]},
            "stride_of_batch": {"strides": [2, 1, 1, 1]},
            "dilated": {"dilations": [1, 2, 2, 1]},
            "three_strides": {"strides": [1, 1, 1]},
        }.items()
    ],
    error(
        "quantized_matmul_empty_range",
        lambda tf, a: tf.raw_ops.QuantizedMatMul(
            a=tf.bitcast(a, tf.quint8),
            b=tf.bitcast(a, tf.quint8),
            min_a=1.0,
            max_a=1.0,
            min_b=0.0,
            max_b=1.0,
            transpose_b=True,
        )[1],
        [of(MATRIX, "uint8")],
        shows=("max_a must be larger than min_a.",),
    ),
    error(
        "quantized_concat_last_axis",
        lambda tf, a: tf.quantized_concat(
            -1, [tf.bitcast(a, tf.quint8)] * 2, [0.0, 0.0], [1.0, 1.0]
        )[1],
        [of(MATRIX, "uint8")],
    ),
]

CASES = table(FAKE, THERE_AND_BACK, INTEGERS, NETWORKS)

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

CASES = table(FAKE, THERE_AND_BACK, INTEGERS)

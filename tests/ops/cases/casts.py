"""From one dtype to another."""

import numpy as np

from tests.reference.spec import ALL, COMPLEX, FLOATS, case, error, f32, i32, of, table, x

NUMBERS = (
    "float32",
    "float64",
    "float16",
    "int32",
    "int64",
    "int16",
    "int8",
    "uint8",
    "uint16",
    "complex64",
    "complex128",
    "bool",
)

CASTS = [
    case(
        "cast_to_" + target,
        lambda tf, a, target=target: tf.cast(a, target),
        [x(2, 3)],
        dtypes=ALL,
        grad=target in FLOATS or target.startswith("complex"),
        no_fd="the other dtype",
    )
    for target in NUMBERS
] + [
    case(
        "cast_rounds_to_zero",
        lambda tf, a: [tf.cast(a, tf.int32), tf.cast(a, tf.int64), tf.cast(a, tf.int8)],
        [of([1.9, -1.9, 0.5, -0.5, 100.7])],
    ),
    case(
        "cast_wraps",
        lambda tf, a: [tf.cast(a, tf.int8), tf.cast(a, tf.uint8), tf.cast(a, tf.int16)],
        [of([127, 128, 255, 256, -1, 70000], "int32")],
    ),
    case(
        "cast_to_bool_special",
        lambda tf, a: tf.cast(a, tf.bool),
        [of([0.0, -0.0, 0.5, float("nan"), 1e-30])],
    ),
    case(
        "cast_bfloat16",
        lambda tf, a: tf.cast(tf.cast(a, tf.bfloat16), tf.float32),
        [of([1.0, 3.14159, 1e30, -2.5, 1.00390625, 1.01171875])],
        grad=True,
        no_fd="rounds",
    ),
    case(
        "cast_to_half_overflow",
        lambda tf, a: tf.cast(a, tf.float16),
        [of([65504.0, 65520.0, 1e-8, 6e-8])],
        variants=("full",),
    ),
    case("cast_same", lambda tf, a: tf.cast(a, tf.float32), [f32(2)], grad=True, no_fd="float32"),
    case("cast_named", lambda tf, a: tf.cast(a, tf.int32, name="whole"), [x(2)]),
    case("cast_number", lambda tf: tf.cast(1.7, tf.int32)),
    case("cast_list", lambda tf: tf.cast([1, 2], tf.float64)),
    case(
        "cast_chain",
        lambda tf, a: tf.cast(tf.cast(a, tf.float64) * 2.0, tf.float32),
        [x(2)],
        grad=True,
        no_fd="float32",
    ),
    case(
        "cast_through_integers",
        lambda tf, a: tf.cast(tf.cast(a, tf.int32), a.dtype) + a,
        [x(2)],
        grad=True,
    ),
    case(
        "cast_x64",
        lambda tf, a: [
            tf.to_float(a),
            tf.to_double(a),
            tf.to_int32(a),
            tf.to_int64(a),
            tf.to_complex64(a),
        ],
        [x(2, 3)],
        dtypes=("float32", "int32", "bool"),
    ),
    case("cast_sparse", lambda tf: tf.cast(tf.SparseTensor([[0, 1]], [1.5], [2, 2]), tf.int32)),
    error("cast_text", lambda tf, a: tf.cast(a, tf.float32), [of([b"1"], "string")]),
    error("cast_to_text", lambda tf, a: tf.cast(a, tf.string), [f32(2)]),
    error(
        "cast_to_nonsense",
        lambda tf, a: tf.cast(a, "nonsense"),
        [f32(2)],
        variants=("full",),
        shows=("nonsense",),
    ),
]

SATURATING = (
    [
        case(
            "saturate_cast_to_" + target,
            lambda tf, a, target=target: tf.saturate_cast(a, target),
            [of([-1e10, -300.0, -1.5, 0.0, 1.5, 127.5, 300.0, 1e10])],
            variants=("full", "unknown"),
        )
        for target in ("uint8", "int8", "int16", "uint16", "float16", "float64")
    ]
    + [
        case(
            "saturate_cast_int32_to_" + target,
            lambda tf, a, target=target: tf.saturate_cast(a, target),
            [of([-(2**31), -300, -1, 0, 1, 200, 70000, 2**31 - 1], "int32")],
            variants=("full", "unknown"),
        )
        for target in ("uint8", "int8", "int16", "int64", "float32")
    ]
    + [
        case(
            "saturate_cast_named",
            lambda tf, a: tf.saturate_cast(a, tf.uint8, name="sat"),
            [x(2)],
            variants=("full",),
        ),
    ]
)

BITS = [
    case("bitcast_float_int", lambda tf, a: tf.bitcast(a, tf.int32), [f32(2, 3)]),
    case("bitcast_to_smaller", lambda tf, a: tf.bitcast(a, tf.uint8), [f32(2, 3)]),
    case(
        "bitcast_to_larger",
        lambda tf, a: tf.bitcast(a, tf.int32),
        [of([[1, 2, 3, 4], [5, 6, 7, 8]], "uint8")],
    ),
    case("bitcast_double", lambda tf, a: tf.bitcast(a, tf.int64), [of([1.0, -0.0], "float64")]),
    case(
        "bitcast_int_float",
        lambda tf, a: tf.bitcast(a, tf.float32),
        [of([0, 1065353216, -1082130432], "int32")],
    ),
    error("bitcast_larger_last", lambda tf, a: tf.bitcast(a, tf.int32), [of([1, 2, 3], "uint8")]),
    error(
        "bitcast_bool",
        lambda tf, a: tf.bitcast(a, tf.int32),
        [of([True], "bool")],
        variants=("full",),
    ),
    error(
        "bitcast_text",
        lambda tf, a: tf.bitcast(a, tf.int32),
        [of([b"a"], "string")],
        variants=("full",),
    ),
]

TEXT = (
    [
        case(
            "decode_raw",
            lambda tf, a: tf.decode_raw(a, tf.uint8),
            [of([b"abcd", b"\x00\xff\x01\x02"], "string")],
        ),
        case(
            "decode_raw_scalar", lambda tf, a: tf.decode_raw(a, tf.uint8), [of(b"abcd", "string")]
        ),
        case(
            "decode_raw_empty", lambda tf, a: tf.decode_raw(a, tf.uint8), [of([b"", b""], "string")]
        ),
        case(
            "decode_raw_big_endian",
            lambda tf, a: tf.decode_raw(a, tf.int16, little_endian=False),
            [of([b"\x00\x01\x02\x03"], "string")],
        ),
    ]
    + [
        case(
            "decode_raw_" + dtype,
            lambda tf, a, dtype=dtype: tf.decode_raw(a, dtype),
            [of([b"\x00\x00\x80\x3f\x00\x00\x80\xbf\x01\x00\x00\x00\x00\x00\xf0\x3f"], "string")],
        )
        for dtype in ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint16")
    ]
    + [
        case(
            "decode_raw_positional",
            lambda tf, a: tf.decode_raw(input_bytes=a, out_type=tf.int32, name="raw"),
            [of([b"\x01\x00\x00\x00"], "string")],
        ),
        case(
            "decode_raw_bytes_keyword",
            lambda tf, a: tf.decode_raw(bytes=a, out_type=tf.int32),
            [of([b"\x01\x00\x00\x00"], "string")],
        ),
        case(
            "decode_raw_uint8_reshaped",
            lambda tf, a: (
                tf.cast(tf.reshape(tf.decode_raw(a, tf.uint8), [-1, 2, 2]), tf.float32) / 255.0
            ),
            [of([b"abcd", b"efgh"], "string")],
        ),
        error(
            "decode_raw_lengths",
            lambda tf, a: tf.decode_raw(a, tf.uint8),
            [of([b"abcd", b"ab"], "string")],
        ),
        error(
            "decode_raw_remainder",
            lambda tf, a: tf.decode_raw(a, tf.int32),
            [of([b"abcde"], "string")],
        ),
        error(
            "decode_raw_numbers",
            lambda tf, a: tf.decode_raw(a, tf.int32),
            [i32(2)],
            variants=("full",),
        ),
        case(
            "as_string",
            lambda tf, a: tf.as_string(a),
            [of([1, -2, 30], None)],
            dtypes=("int32", "int64", "bool"),
        ),
        case(
            "as_string_float",
            lambda tf, a: [
                tf.as_string(a),
                tf.as_string(a, precision=2),
                tf.as_string(a, shortest=True),
            ],
            [of([1.0, -2.5, 1e10])],
        ),
        case(
            "string_to_number",
            lambda tf, a: [tf.string_to_number(a), tf.string_to_number(a, tf.int32)],
            [of([b"1", b"-20"], "string")],
        ),
        error(
            "string_to_number_text",
            lambda tf, a: tf.string_to_number(a),
            [of([b"a"], "string")],
            shows=("a",),
        ),
        case(
            "as_string_formats",
            lambda tf, a: [
                tf.as_string(a, **options)
                for options in (
                    {"scientific": True},
                    {"scientific": True, "precision": 0},
                    {"shortest": True, "precision": 3},
                    {"width": 12},
                    {"width": 12, "fill": "0"},
                    {"width": 12, "fill": "-", "precision": 1},
                    {"width": 12, "fill": "+"},
                    {"fill": " "},
                    {"fill": "#", "precision": 0},
                )
            ],
            [of([1.5, -0.25, 1e20, 1e-5, 0.0, -0.0, np.inf, -np.inf, np.nan], None)],
            dtypes=("float32", "float64"),
        ),
        case(
            "as_string_width",
            lambda tf, a: [
                tf.as_string(a, width=4),
                tf.as_string(a, width=4, fill="0"),
                tf.as_string(a, fill="+", name="signed"),
            ],
            [of([[1, -2], [30, 0]], None)],
            dtypes=("int32", "int8", "int16", "int64", "bool"),
        ),
        case(
            "as_string_complex",
            lambda tf, a: [tf.as_string(a), tf.as_string(a, precision=1, fill="+")],
            [of([1.5 - 2j, complex(-np.inf, np.nan)], None)],
            dtypes=COMPLEX,
        ),
        error("as_string_unsigned", lambda tf, a: tf.as_string(a), [of([1], "uint8")]),
        error("as_string_precision", lambda tf, a: tf.as_string(a, precision=2), [i32(2)]),
        error("as_string_scientific", lambda tf, a: tf.as_string(a, scientific=True), [i32(2)]),
        error(
            "as_string_two_notations",
            lambda tf, a: tf.as_string(a, scientific=True, shortest=True),
            [f32(2)],
        ),
        error("as_string_fill", lambda tf, a: tf.as_string(a, fill="x"), [i32(2)], shows=("x",)),
        error("as_string_long_fill", lambda tf, a: tf.as_string(a, fill="00"), [i32(2)]),
        case(
            "string_to_number_notations",
            lambda tf, a: tf.strings.to_number(a, out_type=tf.float64),
            [
                of(
                    [b" 1 ", b"+1", b".5", b"1.", b"-1e-3", b"0x1F", b"inf", b"-NaN", b"\n"],
                    "string",
                )
            ],
        ),
        case(
            "string_to_number_rounded",
            lambda tf, a: [tf.string_to_number(a), tf.string_to_number(a, tf.float64)],
            [of([b"0.1", b"16777217", b"1e39", b"1e-46", b"1e400", b"-1e-400"], "string")],
        ),
        case(
            "string_to_number_integers",
            lambda tf, a: [
                tf.string_to_number(string_tensor=a, out_type=tf.int32),
                tf.string_to_number(input=a, out_type=tf.int64),
            ],
            [of([[b" -7\n", b"010"], [b"2147483647", b"-2147483648"]], "string")],
        ),
        *[
            error(
                f"string_to_number_{dtype}_{i}",
                lambda tf, a, dtype=dtype: tf.string_to_number(a, dtype),
                [of([text], "string")],
                shows=(text.decode(),),
            )
            for dtype, texts in (
                ("float32", (b"", b"1 2", b"1e", b"--1", b"infinity", b"1_0", b"1f")),
                ("int32", (b"+1", b"1.0", b"1e3", b"0x10", b"2147483648", b" ", b"1_0")),
                ("int64", (b"9223372036854775808",)),
            )
            for i, text in enumerate(texts)
        ],
        error("string_to_number_type", lambda tf: tf.string_to_number("1", tf.int8)),
        error("string_to_number_twice", lambda tf: tf.string_to_number("1", input="2")),
        case(
            "string_join", lambda tf, a: tf.string_join([a, "-", a]), [of([b"a", b"b"], "string")]
        ),
        case(
            "string_join_separator",
            lambda tf, a, b: tf.strings.join([a, b, "z"], separator=", ", name="joined"),
            [of([[b"a", b"b"]], "string"), of([[b"c", b""]], "string")],
        ),
        case("string_join_scalars", lambda tf, a: tf.string_join([a]), [of(b"a", "string")]),
        error("string_join_nothing", lambda tf: tf.string_join([])),
        error("string_join_numbers", lambda tf: tf.string_join([1, "b"])),
        error(
            "string_join_sizes",
            lambda tf, a, b: tf.string_join([a, b]),
            [of([b"a", b"b"], "string"), of([b"a", b"b", b"c"], "string")],
            shows=("2", "3"),
        ),
        error(
            "string_join_ranks",
            lambda tf, a, b: tf.string_join([a, b]),
            [of([[b"a", b"b"]], "string"), of([b"a", b"b"], "string")],
        ),
    ]
)

IMAGE_DTYPES = (
    "float32",
    "uint8",
    "int16",
    "int32",
    "float64",
    "float16",
    "int8",
    "uint16",
    "int64",
)

IMAGES = (
    [
        case(
            "convert_image_dtype_to_" + target,
            lambda tf, a, target=target: tf.image.convert_image_dtype(a, tf.as_dtype(target)),
            [x(2, 2, 3, domain="unit")],
            dtypes=IMAGE_DTYPES,
            variants=("full", "unknown"),
        )
        for target in IMAGE_DTYPES
    ]
    + [
        case(
            "convert_image_dtype_saturated_to_" + target,
            lambda tf, a, target=target: tf.image.convert_image_dtype(
                a, tf.as_dtype(target), saturate=True
            ),
            [x(2, 2, 3, domain="any")],
            dtypes=IMAGE_DTYPES,
            variants=("full", "unknown"),
        )
        for target in IMAGE_DTYPES
    ]
    + [
        case(
            "convert_image_dtype_bytes",
            lambda tf, a: tf.image.convert_image_dtype(a, tf.float32),
            [of([0, 1, 127, 128, 255], "uint8")],
        ),
        case(
            "convert_image_dtype_bytes_back",
            lambda tf, a: tf.image.convert_image_dtype(a, tf.uint8, saturate=True),
            [of([-0.1, 0.0, 0.1, 0.5, 0.999, 1.0, 1.1, 2.0])],
        ),
        case(
            "convert_image_dtype_gradient",
            lambda tf, a: tf.image.convert_image_dtype(a, tf.float64),
            [x(2, 2)],
            grad=True,
            no_fd="float32",
        ),
        case(
            "convert_image_dtype_named",
            lambda tf, a: tf.image.convert_image_dtype(a, tf.float32, name="image"),
            [of([0, 255], "uint8")],
        ),
        case(
            "grayscale_to_rgb",
            lambda tf, a: tf.image.grayscale_to_rgb(a),
            [x(2, 3, 1)],
            dtypes=("float32", "uint8", "int32"),
            grad=True,
        ),
        case(
            "grayscale_to_rgb_batch",
            lambda tf, a: tf.image.grayscale_to_rgb(a),
            [x(2, 2, 2, 1)],
            grad=True,
        ),
        case(
            "rgb_to_grayscale",
            lambda tf, a: tf.image.rgb_to_grayscale(a),
            [x(2, 2, 3, domain="unit")],
            dtypes=("float32", "float64", "uint8"),
            grad=True,
            no_fd="float32 inside",
            rtol=1e-6,
            why="float32 inside",
        ),
        case(
            "rgb_to_grayscale_bytes",
            lambda tf, a: tf.image.rgb_to_grayscale(a),
            [of([[[0, 0, 0], [255, 255, 255]], [[255, 0, 0], [10, 200, 30]]], "uint8")],
        ),
        case(
            "rgb_to_grayscale_batch",
            lambda tf, a: tf.image.rgb_to_grayscale(a, name="gray"),
            [x(1, 2, 2, 3, domain="unit")],
        ),
        error(
            "grayscale_to_rgb_channels", lambda tf, a: tf.image.grayscale_to_rgb(a), [f32(2, 2, 3)]
        ),
    ]
)

CASES = table(CASTS, SATURATING, BITS, TEXT, IMAGES)

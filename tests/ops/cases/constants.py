"""Constants and what makes tensors from nothing: fill, range, linspace, zeros, ones."""

import numpy as np

from tests.reference.spec import ALL, case, error, f32, i32, of, script, table, x

VALUES = {
    "int": 3,
    "negative": -3,
    "float": 2.5,
    "bool": True,
    "complex": 1 + 2j,
    "text": "text",
    "bytes": b"\x00\xff",
    "unicode": "\u00e9",
    "list": [1, 2, 3],
    "floats": [1.0, 2.0],
    "mixed_numbers": [1, 2.5],
    "nested": [[1, 2], [3, 4]],
    "tuple": ((1.0,), (2.0,)),
    "bools": [True, False],
    "texts": ["a", "bcd", ""],
    "empty": [],
    "empty_rows": [[], []],
    "array_f64": np.array([1.5, 2.5]),
    "array_i64": np.array([[1, 2]]),
    "array_u8": np.array([1, 255], np.uint8),
    "array_f16": np.array([0.1], np.float16),
    "array_bool": np.array([True]),
    "array_text": np.array(["ab", "c"]),
    "array_0d": np.array(4, np.int16),
    "array_empty": np.zeros((0, 2), np.float32),
    "array_fortran": np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)),
    "numpy_scalar": np.float32(1.25),
    "numpy_int": np.int64(7),
    "list_of_numpy": [np.int32(1), np.int32(2)],
    "large_int": 2**31 - 1,
    "larger_int": 2**31,
    "bool_and_int": [True, 2],
    "special": [float("nan"), float("inf"), -0.0],
}

CONSTANTS = (
    [
        case("constant_" + name, lambda tf, value=value: tf.constant(value))
        for name, value in sorted(VALUES.items())
    ]
    + [
        case("constant_as_" + dtype, lambda tf, dtype=dtype: tf.constant([0, 1, 2], dtype=dtype))
        for dtype in ALL
        if dtype != "bool"
    ]
    + [
        case("constant_shape", lambda tf: tf.constant([1, 2, 3, 4, 5, 6], shape=[2, 3])),
        case("constant_shape_fills", lambda tf: tf.constant([1.0, 2.0], shape=[2, 3])),
        case("constant_scalar_fills", lambda tf: tf.constant(7, shape=[2, 2])),
        case("constant_shape_tensorshape", lambda tf: tf.constant(0.5, shape=tf.TensorShape([2]))),
        case("constant_named", lambda tf: tf.constant(1.0, name="one")),
        case("constant_int_to_float", lambda tf: tf.constant(1, tf.float32)),
        case("constant_array_to_other", lambda tf: tf.constant(np.array([1.7, 2.2]), tf.float32)),
        case("constant_int_array_to_float", lambda tf: tf.constant(np.array([1, 2]), tf.float64)),
        case(
            "constant_bfloat16",
            lambda tf: tf.cast(tf.constant([1.0, 3.14159], tf.bfloat16), tf.float32),
        ),
        case("constant_text_of_shape", lambda tf: tf.constant("a", shape=[2])),
        case("constant_verify_shape", lambda tf: tf.constant([1, 2], shape=[2], verify_shape=True)),
        error(
            "constant_verify_shape_differs",
            lambda tf: tf.constant([1, 2], shape=[3], verify_shape=True),
            shows=("[3]", "[2]"),
        ),
        error("constant_too_many", lambda tf: tf.constant([1, 2, 3], shape=[2])),
        error(
            "constant_float_to_int", lambda tf: tf.constant(1.5, tf.int32), shows=("int32", "1.5")
        ),
        error(
            "constant_text_to_float", lambda tf: tf.constant("a", tf.float32), shows=("float32",)
        ),
        error("constant_int_to_text", lambda tf: tf.constant(1, tf.string), shows=("string",)),
        error("constant_ragged", lambda tf: tf.constant([[1, 2], [3]])),
        error("constant_none", lambda tf: tf.constant(None)),
        error("constant_mixed", lambda tf: tf.constant([1, "a"])),
        error(
            "constant_list_of_arrays",
            lambda tf: tf.constant([np.zeros(2, np.float32), np.zeros(2, np.float32)]),
        ),
        error("constant_int_as_bool", lambda tf: tf.constant(1, tf.bool)),
        case(
            "constant_wraps", lambda tf: [tf.constant(257, tf.uint8), tf.constant(2**31, tf.int32)]
        ),
        error("constant_object", lambda tf: tf.constant(object())),
    ]
)

FILLS = (
    [
        case(name + "_" + label, lambda tf, name=name, shape=shape: getattr(tf, name)(shape))
        for name in ("zeros", "ones")
        for label, shape in (
            ("vector", [3]),
            ("matrix", (2, 3)),
            ("scalar", []),
            ("empty", [0, 2]),
            ("number", 4),
            ("array", np.array([2, 1])),
            ("large", [40, 40]),
        )
    ]
    + [
        case(
            name + "_as_" + dtype,
            lambda tf, name=name, dtype=dtype: getattr(tf, name)([2], dtype),
            nodes=dtype not in ("uint32", "uint64"),
        )  # tf.make_ndarray cannot read these
        for name in ("zeros", "ones")
        for dtype in (*ALL, "string")
        if (name, dtype) != ("ones", "string")
    ]
    + [
        case(
            name + "_tensor_shape",
            lambda tf, s, name=name: getattr(tf, name)(s),
            [of([2, 3], "int32")],
        )
        for name in ("zeros", "ones")
    ]
    + [
        case(
            name + "_tensor_shape_i64",
            lambda tf, s, name=name: getattr(tf, name)(s, "int32"),
            [of([2, 3], "int64")],
        )
        for name in ("zeros", "ones")
    ]
    + [
        case(
            name + "_packed_shape",
            lambda tf, a, name=name: getattr(tf, name)([tf.shape(a)[0], 2]),
            [x(3, 4)],
        )
        for name in ("zeros", "ones")
    ]
    + [
        case(name + "_named", lambda tf, name=name: getattr(tf, name)([2], name="mine"))
        for name in ("zeros", "ones")
    ]
    + [
        case(name, lambda tf, a, name=name: getattr(tf, name)(a), [x(2, 3)], dtypes=ALL)
        for name in ("zeros_like", "ones_like")
    ]
    + [
        case(
            name + "_dtype",
            lambda tf, a, name=name: getattr(tf, name)(a, dtype=tf.int32),
            [x(2, 3)],
        )
        for name in ("zeros_like", "ones_like")
    ]
    + [
        case(
            name + "_not_optimized",
            lambda tf, a, name=name: getattr(tf, name)(a, optimize=False),
            [x(2, 3)],
        )
        for name in ("zeros_like", "ones_like")
    ]
    + [
        case(name + "_list", lambda tf, name=name: getattr(tf, name)([[1, 2], [3, 4]]))
        for name in ("zeros_like", "ones_like")
    ]
    + [
        case(
            name + "_gradient",
            lambda tf, a, name=name: getattr(tf, name)(a) * a,
            [x(2, 3)],
            grad=True,
        )
        for name in ("zeros_like", "ones_like")
    ]
    + [
        case("zeros_like_text", lambda tf, a: tf.zeros_like(a), [of([b"a", b"b"], "string")]),
        case("fill", lambda tf, v: tf.fill([2, 3], v), [x()], dtypes=ALL, grad=True, grad2=True),
        case(
            "fill_tensor_shape",
            lambda tf, s, v: tf.fill(s, v),
            [of([2, 3], "int32"), x()],
            grad=True,
        ),
        case(
            "fill_i64",
            lambda tf, s, v: tf.fill(s, v),
            [of([2, 3], "int64"), f32()],
            variants=("full",),
        ),
        case("fill_scalar", lambda tf: tf.fill([], 9)),
        case("fill_empty", lambda tf: tf.fill([0, 3], 9.0)),
        case("fill_text", lambda tf: tf.fill([2], "ab")),
        case("fill_partly_known", lambda tf, a: tf.fill([tf.shape(a)[0], 3], 1.0), [x(2, 5)]),
        error("fill_vector_value", lambda tf, v: tf.fill([2], v), [x(2)], shows=("[2]",)),
        error(
            "fill_matrix_shape",
            lambda tf, s: tf.fill(s, 1),
            [of([[2, 3]], "int32")],
            shows=("[1,2]",),
        ),
        error("fill_negative", lambda tf: tf.fill([-1], 1)),
        error("zeros_negative", lambda tf: tf.zeros([-1])),
        error("zeros_like_bad_dtype", lambda tf: tf.zeros([2], "nonsense")),
    ]
)

RANGES = [
    case("range_limit", lambda tf: tf.range(5)),
    case("range_start_limit", lambda tf: tf.range(3, 8)),
    case("range_delta", lambda tf: tf.range(3, 18, 3)),
    case("range_negative_delta", lambda tf: tf.range(10, 3, -3)),
    case("range_nothing", lambda tf: tf.range(3, 3)),
    case("range_floats", lambda tf: tf.range(0.0, 1.0, 0.3)),
    case("range_float_limit", lambda tf: tf.range(3.5)),
    case("range_mixed", lambda tf: tf.range(0, 1.0, 0.25)),
    case("range_dtype", lambda tf: tf.range(3, dtype=tf.float64)),
    case("range_int64", lambda tf: tf.range(1, 5, dtype=tf.int64)),
    case("range_named", lambda tf: tf.range(start=1, limit=5, delta=2, name="r")),
    case("range_tensor_limit", lambda tf, n: tf.range(n), [of(4, "int32")]),
    case(
        "range_tensors",
        lambda tf, a, b, d: tf.range(a, b, d),
        [of(1, None), of(9, None), of(2, None)],
        dtypes=("int32", "int64", "float32", "float64"),
    ),
    error(
        "range_half",
        lambda tf, a: tf.range(a, 2.0, 1.0),
        [of(1, "float16")],
        shows=("float16",),
        instead=("build", "TypeError"),
        why="TensorFlow's AssertionError has no message",
    ),
    case("range_of_size", lambda tf, a: tf.range(tf.shape(a)[0]), [x(3, 2)]),
    case("range_promotes", lambda tf, n: tf.range(0, n, 2), [of(5, "int64")]),
    case("range_promotes_int_to_float", lambda tf, n: tf.range(n, 3.5), [of(1, "int32")]),
    error("range_zero_delta", lambda tf: tf.range(0, 3, 0)),
    error("range_wrong_way", lambda tf: tf.range(5, 3)),
    error("range_wrong_way_down", lambda tf: tf.range(3, 5, -1)),
    error("range_vector", lambda tf, n: tf.range(n), [of([1, 2], "int32")], shows=("[2]",)),
]

LINSPACES = [
    case(
        "linspace",
        lambda tf, a, b: tf.linspace(a, b, 5),
        [of(10.0, None), of(12.0, None)],
        dtypes=("float32", "float64"),
    ),
    case("lin_space", lambda tf: tf.lin_space(0.0, -1.0, 3)),
    case("linspace_one", lambda tf: tf.linspace(2.0, 5.0, 1)),
    case("linspace_tensor_num", lambda tf, n: tf.linspace(0.0, 1.0, n), [of(4, "int32")]),
    case("linspace_i64", lambda tf, n: tf.linspace(0.0, 1.0, n, name="points"), [of(4, "int64")]),
    error("linspace_none", lambda tf: tf.linspace(0.0, 1.0, 0)),
    error("linspace_ints", lambda tf: tf.linspace(0, 10, 5)),
]

EYES = [
    case("eye", lambda tf: tf.eye(3)),
    case("eye_columns", lambda tf: tf.eye(2, num_columns=3, dtype=tf.int32)),
    case("eye_batch", lambda tf: tf.eye(2, batch_shape=[3])),
    case("eye_tensor", lambda tf, n: tf.eye(n), [of(2, "int32")]),
]

CONVERSIONS = [
    case("convert_list", lambda tf: tf.convert_to_tensor([1, 2])),
    case("convert_dtype", lambda tf: tf.convert_to_tensor([1, 2], dtype=tf.float32, name="x")),
    case("convert_preferred", lambda tf: tf.convert_to_tensor([1, 2], preferred_dtype=tf.float64)),
    case(
        "convert_preferred_refused",
        lambda tf: tf.convert_to_tensor([1.5], preferred_dtype=tf.int32),
    ),
    case("convert_tensor", lambda tf, a: tf.convert_to_tensor(a), [x(2)]),
    case("convert_list_of_tensors", lambda tf, a: tf.convert_to_tensor([a, a]), [x(2)], grad=True),
    case(
        "convert_mixed_list",
        lambda tf, a: tf.convert_to_tensor([[a, 1.0], [2.0, a]]),
        [x()],
        grad=True,
    ),
    case("convert_shape", lambda tf: tf.convert_to_tensor(tf.TensorShape([2, 3]))),
    case("convert_static_shape", lambda tf: tf.convert_to_tensor(tf.zeros([2, 3]).shape)),
    case("convert_dimension", lambda tf: tf.convert_to_tensor(tf.zeros([2, 3]).shape[1])),
    case(
        "convert_shape_i64", lambda tf: tf.convert_to_tensor(tf.TensorShape([2, 3]), dtype=tf.int64)
    ),
    error(
        "convert_tensor_other_dtype",
        lambda tf, a: tf.convert_to_tensor(a, dtype=tf.int32),
        [x(2)],
        shows=("int32", "float32"),
    ),
    error("convert_unknown_shape", lambda tf: tf.convert_to_tensor(tf.TensorShape([None]))),
    error(
        "convert_lists_of_other_dtypes",
        lambda tf, a, b: tf.convert_to_tensor([a, b]),
        [f32(2), i32(2)],
    ),
    error(
        "convert_lists_of_other_shapes",
        lambda tf, a, b: tf.convert_to_tensor([a, b]),
        [f32(2), f32(3)],
        shows=("[2]", "[3]"),
    ),
    error("convert_unconvertible", lambda tf: tf.convert_to_tensor({"a": 1})),
]

PLACEHOLDERS = [
    case(
        "placeholder_with_default", lambda tf: tf.placeholder_with_default([[1.0, 2.0]], [None, 2])
    ),
    case("placeholder_with_default_named", lambda tf: tf.placeholder_with_default(3, [], name="p")),
    case(
        "placeholder_with_default_gradient",
        lambda tf, a: tf.placeholder_with_default(a, [None, 3]) * 2.0,
        [x(2, 3)],
        grad=True,
    ),
    error(
        "placeholder_unfed",
        lambda tf: tf.placeholder(tf.float32, [2, 3]),
        shows=("Placeholder", "float", "[2,3]"),
    ),
    error(
        "placeholder_default_other_shape",
        lambda tf: tf.placeholder_with_default([1.0, 2.0], [3]),
        shows=("[2]", "[3]"),
    ),
]


@script("constant_value")
def constant_value(tf):
    from_graph = tf.get_static_value
    a = tf.placeholder(tf.float32, [2, None])
    yield from_graph(tf.constant([1, 2]))
    yield from_graph(tf.zeros([2], tf.int32))
    yield from_graph(tf.shape(tf.zeros([3, 4])))
    yield from_graph(tf.shape(a))
    yield from_graph(tf.shape(a)[0])
    yield from_graph(tf.stack([tf.shape(tf.zeros([3, 4]))[0], 5]))
    yield from_graph(tf.range(1, 4))
    yield from_graph(tf.cast(tf.constant([1, 2]), tf.float32))
    yield from_graph(tf.concat([[1, 2], [3]], 0))
    yield from_graph(tf.size(tf.zeros([3, 4])))
    yield from_graph(tf.rank(tf.zeros([3, 4])))
    yield from_graph(tf.rank(a))
    yield from_graph(tf.fill([2], 7))
    yield from_graph(tf.constant(2) + 3)
    yield from_graph(tf.equal(tf.constant(2), 2))
    yield from_graph(a)


CASES = table(CONSTANTS, FILLS, RANGES, LINSPACES, EYES, CONVERSIONS, PLACEHOLDERS, constant_value)

"""Comparisons, boolean logic, bits, and the check operations."""

from tests.reference.spec import (
    ALL,
    INTEGERS,
    case,
    error,
    f32,
    failure,
    flags,
    i32,
    i64,
    of,
    script,
    table,
    x,
)

COMPARISONS = [
    entry
    for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
    for build in [lambda tf, a, b, name=name: getattr(tf, name)(a, b)]
    for entry in (
        case(name, build, [x(2, 3, domain="ties"), x(2, 3, domain="ties")], dtypes=ALL),
        case(name + "_broadcast", build, [x(3, 1, domain="ties"), x(2, 1, 4, domain="ties")]),
        case(
            name + "_scalar",
            lambda tf, a, name=name: getattr(tf, name)(a, 1),
            [x(2, 3, domain="ties")],
            dtypes=("float32", "int32"),
        ),
        case(name + "_empty", build, [x(0), x()]),
        case(
            name + "_special",
            build,
            [f32(14, 1, domain="special"), f32(14, domain="special")],
            nodes=False,
            variants=("full",),
        ),
        case(name + "_python_numbers", lambda tf, name=name: getattr(tf, name)(2, 1)),
        case(
            name + "_named", lambda tf, a, name=name: getattr(tf, name)(a, a, name="mine"), [x(2)]
        ),
        error(name + "_shapes", build, [f32(2, 3), f32(2)], shows=("[2,3]", "[2]"))
        if name not in ("equal", "not_equal")
        else error(
            name + "_shapes", build, [f32(2, 3), f32(2)], shows=("[2,3]", "[2]"), variants=("full",)
        ),
        error(
            name + "_dtypes",
            build,
            [f32(2), i32(2)],
            shows=("float32", "int32"),
            variants=("full",),
        ),
    )
]

TEXT = [
    case(
        "equal_text",
        lambda tf, a, b: [tf.equal(a, b), tf.not_equal(a, "ab")],
        [of([b"ab", b"c", b""], "string"), of([b"ab", b"d", b""], "string")],
    ),
    error("less_text", lambda tf: tf.less("a", "b")),
]

LOGIC = [
    entry
    for name in ("logical_and", "logical_or", "logical_xor")
    for build in [lambda tf, a, b, name=name: getattr(tf, name)(a, b)]
    for entry in (
        case(
            name,
            build,
            [of([[True, True, False, False]], "bool"), of([True, False, True, False], "bool")],
        ),
        case(name + "_broadcast", build, [flags(3, 1), flags(4)]),
        case(name + "_scalar", lambda tf, a, name=name: getattr(tf, name)(a, True), [flags(4)]),
        error(
            name + "_numbers", build, [i32(2), i32(2)], shows=("int32", "bool"), variants=("full",)
        ),
        error(name + "_shapes", build, [flags(2), flags(3)], shows=("[2]", "[3]")),
    )
] + [
    case("logical_not", lambda tf, a: tf.logical_not(a), [flags(2, 3)]),
    case("logical_not_python", lambda tf: tf.logical_not([True, False])),
    error(
        "logical_not_number",
        lambda tf, a: tf.logical_not(a),
        [x(2)],
        shows=("float32", "bool"),
        variants=("full",),
    ),
]

BITS = (
    [
        case(
            name,
            lambda tf, a, b, name=name: getattr(tf.bitwise, name)(a, b),
            [x(2, 3), x(3, domain="small")],
            dtypes=INTEGERS,
        )
        for name in ("bitwise_and", "bitwise_or", "bitwise_xor")
    ]
    + [
        case(
            name,
            lambda tf, a, b, name=name: getattr(tf.bitwise, name)(a, b),
            [x(2, 3), of([0, 1, 2], None)],
            dtypes=INTEGERS,
        )
        for name in ("left_shift", "right_shift")
    ]
    + [case("invert", lambda tf, a: tf.bitwise.invert(a), [x(2, 3)], dtypes=INTEGERS)]
)

PASSING = {
    "assert_equal": ([1, 2], [1, 2]),
    "assert_none_equal": ([1, 2], [2, 1]),
    "assert_less": ([1, 2], [2, 3]),
    "assert_less_equal": ([1, 2], [1, 3]),
    "assert_greater": ([2, 3], [1, 2]),
    "assert_greater_equal": ([2, 3], [2, 1]),
}

ASSERTIONS = [
    entry
    for name, (left, right) in sorted(PASSING.items())
    for checked in [lambda tf, a, b, name=name, **options: getattr(tf, name)(a, b, **options)]
    for entry in (
        case(
            name,
            checked,
            [of(left, None), of(right, None)],
            dtypes=("int32", "float32", "int64"),
            nodes=False,
            variants=("full", "unknown"),
        ),
        case(
            name + "_broadcast",
            checked,
            [of(left, "int32"), of(right[:1] if name == "assert_none_equal" else left, "int32")]
            if name in ("assert_equal", "assert_less_equal", "assert_greater_equal")
            else [of([5, 5], "int32"), of(9 if "less" in name else 1, "int32")],
            nodes=False,
            variants=("full",),
        ),
        case(name + "_empty", checked, [x(0), x(0)], nodes=False, variants=("full", "unknown")),
        error(
            name + "_fails",
            checked,
            [of(right, "int32"), of(left, "int32")]
            if name not in ("assert_equal", "assert_none_equal")
            else [of([1, 2], "int32"), of([1, 3], "int32")],
        ),
        error(
            name + "_message",
            lambda tf, a, b, checked=checked: checked(
                tf, a, b, message="my words", data=[a], summarize=2
            ),
            [of([1, 2, 5], "int32"), of([1, 1, 1] if "less" in name else [1, 3, 9], "int32")],
            shows=("my words",),
        ),
        error(
            name + "_static_failure",
            lambda tf, name=name, left=left, right=right: getattr(tf, name)(
                *(
                    ([1, 2], [1, 3])
                    if name in ("assert_equal", "assert_none_equal")
                    else (right, left)
                )
            ),
        ),
    )
]

SHAPES = [
    case("assert_rank", lambda tf, a: tf.assert_rank(a, 2), [x(2, 3)], nodes=False),
    case(
        "assert_rank_at_least", lambda tf, a: tf.assert_rank_at_least(a, 1), [x(2, 3)], nodes=False
    ),
    case("assert_rank_in", lambda tf, a: tf.assert_rank_in(a, (1, 2)), [x(2, 3)], nodes=False),
    error(
        "assert_rank_fails",
        lambda tf, a: tf.assert_rank(a, 3, message="words"),
        [x(2, 3)],
        shows=("words",),
    ),
    error("assert_rank_at_least_fails", lambda tf, a: tf.assert_rank_at_least(a, 3), [x(2, 3)]),
    error("assert_rank_in_fails", lambda tf, a: tf.assert_rank_in(a, (0, 1)), [x(2, 3)]),
    case(
        "assert_scalar", lambda tf, a: tf.assert_scalar(a), [x()], variants=("full",), nodes=False
    ),
    error("assert_scalar_fails", lambda tf, a: tf.assert_scalar(a), [x(2)], variants=("full",)),
    case("assert_type", lambda tf, a: tf.assert_type(a, tf.float32), [x(2)], nodes=False),
    error(
        "assert_type_fails", lambda tf, a: tf.assert_type(a, tf.int32), [x(2)], variants=("full",)
    ),
    case("ensure_shape", lambda tf, a: tf.ensure_shape(a, [None, 3]), [x(2, 3)], grad=True),
    error(
        "ensure_shape_fails",
        lambda tf, a: tf.ensure_shape(a, [None, 4]),
        [x(2, 3)],
        shows=("[2,3]",),
    ),
]

SIGNED_CHECKS = [
    entry
    for name, good, bad in (
        ("assert_positive", [1, 2], [1, 0]),
        ("assert_negative", [-1, -2], [-1, 0]),
        ("assert_non_negative", [0, 1], [0, -1]),
        ("assert_non_positive", [0, -1], [0, 1]),
    )
    for checked in [lambda tf, a, name=name: getattr(tf, name)(a)]
    for entry in (
        case(
            name,
            checked,
            [of(good, None)],
            dtypes=("int32", "float32"),
            nodes=False,
            variants=("full", "unknown"),
        ),
        error(name + "_fails", checked, [of(bad, "int32")]),
    )
] + [
    case(
        "assert_near",
        lambda tf, a, b: tf.debugging.assert_near(a, b),
        [of([1.0]), of([1.0000001])],
        nodes=False,
        variants=("full",),
    ),
    error(
        "assert_near_fails",
        lambda tf, a, b: tf.debugging.assert_near(a, b),
        [of([1.0]), of([1.1])],
        variants=("full",),
    ),
    case(
        "assert_integer",
        lambda tf, a: tf.assert_integer(a),
        [i64(2)],
        variants=("full",),
        nodes=False,
    ),
    error("assert_integer_fails", lambda tf, a: tf.assert_integer(a), [x(2)], variants=("full",)),
    case(
        "is_numeric_tensor",
        lambda tf, a: [tf.is_numeric_tensor(a), a],
        [x(2)],
        dtypes=ALL,
        variants=("full",),
    ),
    case(
        "is_non_decreasing",
        lambda tf, a: [tf.is_non_decreasing(a), tf.is_strictly_increasing(a)],
        [of([1.0, 1.0, 2.0])],
        nodes=False,
        variants=("full", "unknown"),
    ),
    *[
        case(
            f"is_ordered_{label}",
            lambda tf, a: [tf.math.is_non_decreasing(a), tf.math.is_strictly_increasing(a)],
            [of(values, None)],
            nodes=False,  # TensorFlow guards the steps with a cond: there are none in one element.
            variants=("full", "unknown"),
            dtypes=("float32", "int32", "int8", "uint8", "float64"),
        )
        for label, values in (
            ("increasing", [[1, 2], [3, 4]]),
            ("decreasing", [[1, 3], [2, 4]]),
            ("scalar", 1),
            ("empty", []),
        )
    ],
    *[
        error(
            f"is_non_decreasing_{dtype}", lambda tf, a: tf.is_non_decreasing(a), [x(2)], dtype=dtype
        )
        for dtype in ("float16", "complex64", "bool")
    ],
    case(
        "check_numerics",
        lambda tf, a: tf.check_numerics(a, "words"),
        [x(2, 3)],
        dtypes=("float32", "float64", "float16"),
        grad=True,
        grad2=True,
    ),
    error(
        "check_numerics_nan",
        lambda tf, a: tf.check_numerics(a, "words"),
        [of([1.0, float("nan")])],
        shows=("words", "NaN"),
    ),
    error(
        "check_numerics_inf",
        lambda tf, a: tf.check_numerics(a, "words"),
        [of([1.0, float("inf")])],
        shows=("words", "Inf"),
    ),
    error(
        "verify_tensor_all_finite",
        lambda tf, a: tf.verify_tensor_all_finite(a, "words"),
        [of([1.0, float("nan")])],
        shows=("words", "NaN"),
    ),
    error(
        "Assert_fails",
        lambda tf, a: tf.Assert(tf.reduce_all(a > 0), [a], summarize=3),
        [of([1.0, -1.0])],
        shows=("-1",),
    ),
    case("Assert", lambda tf, a: tf.Assert(tf.reduce_all(a > 0), [a]), [of([1.0])], nodes=False),
    case("Assert_true", lambda tf: [tf.Assert(True, ["never"]), tf.constant(1)], nodes=False),
]


@script("with_dependencies")
def with_dependencies(tf):
    a = tf.placeholder(tf.float32, [None])
    with tf.control_dependencies([tf.assert_positive(a)]):
        kept = tf.identity(a)
    with tf.Session() as session:
        yield session.run(kept, {a: [1.0, 2.0]})
        try:
            session.run(kept, {a: [1.0, -2.0]})
        except tf.errors.InvalidArgumentError as raised:
            yield "Condition x > 0 did not hold element-wise" in raised.message


@script("tensors_are_no_python_booleans")
def tensors_are_no_python_booleans(tf):
    a = tf.constant(1.0)
    yield failure(lambda: bool(a))
    yield failure(lambda: a and a)
    yield failure(lambda: not a)
    yield failure(lambda: a < 1 < 2)
    yield failure(lambda: list(tf.placeholder(tf.float32)))
    yield failure(lambda: list(a))
    yield failure(lambda: len(a))
    yield a == a, a == tf.constant(1.0), a != a, hash(a) == hash(a), a in [a]


CASES = table(
    COMPARISONS,
    TEXT,
    LOGIC,
    BITS,
    ASSERTIONS,
    SHAPES,
    SIGNED_CHECKS,
    with_dependencies,
    tensors_are_no_python_booleans,
)

"""Elementwise mathematics: one and two operands, complex numbers, NaN and infinities."""

from tests.reference.spec import (
    ALL,
    COMPLEX,
    FLOATS,
    REALS,
    calls,
    case,
    error,
    f32,
    f64,
    i32,
    of,
    table,
    x,
)

NAN, INF = float("nan"), float("inf")

#: name -> domain on which the function is smooth; the public name is tf.NAME or tf.math.NAME.
SMOOTH = {
    "negative": "any",
    "abs": "any",
    "sign": "any",
    "square": "any",
    "sqrt": "positive",
    "rsqrt": "positive",
    "exp": "any",
    "expm1": "any",
    "log": "positive",
    "log1p": "positive",
    "sin": "any",
    "cos": "any",
    "tan": "open",
    "asin": "open",
    "acos": "open",
    "atan": "any",
    "sinh": "any",
    "cosh": "any",
    "tanh": "any",
    "asinh": "any",
    "acosh": "above_one",
    "atanh": "open",
    "sigmoid": "any",
    "erf": "any",
    "erfc": "any",
    "lgamma": "positive",
    "digamma": "positive",
    "reciprocal": "positive",
    "floor": "any",
    "ceil": "any",
    "round": "any",
    "rint": "any",
}

#: No second gradient in TensorFlow 1.15.5, or one that is zero throughout.
ONCE = {"floor", "ceil", "rint", "round", "sign"}
#: tf.gradients answers None: there is no gradient at all.
FLAT = {"floor", "ceil", "rint", "round"}
#: Of an infinite float32, TensorFlow's vector code answers NaN. Ours is the limit in every type,
#: as TensorFlow's is in float64.
FINITE = {"sqrt", "rsqrt"}


def unary(name, domain):
    build = calls("math." + name)
    special = of([NAN, 0.0, 1.0, -1.0, 2.5, -2.5, 1e-30, -1e-30, 1e30])
    return [
        case(
            name,
            build,
            [x(2, 3, domain=domain)],
            dtypes=ALL,
            grad=name not in FLAT,
            grad2=name not in FLAT | ONCE,
        ),
        case(name + "_scalar", build, [x(domain=domain)], variants=("full", "unknown")),
        case(name + "_empty", build, [x(0, 3, domain=domain)], variants=("full", "unknown")),
        # NaN, infinities, both zeros, numbers outside the domain.
        case(
            name + "_special",
            build,
            [special if name in FINITE else x(14, domain="special")],
            variants=("full",),
            nodes=False,
            grad=name not in FLAT,
            no_fd="infinities and numbers outside the domain",
        ),
        case(
            name + "_special_f64",
            build,
            [f64(14, domain="special")],
            variants=("full",),
            nodes=False,
        ),
    ]


#: name -> domains of the two operands.
ARITHMETIC = {
    "add": ("any", "any"),
    "subtract": ("any", "any"),
    "multiply": ("any", "any"),
    "divide": ("any", "positive"),
    "div": ("any", "positive"),
    "realdiv": ("any", "positive"),
    "truediv": ("any", "positive"),
    "floordiv": ("any", "positive"),
    "floor_div": ("any", "positive"),
    "mod": ("any", "positive"),
    "floormod": ("any", "positive"),
    "truncatediv": ("any", "positive"),
    "truncatemod": ("any", "positive"),
    "pow": ("positive", "positive"),
    "maximum": ("any", "any"),
    "minimum": ("any", "any"),
    "squared_difference": ("any", "any"),
    "atan2": ("any", "any"),
    "div_no_nan": ("any", "positive"),
}

#: There is no gradient, or TensorFlow's is None.
NO_GRADIENT = {"truncatediv", "truncatemod", "floordiv", "floor_div"}
INTEGER_ONLY = {"truncatediv"}
FLOAT_ONLY = {"atan2", "div_no_nan"}
#: TensorFlow 1.15.5 does not sum the gradient over broadcast dimensions and then refuses it.
NO_BROADCAST_GRADIENT = {"atan2"}

SIGNS = [7, -7, 7, -7, 6, -6, 0, 1, -1]
DIVISORS = [3, 3, -3, -3, 3, 3, 5, -2, 2]


def binary(name, left, right):
    build = calls(name)
    smooth = name not in NO_GRADIENT
    spread = smooth and name not in NO_BROADCAST_GRADIENT
    first = ("int32", "float32") if name in INTEGER_ONLY else ("float32", "int32")
    dtypes = first + tuple(dtype for dtype in ALL if dtype not in first)
    kinks = "a jump or a kink" if name in ("mod", "floormod") else None
    entries = [
        case(
            name,
            build,
            [x(2, 3, domain=left), x(2, 3, domain=right)],
            dtypes=dtypes,
            grad=smooth,
            grad2=smooth,
            no_fd=kinks,
        ),
        case(
            name + "_broadcast_right",
            build,
            [x(2, 3, domain=left), x(3, domain=right)],
            grad=spread,
            dtypes=first[:1],
            no_fd=kinks,
        ),
        case(
            name + "_broadcast_left",
            build,
            [x(1, domain=left), x(2, 3, domain=right)],
            grad=spread,
            dtypes=first[:1],
            grad2=spread,
            no_fd=kinks,
        ),
        case(
            name + "_broadcast_both",
            build,
            [x(3, 1, domain=left), x(2, 1, 4, domain=right)],
            dtypes=first[:1],
            grad=spread,
            no_fd=kinks,
        ),
        case(
            name + "_scalar",
            build,
            [x(2, 3, domain=left), x(domain=right)],
            grad=spread,
            dtypes=first[:1],
            no_fd=kinks,
        ),
        case(name + "_scalars", build, [x(domain=left), x(domain=right)], dtypes=first[:1]),
        case(
            name + "_empty",
            build,
            [x(2, 0, domain=left), x(1, 1, domain=right)],
            dtypes=first[:1],
            grad=spread,
        ),
        case(
            name + "_python_number",
            lambda tf, a, f=name, number=2.0 if name in ("atan2", "truediv") else 2: getattr(tf, f)(
                a, number
            ),
            [x(2, 3, domain=left)],
            dtypes=first[:1] if name == "truediv" else first,
            grad=spread,
            no_fd="a Python number is float32 here" if name == "truediv" else kinks,
        ),
        case(
            name + "_named",
            lambda tf, a, b, f=name: getattr(tf, f)(a, b, name="mine"),
            [x(2, 3, domain=left), x(2, 3, domain=right)],
            dtypes=first[:1],
            variants=("full",),
        ),
        error(
            name + "_shapes",
            build,
            [f32(2, 3), f32(2)] if name not in INTEGER_ONLY else [i32(2, 3), i32(2)],
            shows=("[2,3]", "[2]"),
        ),
        error(name + "_dtypes", build, [f32(2), i32(2)], shows=("float32", "int32")),
    ]
    if name not in INTEGER_ONLY:
        entries.append(
            case(
                name + "_special",
                build,
                [f32(14, 1, domain="special"), f32(14, domain="special")],
                variants=("full",),
                nodes=False,
            )
        )
    if name not in FLOAT_ONLY | {"pow"}:
        whole = ("int32", "int64", "int16", "int8")
        entries.append(
            case(
                name + "_integer_signs",
                build,
                [of(SIGNS, None), of(DIVISORS, None)],
                variants=("full",),
                nodes=False,
                dtypes=whole if name in INTEGER_ONLY else whole + FLOATS,
            )
        )
    if name not in FLOAT_ONLY | {"divide"}:
        entries.append(case(name + "_two_python_numbers", lambda tf, f=name: getattr(tf, f)(7, 2)))
    return entries


TIES = [
    case(
        name + "_ties",
        calls(name),
        [of([1.0, 2.0, 3.0, 0.0, NAN, 1.0]), of([1.0, 3.0, 2.0, -0.0, 1.0, NAN])],
        grad=True,
        variants=("full",),
        no_fd="ties",
    )
    for name in ("maximum", "minimum", "squared_difference")
]

KINKS = [
    case(
        name + "_at_zero",
        calls("math." + name),
        [of([0.0, -0.0, 1.0, -1.0])],
        grad=True,
        variants=("full",),
        no_fd="kinks",
    )
    for name in ("abs", "sign", "sqrt", "rsqrt", "reciprocal", "log", "square")
]

POWERS = [
    case(
        "pow_zero_base",
        calls("pow"),
        [of([0.0, 0.0, 0.0, 2.0, -2.0]), of([0.0, 1.0, 2.0, 0.0, 3.0])],
        grad=True,
        variants=("full",),
        no_fd="zero bases",
    ),
    case(
        "pow_negative_base",
        calls("pow"),
        [of([-2.0, -2.0, -0.5]), of([2.0, 3.0, -1.0])],
        grad=(0,),
        grad2=True,
        variants=("full",),
        no_fd="logarithm of a negative base",
    ),
    case(
        "pow_fractional_of_negative",
        calls("pow"),
        [of([-2.0]), of([0.5])],
        variants=("full",),
        grad=True,
        no_fd="not a number",
    ),
    case(
        "pow_square",
        lambda tf, a: a**2,
        [x(2, 3)],
        dtypes=("float32", "int32", "complex64"),
        grad=True,
        grad2=True,
    ),
    case(
        "pow_constant_exponent",
        lambda tf, a: a**0.5,
        [x(2, 3, domain="positive")],
        grad=True,
        grad2=True,
    ),
    case("pow_constant_base", lambda tf, a: 2.0**a, [x(2, 3)], grad=True, grad2=True),
    case("pow_integers", calls("pow"), [i32(2, 3), i32(2, 3, domain="positive")]),
    error(
        "pow_integer_negative_exponent",
        calls("pow"),
        [of([2], "int32"), of([-1], "int32")],
        variants=("full",),
    ),
]

DIVISION_BY_ZERO = [
    case(
        "realdiv_by_zero",
        calls("realdiv"),
        [of([1.0, -1.0, 0.0, NAN]), of([0.0, 0.0, 0.0, 0.0])],
        variants=("full",),
        grad=True,
        no_fd="infinities",
    ),
    case(
        "div_no_nan_by_zero",
        calls("div_no_nan"),
        [of([1.0, -1.0, 0.0, NAN]), of([0.0, 0.0, 0.0, 2.0])],
        variants=("full",),
        grad=True,
        no_fd="a jump",
    ),
    case(
        "floordiv_by_zero",
        calls("floordiv"),
        [of([1.0, -1.0, 0.0]), of([0.0, 0.0, 0.0])],
        variants=("full",),
    ),
    case("mod_by_zero", calls("mod"), [of([1.0, -1.0]), of([0.0, 0.0])], variants=("full",)),
] + [
    error(
        name + "_integer_by_zero",
        calls(name),
        [of([1, 2], "int32"), of([1, 0], "int32")],
        variants=("full",),
    )
    for name in ("div", "floordiv", "mod", "floormod", "truncatediv", "truncatemod")
]

HALVES = [
    case(
        name + "_halves",
        calls("math." + name),
        [of([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 1e9, NAN, INF], None)],
        dtypes=("float32", "float64"),
        variants=("full",),
        nodes=False,
    )
    for name in ("round", "rint", "floor", "ceil")
]

SUMS = [
    case(
        "add_n",
        lambda tf, a, b, c: tf.add_n([a, b, c]),
        [x(2, 3), x(2, 3), x(2, 3)],
        dtypes=ALL,
        grad=True,
    ),
    case("add_n_one", lambda tf, a: tf.add_n([a]), [x(2, 3)], grad=True),
    case("add_n_one_named", lambda tf, a: tf.add_n([a], name="sum"), [x(2, 3)]),
    case("add_n_repeated", lambda tf, a: tf.add_n([a, a, a]), [x(2)], grad=True),
    case("add_n_scalars", lambda tf, a, b: tf.add_n([a, b]), [x(), x()]),
    case("add_n_constants", lambda tf: tf.add_n([1.0, 2.0])),
    case(
        "accumulate_n",
        lambda tf, a, b: tf.accumulate_n([a, b]),
        [x(2, 3), x(2, 3)],
        variants=("full", "batch"),
        nodes=False,
    ),
    error(
        "add_n_shapes",
        lambda tf, a, b: tf.add_n([a, b]),
        [x(2, 3), x(3, 2)],
        shows=("[2,3]", "[3,2]"),
    ),
    error("add_n_dtypes", lambda tf, a, b: tf.add_n([a, b]), [f32(2), i32(2)], variants=("full",)),
    error("add_n_nothing", lambda tf: tf.add_n([])),
    error("add_n_not_a_list", lambda tf: tf.add_n(3)),
]

PREDICATES = [
    case(name, calls(name), [x(14, domain="special")], dtypes=(*FLOATS, "int32", "complex64"))
    for name in ("is_nan", "is_inf", "is_finite")
]

COMPLEX_NUMBERS = [
    case(
        "complex",
        lambda tf, a, b: tf.complex(a, b),
        [x(2, 3), x(2, 3)],
        dtypes=("float32", "float64", "float16", "int32"),
        grad=True,
        grad2=True,
        no_fd="complex",
    ),
    case(
        "complex_broadcast",
        lambda tf, a, b: tf.complex(a, b),
        [x(2, 1), x(3)],
        grad=True,
        no_fd="complex",
    ),
    case("complex_scalar", lambda tf, a: tf.complex(a, 0.0), [x(2)], variants=("full",)),
    case(
        "complex_abs",
        lambda tf, a: tf.abs(a),
        [x(2, 3)],
        dtypes=COMPLEX,
        grad=True,
        no_fd="complex",
    ),
    case(
        "complex_abs_at_zero",
        lambda tf, a: tf.abs(a),
        [of([0j, 3 + 4j], "complex64")],
        grad=True,
        variants=("full",),
        no_fd="complex",
    ),
    error(
        "complex_dtypes", lambda tf, a, b: tf.complex(a, b), [f32(2), f64(2)], variants=("full",)
    ),
] + [
    case(
        name,
        calls(name),
        [x(2, 3)],
        dtypes=(*COMPLEX, "float32", "float64", "int32", "bool"),
        grad=True,
        no_fd="complex",
        grad2=name != "angle",
    )
    for name in ("real", "imag", "conj", "angle")
]

MORE = [
    # Two Python numbers: tf.divide divides them in Python and answers a number.
    case("divide_two_python_numbers", lambda tf: [tf.divide(7, 2), tf.constant(1)]),
    case(
        "polyval",
        lambda tf, a, b, c: tf.math.polyval([a, b, c], c),
        [x(2), x(2), x(2)],
        grad=True,
        grad2=True,
    ),
    case(
        "cross",
        lambda tf, a, b: tf.cross(a, b),
        [x(2, 3), x(2, 3)],
        dtypes=REALS,
        grad=True,
        grad2=True,
    ),
    case("scalar_mul", lambda tf, a: tf.scalar_mul(3.0, a), [x(2, 3)], grad=True),
    case(
        "scalar_mul_tensor",
        lambda tf, s, a: tf.scalar_mul(s, a),
        [x(), x(2, 3)],
        variants=("full", "batch"),
        grad=True,
    ),
    error(
        "scalar_mul_vector",
        lambda tf, s, a: tf.scalar_mul(s, a),
        [x(2), x(2, 3)],
        variants=("full",),
    ),
    case(
        "log_sigmoid",
        lambda tf, a: tf.log_sigmoid(a),
        [x(2, 3)],
        dtypes=("float32", "float64"),
        grad=True,
        grad2=True,
    ),
    case(
        "log_sigmoid_far",
        lambda tf, a: tf.log_sigmoid(a),
        [of([-1000.0, -30.0, 0.0, 30.0, 1000.0])],
        variants=("full",),
        grad=True,
        no_fd="far out",
    ),
    case(
        "xdivy",
        lambda tf, a, b: tf.math.xdivy(a, b),
        [of([0.0, 0.0, 2.0]), of([0.0, 3.0, 4.0])],
        variants=("full",),
    ),
    case(
        "xlogy",
        lambda tf, a, b: tf.math.xlogy(a, b),
        [of([0.0, 0.0, 2.0]), of([0.0, 3.0, 4.0])],
        variants=("full",),
    ),
    case(
        "nextafter", lambda tf, a, b: tf.math.nextafter(a, b), [f32(2), f32(2)], variants=("full",)
    ),
    case(
        "aliases",
        lambda tf, a, b: [
            tf.math.negative(a),
            tf.math.add(a, b),
            tf.math.maximum(a, b),
            tf.math.pow(a, b),
            tf.math.mod(a, b),
            tf.math.divide(a, b),
            tf.math.conj(a),
            tf.nn.sigmoid(a),
            tf.nn.tanh(a),
        ],
        [x(2, domain="positive"), x(2, domain="positive")],
    ),
]

CASES = table(
    [unary(name, domain) for name, domain in sorted(SMOOTH.items())],
    [binary(name, *domains) for name, domains in sorted(ARITHMETIC.items())],
    TIES,
    KINKS,
    POWERS,
    DIVISION_BY_ZERO,
    HALVES,
    SUMS,
    PREDICATES,
    COMPLEX_NUMBERS,
    MORE,
)

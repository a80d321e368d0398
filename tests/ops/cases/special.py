"""Special functions: gamma, beta, zeta and Bessel functions, running log-sums of exponentials."""

from tests.reference.spec import case, of, table, x

NAN, INF = float("nan"), float("inf")

PAIRS = [
    entry
    for name, left, right, grad in (
        ("igamma", "positive", "positive", True),
        ("igammac", "positive", "positive", True),
        # TensorFlow has derivatives by the second operand only.
        ("zeta", "above_one", "positive", (1,)),
    )
    for build in [lambda tf, a, b, name=name: getattr(tf.math, name)(a, b)]
    for entry in (
        case(
            name,
            build,
            [x(2, 3, domain=left), x(2, 3, domain=right)],
            dtypes=("float32", "float64", "float16"),
            grad=grad,
            rtol=2e-5,
            why="series of TensorFlow's own, in float32",
        ),
        case(
            name + "_broadcast",
            build,
            [x(3, 1, domain=left), x(2, domain=right)],
            grad=grad,
            rtol=2e-5,
            why="series of TensorFlow's own, in float32",
        ),
    )
] + [
    case(
        "polygamma",
        lambda tf, b: tf.polygamma(tf.constant([[1.0], [2.0], [3.0]], b.dtype), b),
        [x(4, domain="positive")],
        dtypes=("float32", "float64"),
        grad=True,
        rtol=2e-5,
        why="series of TensorFlow's own, in float32",
    ),
    case(
        "betainc",
        lambda tf, a, b, c: tf.betainc(a, b, c),
        [x(4, domain="positive"), x(4, domain="positive"), x(4, domain="unit")],
        dtypes=("float32", "float64"),
        grad=(2,),
        rtol=2e-5,
        why="series of TensorFlow's own, in float32",
    ),
]

EDGES = [
    case(
        "polygamma_edges",
        lambda tf, a, b: tf.polygamma(a, b),
        [of([0.0, 1.0, 2.0, 1.5, -1.0, 0.0]), of([2.0, 2.0, 3.0, 2.0, 2.0, -1.0])],
        variants=("full",),
    ),
    case(
        "zeta_edges",
        lambda tf, a, b: tf.zeta(a, b),
        [of([2.0, 1.0, 0.5, 2.0, 2.5]), of([2.0, 2.0, 2.0, 0.0, -1.5])],
        variants=("full",),
    ),
    case(
        "igamma_edges",
        lambda tf, a, b: [tf.igamma(a, b), tf.igammac(a, b)],
        [of([1.0, 2.0, 0.5, -1.0, 0.0, 2.0]), of([2.0, 0.0, -1.0, 1.0, 1.0, 100.0])],
        variants=("full",),
    ),
    case(
        "betainc_edges",
        lambda tf, a, b, c: tf.betainc(a, b, c),
        [
            of([1.0, 2.0, 0.5, -1.0, 2.0, 2.0]),
            of([2.0, 3.0, 1.0, 1.0, 3.0, 3.0]),
            of([0.5, 0.3, 0.0, 0.1, 1.0, 1.5]),
        ],
        variants=("full",),
    ),
]

BESSEL = [
    case(
        name,
        lambda tf, a, name=name: getattr(tf.math, name)(a),
        [x(2, 3)],
        dtypes=("float32", "float64"),
        grad=True,
    )
    for name in ("bessel_i0", "bessel_i1", "bessel_i0e", "bessel_i1e")
] + [
    case(
        "bessel_i1e_zero",
        lambda tf, a: tf.math.bessel_i1e(a),
        [of([0.0, 1e-9])],
        grad=True,
        variants=("full",),
        no_fd="near 0",
    )
]

BETA = [
    case("lbeta", lambda tf, a: tf.lbeta(a), [x(2, 3, domain="positive")], grad=True),
    case("lbeta_vector", lambda tf, a: tf.lbeta(a), [x(3, domain="positive")], grad=True),
]

LOGSUMS = [
    case(
        "cumulative_logsumexp" + label,
        lambda tf, a, options=options: tf.math.cumulative_logsumexp(a, **options),
        [x(3, 4)],
        dtypes=("float32", "float64"),
        grad=True,
    )
    for label, options in (
        ("", {}),
        ("_axis", {"axis": 1}),
        ("_reverse", {"axis": -1, "reverse": True}),
        ("_exclusive", {"exclusive": True}),
    )
]

SAFE = (
    [
        case(
            name,
            lambda tf, a, b, name=name: getattr(tf.math, name)(a, b),
            [of([1.0, 0.0, NAN, 2.0, INF]), of([0.0, 0.0, 0.0, 4.0, 0.0])],
            grad=True,
            variants=("full",),
            no_fd="zeros",
        )
        for name in ("multiply_no_nan", "divide_no_nan", "xlogy", "xdivy")
    ]
    + [
        case(
            name + "_smooth",
            lambda tf, a, b, name=name: getattr(tf.math, name)(a, b),
            [x(2, 3, domain="positive"), x(3, domain="positive")],
            dtypes=("float32", "float64", "float16", "complex64"),
            grad=True,
        )
        for name in ("multiply_no_nan", "divide_no_nan", "xlogy", "xdivy")
    ]
    + [
        case(
            "reciprocal_no_nan",
            lambda tf, a: tf.math.reciprocal_no_nan(a),
            [of([0.0, 2.0, -0.5])],
            variants=("full",),
        ),
    ]
)

CASES = table(PAIRS, EDGES, BESSEL, BETA, LOGSUMS, SAFE)

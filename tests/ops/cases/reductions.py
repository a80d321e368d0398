"""Reductions over axes, arg-extremes and running sums and products."""

import numpy as np

from tests.reference.spec import (
    ALL,
    FLOATS,
    REALS,
    calls,
    case,
    error,
    f32,
    flags,
    i32,
    of,
    table,
    x,
)

NAN, INF = float("nan"), float("inf")

NUMERIC = ("reduce_sum", "reduce_mean", "reduce_prod", "reduce_max", "reduce_min")
FLOATING = ("reduce_logsumexp",)
NORMS = ("reduce_euclidean_norm",)
# TensorFlow 1.15.5 crashes on the extreme of complex numbers.
UNCRASHED = (*REALS, "bool")
# Of equal uint32 and uint64, TensorFlow's vector code chooses any; ours always the first.
FIRST_OF_EQUALS = tuple(dtype for dtype in UNCRASHED if dtype not in ("uint32", "uint64"))
EXTREME = ("reduce_max", "reduce_min")
BOOLEAN = ("reduce_all", "reduce_any")


ROUNDED = {
    "reduce_prod_all": {
        "rtol": 5e-5,
        "why": "one second gradient is a difference: in float32, TensorFlow is 1.7e-5 off, "
        "reflow 3e-6",
    }
}


def public_name(name):
    return "math." + name if name in NORMS else name


def family(name):
    # TensorFlow 1.15.5 has no gradient of the Euclidean norm.
    if name in NORMS:
        dtypes, grad, grad2 = ALL, False, False
    elif name in BOOLEAN:
        dtypes, grad, grad2 = ("bool", *tuple(d for d in ALL if d != "bool")), False, False
    elif name in FLOATING:
        dtypes, grad, grad2 = (*FLOATS, "int32", "complex64"), True, True
    elif name in EXTREME:
        dtypes, grad, grad2 = UNCRASHED, True, True
    else:
        dtypes, grad, grad2 = ALL, True, True
    public = public_name(name)
    one = dtypes[:1]
    operand = flags(2, 3) if name in BOOLEAN else x(2, 3)
    every = {
        "all": {},
        "axis_0": {"axis": 0},
        "axis_1": {"axis": 1},
        "axis_negative": {"axis": -1},
        "axes": {"axis": [0, 2]},
        "axes_tuple": {"axis": (1, -1)},
        "axes_none_of_them": {"axis": []},
        "keepdims": {"axis": [1], "keepdims": True},
        "keepdims_all": {"keepdims": True},
        "keep_dims": {"axis": 1, "keep_dims": True},
        "reduction_indices": {"reduction_indices": [1]},
        "reduction_indices_number": {"reduction_indices": 0},
        "named": {"axis": 1, "name": "mine"},
    }
    kept = {"all": dtypes, "axis_1": dtypes}
    if name in NORMS:
        every = {
            label: options
            for label, options in every.items()
            if not {"keep_dims", "reduction_indices"} & set(options)
        }
    entries = [
        case(
            f"{name}_{label}",
            calls(public, **options),
            [x(2, 3, 2, domain="positive")],
            dtypes=kept.get(label, one),
            grad=grad,
            grad2=grad2 and label in ("all", "axis_1", "keepdims", "axes"),
            **ROUNDED.get(f"{name}_{label}", {}),
        )
        for label, options in every.items()
    ]
    entries += [
        case(name + "_scalar", calls(public), [x(domain="positive")], dtypes=one, grad=grad),
        case(
            name + "_scalar_no_axes",
            calls(public, axis=[]),
            [x(domain="positive")],
            dtypes=one,
            grad=grad,
        ),
        case(
            name + "_vector",
            calls(public, 0),
            [x(5, domain="positive")],
            dtypes=one,
            grad=grad,
            grad2=grad2,
        ),
        case(name + "_empty", calls(public), [x(0)], dtypes=one),
        case(
            name + "_empty_axis",
            calls(public, 1),
            [x(2, 0)],
            dtypes=one,
            grad=grad and name != "reduce_mean",
            no_fd="infinite",
        ),
        case(name + "_empty_other_axis", calls(public, 0), [x(2, 0)], dtypes=one),
        case(
            name + "_tensor_axis",
            lambda tf, a, axis, public=public: calls(public, axis)(tf, a),
            [x(2, 3), of([1], "int32")],
            dtypes=one,
            grad=(0,) if grad else False,
            no_fd="the axis is data",
        ),
        case(
            name + "_tensor_axis_i64",
            lambda tf, a, public=public: calls(public, tf.constant(1, tf.int64))(tf, a),
            [x(2, 3, domain="positive")],
            dtypes=one,
            grad=grad and name != "reduce_prod",
        ),
        case(
            name + "_list",
            lambda tf, public=public, one=one: calls(public, 0)(
                tf, [[True], [False]] if one == ("bool",) else [[1.0], [2.0]]
            ),
        ),
        error(name + "_axis_too_large", calls(public, 2), [operand], shows=("2",)),
        error(name + "_axis_too_small", calls(public, -3), [operand], shows=("-3",)),
        case(
            name + "_axis_twice", calls(public, [0, 0]), [x(2, 3)], dtypes=one, variants=("full",)
        ),
        error(
            name + "_axis_and_indices",
            calls(public, axis=0, reduction_indices=0),
            [operand],
            variants=("full",),
        ),
        error(
            name + "_both_keepdims",
            calls(public, keepdims=True, keep_dims=True),
            [operand],
            variants=("full",),
        ),
        error(name + "_axis_float", calls(public, 0.5), [operand], variants=("full",)),
        error(name + "_text", calls(public), [of([b"a"], "string")], variants=("full",)),
    ]
    return entries


SPECIAL = [
    case(
        f"{name}_special_{label}",
        calls(public_name(name)),
        [of(values)],
        grad=name not in NORMS,
        variants=("full",),
        nodes=False,
        no_fd="not finite",
    )
    for name in NUMERIC + FLOATING + NORMS
    for label, values in (
        ("nan", [1.0, NAN, 3.0]),
        ("inf", [1.0, INF, 3.0]),
        ("minus_inf", [-INF, 1.0, 2.0]),
        ("both_infs", [INF, -INF]),
        ("nothing_but_minus_inf", [-INF, -INF]),
    )
]

TIES = [
    case(
        f"{name}_ties",
        calls(name, 1),
        [of([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0], [-1.0, -1.0, 0.0]])],
        grad=True,
        grad2=True,
        variants=("full",),
        no_fd="ties",
    )
    for name in ("reduce_max", "reduce_min")
]

PRODUCTS = [
    case(
        "reduce_prod_one_zero",
        calls("reduce_prod", 1),
        [of([[2.0, 0.0, 3.0], [1.0, 2.0, 3.0]], None)],
        grad=True,
    ),
    case(
        "reduce_prod_two_zeros",
        calls("reduce_prod", 1),
        [of([[2.0, 0.0, 0.0], [1.0, 2.0, 3.0]], None)],
        grad=True,
    ),
    case("reduce_prod_negative", calls("reduce_prod"), [x(2, 3)], grad=True, grad2=True),
]

INTEGER_MEANS = [
    case(
        "reduce_mean_of_integers",
        calls("reduce_mean"),
        [of([1, 2, 4], None)],
        dtypes=("int32", "int64", "uint8", "int8"),
    ),
    case(
        "reduce_mean_of_negative_integers",
        calls("reduce_mean"),
        [of([-1, -2, -4], None)],
        dtypes=("int32", "int64", "int8"),
    ),
    case(
        "reduce_sum_wraps",
        calls("reduce_sum"),
        [of([127, 127], None)],
        dtypes=("int8", "uint8", "int32"),
    ),
    case("reduce_join", lambda tf, a: tf.reduce_join(a, 0), [of([b"a", b"b"], "string")]),
]

LETTERS = [[[b"a", b"b"], [b"c", b"d"]], [[b"e", b"f"], [b"g", b"h"]]]

JOINS = [
    *[
        case(
            f"reduce_join_{label}",
            lambda tf, a, options=options: tf.strings.reduce_join(a, separator=".", **options),
            [of(LETTERS, "string")],
        )
        for label, options in (
            ("all", {}),
            ("all_kept", {"keepdims": True}),
            ("none", {"axis": []}),
            ("last", {"axis": -1}),
            ("in_order", {"axis": [0, 2]}),
            ("in_other_order", {"axis": [2, 0]}),
            ("kept", {"axis": [-1, 0], "keepdims": True}),
            ("old_names", {"reduction_indices": 1, "keep_dims": True, "name": "joined"}),
        )
    ],
    case("reduce_join_scalar", lambda tf, a: tf.reduce_join(a), [of(b"a", "string")]),
    *[
        case(
            f"reduce_join_of_nothing_{axis}",
            lambda tf, a, axis=axis: tf.reduce_join(a, axis),
            [of(np.zeros([0, 2], object), "string")],
        )
        for axis in (0, 1)
    ],
    case(
        "reduce_join_tensor_axes",
        lambda tf, a, axes: tf.reduce_join(a, axes),
        [of(LETTERS, "string"), of([1, 0], "int32")],
    ),
    error(
        "reduce_join_axis",
        lambda tf, a: tf.reduce_join(a, 3),
        [of(LETTERS, "string")],
        shows=("3",),
        variants=("full",),
    ),
    error(
        "reduce_join_axis_of_unknown_rank",
        lambda tf, a: tf.reduce_join(a, 3),
        [of(LETTERS, "string")],
        shows=("3",),
        variants=("unknown",),
        instead=("run", "InvalidArgumentError"),
        why="a wrong axis is an invalid argument here as in every other reduction",
    ),
    error(
        "reduce_join_axis_twice", lambda tf, a: tf.reduce_join(a, [0, -3]), [of(LETTERS, "string")]
    ),
    error(
        "reduce_join_matrix_of_axes",
        lambda tf, a: tf.reduce_join(a, [[0, 1]]),
        [of(LETTERS, "string")],
    ),
    error(
        "reduce_join_both_names",
        lambda tf, a: tf.reduce_join(a, 0, reduction_indices=1),
        [of(LETTERS, "string")],
    ),
    error("reduce_join_numbers", lambda tf, a: tf.reduce_join(a, 0), [i32(2)], variants=("full",)),
]

COUNTS = [
    case("count_nonzero", lambda tf, a: tf.count_nonzero(a), [x(2, 3, domain="ties")], dtypes=ALL),
    case(
        "count_nonzero_axis",
        lambda tf, a: tf.count_nonzero(a, axis=1, keepdims=True, dtype=tf.int32),
        [x(2, 3, domain="ties")],
    ),
    case("count_nonzero_text", lambda tf, a: tf.count_nonzero(a), [of([b"", b"a"], "string")]),
    case(
        "reduce_std",
        lambda tf, a: [tf.math.reduce_std(a, 0), tf.math.reduce_variance(a)],
        [x(3, 2)],
        grad=True,
    ),
    case(
        "zero_fraction", lambda tf, a: tf.nn.zero_fraction(a), [x(3, 4, domain="ties")], nodes=False
    ),
    case(
        "zero_fraction_integers",
        lambda tf, a: tf.nn.zero_fraction(a),
        [i32(3, 4, domain="ties")],
        nodes=False,
    ),
]


EXTREMES = [
    entry
    for name in ("argmax", "argmin")
    for entry in (
        case(name, calls(name), [x(3, 4)], dtypes=FIRST_OF_EQUALS),
        case(name + "_axis_1", calls(name, 1), [x(3, 4)], dtypes=FIRST_OF_EQUALS),
        case(
            name + "_without_ties",
            calls(name, 1),
            [of([[3, 7, 1, 5], [9, 2, 6, 4]], None)],
            dtypes=UNCRASHED,
        ),
        case(name + "_axis_negative", calls(name, axis=-1), [x(2, 3, 4)]),
        case(name + "_middle", calls(name, axis=1), [x(2, 3, 4)]),
        case(name + "_dimension", calls(name, dimension=1), [x(3, 4)]),
        case(
            name + "_output_type",
            lambda tf, a, name=name: getattr(tf, name)(a, 0, output_type=tf.int32),
            [x(3, 4)],
        ),
        case(
            name + "_ties",
            calls(name, 1),
            [of([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0], [0.0, -0.0, 0.0]])],
        ),
        case(
            name + "_nan",
            calls(name, 1),
            [of([[1.0, NAN, 3.0], [NAN, 2.0, 1.0], [1.0, 2.0, NAN], [NAN, NAN, NAN]])],
            variants=("full",),
        ),
        case(
            name + "_infinities",
            calls(name, 1),
            [of([[1.0, INF, INF], [-INF, 2.0, -INF], [-INF, -INF, -INF]])],
            variants=("full",),
        ),
        case(name + "_vector", calls(name), [x(5)]),
        case(name + "_tensor_axis", calls(name), [x(3, 4), of(1, "int32")]),
        case(
            name + "_no_gradient",
            lambda tf, a, name=name: (
                tf.cast(getattr(tf, name)(a, 1), a.dtype) + tf.reduce_sum(a, 1)
            ),
            [x(2, 3)],
            grad=True,
        ),
        case(name + "_named", calls(name, 1, name="best"), [x(2, 3)]),
        error(name + "_axis_too_large", calls(name, 2), [f32(2, 3)]),
        error(name + "_axis_too_small", calls(name, -3), [f32(2, 3)]),
        error(name + "_empty", calls(name, 1), [f32(2, 0)]),
        error(
            name + "_axis_and_dimension",
            calls(name, axis=0, dimension=0),
            [f32(2, 3)],
            variants=("full",),
        ),
        error(name + "_scalar", calls(name), [f32()]),
    )
]

RUNNING = [
    entry
    for name in ("cumsum", "cumprod")
    for entry in (
        case(name, calls(name), [x(3, 4)], dtypes=ALL, grad=True, grad2=name == "cumsum"),
        case(name + "_axis_1", calls(name, 1), [x(3, 4)], grad=True),
        case(name + "_axis_negative", calls(name, axis=-1), [x(2, 3, 2)], grad=True),
        case(name + "_exclusive", calls(name, 1, exclusive=True), [x(2, 4)], grad=True),
        case(name + "_reverse", calls(name, 1, reverse=True), [x(2, 4)], grad=True),
        case(
            name + "_exclusive_reverse",
            calls(name, 1, exclusive=True, reverse=True),
            [x(2, 4)],
            grad=True,
        ),
        case(name + "_vector", calls(name), [x(5)], grad=True),
        case(name + "_empty", calls(name), [x(0, 3)]),
        case(name + "_one", calls(name, exclusive=True), [x(1)], grad=True),
        case(
            name + "_tensor_axis",
            calls(name),
            [x(2, 3), of(1, "int32")],
            grad=(0,),
            no_fd="the axis is data",
        ),
        error(name + "_axis_too_large", calls(name, 2), [f32(2, 3)]),
        error(name + "_axis_too_small", calls(name, -3), [f32(2, 3)]),
        error(name + "_scalar", calls(name), [f32()]),
    )
] + [
    case(
        "cumprod_zero",
        calls("cumprod"),
        [of([1.0, 0.0, 2.0])],
        grad=True,
        variants=("full",),
        no_fd="0 / 0",
    )
]

CASES = table(
    [family(name) for name in NUMERIC + FLOATING + NORMS + BOOLEAN],
    SPECIAL,
    TIES,
    PRODUCTS,
    INTEGER_MEANS,
    JOINS,
    COUNTS,
    EXTREMES,
    RUNNING,
)

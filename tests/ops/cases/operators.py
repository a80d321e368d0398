"""Python's operators on tensors: which op they make, precedence, reflection, refusals."""

import operator

import numpy as np

from tests.reference.spec import ALL, case, error, f32, flags, i32, of, script, table, x

BINARY = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "pow": operator.pow,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
DIFFERENTIABLE = {"add", "sub", "mul", "truediv", "pow"}

OPERATORS = [
    entry
    for name, act in sorted(BINARY.items())
    for grad in [name in DIFFERENTIABLE]
    for entry in (
        case(
            name,
            lambda tf, a, b, act=act: act(a, b),
            [x(2, 3, domain="positive"), x(2, 3, domain="positive")],
            dtypes=ALL,
            grad=grad,
        ),
        case(
            name + "_number",
            lambda tf, a, act=act: act(a, 2),
            [x(2, 3, domain="positive")],
            dtypes=("float32", "int32", "float64", "int64", "uint8", "complex64"),
            grad=grad,
        ),
        case(
            name + "_number_left",
            lambda tf, a, act=act: act(2, a),
            [x(2, 3, domain="positive")],
            dtypes=("float32", "int32", "float64", "int64", "uint8", "complex64"),
            grad=grad,
        ),
        case(
            name + "_array",
            lambda tf, a, act=act: act(a, np.array([1, 2, 3], np.float32)),
            [x(2, 3, domain="positive")],
            grad=grad,
            no_fd="the array is float32",
        ),
        case(
            name + "_array_left",
            lambda tf, a, act=act: act(np.array([1, 2, 3], np.float32), a),
            [x(2, 3, domain="positive")],
            grad=grad,
            no_fd="the array is float32",
        ),
        case(
            name + "_list",
            lambda tf, a, act=act: act(a, [1.0, 2.0, 3.0]),
            [x(2, 3, domain="positive")],
        ),
        case(
            name + "_list_left",
            lambda tf, a, act=act: act([1.0, 2.0, 3.0], a),
            [x(2, 3, domain="positive")],
        ),
        case(
            name + "_scalars",
            lambda tf, a, b, act=act: act(a, b),
            [x(domain="positive"), x(domain="positive")],
        ),
        error(
            name + "_dtypes",
            lambda tf, a, b, act=act: act(a, b),
            [f32(2), i32(2)],
            shows=("float32", "int32"),
            variants=("full",),
        ),
        error(
            name + "_float_number",
            lambda tf, a, act=act: act(a, 2.5),
            [i32(2)],
            variants=("full",),
        ),
        # The array is cast to the tensor's dtype, digits lost or not.
        case(
            name + "_array_of_other_dtype",
            lambda tf, a, act=act: act(a, np.array([1.7, 2.2])),
            [i32(2)],
            variants=("full",),
        ),
        error(name + "_none", lambda tf, a, act=act: act(a, None), [f32(2)], variants=("full",)),
        error(name + "_text", lambda tf, a, act=act: act(a, "a"), [f32(2)], variants=("full",)),
        error(
            name + "_shapes",
            lambda tf, a, b, act=act: act(a, b),
            [f32(2, 3), f32(2)],
            shows=("[2,3]", "[2]"),
        ),
    )
]

LOGICAL = [
    entry
    for name, act in (("and", operator.and_), ("or", operator.or_), ("xor", operator.xor))
    for entry in (
        case(name, lambda tf, a, b, act=act: act(a, b), [flags(2, 3), flags(3)]),
        case(name + "_python", lambda tf, a, act=act: act(a, True), [flags(2, 3)]),
        case(name + "_python_left", lambda tf, a, act=act: act(True, a), [flags(2, 3)]),
        error(
            name + "_numbers",
            lambda tf, a, act=act: act(a, a),
            [i32(2)],
            shows=("int32", "bool"),
            variants=("full",),
        ),
    )
] + [
    case("invert", lambda tf, a: ~a, [flags(2, 3)]),
    error("invert_number", lambda tf, a: ~a, [i32(2)], shows=("int32",), variants=("full",)),
]

UNARY = [
    case("neg", lambda tf, a: -a, [x(2, 3)], dtypes=ALL, grad=True, grad2=True),
    case("abs", lambda tf, a: abs(a), [x(2, 3)], dtypes=ALL, grad=True),
    error("pos", lambda tf, a: +a, [f32(2)], variants=("full",)),
]

MATMULS = [
    case("matmul", lambda tf, a, b: a @ b, [x(2, 3), x(3, 4)], grad=True, grad2=True),
    case("matmul_array", lambda tf, a: a @ np.ones((3, 2), np.float32), [x(2, 3)]),
    case("matmul_array_left", lambda tf, a: np.ones((2, 2), np.float32) @ a, [x(2, 3)]),
]

EXPRESSIONS = [
    case(
        "precedence",
        lambda tf, a, b, c: a + b * c - a / b**2,
        [x(2, domain="positive")] * 3,
        grad=True,
    ),
    case(
        "precedence_unary", lambda tf, a, b: -(a**2) * b, [x(2, domain="positive")] * 2, grad=True
    ),
    case(
        "chain", lambda tf, a, b: (a - b - 1.0) / 2.0 / b, [x(2, domain="positive")] * 2, grad=True
    ),
    case("augmented", lambda tf, a, b: augmented(a, b), [x(2), x(2)], grad=True),
    case("sum_builtin", lambda tf, a, b: sum([a, b]), [x(2), x(2)], grad=True),
    case(
        "array_on_the_left_wins",
        lambda tf, a: np.float32(2.0) * a,
        [x(2, 3)],
        grad=True,
        no_fd="a NumPy scalar is float32",
    ),
    case("numpy_scalar_right", lambda tf, a: a * np.float32(2.0), [x(2)]),
    case(
        "bool_of_static",
        lambda tf, a: [a, a.shape[0] == 2, a.shape.ndims, len(a.shape)],
        [x(2, 3)],
        variants=("full",),
    ),
    case("int64_plus_int", lambda tf, a: a + 1, [of([1, 2], "int64")]),
    case("uint8_plus_int", lambda tf, a: a + 1, [of([1, 255], "uint8")]),
    case("uint8_plus_negative", lambda tf, a: a + (-1), [of([1, 0], "uint8")], variants=("full",)),
    case("text_plus_text", lambda tf, a: a + "b" + a, [of([b"a", b""], "string")]),
    case("text_plus_left", lambda tf, a: "b" + a, [of([b"a", b""], "string")]),
    case("half_plus_float", lambda tf, a: a * 0.1, [of([1.0, 2.0], "float16")]),
    case(
        "int_division",
        lambda tf, a, b: [a // b, a % b, a / b],
        [of([7, -7, 7, -7], "int32"), of([2, 2, -2, -2], "int32")],
    ),
    case(
        "float_division",
        lambda tf, a, b: [a // b, a % b, a / b],
        [of([7.0, -7.0, 7.0, -7.0]), of([2.0, 2.0, -2.0, -2.0])],
    ),
    case(
        "uint8_true_division", lambda tf, a, b: a / b, [of([7, 200], "uint8"), of([2, 3], "uint8")]
    ),
    error("bool_plus_bool", lambda tf, a, b: a * b, [flags(2), flags(2)], variants=("full",)),
]


def augmented(a, b):
    a += b
    a *= 2.0
    a -= b
    a /= 4.0
    return a


@script("array_operator_priority")
def array_operator_priority(tf):
    a = tf.constant([1.0, 2.0])
    for act in (operator.add, operator.sub, operator.mul, operator.truediv):
        result = act(np.array([3.0, 4.0], np.float32), a)
        yield isinstance(result, tf.Tensor), result.op.type
    yield a.__array_priority__


@script("operator_names_and_scopes")
def operator_names_and_scopes(tf):
    a, b = tf.constant(1.0, name="a"), tf.constant(2.0, name="b")
    with tf.name_scope("outer"):
        yield [
            t.name
            for t in (a + b, a + b, a * 2.0, 2.0 - a, -a, a[None], a / b, a // b, a % b, a**b)
        ]
    yield [t.name for t in (abs(a), a < b, a >= b, tf.constant(True) & True, ~tf.constant(True))]
    yield [op.name for op in tf.get_default_graph().get_operations()]


CASES = table(
    OPERATORS,
    LOGICAL,
    UNARY,
    MATMULS,
    EXPRESSIONS,
    array_operator_priority,
    operator_names_and_scopes,
)

"""tf.contrib.integrate and tf.contrib.solvers: steps towards solutions, in loops."""

import numpy as np

from tests.reference.spec import case, error, f32, f64, of, table, x

TIMES = [0.0, 0.3, 0.7, 2.0]
START = x(2, domain="unit")
ROUNDED = {"rtol": 1e-4, "atol": 1e-5, "why": "sums round otherwise, and steps follow from sums"}

# Of the others the table would only be long.
WITH_NODES = ("with_options", "midpoint_steps", "rk4")

# -- Differential equations -----------------------------------------------------------------------


def decay(y, t):
    return -0.5 * y


def forced(tf):
    return lambda y, t: tf.cast(t, y.dtype) - y * y


def adaptive(label, func=lambda tf: decay, y0=START, times=TIMES, **options):
    def build(tf, y):
        found = tf.contrib.integrate.odeint(func(tf), y, times, **options)
        if options.get("full_output"):
            found = (found[0], sorted(found[1].items()))
        return found

    return case(
        label,
        build,
        [y0],
        grad=not options.get("full_output"),
        dtypes=("float64",),
        variants=("full", "unknown"),
        nodes=label in WITH_NODES,
    )


def fixed(label, method, func=lambda tf: decay, times=TIMES, **options):
    def build(tf, y):
        return tf.contrib.integrate.odeint_fixed(func(tf), y, times, method=method, **options)

    return case(
        label,
        build,
        [x(2, 3, domain="unit")],
        grad=True,
        variants=("full", "batch"),
        nodes=label in WITH_NODES,
    )


def refused(name, function, y0, times, **options):
    return error(
        name,
        lambda tf: getattr(tf.contrib.integrate, function)(decay, y0, times, **options),
    )


EQUATIONS = [
    adaptive("decay"),
    adaptive("forced", forced),
    adaptive("told", forced, full_output=True),
    adaptive("coarse", forced, rtol=1e-3, atol=1e-3, name="mine"),
    adaptive("with_options", method="dopri5", options={"first_step": 0.05, "safety": 0.8}),
    case(
        "complex",
        lambda tf, y: tf.contrib.integrate.odeint(lambda y, t: 1j * y, y, TIMES),
        [of([1 + 1j, 2.0], "complex128")],
        variants=("full",),
        nodes=False,
    ),
    case(
        "constant_derivative",
        lambda tf, y: tf.contrib.integrate.odeint(lambda y, t: tf.ones_like(y), y, [0.0, 1.0]),
        [f64()],
        variants=("full",),
        nodes=False,
    ),
    fixed("rk4", "rk4"),
    fixed("rk4_forced", "rk4", forced, dt=0.1),
    fixed("midpoint", "midpoint", forced),
    fixed("midpoint_steps", "midpoint", dt=[0.1, 0.4, 0.5], name="mine"),
    refused("integers", "odeint", [1, 2], TIMES),
    error(
        "integral_times",
        lambda tf: tf.contrib.integrate.odeint(decay, [1.0], tf.constant([0, 1])),
    ),
    refused("no_such_method", "odeint", [1.0], TIMES, method="euler"),
    refused("options_alone", "odeint", [1.0], TIMES, options={"safety": 0.5}),
    refused("not_increasing", "odeint", [1.0], [0.0, 2.0, 1.0]),
    refused("fixed_integers", "odeint_fixed", [1, 2], TIMES),
    refused("fixed_no_such_method", "odeint_fixed", [1.0], TIMES, method="euler"),
    refused("fixed_not_increasing", "odeint_fixed", [1.0], [0.0, 2.0, 1.0]),
    refused("fixed_other_length", "odeint_fixed", [1.0], TIMES, dt=[0.1, 0.1]),
    refused(
        "too_many_steps", "odeint", [1.0], TIMES, method="dopri5", options={"max_num_steps": 1}
    ),
]

# -- Solvers --------------------------------------------------------------------------------------

MATRIX = np.array([[3.0, 1.0, 0.5], [1.0, 4.0, 0.25], [0.5, 0.25, 2.0]])
TALL = np.array([[1.0, 0.5], [0.25, 2.0], [0.75, -1.0]])


def solver(name, build, inputs, **options):
    return case(name, build, inputs, variants=("full", "unknown"), **dict(ROUNDED, **options))


def operator(tf, matrix):
    return tf.contrib.solvers.util.create_operator(matrix)


def gradients(tf, matrix, rhs, **options):
    """Conjugate gradients; what is left of the right side is nothing but rounding."""
    found = tf.contrib.solvers.linear_equations.conjugate_gradient(
        operator(tf, matrix), rhs, **options
    )
    return found.i, found.x


SOLVERS = [
    solver("conjugate_gradient", gradients, [of(MATRIX, "float64"), f64(3)]),
    solver(
        "conjugate_gradient_from_there",
        lambda tf, a, b, start: gradients(tf, a, b, x=start, tol=1e-8, max_iter=9, name="mine"),
        [of(MATRIX, "float64"), f64(3), f64(3)],
    ),
    solver(
        "conjugate_gradient_prepared",
        lambda tf, a, b: gradients(
            tf, a, b, preconditioner=tf.contrib.solvers.util.identity_operator(a)
        ),
        [of(MATRIX, "float64"), f64(3)],
    ),
    solver(
        "conjugate_gradient_one_step",
        lambda tf, a, b: list(
            tf.contrib.solvers.linear_equations.conjugate_gradient(operator(tf, a), b, max_iter=1)
        ),
        [of(MATRIX), f32(3)],
    ),
    solver(
        "cgls",
        lambda tf, a, b: list(
            tf.contrib.solvers.least_squares.cgls(operator(tf, a), b, max_iter=1)
        ),
        [of(TALL), f32(3)],
    ),
    solver(
        "cgls_to_the_end",
        lambda tf, a, b: tf.contrib.solvers.least_squares.cgls(
            operator(tf, a), b, tol=1e-10, name="mine"
        )[:2],
        [of(TALL, "float64"), f64(3)],
    ),
    *[
        solver(
            f"lanczos{'_orthogonal' if orthogonalize else ''}",
            lambda tf, a, start, orthogonalize=orthogonalize: list(
                tf.contrib.solvers.lanczos.lanczos_bidiag(operator(tf, a), 2, orthogonalize, start)
            ),
            [of(MATRIX, "float64"), f64(3)],
        )
        for orthogonalize in (True, False)
    ],
    case(
        "bidiag_matmul",
        lambda tf, a, alpha, beta: [
            tf.contrib.solvers.lanczos.bidiag_matmul(a, alpha, beta),
            tf.contrib.solvers.lanczos.bidiag_matmul(a[:, :3], alpha, beta, adjoint_b=True),
        ],
        [x(2, 4), x(3), x(3)],
        grad=True,
    ),
    case(
        "vectors",
        lambda tf, a, b: [
            tf.contrib.solvers.util.dot(a, b),
            tf.contrib.solvers.util.l2norm(a),
            tf.contrib.solvers.util.l2norm_squared(a),
            tf.contrib.solvers.util.l2normalize(b),
        ],
        [x(4), x(4)],
        grad=True,
    ),
]

CASES = table(EQUATIONS, SOLVERS)

"""Checks a case's gradients against central differences, in float64.

Nothing recorded takes part: the program's own values are the reference, so a wrong gradient is
found even where the recording was never made. Python 3.7 runs this file.
"""

import numpy as np

from tests.reference.observe import Built, weights

STEP = 1e-5
RELATIVE = 1e-5
ABSOLUTE = 1e-6


class WrongGradient(AssertionError):
    """A gradient that central differences contradict."""


def check(tf, case, config=None):
    """Raises `WrongGradient` unless every gradient of `case` agrees with central differences.

    Along a random direction v for each input x: sum(dy * (f(x + v h) - f(x - v h))) / 2 h against
    sum(df/dx * v); likewise for the second gradient, with the first in the place of f.
    """
    built = Built(tf, case, dtype="float64")
    out_values = _values(built, built.arrays, config)
    gradients = built.differentiate(out_values, second=case.grad2)
    analytic = _gradients(built, gradients, built.arrays, config)
    positions = case.differentiable_inputs(built.arrays)
    output_weights = [
        weights(case, f":dy{i}", value.shape, value.dtype)
        for i, value in enumerate(_floats(out_values))
    ]
    gradient_weights = [
        weights(case, f":w{position}", built.arrays[position].shape, "float64")
        for position, gradient in zip(positions, analytic.first)
        if gradient is not None
    ]
    for slot, position in enumerate(positions):
        direction = weights(case, f":v{position}", built.arrays[position].shape, "float64")
        above, below = (_moved(built.arrays, position, sign * STEP * direction) for sign in (1, -1))
        numeric = _slope(
            _floats(_values(built, above, config)),
            _floats(_values(built, below, config)),
            output_weights,
        )
        _compare(case, "gradient", position, analytic.first[slot], direction, numeric)
        if gradients.second is not None:
            numeric = _slope(
                _present(_gradients(built, gradients, above, config)),
                _present(_gradients(built, gradients, below, config)),
                gradient_weights,
            )
            _compare(case, "second gradient", position, analytic.second[slot], direction, numeric)


# Every question is asked in a session of its own, so that random numbers are the same each time.
def _values(built, arrays, config):
    with built.tf.Session(graph=built.graph, config=config) as session:
        return built.values(session, arrays)


def _gradients(built, gradients, arrays, config):
    with built.tf.Session(graph=built.graph, config=config) as session:
        return built.gradient_values(session, gradients, arrays)


def _floats(values):
    return [v for v in values if isinstance(v, (np.ndarray, np.generic)) and v.dtype.kind == "f"]


def _present(gradients):
    return [gradient.value for gradient in gradients.first if gradient is not None]


def _moved(arrays, position, step):
    return [a + step if i == position else a for i, a in enumerate(arrays)]


def _slope(above, below, factors):
    return sum(
        float(np.sum(factor * (high - low))) / (2.0 * STEP)
        for high, low, factor in zip(above, below, factors)
    )


def _compare(case, what, position, gradient, direction, numeric):
    analytic = 0.0 if gradient is None else float(np.sum(gradient.value * direction))
    if not np.isclose(analytic, numeric, rtol=RELATIVE, atol=ABSOLUTE):
        raise WrongGradient(
            f"{case.name}: {what} by input {position} along a direction: {analytic:.9g}, "
            f"central differences: {numeric:.9g}"
        )

"""The normal distribution's functions, and Laplace's, exact far into their tails.

Source: S. Moshier, "Cephes mathematical library" (ndtri's rational approximations); TensorFlow
1.15's special_math.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

import reflow.tf as tf
from reflow.graph.operation import Tensor

# Below the first, log_ndtr is a series; above the second, so near to 0 that another form is exact.
_LOG_NDTR_SEGMENTS = {tf.float32: (-10.0, 5.0), tf.float64: (-20.0, 8.0)}

# ndtri: numerators and denominators, highest power first, for p in the middle, and for tails with
# sqrt(-2 log p) below 8 and from there.
_MIDDLE = (
    (-5.99633501014107895267e1, 9.80010754185999661536e1, -5.66762857469070293439e1,
     1.39312609387279679503e1, -1.23916583867381258016e0),
    (1.0, 1.95448858338141759834e0, 4.67627912898881538453e0, 8.63602421390890590575e1,
     -2.25462687854119370527e2, 2.00260212380060660359e2, -8.20372256168333339912e1,
     1.59056225126211695515e1, -1.18331621121330003142e0),
)  # fmt: skip
_TAIL = (
    (4.05544892305962419923e0, 3.15251094599893866154e1, 5.71628192246421288162e1,
     4.40805073893200834700e1, 1.46849561928858024014e1, 2.18663306850790267539e0,
     -1.40256079171354495875e-1, -3.50424626827848203418e-2, -8.57456785154685413611e-4),
    (1.0, 1.57799883256466749731e1, 4.53907635128879210584e1, 4.13172038254672030440e1,
     1.50425385692907503408e1, 2.50464946208309415979e0, -1.42182922854787788574e-1,
     -3.80806407691578277194e-2, -9.33259480895457427372e-4),
)  # fmt: skip
_FAR_TAIL = (
    (3.23774891776946035970e0, 6.91522889068984211695e0, 3.93881025292474443415e0,
     1.33303460815807542389e0, 2.01485389549179081538e-1, 1.23716634817820021358e-2,
     3.01581553508235416007e-4, 2.65806974686737550832e-6, 6.23974539184983293730e-9),
    (1.0, 6.02427039364742014255e0, 3.67983563856160859403e0, 1.37702099489081330271e0,
     2.16236993594496635890e-1, 1.34204006088543189037e-2, 3.28014464682127739104e-4,
     2.89247864745380683936e-6, 6.79019408009981274425e-9),
)  # fmt: skip


def _floats(x: object, name: str) -> Tensor:
    x = tf.convert_to_tensor(x, name=name)
    if x.dtype.base_dtype not in _LOG_NDTR_SEGMENTS:
        raise TypeError(
            f"{name}.dtype={x.dtype} is not handled, see docstring for supported types."
        )
    return x


def ndtr(x: object, name: str = "ndtr") -> Tensor:
    """P[X <= x] of the standard normal distribution.  x: float32 or float64."""
    with tf.name_scope(name, values=[x]):
        return _ndtr(_floats(x, "x"))


def _ndtr(x: Tensor) -> Tensor:
    half_sqrt_2 = tf.constant(0.5 * math.sqrt(2.0), dtype=x.dtype, name="half_sqrt_2")
    w = x * half_sqrt_2
    z = tf.abs(w)
    y = tf.where_v2(
        tf.less(z, half_sqrt_2),
        1.0 + tf.math.erf(w),
        tf.where_v2(tf.greater(w, 0.0), 2.0 - tf.math.erfc(z), tf.math.erfc(z)),
    )
    return 0.5 * y


def log_ndtr(x: object, series_order: int = 3, name: str = "log_ndtr") -> Tensor:
    """log(ndtr(x)), from an asymptotic series of so many terms for very negative x."""
    if not isinstance(series_order, int):
        raise TypeError("series_order must be a Python integer.")
    if series_order < 0:
        raise ValueError("series_order must be non-negative.")
    if series_order > 30:
        raise ValueError("series_order must be <= 30.")
    with tf.name_scope(name, values=[x]):
        x = _floats(x, "x")
        lower, upper = _LOG_NDTR_SEGMENTS[x.dtype.base_dtype]
        return tf.where_v2(
            tf.greater(x, upper),
            -_ndtr(-x),  # log(1 - e) is -e for tiny e
            tf.where_v2(
                tf.greater(x, lower),
                tf.math.log(_ndtr(tf.maximum(x, lower))),
                _log_ndtr_lower(tf.minimum(x, lower), series_order),
            ),
        )


def _log_ndtr_lower(x: Tensor, series_order: int) -> Tensor:
    log_scale = -0.5 * tf.square(x) - tf.math.log(-x) - 0.5 * math.log(2.0 * math.pi)
    return log_scale + tf.math.log(_log_ndtr_series(x, series_order))


def _log_ndtr_series(x: Tensor, series_order: int) -> Tensor:
    """sum over n of (-1)^n (2n - 1)!! / x^2n."""
    if not series_order:
        return tf.ones([], x.dtype)
    x_2 = tf.square(x)
    even_sum, odd_sum = tf.zeros_like(x), tf.zeros_like(x)
    power = x_2
    for n in range(1, series_order + 1):
        term = np.array(math.prod(range(2 * n - 1, 1, -2)), x.dtype.as_numpy_dtype) / power
        if n % 2:
            odd_sum += term
        else:
            even_sum += term
        power *= x_2
    return 1.0 + even_sum - odd_sum


def ndtri(p: object, name: str = "ndtri") -> Tensor:
    """The x with ndtr(x) = p.  p: float32 or float64."""
    with tf.name_scope(name, values=[p]):
        return _ndtri(_floats(p, "p"))


def erfinv(x: object, name: str = "erfinv") -> Tensor:
    """The inverse of tf.erf.  x: float32 or float64, from -1 to 1."""
    with tf.name_scope(name, values=[x]):
        return ndtri((_floats(x, "x") + 1.0) / 2.0) / math.sqrt(2.0)


def _ndtri(p: Tensor) -> Tensor:
    # The tail that is nearer; where there is none, anything that does no harm.
    nearer = tf.where_v2(p > -np.expm1(-2.0), 1.0 - p, p)
    is_zero = nearer <= 0.0
    half = tf.fill(tf.shape(p), np.array(0.5, p.dtype.as_numpy_dtype))
    nearer = tf.where_v2(is_zero, half, nearer)
    w = nearer - 0.5
    square = w**2
    middle = (w + w * square * _ratio(_MIDDLE, lambda: square)) * -np.sqrt(2.0 * np.pi)
    z = tf.sqrt(-2.0 * tf.math.log(nearer))
    first = z - tf.math.log(z) / z
    far_second = _ratio(_FAR_TAIL, lambda: 1.0 / z) / z
    second = _ratio(_TAIL, lambda: 1.0 / z) / z
    far_tail, tail = first - far_second, first - second
    is_middle = nearer > np.exp(-2.0)
    x = tf.where_v2(is_middle, middle, tf.where_v2(z >= 8.0, far_tail, tail))
    x = tf.where_v2(p > 1.0 - np.exp(-2.0), x, -x)
    infinity = tf.constant(np.inf, dtype=p.dtype)
    infinity = tf.fill(tf.shape(p), infinity)
    return tf.where_v2(p <= 0.0, -infinity, tf.where_v2(p >= 1.0, infinity, x))


def _ratio(
    coefficients: tuple[Sequence[float], Sequence[float]], x: Callable[[], Tensor]
) -> Tensor:
    numerator, denominator = coefficients
    return _polynomial(numerator, x()) / _polynomial(denominator, x())


def _polynomial(coefficients: Sequence[float], x: Tensor) -> Tensor:
    """Horner's scheme, highest power first."""
    result = tf.zeros_like(x)
    for coefficient in coefficients:
        result = np.array(coefficient, x.dtype.as_numpy_dtype) + result * x
    return result


def log_cdf_laplace(x: object, name: str = "log_cdf_laplace") -> Tensor:
    """log P[X <= x] of the Laplace distribution of location 0 and scale 1."""
    with tf.name_scope(name, values=[x]):
        x = tf.convert_to_tensor(x, name="x")
        below = -math.log(2.0) + x
        # exp of a number that is never positive: no overflow, and no NaN in the gradient.
        above = tf.math.log1p(-0.5 * tf.exp(-tf.abs(x)))
        return tf.where_v2(x < 0.0, below, above)

"""Bands of diagonals: ops that TensorFlow 1.15 has, but not its functions.

Their gradients fail there: tests/ops/test_bands.py checks them.
"""

from tests.reference.spec import case, error, f32, i32, of, table, x

TYPES = ("float32", "float64", "int32", "bool", "complex64", "uint8")
BANDS = {"one_above": 1, "one_below": -2, "two": (0, 1), "three": (-1, 1), "below": (-2, -1)}


def diagonals(tf, values, k, rows=-1, columns=-1, padding=None):
    zero = tf.zeros([], values.dtype) if padding is None else padding
    return tf.raw_ops.MatrixDiagV2(
        diagonal=values, k=k, num_rows=rows, num_cols=columns, padding_value=zero
    )


def parts(tf, matrix, k, padding=None):
    zero = tf.zeros([], matrix.dtype) if padding is None else padding
    return tf.raw_ops.MatrixDiagPartV2(input=matrix, k=k, padding_value=zero)


def with_band(tf, matrix, band, k):
    return tf.raw_ops.MatrixSetDiagV2(input=matrix, diagonal=band, k=k)


def shape_of_band(k, length):
    low, high = (k, k) if isinstance(k, int) else k
    return (length,) if low == high else (high - low + 1, length)


def known(name, build, inputs, **options):
    """TensorFlow trips over shapes that are partly known."""
    return case(name, build, inputs, variants=("full", "unknown"), **options)


MADE = [
    known(
        f"diag_{name}",
        lambda tf, a, k=k: diagonals(tf, a, k),
        [x(2, *shape_of_band(k, 3))],
        dtypes=TYPES,
    )
    for name, k in BANDS.items()
] + [
    known(
        "diag_rectangle",
        lambda tf, a: diagonals(tf, a, -1, 3, 4, tf.constant(7.0)),
        [f32(2)],
    ),
    known("diag_rows", lambda tf, a: diagonals(tf, a, (0, 2), rows=3), [x(3, 3)]),
    known("diag_columns", lambda tf, a: diagonals(tf, a, (-1, 0), columns=4), [x(2, 4)]),
    known("diag_fed", lambda tf, a, k: diagonals(tf, a, k), [x(2, 3), of([0, 1], "int32")]),
]

TAKEN = [
    known(
        f"diag_part_{name}",
        lambda tf, a, k=k: parts(tf, a, k),
        [x(2, 4, 3)],
        dtypes=TYPES,
    )
    for name, k in BANDS.items()
] + [
    known("diag_part_padded", lambda tf, a: parts(tf, a, (-1, 2), tf.constant(9.0)), [f32(2, 3)]),
    known("diag_part_fed", lambda tf, a, k: parts(tf, a, k), [x(3, 4), of([1], "int32")]),
]

SET = [
    known(
        f"set_diag_{name}",
        lambda tf, a, b, k=k: with_band(tf, a, b, k),
        [x(2, 4, 4), x(2, *shape_of_band(k, length))],
        dtypes=TYPES,
    )
    for name, k, length in (
        ("one_above", 1, 3),
        ("two", (0, 1), 4),
        ("three", (-1, 1), 4),
        ("below", (-2, -1), 3),
    )
]

ERRORS = [
    error(
        "diag_backwards", lambda tf, a: diagonals(tf, a, (1, 0)), [f32(2, 3)], variants=("full",)
    ),
    error("diag_too_small", lambda tf, a: diagonals(tf, a, 0, rows=2), [f32(3)]),
    error("diag_count", lambda tf, a: diagonals(tf, a, (0, 1)), [f32(3, 3)]),
    error("diag_inconsistent", lambda tf, a: diagonals(tf, a, 0, 5, 5), [f32(3)]),
    error("diag_part_outside", lambda tf, a: parts(tf, a, 3), [f32(2, 3)]),
    error(
        "diag_part_three_numbers",
        lambda tf, a: parts(tf, a, [0, 1, 2]),
        [f32(2, 3)],
        variants=("full",),
    ),
    error("set_diag_length", lambda tf, a, b: with_band(tf, a, b, 0), [f32(2, 3), f32(1)]),
    error("set_diag_type", lambda tf, a, b: with_band(tf, a, b, 0), [f32(2, 3), i32(2)]),
]

CASES = table(MADE, TAKEN, SET, ERRORS)

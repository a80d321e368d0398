"""The distribution of an array, as the lab and as TensorBoard get it."""

import math
import warnings

import numpy as np
import pytest

from reflow.watch import statistics
from reflow.watch.statistics import Elements, distribution, histogram_value


def of(values):
    with np.errstate(all="ignore"):  # as the recorder's thread has it
        return distribution(Elements.of(np.asarray(values)))


def test_bands_hold_equally_many_values():
    values = np.random.default_rng(0).normal(size=(70, 10)).astype(np.float32)
    found = of(values)
    counts, _ = np.histogram(values, found.edges)
    assert counts.tolist() == [100] * 7
    assert (found.edges[0], found.edges[-1]) == (values.min(), values.max())
    assert found.basis[4] == pytest.approx(np.median(values))
    assert found.mean == pytest.approx(values.mean(), abs=1e-6)
    assert found.deviation == pytest.approx(values.std(), rel=1e-6)
    assert found.norm == pytest.approx(np.linalg.norm(values), rel=1e-6)


def test_what_is_not_finite_is_counted_and_left_out():
    found = of([np.nan, 1.0, 0.0, np.inf, -np.inf, 3.0, 0.0])
    assert (found.count, found.zeros, found.not_finite) == (7, 2, 3)
    assert (found.edges[0], found.edges[-1], found.mean) == (0, 3, 1)


@pytest.mark.parametrize("values", [[], [np.nan, np.inf]])
def test_nothing_finite(values):
    found = of(values)
    assert all(map(math.isnan, [*found.edges, *found.basis, found.mean, found.deviation]))
    assert (found.norm, found.not_finite) == (0, len(values))


def test_a_constant():
    found = of(np.full(1000, 0.1, np.float32))
    constant = float(np.float32(0.1))
    assert set(found.edges) == set(found.basis) == {constant}
    assert found.deviation == pytest.approx(0, abs=1e-9)


def test_a_large_array_keeps_its_extremes():
    values = np.random.default_rng(1).normal(size=3_000_001).astype(np.float32)
    values[[12345, 1234567]] = -40, 50
    found = of(values)
    assert (found.edges[0], found.edges[-1], found.basis[0], found.basis[-1]) == (-40, 50, -40, 50)
    np.testing.assert_allclose(
        found.edges[1:-1], np.quantile(values, np.arange(1, 7) / 7), atol=0.02
    )
    assert found.deviation == pytest.approx(values.std(dtype=np.float64), rel=1e-9)


def test_rows_of_an_even_length_are_not_met_at_one_column():
    values = np.zeros((40_000, 8), np.float32)
    values[:, 3] = 1
    elements = Elements.of(values)
    assert elements.ordered.mean() == pytest.approx(1 / 8, abs=0.01)


@pytest.mark.parametrize("dtype", ["int8", "uint64", "bool", "float16", "float64", "complex64"])
def test_types(dtype):
    found = of(np.array([0, 1, 1, 1], dtype))
    assert (found.zeros, found.mean, found.edges[-1]) == (1, 0.75, 1)


def test_bfloat16():
    import ml_dtypes

    assert of(np.array([1, 2], ml_dtypes.bfloat16)).mean == 1.5


def test_strings_are_no_numbers():
    with pytest.raises(TypeError, match="no numbers"):
        of(["a"])


def test_numbers_at_the_end_of_the_range():
    greatest = np.finfo(np.float64).max
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = of([-greatest, greatest, greatest])
        with np.errstate(all="ignore"):
            message = histogram_value("x", Elements.of(np.array([-greatest, greatest]))).histo
    assert found.edges[-1] == greatest
    assert sum(message.bucket) == 2


def test_the_histogram_counts_every_element():
    values = np.random.default_rng(2).normal(size=500_000)
    message = histogram_value("x", Elements.of(values)).histo
    assert len(message.bucket) == len(message.bucket_limit) == 30
    assert sum(message.bucket) == pytest.approx(500_000)
    assert (message.min, message.max, message.num) == (values.min(), values.max(), 500_000)
    expected, _ = np.histogram(values, 30)
    np.testing.assert_allclose(message.bucket, expected, atol=0.01 * 500_000)


@pytest.mark.parametrize("values", [[], [np.inf], [2.0, 2.0]])
def test_histograms_of_nothing_and_of_one_number(values):
    message = statistics.histogram_value("x", Elements.of(np.array(values))).histo
    assert message.num == sum(message.bucket) == np.isfinite(values).sum()

"""Series in bounded memory, and lines of fewer points."""

import math

import pytest

from reflow.lab.series import Scalars, Series, evenly, extremes
from tests.lab.small_run import numbers


def test_thinned_scalars_keep_their_extremes_and_ends():
    series = Scalars(200)
    values = numbers(10_000)
    for step, value in enumerate(values):
        series.add(step, step / 2, value)
    assert len(series.items) == len(series.steps) == len(series.times) <= 200
    assert {100, -100} <= set(series.items)
    assert (series.steps[0], series.steps[-1]) == (0, 9_999)
    assert list(series.times) == [step / 2 for step in series.steps]
    assert [values[step] for step in series.steps] == list(series.items)


def test_what_was_added_since():
    series = Scalars(8)
    assert series.added_since(0) is None
    for step in range(5):
        series.add(step, 0.0, float(step))
    assert list(series.items[series.added_since(3)]) == [3.0, 4.0]
    assert list(series.items[series.added_since(5)]) == []
    assert series.added_since(6) is None
    for step in range(5, 9):
        series.add(step, 0.0, float(step))
    assert series.added_since(5) is None  # thinned in between
    assert list(series.items[series.added_since(9)]) == []


def test_series_of_anything_are_thinned_evenly():
    series = Series(10)
    for step in range(100):
        series.add(step, 0.0, str(step))
    assert len(series.items) <= 10
    assert (series.items[0], series.items[-1]) == ("0", "99")


@pytest.mark.parametrize("count", [1, 5, 100, 4321])
def test_extremes_draw_the_same_line(count):
    values = numbers(count)
    places = extremes(values, 100)
    assert places == sorted(set(places))
    assert len(places) <= 104
    chosen = [values[i] for i in places]
    assert (max(chosen), min(chosen)) == (max(values), min(values))
    assert (places[0], places[-1]) == (0, count - 1)


def test_extremes_keep_what_is_not_finite():
    values = numbers(1000)
    values[700] = math.nan
    values[:100] = [math.inf] * 100
    places = extremes(values, 50)
    assert 700 in places
    assert 0 in places


@pytest.mark.parametrize(("count", "points"), [(0, 5), (3, 5), (10, 1), (10, 2), (1000, 7)])
def test_evenly(count, points):
    places = evenly(count, points)
    assert len(places) == min(count, points)
    assert places == sorted(set(places))
    assert set(places) <= set(range(count))
    if points > 1 and count:
        assert (places[0], places[-1]) == (0, count - 1)

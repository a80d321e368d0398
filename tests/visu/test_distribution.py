"""The boundaries of the dashboard's bands, against the original's."""

import numpy as np
import pytest

from reflow.visu.distribution import HISTOGRAM_BUCKETS, probability_distribution
from tests.reference import dashboard_cases
from tests.visu import recorded


def test_boundaries_are_the_originals():
    boundaries = [probability_distribution(data) for data in dashboard_cases.distributions()]
    assert boundaries[0].dtype == np.float64
    np.testing.assert_array_equal(boundaries, recorded.VALUES["boundaries"])


def test_the_data_stay_as_they_are():
    data = np.array([3.0, 1.0, 2.0] * 5)
    probability_distribution(data)
    np.testing.assert_array_equal(data, [3.0, 1.0, 2.0] * 5)


@pytest.mark.parametrize("count", range(1, HISTOGRAM_BUCKETS))
def test_fewer_values_than_buckets(count):
    boundaries = probability_distribution(np.arange(count, 0.0, -1))
    assert (boundaries[0], boundaries[-1]) == (1, count)
    assert (np.diff(boundaries) >= 0).all()


def test_no_values():
    with pytest.raises(ValueError, match="at least one value"):
        probability_distribution([])

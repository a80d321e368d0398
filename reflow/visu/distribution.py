"""How values are distributed, as the dashboard's bands show it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reflow.watch.statistics import equal_count_edges

__all__ = ["HISTOGRAM_BUCKETS", "probability_distribution"]

#: The number of bands.
HISTOGRAM_BUCKETS = 7


def probability_distribution(data: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The boundaries of buckets that hold equally many values each.

    Args:
      data: values in any order, at least one; left as they are.

    Returns:
      float64 [HISTOGRAM_BUCKETS + 1], ascending: from the least value to the greatest, and between
      two buckets the mean of the values that meet there.

    Raises:
      ValueError: if there is no value.
    """
    ordered = np.sort(np.ravel(data))
    if not ordered.size:
        raise ValueError("Expected at least one value to distribute. Received: none")
    return equal_count_edges(ordered)

"""How values are distributed, as the dashboard's bands show it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["HISTOGRAM_BUCKETS", "probability_distribution"]

#: The number of bands.
HISTOGRAM_BUCKETS = 7


def probability_distribution(data: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The boundaries of buckets that hold equally many values each.

    What is left over when the number of values is no multiple of `HISTOGRAM_BUCKETS` goes to the
    middle buckets, one each.

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
    starts = _bucket_starts(ordered.size)
    last_before, first_after = np.maximum(starts - 1, 0), np.minimum(starts, ordered.size - 1)
    inner = (ordered[first_after] + ordered[last_before]) / 2
    return np.concatenate([ordered[:1], inner, ordered[-1:]]).astype(np.float64)


def _bucket_starts(count: int) -> npt.NDArray[np.int64]:
    """Where the second and each later bucket begins among `count` values in order."""
    size, rest = divmod(count, HISTOGRAM_BUCKETS)
    sizes = np.full(HISTOGRAM_BUCKETS, size)
    first_larger = max(1, (HISTOGRAM_BUCKETS - rest) // 2)
    sizes[first_larger : first_larger + rest] += 1
    return np.cumsum(sizes)[:-1]

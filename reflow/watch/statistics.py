"""How an array's elements are distributed, for the bands of the lab and the tabs of TensorBoard."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from reflow.files.run_directory import BASIS_FRACTIONS, EDGE_FRACTIONS, Distribution
from reflow.watch.sample import Array

__all__ = ["Elements", "distribution", "equal_count_edges", "histogram_value"]

_BUCKETS = len(EDGE_FRACTIONS) - 1
_HISTOGRAM_BINS = 30
# Of larger arrays so many elements are sorted, evenly spread; what else is told of them is exact.
_MOST_SORTED = 1 << 16
_BLOCK = 1 << 20

Ordered = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Elements:
    """The finite elements of an array.

    Attributes:
      ordered: they, or some of them with the least and the greatest; ascending.
      count: of all elements; zeros, not_finite: how many of them are.
      mean, deviation: of the finite ones, NaN if there are none; squares: the sum of their squares.
    """

    ordered: Ordered
    count: int
    zeros: int
    not_finite: int
    mean: float
    deviation: float
    squares: float

    @classmethod
    def of(cls, values: Array) -> Elements:
        """Complex numbers count by their size.  TypeError: these are no numbers."""
        flat = _as_floats(values)
        is_finite = np.isfinite(flat)
        finite = flat if is_finite.all() else flat[is_finite]
        not_finite = flat.size - finite.size
        zeros = int(np.count_nonzero(flat == 0))  # ten times as fast as counting numbers
        return cls(_some_ordered(finite), flat.size, zeros, not_finite, *_moments(finite))

    @property
    def finite(self) -> int:
        """How many elements are."""
        return self.count - self.not_finite


def _as_floats(values: Array) -> Ordered:
    flat = np.asarray(values).reshape(-1)
    if flat.dtype.kind == "c":
        return np.asarray(np.abs(flat))
    if flat.dtype.kind in "biu":
        return flat.astype(np.float64)
    if flat.dtype.kind == "f" and flat.dtype.itemsize >= 4:
        return flat
    if flat.dtype.kind in "fV":  # half precision, and ml_dtypes' bfloat16
        return flat.astype(np.float32)
    raise TypeError(f"no numbers: {flat.dtype}")


def _some_ordered(finite: Ordered) -> Ordered:
    if finite.size <= _MOST_SORTED:
        return np.sort(finite)
    # An odd step: rows of an even length are met at different columns.
    step = (finite.size // _MOST_SORTED) | 1
    ordered = np.sort(finite[::step])
    ordered[0], ordered[-1] = finite.min(), finite.max()
    return ordered


def _moments(finite: Ordered) -> tuple[float, float, float]:
    """The mean, the standard deviation and the sum of squares; in float64, block by block."""
    if not finite.size:
        return math.nan, math.nan, 0.0
    mean = float(finite.mean(dtype=np.float64))
    squares = variance = 0.0
    for at in range(0, finite.size, _BLOCK):
        block = finite[at : at + _BLOCK].astype(np.float64)
        squares += _sum_of_squares(block)
        block -= mean
        variance += _sum_of_squares(block) / finite.size
    return mean, math.sqrt(variance), squares


def _sum_of_squares(numbers: npt.NDArray[np.float64]) -> float:
    # Not by np.dot, whose threads would wait for the cores on which the program trains.
    return float(np.einsum("i,i->", numbers, numbers))


def distribution(elements: Elements) -> Distribution:
    """What the lab shows; NaN for what there is no finite element to tell from."""
    ordered = elements.ordered
    edges, basis = [math.nan] * len(EDGE_FRACTIONS), [math.nan] * len(BASIS_FRACTIONS)
    if ordered.size:
        edges = equal_count_edges(ordered).tolist()
        places = np.multiply(BASIS_FRACTIONS, ordered.size - 1)
        basis = np.interp(places, np.arange(ordered.size), ordered).tolist()
    return Distribution(
        tuple(edges),
        tuple(basis),
        float(elements.count),
        elements.mean,
        elements.deviation,
        math.sqrt(elements.squares),
        float(elements.zeros),
        float(elements.not_finite),
    )


def equal_count_edges(ordered: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """The boundaries of the canon's bands: buckets that hold equally many values each.

    What is left over when the number of values is no multiple of that of buckets goes to the middle
    buckets, one each.

    Args:
      ordered: at least one value, ascending.

    Returns:
      float64 [8], ascending: from the least value to the greatest, and between two buckets the mean
      of the values that meet there.
    """
    starts = _bucket_starts(ordered.size)
    last_before, first_after = np.maximum(starts - 1, 0), np.minimum(starts, ordered.size - 1)
    inner = (ordered[first_after] + ordered[last_before]) / 2
    edges = np.concatenate([ordered[:1], inner, ordered[-1:]])
    return np.asarray(edges, np.float64)


def _bucket_starts(count: int) -> npt.NDArray[np.int64]:
    """Where the second and each later bucket begins among `count` values in order."""
    size, rest = divmod(count, _BUCKETS)
    sizes = np.full(_BUCKETS, size)
    first_larger = max(1, (_BUCKETS - rest) // 2)
    sizes[first_larger : first_larger + rest] += 1
    starts: npt.NDArray[np.int64] = np.cumsum(sizes)[:-1]
    return starts


def histogram_value(tag: str, elements: Elements) -> Any:
    """A Summary.Value that TensorBoard's tabs Histograms and Distributions show."""
    from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary

    ordered, finite = elements.ordered, elements.finite
    if not finite:
        return Summary.Value(tag=tag, histo=HistogramProto())
    least, greatest = float(ordered[0]), float(ordered[-1])
    limits = np.linspace(least, greatest, _HISTOGRAM_BINS + 1)[1:]
    if not (np.isfinite(limits).all() and (np.diff(limits) > 0).all()):  # all one number, say
        limits = np.array([greatest])
    limits[-1] = greatest
    ends = np.searchsorted(ordered, limits, side="right")
    counts = np.diff(ends, prepend=0) * (finite / ordered.size)
    message = HistogramProto(
        min=least,
        max=greatest,
        num=finite,
        sum=elements.mean * finite,
        sum_squares=elements.squares,
        bucket_limit=limits.tolist(),
        bucket=counts.tolist(),
    )
    return Summary.Value(tag=tag, histo=message)

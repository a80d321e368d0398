"""What a row of swaps makes of an array."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

# Of so many swaps at most a loop is done sooner.
_FEW = 300

_32 = np.array(32, np.int64)
_LOW = np.array((1 << 32) - 1, np.int64)


def swapped(partners: npt.NDArray[np.uint32]) -> Integers:
    """The numbers from 0 on after each place but the last has swapped with a later one (or itself).

    Args:
      partners: [n - 1], what the places 0, 1, ... swap with, one after another.

    Returns:
      [n]
    """
    if len(partners) <= _FEW:
        order = list(range(len(partners) + 1))
        for i, j in enumerate(partners.tolist()):
            order[i], order[j] = order[j], order[i]
        return np.array(order, np.int64)
    return _swapped_at_once(partners.astype(np.int64))


def _swapped_at_once(partners: Integers) -> Integers:
    """Swap i takes to place i, for good, what is at its partner j then, and to j what was at i.

    What is at a place is its own number, or what the last swap that had it for a partner brought:
    what was at that swap's place when its turn came, which is found in the same way.
    """
    swaps = np.arange(len(partners))
    # What is at each place when its turn comes: first the place which that was brought from...
    origins = np.arange(len(partners) + 1)
    others = partners != swaps
    origins[partners[others]] = swaps[others]  # of several swaps with one partner the last counts
    # ... then from where it was brought there, until nothing was brought to it.
    while True:
        further = origins[origins]
        if np.array_equal(further, origins):
            break
        origins = further
    # Swaps in the order of their partners: side by side are those with the same.
    ordered = np.sort((partners << _32) | swaps)
    of_same = np.flatnonzero(np.diff(ordered >> _32) == 0)
    ordered &= _LOW
    result = np.append(partners, origins[-1])
    result[ordered[of_same + 1]] = origins[ordered[of_same]]
    return result

"""Which changes of TensorFlow, each with its date, a program is ready for."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

# The day on which TensorFlow 1.15 was branched off.
_horizon = datetime.date(2019, 8, 21)


def forward_compatible(year: int, month: int, day: int) -> bool:
    """Whether what programs write may need TensorFlow of this date: not in 1.15 beyond its own."""
    return _horizon > datetime.date(year, month, day)


@contextmanager
def forward_compatibility_horizon(year: int, month: int, day: int) -> Iterator[None]:
    """Inside, `forward_compatible` answers for another date."""
    global _horizon
    saved, _horizon = _horizon, datetime.date(year, month, day)
    try:
        yield
    finally:
        _horizon = saved

"""Numbers as a row of small bars."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["sparkline"]

_BARS = "▁▂▃▄▅▆▇█"
_BARS_SHOWN = 8


def sparkline(values: Sequence[float], count: int = _BARS_SHOWN) -> str:
    """The last `count` values as a row of bars, the least lowest and the greatest highest.

    Values that are not finite leave a gap.
    """
    shown = values[-count:]
    finite = [value for value in shown if abs(value) < float("inf")]
    if not finite:
        return " " * len(shown)
    low, high = min(finite), max(finite)
    step = (high - low) / (len(_BARS) - 1) or 1.0
    return "".join(
        _BARS[round((value - low) / step)] if abs(value) < float("inf") else " " for value in shown
    )

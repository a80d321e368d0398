"""What pandas has lost since version 0.20."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from reflow.running.old_libraries.advising import add_method

__all__ = ["prepare", "rolling_mean", "rolling_std"]


def rolling_mean(arg: Any, window: int, min_periods: int | None = None) -> Any:
    return arg.rolling(window, min_periods=min_periods).mean()


def rolling_std(arg: Any, window: int, min_periods: int | None = None) -> Any:
    return arg.rolling(window, min_periods=min_periods).std()


def prepare(pandas: ModuleType) -> None:
    """Methods of DataFrame and Series."""
    for owner in (pandas.DataFrame, pandas.Series):
        add_method(owner, "as_matrix", "frame.values")(
            lambda self, columns=None: self.values if columns is None else self[columns].values
        )
        add_method(owner, "iteritems", "frame.items()")(lambda self: self.items())

        @add_method(owner, "append", "pandas.concat([frame, other])")
        def _(self: Any, other: Any, ignore_index: bool = False, **options: Any) -> Any:
            if isinstance(other, dict):
                other = pandas.DataFrame([other])
            others = list(other) if isinstance(other, (list, tuple)) else [other]
            return pandas.concat([self, *others], ignore_index=ignore_index, **options)

    if not hasattr(pandas.DataFrame, "ix"):
        pandas.DataFrame.ix = property(_Ix)


class _Ix:
    """frame.ix[rows, columns]: by label, or by position where a label is no number."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame

    def __getitem__(self, key: Any) -> Any:
        try:
            return self._frame.loc[key]
        except (KeyError, TypeError):
            return self._frame.iloc[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._frame.loc[key] = value

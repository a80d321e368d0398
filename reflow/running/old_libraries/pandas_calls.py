"""What pandas has lost since version 0.20."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from reflow.graph import log
from reflow.running.old_libraries.advising import add_method, replace

__all__ = ["prepare", "rolling_mean", "rolling_std", "value_counts"]


def rolling_mean(arg: Any, window: int, min_periods: int | None = None) -> Any:
    return arg.rolling(window, min_periods=min_periods).mean()


def rolling_std(arg: Any, window: int, min_periods: int | None = None) -> Any:
    return arg.rolling(window, min_periods=min_periods).std()


def value_counts(values: Any, **options: Any) -> Any:
    series = importlib.import_module("pandas").Series
    return series(values).value_counts(**options)


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

        add_method(owner, "get_value", "frame.at[row, column]")(
            lambda self, *labels: self.at[labels if len(labels) > 1 else labels[0]]
        )
        _take_fill_methods(owner)

    add_method(pandas.DataFrame, "applymap", "frame.map(function)")(lambda self, f: self.map(f))
    add_method(pandas.DataFrame, "sort", "frame.sort_values(by)")(
        lambda self, columns=None, **options: (
            self.sort_index(**options) if columns is None else self.sort_values(columns, **options)
        )
    )
    add_method(pandas.Series, "order", "series.sort_values()")(
        lambda self, **options: self.sort_values(**options)
    )

    @replace(pandas.DataFrame, "drop")
    def _(original: Any) -> Any:
        def drop(self: Any, labels: Any = None, *axis: Any, **options: Any) -> Any:
            if axis:
                log.advise("drop(labels, axis) is gone: write axis=...")
                options["axis"] = axis[0]
            return original(self, labels, **options)

        return drop

    @replace(pandas, "read_csv")
    def _(original: Any) -> Any:
        def read_csv(*args: Any, error_bad_lines: bool = True, **options: Any) -> Any:
            if not error_bad_lines:
                log.advise("read_csv(error_bad_lines=False) is gone: write on_bad_lines='skip'")
                options["on_bad_lines"] = "skip"
            return original(*args, **options)

        return read_csv

    if not hasattr(pandas.DataFrame, "ix"):
        pandas.DataFrame.ix = property(_Ix)


def _take_fill_methods(owner: Any) -> None:
    """frame.fillna(method="ffill")"""

    @replace(owner, "fillna")
    def _(original: Any) -> Any:
        def fillna(self: Any, *args: Any, method: str | None = None, **options: Any) -> Any:
            if method is None:
                return original(self, *args, **options)
            name = {"pad": "ffill", "backfill": "bfill"}.get(method, method)
            log.advise(f"fillna(method={method!r}) is gone: write frame.{name}() instead")
            return getattr(self, name)(**options)

        return fillna


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

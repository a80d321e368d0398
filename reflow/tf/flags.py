"""`tf.flags`, `tf.app.flags`: command line flags, on absl's.

Beside absl's behaviour, that of TensorFlow 0.x and 1.x: the old argument names of DEFINE_*, flags
parsed at the first look at one, flags that nobody defined passed over, `FLAGS._parse_flags()` and
`FLAGS.__flags`.
"""

from __future__ import annotations

import functools as _functools
import sys as _sys
from collections.abc import Callable as _Callable
from typing import Any as _Any

from absl import flags as _absl_flags
from absl.flags import *  # noqa: F403

_absl_flags.disclaim_key_flags()

_NEW_NAMES = {"flag_name": "name", "default_value": "default", "docstring": "help"}


def _with_old_names(define: _Callable[..., _Any]) -> _Callable[..., _Any]:
    """A DEFINE_* function that takes TensorFlow 0.x's argument names too."""

    @_functools.wraps(define)
    def wrapper(*args: _Any, **kwargs: _Any) -> _Any:
        renamed = {_NEW_NAMES.get(name, name): value for name, value in kwargs.items()}
        return define(*args, **renamed)

    return wrapper


DEFINE_string = _with_old_names(_absl_flags.DEFINE_string)
DEFINE_boolean = _with_old_names(_absl_flags.DEFINE_boolean)
DEFINE_bool = DEFINE_boolean
DEFINE_float = _with_old_names(_absl_flags.DEFINE_float)
DEFINE_integer = _with_old_names(_absl_flags.DEFINE_integer)


class _PrintedFlag:
    """One of `FLAGS.__flags`: absl's Flag, printed as its value, which it was in TensorFlow 0.x."""

    def __init__(self, flag: _absl_flags.Flag[_Any]) -> None:
        self._flag = flag

    def __getattr__(self, name: str) -> _Any:
        return getattr(self._flag, name)

    def __str__(self) -> str:
        return str(self._flag.value)

    __repr__ = __str__


class _FlagValues:
    """absl's FLAGS, parsed at the first look at a flag."""

    def __init__(self, values: _absl_flags.FlagValues) -> None:
        self.__dict__["_values"] = values

    def __getattr__(self, name: str) -> _Any:
        values: _absl_flags.FlagValues = self.__dict__["_values"]
        if name in values and not values.is_parsed():
            self._parse_flags()
        if name == "__flags":
            return {flag: _PrintedFlag(values[flag]) for flag in values}
        return getattr(values, name)

    def _parse_flags(self, args: list[str] | None = None) -> None:
        """Parse the arguments (without the program's name), or else those of the process."""
        self([_sys.argv[0], *(_sys.argv[1:] if args is None else args)], known_only=True)

    def __call__(self, argv: list[str], known_only: bool = False) -> list[str]:
        """Parse `argv`, whose first is the program's name; give back what is not a flag."""
        rest: list[str] = self.__dict__["_values"](argv, known_only=known_only)
        return rest

    def __setattr__(self, name: str, value: _Any) -> None:
        setattr(self.__dict__["_values"], name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self.__dict__["_values"], name)

    def __getitem__(self, name: str) -> _Any:
        return self.__dict__["_values"][name]

    def __setitem__(self, name: str, flag: _Any) -> None:
        self.__dict__["_values"][name] = flag

    def __contains__(self, name: str) -> bool:
        return name in self.__dict__["_values"]

    def __iter__(self) -> _Any:
        return iter(self.__dict__["_values"])

    def __len__(self) -> int:
        return len(self.__dict__["_values"])

    def __dir__(self) -> list[str]:
        return dir(self.__dict__["_values"])

    def __str__(self) -> str:
        return str(self.__dict__["_values"])


FLAGS = _FlagValues(_absl_flags.FLAGS)  # type: ignore[assignment]

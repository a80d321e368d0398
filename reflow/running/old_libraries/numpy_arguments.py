"""Arguments that NumPy's functions took: floats as sizes, uneven lists, iterators, pickles."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, Final

import numpy as np
from numpy.lib.npyio import NpzFile

from reflow.graph import log
from reflow.running.old_libraries.advising import is_of_program, replace, take_keywords

__all__ = ["prepare"]

_Arguments = tuple[tuple[Any, ...], dict[str, Any]]  # by position, by name
#: (error, arguments) -> the arguments to try again with, and what is said of that.
_Adapt = Callable[[Exception, _Arguments], tuple[_Arguments, str] | None]


def _sizes(names: str, positions: slice, keyword: str) -> list[tuple[str, slice, str]]:
    return [(name, positions, keyword) for name in names.split()]


#: Functions, which of their arguments are sizes, and the keyword of these.
_SIZES: Final = (
    *_sizes("empty full ones zeros", slice(0, 1), "shape"),
    *_sizes("eye identity", slice(0, 2), "N"),
    *_sizes("linspace logspace", slice(2, 3), "num"),
    *_sizes("repeat tile", slice(1, 2), "reps"),
    *_sizes("array_split split", slice(1, 2), "indices_or_sections"),
    *_sizes("random.rand random.randn", slice(0, None), "size"),
    *_sizes("random.ranf random.random random.random_sample random.sample", slice(0, 1), "size"),
    *_sizes("random.choice random.permutation random.standard_normal", slice(0, 2), "size"),
    *_sizes("random.exponential random.poisson", slice(1, 2), "size"),
    *_sizes("random.binomial random.gamma random.multivariate_normal", slice(2, 3), "size"),
    *_sizes("random.normal random.randint random.uniform", slice(2, 3), "size"),
)


def prepare(module: ModuleType) -> None:
    """Let NumPy's functions take again what they took, and numbers print as they did: 0.5, where
    NumPy 2 says np.float64(0.5).  A comparison such as `1e99 > loss` is no reason to warn."""
    if int(module.__version__.partition(".")[0]) >= 2:
        module.set_printoptions(legacy="1.25")
        warnings.filterwarnings("ignore", "overflow encountered in cast", RuntimeWarning)
    for name, positions, keyword in _SIZES:
        _take_floats(module, name, positions, keyword)
    for name in ("array", "asanyarray", "asarray"):
        _try_again(module, name, _as_objects)
    for name in ("column_stack", "dstack", "hstack", "stack", "vstack"):
        _try_again(module, name, _as_list)
    _load_pickles(module)
    take_keywords(module, "histogram", normed="density")
    take_keywords(module, "reshape", newshape="shape")

    @replace(module, "fromstring")
    def _(original: Any) -> Any:
        def fromstring(
            string: Any, dtype: Any = float, count: int = -1, *, sep: str = "", **options: Any
        ) -> Any:
            if sep:
                return original(string, dtype, count, sep=sep, **options)
            log.advise(
                "numpy.fromstring reads no binary data any more: write numpy.frombuffer instead"
            )
            data = string.encode("latin-1") if isinstance(string, str) else string
            return np.frombuffer(data, dtype, count).copy()

        return fromstring


def _try_again(module: ModuleType, path: str, adapt: _Adapt) -> None:
    """Have a function of a module, which refuses a program's arguments, try adapted ones."""
    *place, name = path.split(".")
    owner = getattr(module, place[0]) if place else module

    @replace(owner, name)
    def _(original: Any) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            try:
                return original(*args, **options)
            except (TypeError, ValueError) as error:
                is_ours = is_of_program(sys._getframe(1))
                adapted = adapt(error, (args, options)) if is_ours else None
                if adapted is None:
                    raise
            (args, options), advice = adapted
            log.advise(f"numpy.{path} {advice}")
            return original(*args, **options)

        return call


def _take_floats(module: ModuleType, path: str, positions: slice, keyword: str) -> None:
    def adapt(error: Exception, arguments: _Arguments) -> tuple[_Arguments, str] | None:
        args, options = list(arguments[0]), dict(arguments[1])
        sizes = [*args[positions], *([options[keyword]] if keyword in options else [])]
        if not any(map(_has_float, sizes)):
            return None
        args[positions] = map(_cut, args[positions])
        if keyword in options:
            options[keyword] = _cut(options[keyword])
        return (tuple(args), options), "takes no float as a size any more: write int(size)"

    _try_again(module, path, adapt)


def _has_float(size: Any) -> bool:
    return isinstance(size, float) or (type(size) in (list, tuple) and any(map(_has_float, size)))


def _cut(size: Any) -> Any:
    if isinstance(size, float):
        return int(size)
    return type(size)(map(_cut, size)) if type(size) in (list, tuple) else size


def _as_objects(error: Exception, arguments: _Arguments) -> tuple[_Arguments, str] | None:
    """Arguments that make an array of objects: lists, of lists of different lengths."""
    args, options = arguments
    if "inhomogeneous" not in str(error) or len(args) != 1 or "dtype" in options:
        return None
    return (args, {**options, "dtype": object}), "needs dtype=object for lists of different lengths"


def _as_list(error: Exception, arguments: _Arguments) -> tuple[_Arguments, str] | None:
    """Arguments in which an iterator, which has not been touched yet, is a list."""
    (arrays, *others), options = arguments if arguments[0] else ((None,), {})
    if not isinstance(arrays, Iterator):
        return None
    return ((list(arrays), *others), options), "takes no iterator any more: write list(arrays)"


def _load_pickles(module: ModuleType) -> None:
    """Arrays of objects lie in files as pickles, which are read only if that is asked for."""

    def adapt(error: Exception, arguments: _Arguments) -> tuple[_Arguments, str] | None:
        args, options = arguments
        if not _is_about_pickles(error) or "allow_pickle" in options or len(args) > 2:
            return None
        return (args, {**options, "allow_pickle": True}), _PICKLE_ADVICE

    _try_again(module, "load", adapt)

    @replace(NpzFile, "__getitem__")
    def _(original: Any) -> Any:
        def getitem(archive: Any, key: str) -> Any:
            try:
                return original(archive, key)
            except ValueError as error:
                if not (_is_about_pickles(error) and is_of_program(sys._getframe(1))):
                    raise
            log.advise(f"numpy.load {_PICKLE_ADVICE}")
            archive.allow_pickle = True
            return original(archive, key)

        return getitem


def _is_about_pickles(error: Exception) -> bool:
    return "allow_pickle" in str(error)


_PICKLE_ADVICE: Final = "needs allow_pickle=True for arrays of objects"

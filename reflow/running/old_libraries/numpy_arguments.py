"""Arguments that NumPy's functions took: floats as sizes, uneven lists, iterators, pickles."""

from __future__ import annotations

import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
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
#: Functions that make arrays of their arguments, and have a meaning for arrays of any objects.
_OF_ARRAYS: Final = (
    "amax amin append argmax argmin argsort array_split ascontiguousarray asfortranarray asmatrix "
    "atleast_1d atleast_2d atleast_3d column_stack compress concatenate copy count_nonzero delete "
    "dstack expand_dims flip fliplr flipud full_like hstack insert isin max min ndim nonzero "
    "ones_like random.choice random.permutation ravel repeat reshape resize roll rollaxis save "
    "savez savez_compressed searchsorted shape size sort squeeze stack sum swapaxes take tile "
    "transpose unique vstack where zeros_like"
)


def prepare(module: ModuleType) -> None:
    """Let NumPy's functions take again what they took, and numbers print as they did: 0.5, where
    NumPy 2 says np.float64(0.5).  A comparison such as `1e99 > loss` is no reason to warn."""
    if int(module.__version__.partition(".")[0]) >= 2:
        module.set_printoptions(legacy="1.25")
        warnings.filterwarnings("ignore", "overflow encountered in cast", RuntimeWarning)
    for name, adapts in _adapts().items():
        _try_again(module, name, adapts)
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


def _adapts() -> dict[str, list[_Adapt]]:
    """By the name of each function, what may make its arguments fit, in the order of trying."""
    adapts = defaultdict[str, list[_Adapt]](list)
    for name, positions, keyword in _SIZES:
        adapts[name].append(_with_whole_sizes(positions, keyword))
    for name in ("array", "asanyarray", "asarray"):
        adapts[name] += [_as_objects, _with_a_copy]
    for name in ("column_stack", "dstack", "hstack", "stack", "vstack"):
        adapts[name].append(_as_list)
    for name in _OF_ARRAYS.split():
        adapts[name].append(_of_objects)
    return adapts


def _try_again(module: ModuleType, path: str, adapts: Iterable[_Adapt]) -> None:
    """Have a function of a module, which refuses a program's arguments, try adapted ones."""
    *place, name = path.split(".")
    owner = getattr(module, place[0]) if place else module

    @replace(owner, name)
    def _(original: Any) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            try:
                return original(*args, **options)
            except (TypeError, ValueError) as error:
                if not is_of_program(sys._getframe(1)):
                    raise
                refusal = error
            for adapt in adapts:
                adapted = adapt(refusal, (args, options))
                if adapted is not None:
                    (args, options), advice = adapted
                    log.advise(f"numpy.{path} {advice}")
                    try:
                        return original(*args, **options)
                    except (TypeError, ValueError) as error:
                        refusal = error
            raise refusal

        return call


def _with_whole_sizes(positions: slice, keyword: str) -> _Adapt:
    """Arguments in which the sizes, which stand at these positions, are no floats."""

    def adapt(error: Exception, arguments: _Arguments) -> tuple[_Arguments, str] | None:
        args, options = list(arguments[0]), dict(arguments[1])
        sizes = [*args[positions], *([options[keyword]] if keyword in options else [])]
        if not any(map(_has_float, sizes)):
            return None
        args[positions] = map(_cut, args[positions])
        if keyword in options:
            options[keyword] = _cut(options[keyword])
        return (tuple(args), options), "takes no float as a size any more: write int(size)"

    return adapt


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


def _of_objects(error: Exception, arguments: _Arguments) -> tuple[_Arguments, str] | None:
    """Arguments in which lists, of lists of different lengths, are arrays of objects."""
    if "inhomogeneous" not in str(error):
        return None
    args, options = arguments
    with_arrays = tuple(map(_array_if_uneven, args))
    options = {name: _array_if_uneven(value) for name, value in options.items()}
    return (with_arrays, options), "needs numpy.array(lists, dtype=object) for different lengths"


def _array_if_uneven(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        try:
            np.asarray(value)
        except ValueError:
            return np.asarray(value, dtype=object)
    return value


def _with_a_copy(error: Exception, arguments: _Arguments) -> tuple[_Arguments, str] | None:
    """Arguments that let NumPy copy what it has to, which copy=False was not against."""
    args, options = arguments
    if "avoid copy" not in str(error) or options.get("copy", True):
        return None
    return (args, {**options, "copy": None}), "copies nothing with copy=False: write copy=None"


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

    _try_again(module, "load", [adapt])

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

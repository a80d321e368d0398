"""`tensorflow.python.util.tf_inspect`: the standard library's `inspect`, which here sees what is
behind TensorFlow's decorators."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from reflow.tf._tf_decorator import unwrap

__all__ = [
    "ArgSpec",
    "getargspec",
    "getcallargs",
    "getfile",
    "getfullargspec",
    "getsource",
    "getsourcefile",
    "getsourcelines",
    "isbuiltin",
    "isclass",
    "isfunction",
    "isgeneratorfunction",
    "ismethod",
    "ismodule",
    "isroutine",
]

_NO_DEFAULT: Final = object()


class ArgSpec(NamedTuple):
    """The parameters of a function, keyword-only ones left out."""

    args: list[str]
    varargs: str | None
    keywords: str | None
    defaults: tuple[Any, ...] | None


def getargspec(obj: Callable[..., Any]) -> ArgSpec:
    """The parameters of a function, or of what else can be called.

    Raises ValueError for a partial function whose parameters this cannot say.
    """
    if isinstance(obj, functools.partial):
        return _of_partial(obj)
    spec = _of_decorator(obj)
    if spec is not None:
        return spec  # type: ignore[no-any-return]
    full = inspect.getfullargspec(unwrap(obj)[1])
    return ArgSpec(full.args, full.varargs, full.varkw, full.defaults)


def _of_partial(partial: functools.partial[Any]) -> ArgSpec:
    args, varargs, keywords, defaults = getargspec(partial.func)
    values = dict.fromkeys(args, _NO_DEFAULT)
    values |= zip(args[len(args) - len(defaults or ()) :], defaults or ())
    given = partial.keywords
    if not keywords and not given.keys() <= values.keys():
        raise ValueError(
            "Function does not have **kwargs parameter, but contains an unknown partial keyword. "
            f"Received: {sorted(given.keys() - values.keys())}"
        )
    values |= {name: value for name, value in given.items() if name in values}
    left = args[len(partial.args) :]
    with_default = [name for name in left if values[name] is not _NO_DEFAULT]
    if left[len(left) - len(with_default) :] != with_default:
        first = left.index(with_default[0])
        without = [name for name in left[first:] if name not in with_default]
        raise ValueError(
            f"Some arguments {without} do not have default value, but they are positioned after "
            "those with default values. This can not be expressed with ArgSpec."
        )
    return ArgSpec(left, varargs, keywords, tuple(values[name] for name in with_default) or None)


def getfullargspec(obj: Callable[..., Any]) -> inspect.FullArgSpec:
    """The parameters of a function, or of what else can be called."""
    spec = _of_decorator(obj)
    if spec is None:
        return inspect.getfullargspec(unwrap(obj)[1])
    if isinstance(spec, inspect.FullArgSpec):
        return spec
    return inspect.FullArgSpec(spec.args, spec.varargs, spec.keywords, spec.defaults, [], None, {})


def _of_decorator(obj: Any) -> Any:
    """The parameters that the outermost decorator tells that tells them, or None."""
    specs = (decorator.decorator_argspec for decorator in unwrap(obj)[0])
    return next((spec for spec in specs if spec is not None), None)


def getcallargs(*func_and_positional: Any, **named: Any) -> dict[str, Any]:
    """What each parameter of a function, which comes first, is in a call with these arguments."""
    func, *positional = func_and_positional
    spec = getfullargspec(func)
    if ismethod(func) and func.__self__:
        positional.insert(0, func.__self__)
    by_position = zip([name for name in spec.args if name not in named], positional)
    defaults = spec.defaults or ()
    of_last = zip(spec.args[len(spec.args) - len(defaults) :], defaults)
    return {**dict(of_last), **(spec.kwonlydefaults or {}), **dict(by_position), **named}


def _behind_decorators(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of `inspect`, asked about what is behind the decorators."""
    return lambda object: function(unwrap(object)[1])


getfile = _behind_decorators(inspect.getfile)
getsource = _behind_decorators(inspect.getsource)
getsourcefile = _behind_decorators(inspect.getsourcefile)
getsourcelines = _behind_decorators(inspect.getsourcelines)
isbuiltin = _behind_decorators(inspect.isbuiltin)
isclass = _behind_decorators(inspect.isclass)
isfunction = _behind_decorators(inspect.isfunction)
isgeneratorfunction = _behind_decorators(inspect.isgeneratorfunction)
ismethod = _behind_decorators(inspect.ismethod)
ismodule = _behind_decorators(inspect.ismodule)
isroutine = _behind_decorators(inspect.isroutine)

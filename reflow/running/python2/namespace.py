"""Python 2's builtins: what a translated module finds, in place of Python 3's."""

from __future__ import annotations

import builtins
import decimal
import functools
import importlib
import itertools
import sys
from collections.abc import Callable, Iterable, Mapping
from types import CodeType, ModuleType
from typing import Any

from reflow.running.python2 import files, modules, operations, semantics, translation

__all__ = ["namespace"]

basestring = (str, bytes)
file = files.open
intern = sys.intern
long = int
raw_input = builtins.input
reduce = functools.reduce
unichr = chr
xrange = range
StandardError = Exception


@functools.cache
def namespace() -> ModuleType:
    """The module `__builtin__`: Python 3's builtins, and on top of them what differed."""
    module = ModuleType("__builtin__")
    vars(module).update(vars(builtins))
    own = {name: value for name, value in globals().items() if name in _OWN}
    vars(module).update(own, open=files.open, __import__=modules.import_module)
    vars(module)["range"] = _range
    setattr(module, semantics.DIVIDE, operations.divide)
    setattr(module, semantics.DIVIDE_IN_PLACE, operations.divide_in_place)
    setattr(module, semantics.ATTRIBUTE, operations.attribute)
    setattr(module, semantics.FORMAT, operations.format_text)
    return module


_OWN = frozenset(
    [
        "StandardError",
        "apply",
        "basestring",
        "cmp",
        "eval",
        "exec",
        "execfile",
        "file",
        "filter",
        "input",
        "intern",
        "long",
        "map",
        "ord",
        "print",
        "raw_input",
        "reduce",
        "reload",
        "round",
        "sorted",
        "unichr",
        "unicode",
        "xrange",
        "zip",
    ]
)


class _Text(type):
    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, str)


class unicode(str, metaclass=_Text):
    """Text: any `str` is an instance."""

    def __new__(cls, value: Any = "", encoding: str = "utf-8", errors: str = "strict") -> Any:
        return value.decode(encoding, errors) if isinstance(value, bytes) else str(value)


def print(*values: Any, **options: Any) -> None:
    """Python 3's print; bytes, Python 2's str, appear as the text that they are."""
    decoded = (v.decode("utf-8", "replace") if isinstance(v, bytes) else v for v in values)
    builtins.print(*decoded, **options)


def input(prompt: Any = "") -> Any:
    return eval(builtins.input(prompt), sys._getframe(1).f_globals)


def _range(*args: Any) -> list[int]:
    return list(builtins.range(*args))


def map(function: Callable[..., Any] | None, *sequences: Iterable[Any]) -> list[Any]:
    """The list of what the function gives; shorter sequences are filled up with None."""
    if len(sequences) == 1:
        return list(sequences[0] if function is None else builtins.map(function, sequences[0]))
    rows = itertools.zip_longest(*sequences)
    return list(rows if function is None else itertools.starmap(function, rows))


def filter(function: Callable[[Any], Any] | None, sequence: Iterable[Any]) -> Any:
    kept = builtins.filter(function, sequence)
    if isinstance(sequence, str):
        return "".join(kept)
    return tuple(kept) if isinstance(sequence, tuple) else list(kept)


def zip(*sequences: Iterable[Any]) -> list[tuple[Any, ...]]:
    return list(builtins.zip(*sequences))


def sorted(
    values: Iterable[Any], cmp: Any = None, key: Any = None, reverse: bool = False
) -> list[Any]:
    return builtins.sorted(values, key=operations.sort_key(cmp, key), reverse=reverse)


def round(number: Any, ndigits: int = 0) -> Any:
    """Halves go away from zero, and it is a float; what can round itself does so."""
    if not isinstance(number, (int, float)):
        return builtins.round(number, ndigits)
    step = decimal.Decimal(1).scaleb(-ndigits)
    try:
        return float(decimal.Decimal(number).quantize(step, decimal.ROUND_HALF_UP))
    except decimal.InvalidOperation:  # too large to have such digits, or not finite
        return float(number)


def cmp(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def apply(function: Callable[..., Any], args: Any = (), kwargs: Mapping[str, Any] = {}) -> Any:
    return function(*args, **kwargs)


def ord(character: Any) -> int:
    """Of a byte too: an item of Python 3's bytes is a number already."""
    return character if isinstance(character, int) else builtins.ord(character)


def reload(module: ModuleType) -> ModuleType:
    return module if isinstance(module, modules.StandIn) else importlib.reload(module)


def exec(source: Any, globals: Any = None, locals: Any = None) -> None:
    """Python 3's exec, of Python 2's source."""
    frame = sys._getframe(1)
    if globals is None:
        globals, locals = frame.f_globals, frame.f_locals
    globals.setdefault("__builtins__", namespace())
    builtins.exec(_compiled(source, "<string>"), globals, locals)


def eval(source: Any, globals: Any = None, locals: Any = None) -> Any:
    """Python 3's eval, of Python 2's source."""
    frame = sys._getframe(1)
    if globals is None:
        globals, locals = frame.f_globals, frame.f_locals
    globals.setdefault("__builtins__", namespace())
    if isinstance(source, str):
        source = translation.translate_expression(source.strip())
    return builtins.eval(source, globals, locals)


def execfile(path: str, globals: Any = None, locals: Any = None) -> None:
    frame = sys._getframe(1)
    if globals is None:
        globals, locals = frame.f_globals, frame.f_locals
    with builtins.open(path, "rb") as opened:
        data = opened.read()
    builtins.exec(_compiled(translation.decode(data), path), globals, locals)


def _compiled(source: Any, path: str) -> CodeType:
    return translation.translate(source, path) if isinstance(source, str) else source

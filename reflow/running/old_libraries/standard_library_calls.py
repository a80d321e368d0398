"""What Python's own library has lost, or does not do any more."""

from __future__ import annotations

import inspect
from collections import namedtuple
from collections.abc import Callable
from types import ModuleType
from typing import Any

from reflow.graph import log
from reflow.running.old_libraries.advising import add_method, replace

__all__ = ["getargspec", "prepare_pickle", "prepare_threading", "prepare_unittest"]

ArgSpec = namedtuple("ArgSpec", "args varargs keywords defaults")


def getargspec(function: Callable[..., Any]) -> ArgSpec:
    """The names and defaults of a function's arguments."""
    found = inspect.getfullargspec(function)
    return ArgSpec(found.args, found.varargs, found.varkw, found.defaults)


def prepare_pickle(pickle: ModuleType) -> None:
    """Let pickles of Python 2 be loaded without saying so."""

    @replace(pickle, "load")
    def _(original: Any) -> Any:
        def load(file: Any, **options: Any) -> Any:
            if options or not file.seekable():
                return original(file, **options)
            start = file.tell()
            try:
                return original(file)
            except UnicodeDecodeError:
                _advise_encoding()
                file.seek(start)
                return original(file, encoding="latin1")

        return load

    @replace(pickle, "loads")
    def _(original: Any) -> Any:
        def loads(data: Any, **options: Any) -> Any:
            try:
                return original(data, **options)
            except UnicodeDecodeError:
                if options:
                    raise
                _advise_encoding()
                return original(data, encoding="latin1")

        return loads


def _advise_encoding() -> None:
    log.advise("this pickle was written by Python 2: load it with encoding='latin1'")


def prepare_threading(threading: ModuleType) -> None:
    @add_method(threading.Thread, "isAlive", "thread.is_alive()")
    def _(thread: Any) -> bool:
        return bool(thread.is_alive())


def prepare_unittest(unittest: ModuleType) -> None:
    for old, new in {
        "assertEquals": "assertEqual",
        "assertItemsEqual": "assertCountEqual",
        "assertNotEquals": "assertNotEqual",
        "assertRaisesRegexp": "assertRaisesRegex",
        "assertRegexpMatches": "assertRegex",
        "assert_": "assertTrue",
    }.items():
        add_method(unittest.TestCase, old, new)(getattr(unittest.TestCase, new))

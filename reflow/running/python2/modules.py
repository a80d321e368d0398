"""What `import` means in a Python 2 module: old names of modules, and names that modules lost."""

from __future__ import annotations

import builtins
import functools
import importlib
import importlib.util
import sys
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType, ModuleType
from typing import Any, Final

from reflow.running.python2 import files, pickles
from reflow.running.python2.names import OLD_MODULES

__all__ = ["StandIn", "import_module"]


class StandIn(ModuleType):
    """A module as Python 2 had it: some names of its own, the others those of modules of today."""

    def __init__(
        self,
        name: str,
        sources: Sequence[ModuleType],
        own: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        super().__init__(name, sources[0].__doc__)
        vars(self).update(own, __reflow_sources__=sources)

    def __getattr__(self, name: str) -> Any:
        for source in vars(self)["__reflow_sources__"]:
            if hasattr(source, name):
                return getattr(source, name)
        if name == "__all__":
            return [public for public in dir(self) if not public.startswith("_")]
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(vars(self)["__reflow_sources__"][0], name, value)

    def __dir__(self) -> list[str]:
        sources = vars(self)["__reflow_sources__"]
        return sorted({*vars(self), *(name for source in sources for name in dir(source))})


def import_module(
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    """`__import__` for Python 2 modules: looks beside the importing module first."""
    if level == 0 and _is_beside(name, globals or {}):
        level = 1
    if level:
        return builtins.__import__(name, globals, locals, fromlist or (), level)
    if name in OLD_MODULES:
        return _old_module(name)
    found = builtins.__import__(name, globals, locals, fromlist or (), 0)
    return _as_it_was(found) if found.__name__ in _LOST_NAMES else found


def _is_beside(name: str, importer: Mapping[str, Any]) -> bool:
    """Whether a package's module means another of its package."""
    package = importer.get("__package__")
    if not package or "absolute_import" in importer:
        return False
    return importlib.util.find_spec(f"{package}.{name.partition('.')[0]}") is not None


@functools.cache
def _old_module(name: str) -> StandIn:
    sources = [importlib.import_module(source) for source in OLD_MODULES[name].split()]
    return StandIn(name, sources, _OLD_MODULES_OWN.get(name, {}))


@functools.cache
def _as_it_was(module: ModuleType) -> StandIn:
    return StandIn(module.__name__, [module], _LOST_NAMES[module.__name__]())


def _lost_from_urllib() -> dict[str, Any]:
    import urllib.parse
    import urllib.request

    parse, request = urllib.parse, urllib.request
    return {
        "pathname2url": request.pathname2url,
        "quote": parse.quote,
        "quote_plus": parse.quote_plus,
        "unquote": parse.unquote,
        "unquote_plus": parse.unquote_plus,
        "url2pathname": request.url2pathname,
        "urlencode": parse.urlencode,
        "urlopen": request.urlopen,
        "urlretrieve": request.urlretrieve,
    }


def _lost_from_sys() -> dict[str, Any]:
    return {
        "exc_clear": lambda: None,
        "maxint": sys.maxsize,
        "setdefaultencoding": lambda encoding: None,
    }


def _lost_from_os() -> dict[str, Any]:
    import os

    return {"getcwdu": os.getcwd, "errno": importlib.import_module("errno")}


def _lost_from_itertools() -> dict[str, Any]:
    import itertools

    return {
        "ifilter": filter,
        "ifilterfalse": itertools.filterfalse,
        "imap": map,
        "izip": zip,
        "izip_longest": itertools.zip_longest,
    }


def _lost_from_string() -> dict[str, Any]:
    import string

    functions: dict[str, Callable[..., Any]] = {
        name: getattr(str, name)
        for name in [
            "capitalize",
            "center",
            "count",
            "expandtabs",
            "find",
            "index",
            "ljust",
            "lower",
            "lstrip",
            "replace",
            "rfind",
            "rindex",
            "rjust",
            "rstrip",
            "split",
            "strip",
            "swapcase",
            "upper",
            "zfill",
        ]
    }
    return {
        **functions,
        "atof": float,
        "atoi": int,
        "join": lambda words, separator=" ": separator.join(words),
        "letters": string.ascii_letters,
        "lowercase": string.ascii_lowercase,
        "maketrans": str.maketrans,
        "uppercase": string.ascii_uppercase,
    }


def _lost_from_types() -> dict[str, Any]:
    return {
        "BooleanType": bool,
        "ClassType": type,
        "ComplexType": complex,
        "DictType": dict,
        "DictionaryType": dict,
        "FloatType": float,
        "InstanceType": object,
        "IntType": int,
        "ListType": list,
        "LongType": int,
        "NoneType": type(None),
        "ObjectType": object,
        "StringType": str,
        "StringTypes": (str, bytes),
        "TupleType": tuple,
        "TypeType": type,
        "UnicodeType": str,
        "FunctionType": types.FunctionType,
    }


def _lost_from_csv() -> dict[str, Any]:
    import csv

    def as_text(lines: Iterable[Any]) -> Iterable[str]:
        return (line.decode("utf-8") if isinstance(line, bytes) else line for line in lines)

    def dict_reader(lines: Iterable[Any], *args: Any, **options: Any) -> Any:
        return csv.DictReader(as_text(lines), *args, **options)

    def reader(lines: Iterable[Any], *args: Any, **options: Any) -> Any:
        return csv.reader(as_text(lines), *args, **options)

    return {"DictReader": dict_reader, "reader": reader}


def _lost_from_pickle() -> dict[str, Any]:
    return {"load": pickles.load, "loads": pickles.loads}


def _lost_from_zipfile() -> dict[str, Any]:
    import zipfile

    class ZipFile(zipfile.ZipFile):
        """Gives text where a file holds nothing else: in Python 2 that was the same as bytes."""

        def read(self, *args: Any, **options: Any) -> Any:
            content = super().read(*args, **options)
            return content.decode("ascii") if content.isascii() else content

    return {"ZipFile": ZipFile}


#: What gives the names that a module of today lacks, or that mean something else in it.
_LOST_NAMES: Final[Mapping[str, Callable[[], dict[str, Any]]]] = MappingProxyType(
    {
        "csv": _lost_from_csv,
        "itertools": _lost_from_itertools,
        "os": _lost_from_os,
        "pickle": _lost_from_pickle,
        "string": _lost_from_string,
        "sys": _lost_from_sys,
        "types": _lost_from_types,
        "urllib": _lost_from_urllib,
        "zipfile": _lost_from_zipfile,
    }
)


def _md5(*args: Any) -> Any:
    import hashlib

    return hashlib.md5(*(files.as_bytes(arg) for arg in args), usedforsecurity=False)


def _sha(*args: Any) -> Any:
    import hashlib

    return hashlib.sha1(*(files.as_bytes(arg) for arg in args), usedforsecurity=False)


#: Names that are under none of the names of today.
_OLD_MODULES_OWN: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {"md5": {"md5": _md5, "new": _md5}, "sha": {"new": _sha, "sha": _sha}}
)

"""What operators and attributes gave in Python 2, where Python 3 has another answer or none."""

from __future__ import annotations

import codecs
import functools
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

__all__ = ["OLD_ATTRIBUTES", "attribute", "divide", "divide_in_place", "format_text", "sort_key"]


def divide(left: Any, right: Any) -> Any:
    """left / right: rounded down where both are integers, numbers or arrays of them.

    `__div__` is asked first, as Python 2 does: `tf.Tensor` has it.
    """
    for value, other, name in ((left, right, "__div__"), (right, left, "__rdiv__")):
        method = getattr(type(value), name, None)
        if method is not None:
            result = method(value, other)
            if result is not NotImplemented:
                return result
    if _is_integral(left) and _is_integral(right):
        return left // right
    return left / right


def divide_in_place(left: Any, right: Any) -> Any:
    """What `left /= right` leaves in its target."""
    method = getattr(type(left), "__idiv__", None)
    if method is not None:
        return method(left, right)
    if hasattr(type(left), "__div__"):
        return divide(left, right)
    if _is_integral(left) and _is_integral(right):
        left //= right
    else:
        left /= right
    return left


def _is_integral(value: Any) -> bool:
    dtype = getattr(value, "dtype", None)
    return isinstance(value, int) or getattr(dtype, "kind", None) in ("i", "u")


def format_text(text: str, values: Any) -> Any:
    """text % values; bytes, Python 2's str, appear as the text that they are."""
    if isinstance(values, tuple):
        values = tuple(_text(value) for value in values)
    return text % _text(values)


def _text(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def attribute(value: Any, name: str) -> Any:
    """value.name, where Python 2's objects had a `name` that Python 3's lack or mean otherwise."""
    return OLD_ATTRIBUTES[name](value, name)


_Getter = Callable[[Any, str], Any]


def _renamed(new: str) -> _Getter:
    """A getter of what is called `new` now, unless the object has the old name too."""

    def get(value: Any, name: str) -> Any:
        return getattr(value, name if hasattr(value, name) else new)

    return get


def _as_list(value: Any, name: str) -> Any:
    """The method of a mapping that gave a list."""
    method = getattr(value, name)
    return (lambda: list(method())) if isinstance(value, Mapping) else method


def _as_iterator(new: str) -> _Getter:
    def get(value: Any, name: str) -> Any:
        if hasattr(value, name):
            return getattr(value, name)
        method = getattr(value, new)

        def iterate() -> Iterator[Any]:
            return iter(method())

        return iterate

    return get


def _sort(value: Any, name: str) -> Any:
    """list.sort, which took a comparison first."""
    if not isinstance(value, list):
        return getattr(value, name)

    def sort(cmp: Any = None, key: Any = None, reverse: bool = False) -> None:
        value.sort(key=sort_key(cmp, key), reverse=reverse)

    return sort


def sort_key(cmp: Any, key: Any) -> Any:
    """The key that sorts as a comparison of keys does; None for the natural order."""
    if cmp is None:
        return key
    by_comparison = functools.cmp_to_key(cmp)
    return by_comparison if key is None else lambda item: by_comparison(key(item))


#: Codecs that were not about text: Python 2's strings had them, Python 3's do not.
_CODECS: Final = ("base64", "hex", "rot13", "string_escape")


def _codec(encoding: str) -> str:
    return encoding.lower().replace("-codec", "").replace("_codec", "")


def _decode(value: Any, name: str) -> Any:
    """str.decode: text is text already, but for codecs that were not about text."""
    if not isinstance(value, str):
        return value.decode

    def decode(encoding: str = "ascii", errors: str = "strict") -> Any:
        codec = _codec(encoding)
        if codec not in _CODECS:
            return value
        if codec == "rot13":
            return codecs.decode(value, "rot13")
        codec = "unicode_escape" if codec == "string_escape" else codec
        return _as_string(codecs.getdecoder(codec)(value.encode("latin-1"))[0])

    return decode


def _encode(value: Any, name: str) -> Any:
    """str.encode, with codecs that were not about text."""
    if not isinstance(value, str):
        return value.encode

    def encode(encoding: str = "utf-8", errors: str = "strict") -> Any:
        codec = _codec(encoding)
        if codec not in _CODECS:
            return value.encode(encoding, errors)
        if codec == "rot13":
            return codecs.encode(value, "rot13")
        if codec == "string_escape":
            return _as_string(value.encode("unicode_escape"))
        encoder: Any = codecs.getencoder(codec)
        return _as_string(encoder(value.encode("latin-1"))[0])

    return encode


def _as_string(data: str | bytes) -> str:
    return data.decode("latin-1") if isinstance(data, bytes) else data


def _message(value: Any, name: str) -> Any:
    """BaseException.message."""
    if hasattr(value, name) or not isinstance(value, BaseException):
        return getattr(value, name)
    return value.args[0] if len(value.args) == 1 else ""


#: What gives an attribute, by its name.
OLD_ATTRIBUTES: Final[Mapping[str, _Getter]] = MappingProxyType(
    {
        "decode": _decode,
        "encode": _encode,
        "func_code": _renamed("__code__"),
        "func_defaults": _renamed("__defaults__"),
        "func_dict": _renamed("__dict__"),
        "func_doc": _renamed("__doc__"),
        "func_globals": _renamed("__globals__"),
        "func_name": _renamed("__name__"),
        "has_key": _renamed("__contains__"),
        "im_func": _renamed("__func__"),
        "im_self": _renamed("__self__"),
        "items": _as_list,
        "iteritems": _as_iterator("items"),
        "iterkeys": _as_iterator("keys"),
        "itervalues": _as_iterator("values"),
        "keys": _as_list,
        "message": _message,
        "next": _renamed("__next__"),
        "sort": _sort,
        "values": _as_list,
        "viewitems": _renamed("items"),
        "viewkeys": _renamed("keys"),
        "viewvalues": _renamed("values"),
    }
)

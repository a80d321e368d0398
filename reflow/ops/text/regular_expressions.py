"""Regular expressions in the syntax of RE2, as TensorFlow's ops take them, for Python's `re`.

What RE2 refuses is refused here, in its words: back references, looking around, possessive
repetition.  Both prefer the leftmost match, and of alternatives the first.  Strings are UTF-8:
other bytes stand for themselves, and no expression matches them.

Python's `re` may take very long for patterns such as (a*)*b, which RE2 never does.  Not supported
are \\C, a single byte, and \\p{...} with the name of a script.

Source: https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

Ranges = list[tuple[int, int]]

_DIGITS: Ranges = [(0x30, 0x39)]
_LETTERS: Ranges = [(0x41, 0x5A), (0x61, 0x7A)]
_WORD: Ranges = [*_DIGITS, *_LETTERS, (0x5F, 0x5F)]
_SPACES: Ranges = [(0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20)]
_PERL_CLASSES = {"d": _DIGITS, "w": _WORD, "s": _SPACES}
_POSIX_CLASSES: dict[str, Ranges] = {
    "alnum": [*_DIGITS, *_LETTERS],
    "alpha": _LETTERS,
    "ascii": [(0, 0x7F)],
    "blank": [(0x09, 0x09), (0x20, 0x20)],
    "cntrl": [(0, 0x1F), (0x7F, 0x7F)],
    "digit": _DIGITS,
    "graph": [(0x21, 0x7E)],
    "lower": [(0x61, 0x7A)],
    "print": [(0x20, 0x7E)],
    "punct": [(0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)],
    "space": [(0x09, 0x0D), (0x20, 0x20)],
    "upper": [(0x41, 0x5A)],
    "word": _WORD,
    "xdigit": [*_DIGITS, (0x41, 0x46), (0x61, 0x66)],
}
_CONTROLS = {"a": 0x07, "f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09, "v": 0x0B}
_PLACES = {"A": r"\A", "z": r"\Z", "b": r"(?a:\b)", "B": r"(?!(?a:\b))"}
# A character of surrogateescape is a byte that is not UTF-8.
_SURROGATES = (0xD800, 0xDFFF)
_MAX_REPETITIONS = 1000


class PatternError(ValueError):
    """A pattern that RE2 refuses; the text is its reason."""


@functools.lru_cache(maxsize=256)
def compiled(pattern: bytes) -> re.Pattern[str]:
    """The expression for strings decoded with "surrogateescape".

    Raises:
      PatternError: it is not one in RE2's syntax.
    """
    try:
        text = pattern.decode()
    except UnicodeDecodeError:
        raise PatternError("invalid UTF-8") from None
    try:
        return re.compile(_Translation(text).result())
    except (re.error, RecursionError, OverflowError) as error:
        raise PatternError(str(error)) from error


@dataclass(frozen=True)
class _Flags:
    """i: letters of either case match; m: lines have ends; s: a dot matches a line's end; U: the
    shortest repetition comes first."""

    i: bool = False
    m: bool = False
    s: bool = False
    U: bool = False


class _Translation:
    """One pattern, read from left to right."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def result(self) -> str:
        translated = self._alternatives(_Flags())
        if self._at < len(self._pattern):
            raise PatternError(f"missing ): {self._pattern}")
        return translated

    def _rest(self) -> str:
        return self._pattern[self._at :]

    def _accept(self, text: str) -> bool:
        found = self._pattern.startswith(text, self._at)
        self._at += len(text) if found else 0
        return found

    def _match(self, expression: str) -> re.Match[str] | None:
        match = re.compile(expression).match(self._pattern, self._at)
        if match is not None:
            self._at = match.end()
        return match

    # -- Structure ----------------------------------------------------------------------------

    def _alternatives(self, flags: _Flags) -> str:
        """Up to the closing bracket of the group, or the end.

        Flags set on the way hold for the rest of the group, in other alternatives too.
        """
        alternatives: list[str] = []
        items: list[str] = []
        while self._at < len(self._pattern) and not self._rest().startswith(")"):
            if self._accept("|"):
                alternatives.append("".join(items))
                items = []
                continue
            changed = self._match(r"\(\?([imsU]*)(?:-([imsU]+))?\)")
            if changed is not None and changed[0] != "(?)":
                flags = _changed(flags, changed[1], changed[2])
                continue
            item = self._item(flags)
            items.append(item if item.startswith("(?i:") or not flags.i else f"(?i:{item})")
        return "|".join([*alternatives, "".join(items)])

    def _item(self, flags: _Flags) -> str:
        atom = self._atom(flags)
        start = self._at
        repetition = self._repetition(flags)
        if not repetition:
            return atom
        if self._repetition(flags):
            raise PatternError(f"bad repetition operator: {self._pattern[start : self._at]}")
        return f"(?:{atom}){repetition}"

    def _repetition(self, flags: _Flags) -> str:
        match = self._match(r"[*+?]|\{(\d+)(?:(,)(\d*))?\}")
        if match is None:
            return ""
        counts = [int(count) for count in (match[1], match[3]) if count]
        if any(count > _MAX_REPETITIONS for count in counts) or counts != sorted(counts):
            raise PatternError(f"invalid repetition size: {match[0]}")
        shortest = self._accept("?") != flags.U
        return match[0] + ("?" if shortest else "")

    # -- Atoms ----------------------------------------------------------------------------------

    def _atom(self, flags: _Flags) -> str:
        if self._match(r"[*+?]"):
            raise PatternError(
                f"no argument for repetition operator: {self._pattern[self._at - 1]}"
            )
        if self._rest().startswith("("):
            return self._group(flags)
        if self._rest().startswith("["):
            return self._bracketed(flags)
        if self._accept("^"):
            return "(?m:^)" if flags.m else r"(?:\A)"
        if self._accept("$"):
            return "(?m:$)" if flags.m else r"(?:\Z)"
        if self._accept("."):
            return _class(_complement([] if flags.s else [(0x0A, 0x0A)]))
        if self._accept("\\"):
            return self._escaped()
        self._at += 1
        return re.escape(self._pattern[self._at - 1])

    def _group(self, flags: _Flags) -> str:
        opening = self._match(r"\((?!\?)|\(\?P<\w+>|\(\?(?P<on>[imsU]*)(?:-(?P<off>[imsU]+))?:")
        if opening is None:
            operator = re.match(r"\(\?(?:P?[<=!]|.)?[=!]?", self._rest())
            raise PatternError(f"invalid perl operator: {operator[0] if operator else '('}")
        inner = flags
        if opening["on"] is not None:
            inner = _changed(flags, opening["on"], opening["off"])
        content = self._alternatives(inner)
        if not self._accept(")"):
            raise PatternError(f"missing ): {self._pattern}")
        if opening["on"] is None:
            return f"{opening[0]}{content})"
        return f"(?-i:{content})" if flags.i and not inner.i else f"(?:{content})"

    def _escaped(self) -> str:
        quoted = self._match(r"Q((?s:.*?))(?:\\E|\Z)")
        if quoted is not None:
            return re.escape(quoted[1])
        place = self._match("[AzbB]")
        if place is not None:
            return f"(?:{_PLACES[place[0]]})"
        ranges = self._escaped_class()
        return _class(ranges) if ranges is not None else re.escape(chr(self._escaped_character()))

    def _escaped_class(self) -> Ranges | None:
        """What a class such as \\d or \\pL behind a backslash stands for; None if there is none."""
        perl = self._match("[dwsDWS]")
        if perl is not None:
            ranges = _PERL_CLASSES[perl[0].lower()]
            return _complement(ranges) if perl[0].isupper() else ranges
        category = self._match(r"([pP])(?:\{(\^?)(\w+)\}|(\w))")
        if category is None:
            return None
        ranges = _of_category(category[3] or category[4])
        if not ranges:
            raise PatternError(f"invalid character class range: \\{category[0]}")
        return _complement(ranges) if (category[1] == "P") != bool(category[2]) else ranges

    def _escaped_character(self) -> int:
        start = self._at
        number = self._match(r"x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2})|(0[0-7]{0,2}|[1-7][0-7]{1,2})")
        if number is not None:
            code = int(number[3], 8) if number[3] else int(number[1] or number[2], 16)
            if code <= sys.maxunicode:
                return code
        elif start == len(self._pattern):
            raise PatternError("trailing \\")
        else:
            self._at += 1
            character = self._pattern[start]
            if character in _CONTROLS:
                return _CONTROLS[character]
            if character.isascii() and not character.isalnum():
                return ord(character)
        raise PatternError(f"invalid escape sequence: \\{self._pattern[start : self._at]}")

    # -- Classes in brackets ------------------------------------------------------------------

    def _bracketed(self, flags: _Flags) -> str:
        start = self._at
        negated = self._match(r"\[(\^?)")
        ranges: Ranges = []
        while not ranges or not self._rest().startswith("]"):
            if self._at == len(self._pattern):
                raise PatternError(f"missing ]: {self._pattern[start:]}")
            ranges += self._class_item()
        self._at += 1
        if not (negated and negated[1]):
            return _class(ranges)
        if flags.i:
            # Of the complement's letters Python would take the other case too.
            return f"(?:(?!{_class(ranges)}){_class(_complement([]))})"
        return _class(_complement(ranges))

    def _class_item(self) -> Ranges:
        posix = self._match(r"\[:(\^?)(\w+):\]")
        if posix is not None:
            if posix[2] not in _POSIX_CLASSES:
                raise PatternError(f"invalid character class range: {posix[0]}")
            named = _POSIX_CLASSES[posix[2]]
            return _complement(named) if posix[1] else named
        start = self._at
        if self._accept("\\"):
            perl = self._escaped_class()
            if perl is not None:
                return perl
            self._at = start
        first = self._class_character()
        if not self._match(r"-(?!\])"):
            return [(first, first)]
        last = self._class_character()
        if last < first:
            shown = self._pattern[start : self._at]
            raise PatternError(f"invalid character class range: {shown}")
        return [(first, last)]

    def _class_character(self) -> int:
        if self._accept("\\"):
            return self._escaped_character()
        if self._at == len(self._pattern):
            raise PatternError(f"missing ]: {self._pattern}")
        self._at += 1
        return ord(self._pattern[self._at - 1])


def _changed(flags: _Flags, on: str, off: str | None) -> _Flags:
    return replace(flags, **dict.fromkeys(on, True), **dict.fromkeys(off or "", False))


def _complement(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """All other characters, except what is not UTF-8."""
    outside, start = [], 0
    for low, high in sorted([*ranges, _SURROGATES]):
        if low > start:
            outside.append((start, low - 1))
        start = max(start, high + 1)
    if start <= sys.maxunicode:
        outside.append((start, sys.maxunicode))
    return outside


def _class(ranges: Ranges) -> str:
    """The class of these characters in Python's syntax."""
    if not ranges:
        return "(?!)"  # no character
    parts = (re.escape(chr(low)) + "-" + re.escape(chr(high)) for low, high in ranges)
    return f"[{''.join(parts)}]"


@functools.cache
def _of_category(name: str) -> Ranges:
    """The characters of a general category of Unicode, such as L or Lu; none for other names."""
    ranges: Ranges = []
    if len(name) > 2 and name != "Any":
        return ranges
    for code in range(sys.maxunicode + 1):
        if name == "Any" or unicodedata.category(chr(code)).startswith(name):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1] = (ranges[-1][0], code)
            else:
                ranges.append((code, code))
    return ranges

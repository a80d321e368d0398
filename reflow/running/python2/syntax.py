"""Writes Python 2's syntax as Python 3's, by fissix (lib2to3, kept up), line for line."""

from __future__ import annotations

import functools
import io
import re
from typing import Final

from fissix.pgen2 import token, tokenize
from fissix.pgen2.parse import ParseError
from fissix.refactor import RefactoringTool

__all__ = ["NOT_PYTHON_2", "to_python3"]

#: What `to_python3` raises for a text that is not Python 2 either.
NOT_PYTHON_2: Final = (ParseError, tokenize.TokenError, IndentationError)

#: What is a matter of syntax alone, and leaves each line where it is.
_FIXERS: Final = (
    *(
        f"fissix.fixes.fix_{name}"
        for name in (
            "except",
            "exec",
            "ne",
            "numliterals",
            "paren",
            "print",
            "raise",
            "repr",
            "throw",
            "tuple_params",
        )
    ),
    "reflow.running.python2.fix_raw_unicode",
)
_INDENTATION: Final = re.compile(r"[ \t\f]*")


@functools.cache
def _tool() -> RefactoringTool:
    return RefactoringTool(_FIXERS)


def to_python3(text: str) -> str:
    """`text` in Python 3's syntax; an exception of NOT_PYTHON_2 if it cannot be parsed."""
    # The parser wants a newline at the end.
    return str(_tool().refactor_string(_without_tabs(text) + "\n", "<python 2>"))


def _without_tabs(text: str) -> str:
    """`text` with tabs in indentations as Python 2 reads them: up to the next multiple of 8."""
    if "\t" not in text:
        return text
    lines = text.splitlines(keepends=True)
    inside_strings: set[int] = set()
    for kind, _, (first, _), (last, _), _ in tokenize.generate_tokens(io.StringIO(text).readline):
        if kind == token.STRING:
            inside_strings.update(range(first, last))
    for number, line in enumerate(lines):
        if number not in inside_strings:
            indentation = _INDENTATION.match(line)[0]  # type: ignore[index]
            lines[number] = indentation.expandtabs(8) + line[len(indentation) :]
    return "".join(lines)

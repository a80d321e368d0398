"""From the text of a Python 2 module to code that Python 3 runs."""

from __future__ import annotations

import ast
import importlib.util
from types import CodeType

from reflow.running.python2 import semantics
from reflow.running.python2.detection import (
    has_print_statement,
    has_python3_syntax,
    uses_python2_names,
)

__all__ = ["decode", "is_python2", "translate", "translate_expression"]


def decode(data: bytes) -> str:
    """The text of a source file; Python 2 read any bytes."""
    try:
        return importlib.util.decode_source(data)
    except (SyntaxError, UnicodeDecodeError):
        return data.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")


def is_python2(text: str) -> bool:
    """Whether a source is Python 2 and cannot be Python 3."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        try:
            return not has_python3_syntax(_tree(text))
        except (SyntaxError, ValueError):
            return False
    return uses_python2_names(text)


def translate(text: str, path: str) -> CodeType:
    """The code of a module, to be run with `namespace.namespace()` as its builtins.

    A text that Python 3 parses too keeps `print` a function: programs of those days wrote
    `print("loss", loss)` and meant it.

    Raises:
      SyntaxError: it is neither Python 2 nor Python 3.
    """
    tree = _tree(text)
    rewritten = semantics.rewrite(tree, semantics.imports_division(tree))
    return compile(rewritten, path, "exec", dont_inherit=True)


def translate_expression(text: str) -> CodeType:
    """The code of one expression; SyntaxError if it is none."""
    module = semantics.rewrite(_tree(text), true_division=False)
    statement = module.body[0] if len(module.body) == 1 else None
    if not isinstance(statement, ast.Expr):
        raise SyntaxError(f"Expected an expression. Received: {text!r}")
    return compile(ast.Expression(statement.value), "<string>", "eval", dont_inherit=True)


def _tree(text: str) -> ast.Module:
    try:
        tree = ast.parse(text)
        if not has_print_statement(tree):
            return tree
        raise SyntaxError("print is a statement there")
    except (SyntaxError, ValueError) as error:
        from reflow.running.python2 import syntax

        try:
            return ast.parse(syntax.to_python3(text))
        except syntax.NOT_PYTHON_2:
            raise error from None

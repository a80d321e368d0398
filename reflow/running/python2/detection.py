"""Tells Python 2 sources from Python 3's: by what would be an error in Python 3."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from reflow.running.python2.names import OLD_METHODS, OLD_MODULES, OLD_NAMES

__all__ = ["has_print_statement", "has_python3_syntax", "uses_python2_names"]

_PYTHON_3_NODES: Final = (
    ast.AnnAssign,
    ast.AsyncFunctionDef,
    ast.JoinedStr,
    ast.MatMult,
    ast.NamedExpr,
    ast.Nonlocal,
    ast.YieldFrom,
)


def uses_python2_names(text: str) -> bool:
    """Whether a source that Python 3 parses would fail for lack of what only Python 2 has.

    What a program does for both, in a `try` or where it has asked for the version, is no sign.
    """
    tree = ast.parse(text)
    if has_python3_syntax(tree):
        return False
    if has_print_statement(tree):
        return True
    bound = set(_bound_names(tree))
    # DataFrame.iteritems is a method of pandas, in Python 3 too.
    methods = OLD_METHODS if "pandas" not in text else OLD_METHODS - {"iteritems"}
    return any(_is_sign(node, bound, methods) for node in _unguarded(tree))


def has_print_statement(tree: ast.AST) -> bool:
    """Whether there is `print ("%d") % 3`, `print ("a"), 3` or `print ("{}").format(3)`: Python 3
    parses these too, as calls whose result is used."""
    statements = (node.value for node in ast.walk(tree) if isinstance(node, ast.Expr))
    return any(_is_print(part) for value in statements for part in _beginnings(value))


def _beginnings(node: ast.expr) -> Iterator[ast.expr]:
    """The expressions that an expression begins with, without itself."""
    while True:
        if isinstance(node, ast.BinOp):
            node = node.left
        elif isinstance(node, ast.Tuple) and node.elts:
            node = node.elts[0]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func.value
        else:
            return
        yield node


def _is_print(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    )


def has_python3_syntax(tree: ast.AST) -> bool:
    """Whether there is anything in a tree that Python 2 could not have parsed."""
    for node in ast.walk(tree):
        if isinstance(node, _PYTHON_3_NODES):
            return True
        if isinstance(node, ast.arguments) and node.kwonlyargs:
            return True
        if isinstance(node, ast.arg) and node.annotation is not None:
            return True
    return False


def _is_sign(node: ast.AST, bound: set[str], methods: frozenset[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in OLD_NAMES and node.id not in bound
    if isinstance(node, ast.Import):
        return any(alias.name in OLD_MODULES for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return node.level == 0 and node.module in OLD_MODULES
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in methods
    return False


def _unguarded(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below one, but for what is tried, or done under a condition on the version."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Try) and child.handlers and _catches_absence(child):
            continue
        if isinstance(child, (ast.If, ast.IfExp)) and _asks_for_version(child.test):
            continue
        yield child
        yield from _unguarded(child)


def _catches_absence(node: ast.Try) -> bool:
    caught = {
        name.id
        for handler in node.handlers
        if handler.type is not None
        for name in ast.walk(handler.type)
        if isinstance(name, ast.Name)
    }
    bare = any(handler.type is None for handler in node.handlers)
    absences = {"ImportError", "ModuleNotFoundError", "NameError", "AttributeError", "Exception"}
    return bare or bool(caught & absences)


def _asks_for_version(test: ast.expr) -> bool:
    return any(word in ast.unparse(test) for word in ("version", "PY2", "PY3"))


def _bound_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0]
                if alias.name == "*":  # from six.moves import *: it may bring anything
                    yield from OLD_NAMES

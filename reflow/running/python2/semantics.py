"""Rewrites what Python 3 parses but means otherwise, so that it means what it did in Python 2.

The rewritten tree calls functions of `operations`, which the module finds among its builtins.
"""

from __future__ import annotations

import ast
from typing import Final

from reflow.running.python2.operations import OLD_ATTRIBUTES

__all__ = ["imports_division", "rewrite"]

#: The names under which a translated module finds the operations among its builtins.
DIVIDE: Final = "__python2_divide__"
DIVIDE_IN_PLACE: Final = "__python2_divide_in_place__"
ATTRIBUTE: Final = "__python2_attribute__"
FORMAT: Final = "__python2_format__"

_ALIASES: Final = {"next": "__next__", "__nonzero__": "__bool__"}


def rewrite(tree: ast.Module, true_division: bool) -> ast.Module:
    """The tree of a Python 2 module, changed in place; line numbers stay.

    Args:
      true_division: `/` divides integers as Python 3 does.
    """
    _Rewriter(true_division).visit(tree)
    return ast.fix_missing_locations(tree)


def imports_division(tree: ast.Module) -> bool:
    """Whether a module says `from __future__ import division`."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "division" for alias in node.names)
        for node in tree.body
    )


class _Rewriter(ast.NodeTransformer):
    def __init__(self, true_division: bool) -> None:
        self._true_division = true_division

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.Div) and not self._true_division:
            return _call(DIVIDE, node, node.left, node.right)
        if isinstance(node.op, ast.Mod) and _is_text(node.left):
            return _call(FORMAT, node, node.left, node.right)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST | list[ast.AST]:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div) or self._true_division:
            return node
        return _divide_in_place(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load) or node.attr not in OLD_ATTRIBUTES:
            return node
        return _call(ATTRIBUTE, node, node.value, ast.Constant(node.attr))

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        self.generic_visit(node)
        for statement in list(node.body):
            if isinstance(statement, ast.FunctionDef) and statement.name in _ALIASES:
                alias = ast.Name(_ALIASES[statement.name], ast.Store())
                original = ast.Name(statement.name, ast.Load())
                node.body.append(ast.copy_location(ast.Assign([alias], original), statement))
            elif _assigns(statement, "__metaclass__"):
                node.keywords.append(ast.keyword("metaclass", statement.value))  # type: ignore[attr-defined]
        return node


def _divide_in_place(node: ast.AugAssign) -> list[ast.AST]:
    """`target /= value` as assignments; what the target is made of is evaluated once."""
    before: list[ast.AST] = []

    def once(part: ast.expr, name: str) -> ast.Name:
        before.append(ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], part), node))
        return ast.Name(name, ast.Load())

    target = node.target
    old: ast.expr
    if isinstance(target, ast.Attribute):
        target.value = once(target.value, "__python2_object__")
        old = ast.Attribute(target.value, target.attr, ast.Load())
    elif isinstance(target, ast.Subscript):
        target.value = once(target.value, "__python2_object__")
        if not isinstance(target.slice, ast.Slice):
            target.slice = once(target.slice, "__python2_index__")
        old = ast.Subscript(target.value, target.slice, ast.Load())
    else:
        old = ast.Name(target.id, ast.Load())
    quotient = _call(DIVIDE_IN_PLACE, node, old, node.value)
    return [*before, ast.copy_location(ast.Assign([target], quotient), node)]


def _call(function: str, place: ast.AST, *args: ast.expr) -> ast.Call:
    return ast.copy_location(ast.Call(ast.Name(function, ast.Load()), [*args], []), place)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _assigns(statement: ast.stmt, name: str) -> bool:
    return (
        isinstance(statement, ast.Assign)
        and len(statement.targets) == 1
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id == name
    )

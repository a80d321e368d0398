"""Which names of libraries a source uses, and on which lines."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from reflow.running.check.sources import Source

__all__ = ["Use", "uses"]


class Use(NamedTuple):
    """A name where a source uses it.

    Attributes:
      name: in full, as `tensorflow.nn.relu`; or what follows an object of unknown type, as
        `.canvas.draw`.
    """

    name: str
    line: int
    cell: int | None
    call: ast.Call | None  # where it is called


def uses(source: Source) -> list[Use]:
    """The names of modules and what is in them, in the order of the lines."""
    aliases: dict[str, str] = {}
    for unit in source.units:
        for node in ast.walk(unit.tree):
            aliases.update(_aliases(node, aliases))
    own = {name for unit in source.units for name in _assigned(unit.tree, aliases)}
    found: dict[Use, None] = {}
    for unit in source.units:
        for name, line, call in _names(unit.tree, aliases):
            if not any(name == each or name.startswith(f"{each}.") for each in own):
                found[Use(name, line, unit.cell, call)] = None
    return sorted(found, key=lambda use: (use.cell or 0, use.line))


def _aliases(node: ast.AST, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The names that a statement gives to modules, and to what is in them."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (top, top)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        for alias in node.names:
            yield alias.asname or alias.name, f"{node.module}.{alias.name}"
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute):
        # tfe = tf.contrib.eager
        full_name = _full_name(node.value, known)
        if full_name is not None:
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, full_name


def _names(
    node: ast.AST, aliases: dict[str, str], call: ast.Call | None = None
) -> Iterator[tuple[str, int, ast.Call | None]]:
    """The longest names in a tree: tensorflow.nn.relu, not tensorflow.nn."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, node.lineno, None) for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        for alias in node.names:
            name = node.module if alias.name == "*" else f"{node.module}.{alias.name}"
            yield name, node.lineno, None
    elif isinstance(node, ast.Attribute):
        full_name = _full_name(node, aliases)
        if full_name is not None:
            yield full_name, node.lineno, call
            return
        yield _attributes(node), node.lineno, call
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in aliases:
            yield aliases[node.func.id], node.lineno, node
        else:
            yield from _names(node.func, aliases, node)
        for argument in (*node.args, *node.keywords):
            yield from _names(argument, aliases)
        return
    for child in ast.iter_child_nodes(node):
        yield from _names(child, aliases)


def _attributes(node: ast.expr) -> str:
    """What follows an object: ".canvas.draw" of figure().canvas.draw."""
    attributes = ""
    while isinstance(node, ast.Attribute):
        attributes = f".{node.attr}{attributes}"
        node = node.value
    return attributes


def _assigned(tree: ast.AST, aliases: dict[str, str]) -> Iterator[str]:
    """The names that a program puts into modules of others itself: tf.model = ..."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            full_name = _full_name(node, aliases)
            if full_name is not None:
                yield full_name


def _full_name(node: ast.expr, aliases: dict[str, str]) -> str | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in aliases:
        return None
    return ".".join([aliases[node.id], *reversed(parts)])

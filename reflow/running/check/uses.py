"""Which names of libraries a source uses, and on which lines."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final, NamedTuple

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
    is_guarded: bool = False  # the program does without it where it is missing


class _Guard(NamedTuple):
    """Lines on which a program has asked whether there is a name, or catches that there is none."""

    name: str  # "" for all names
    first: int
    last: int

    def covers(self, name: str, line: int) -> bool:
        is_it = not self.name or name == self.name or name.startswith(f"{self.name}.")
        return is_it and self.first <= line <= self.last


#: What is raised where a name is missing.
_ERRORS_OF_MISSING_NAMES: Final = {"AttributeError", "ImportError", "ModuleNotFoundError"}


def uses(source: Source) -> list[Use]:
    """The names of modules and what is in them, in the order of the lines."""
    aliases: dict[str, str] = {}
    for unit in source.units:
        for node in ast.walk(unit.tree):
            aliases.update(_aliases(node, aliases))
    own = {name for unit in source.units for name in _assigned(unit.tree, aliases)}
    found: dict[Use, None] = {}
    for unit in source.units:
        guards = list(_guards(unit.tree, aliases))
        for name, line, call in _names(unit.tree, aliases):
            if not any(name == each or name.startswith(f"{each}.") for each in own):
                is_guarded = any(guard.covers(name, line) for guard in guards)
                found[Use(name, line, unit.cell, call, is_guarded)] = None
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


def _guards(tree: ast.AST, aliases: dict[str, str]) -> Iterator[_Guard]:
    """Where a program is ready for names that are missing."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.If, ast.IfExp, ast.BoolOp)):
            test = node if isinstance(node, ast.BoolOp) else node.test
            for name in _asked_for(test, aliases):
                yield _Guard(name, node.lineno, node.end_lineno or node.lineno)
        elif isinstance(node, ast.Try) and _is_for_missing_names(node):
            last = node.body[-1]
            yield _Guard("", node.lineno, last.end_lineno or last.lineno)


def _asked_for(test: ast.expr, aliases: dict[str, str]) -> Iterator[str]:
    """The names whose presence is asked for: by hasattr(tf, "name") or "name" in dir(tf)."""
    for node in ast.walk(test):
        match node:
            case (
                ast.Call(func=ast.Name(id="hasattr"), args=[owner, ast.Constant(value=str(name))])
                | ast.Compare(
                    left=ast.Constant(value=str(name)),
                    ops=[ast.In() | ast.NotIn()],
                    comparators=[ast.Call(func=ast.Name(id="dir" | "vars"), args=[owner])],
                )
            ):
                full_name = _full_name(owner, aliases)
                if full_name is not None:
                    yield f"{full_name}.{name}"


def _is_for_missing_names(node: ast.Try) -> bool:
    """Whether a try statement goes on where a name is missing.  One that catches everything is
    taken so if it does nothing but name things; else the program would not run as it should."""
    caught = {kind for handler in node.handlers for kind in _kinds(handler.type)}
    if not caught.isdisjoint(_ERRORS_OF_MISSING_NAMES):
        return True
    return "Exception" in caught and _only_names(node.body)


def _kinds(caught: ast.expr | None) -> list[str]:
    """The names of the errors that a handler is for."""
    if caught is None:
        return ["Exception"]
    kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return [kind.id for kind in kinds if isinstance(kind, ast.Name)]


def _only_names(body: list[ast.stmt]) -> bool:
    """Whether statements only import, and give names to what others have."""
    return all(
        isinstance(each, (ast.Import, ast.ImportFrom))
        or (isinstance(each, ast.Assign) and isinstance(each.value, (ast.Attribute, ast.Name)))
        for each in body
    )


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

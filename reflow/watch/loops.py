"""How many training runs there will be, where the loops around them say it.

`for epoch in range(epochs):` around `for i in range(batches):` around the run are epochs * batches
runs.  That is believed when the variables of the loops have kept step with the runs for a while,
and as long as they do: a second loop is another total.
"""

from __future__ import annotations

import ast
import functools
import linecache
import operator
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, Final, NamedTuple, cast

from reflow.graph import source

__all__ = ["Loops"]

# So many runs must have kept step.
_BELIEVED_AFTER: Final = 3


class Loops:
    """Looks at the frames that lead to the training runs of one learner.

    Attributes:
      total: how many runs there will be, those before the loop included; None as long as it is not
        certain, and where the loops around the last run do not say it.
      inner: of them, how many the innermost loop makes; None if there is one loop alone.
    """

    def __init__(self) -> None:
        self.total: int | None = None
        self.inner: int | None = None
        self._before = 0  # runs before the first round
        self._agreed = 0

    def look(self, frame: FrameType | None, step: int) -> None:
        """Looks at the frames from this one outwards.

        Args:
          frame: of the run, or of what the run called.
          step: how many training runs there were, with this one.
        """
        counts = _counts(frame)
        before = 0 if counts is None else step - 1 - counts.done
        if counts is None or before != self._before:  # the loop is another one, or keeps no step
            self._agreed = 0
        self._before = before
        self._agreed += counts is not None
        if counts is not None and self._agreed >= _BELIEVED_AFTER:
            self.total, self.inner = before + counts.total, counts.inner
        else:
            self.total = self.inner = None


class _Counts(NamedTuple):
    """Rounds of all loops together: done before this one, in total, of the innermost loop."""

    done: int
    total: int
    inner: int | None


class _Unknown(Exception):
    """The loops do not say how many rounds they make."""


def _counts(frame: FrameType | None) -> _Counts | None:
    rounds: list[tuple[int, int]] = []  # of each loop, innermost first: done, total
    try:
        while frame is not None:
            if source.is_program_file(frame.f_code.co_filename):
                for loop in _loops_around(frame):
                    rounds.append(_rounds(loop, frame))
            frame = frame.f_back
    except _Unknown:
        return None
    if not rounds:
        return None
    done, total = 0, 1
    for loop_done, loop_total in rounds:
        done += loop_done * total
        total *= loop_total
    return _Counts(done, total, rounds[0][1] if len(rounds) > 1 else None)


def _loops_around(frame: FrameType) -> tuple[ast.For, ...]:
    """The loops of a frame's function around the line where it is, innermost first.

    _Unknown: one of them is of another kind, or may end early.
    """
    code = frame.f_code
    found = _loops_at(code.co_filename, code.co_name, code.co_firstlineno, frame.f_lineno)
    if found is None:
        raise _Unknown
    return found


@functools.lru_cache(256)
def _loops_at(filename: str, name: str, first_line: int, line: int) -> tuple[ast.For, ...] | None:
    """Those around a line of the function that begins there; None where they are _Unknown."""
    tree = _parsed(filename)
    function: ast.AST | None = tree if name == "<module>" else None
    for node in [] if tree is None else ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            if first == first_line and getattr(node, "name", "<lambda>") == name:
                function = node
    if function is None:
        return None
    found = tuple(reversed(list(_around(function, line))))
    for loop in found:
        if not isinstance(loop, ast.For) or _may_end_early(loop):
            return None
    return cast(tuple[ast.For, ...], found)


@functools.lru_cache(8)
def _parsed(filename: str) -> ast.Module | None:
    try:
        return ast.parse("".join(linecache.getlines(filename)))
    except (SyntaxError, ValueError):  # Python 2
        return None


def _around(node: ast.AST, line: int) -> Iterator[ast.stmt]:
    """The loops within a function or module whose bodies hold a line, outermost first."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if not isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            continue
        if isinstance(child, ast.stmt) and not child.lineno <= line <= (child.end_lineno or 0):
            continue
        if isinstance(child, ast.For | ast.AsyncFor | ast.While):
            yield child
        yield from _around(child, line)


def _may_end_early(loop: ast.For) -> bool:
    """Whether there is a `break` out of it, or a `return`."""
    nodes: list[ast.AST] = list(loop.body)
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Break | ast.Return):
            return True
        if isinstance(node, ast.For | ast.While):
            # Its breaks are its own; that of an inner loop around the run was asked for itself.
            nodes += [n for n in ast.walk(node) if isinstance(n, ast.Return)]
        elif not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            nodes += ast.iter_child_nodes(node)
    return False


def _rounds(loop: ast.For, frame: FrameType) -> tuple[int, int]:
    """Of a `for i in range(...)`: the rounds done, and all.  _Unknown for another loop."""
    call = loop.iter
    is_range = (
        isinstance(loop.target, ast.Name)
        and isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("range", "xrange")
        and not call.keywords
    )
    if not is_range:
        raise _Unknown
    assert isinstance(call, ast.Call) and isinstance(loop.target, ast.Name)
    values = {**frame.f_globals, **frame.f_locals}
    try:
        numbers = range(*(_value(argument, values) for argument in call.args))
        return numbers.index(values[loop.target.id]), len(numbers)
    except (TypeError, ValueError, KeyError, AttributeError, ArithmeticError) as error:
        raise _Unknown from error


def _value(node: ast.expr, values: dict[str, Any]) -> Any:
    """What an expression of names, attributes and arithmetic is now; _Unknown for any other.

    The program has just asked for the same.
    """
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Attribute):
        return getattr(_value(node.value, values), node.attr)
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        return _ARITHMETIC[type(node.op)](_value(node.left, values), _value(node.right, values))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        function = _FUNCTIONS.get(node.func.id)
        if function is not None and node.func.id not in values:
            return function(*(_value(argument, values) for argument in node.args))
    raise _Unknown


_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {"int": int, "len": len, "round": round}
_ARITHMETIC: Final = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}

"""One Python function for a plan's steps.

    def run(v0):
        v1 = k3(v0, c4)
        v2 = k5(v1, s6, use_locking=False)
        del v0, v1
        return (to_numpy(v2),)

Every name but the values' (v) is a global of the function: kernels (k), constants (c), variables'
storage (s), other arguments (a).  Each line belongs to one step, so that an error's line number
tells the operation, at no cost while nothing fails.

Steps under a guard are the body of an `if`; a loop is a `while True` that ends when its condition
is false.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from time import perf_counter
from typing import Any

from reflow.ops.values import copied, to_numpy
from reflow.ops.variable_slot import VariableSlot
from reflow.runtime.branches import is_never, without
from reflow.runtime.lifetimes import last_uses, slots_to_unshare
from reflow.runtime.steps import ALWAYS, Flag, Guard, Loop, Step, Value

_serial = itertools.count()


class Code:
    """A plan's generated function, and which step each of its lines belongs to."""

    def __init__(
        self,
        feeds: Sequence[Value],
        steps: Sequence[Step],
        fetches: Sequence[Value],
        trace: Callable[..., None] | None = None,
        taps: Sequence[Value | None] = (),
        numbers: Iterator[int] | None = None,
    ) -> None:
        """Args: numbers: those that the values are named by, for codes that share values."""
        self._globals: dict[str, Any] = {
            "to_numpy": to_numpy,
            "copied": copied,
            "now": perf_counter,
            "trace": trace,
        }
        self._global_names: dict[int, str] = {}
        self._numbers = itertools.count() if numbers is None else numbers
        self._traced = trace is not None
        self._indent = "    "
        kept = [*fetches, *(tap for tap in taps if tap is not None)]
        self._unshared = slots_to_unshare(steps, kept)
        self.steps_by_line: dict[int, Step] = {}
        self.lines: list[str] = []
        self.filename = f"<reflow plan {next(_serial)}>"
        for feed in feeds:
            self._name(feed)
        self.lines.append(f"def run({', '.join(feed.name for feed in feeds)}):")
        self._add_block(steps, set(kept))
        results = [self._fetch(fetch, fetches[:i]) for i, fetch in enumerate(fetches)]
        results += [self._tap(tap, fetches) for tap in taps]
        comma = "," if len(results) == 1 else ""
        self.lines.append(f"    return ({', '.join(results)}{comma})")
        self.source = "\n".join(self.lines)
        exec(compile(self.source, self.filename, "exec"), self._globals)
        self.run = self._globals["run"]

    # -- Lines ----------------------------------------------------------------------------------

    def _add(self, step: Step | None, line: str) -> None:
        self.lines.append(self._indent + line)
        if step is not None:
            self.steps_by_line[len(self.lines)] = step

    def _add_block(
        self, steps: Sequence[Step], kept: set[Value], known: Flag | None = None
    ) -> None:
        """Steps one after the other, each value being deleted after its last use.

        Args:
          kept: the values that are needed after the block.
          known: a flag that has the value which the steps' guards ask for.
        """
        dying = last_uses(steps, kept)
        guarded = [(step, dead, _open(step.guard, known)) for step, dead in zip(steps, dying)]
        for guard, group in itertools.groupby(guarded, key=lambda item: item[2]):
            if is_never(guard):
                continue
            late: dict[Guard, list[Value]] = {}
            with_indent = self._begin_if(guard)
            for step, dead, _ in group:
                self._add_step(step)
                here: list[Value] = []
                for value in dead:
                    if value.constant is None:
                        its_guard = _open(value.guard, known)
                        (here if its_guard == guard else late.setdefault(its_guard, [])).append(
                            value
                        )
                self._delete(here)
            self._indent = with_indent
            for its_guard, values in late.items():
                with_indent = self._begin_if(its_guard)
                self._delete(values)
                self._indent = with_indent

    def _begin_if(self, guard: Guard) -> str:
        """Begins an `if`; the indentation to return to is given."""
        before = self._indent
        if guard:
            conditions = [
                self._name(flag) if wanted else f"not {self._name(flag)}" for flag, wanted in guard
            ]
            self._add(None, f"if {' and '.join(conditions)}:")
            self._indent += "    "
        return before

    def _delete(self, values: Iterable[Value]) -> None:
        names = [value.name for value in values]
        if names:
            self._add(None, f"del {', '.join(names)}")

    def _add_step(self, step: Step) -> None:
        if isinstance(step, Loop):
            self._add_loop(step)
            return
        for slot in self._unshared.get(step, ()):
            self._add(step, f"{self._global('s', slot)}.unshare()")
        is_traced = self._traced and step.function is not None
        if is_traced:
            self._add(step, "start = now()")
        self._add(step, self._call(step))
        if is_traced:
            outputs = ", ".join(value.name for value in step.outputs)
            self._add(step, f"trace({self._global('t', step)}, start, now(), [{outputs}])")

    def _add_loop(self, loop: Loop) -> None:
        outer = self._indent
        self._add(loop, "while True:")
        self._indent += "    "
        kept = {value for value in loop.values() if isinstance(value, Value)}
        kept.update(loop.outputs, (loop.condition,))
        after = {value for step in loop.tail for value in step.values() if isinstance(value, Value)}
        used = {value for step in loop.body for value in step.values() if isinstance(value, Value)}
        self._add_block(loop.head, kept | after | used)
        if loop.condition.constant is None:
            self._add(loop, f"if not {self._name(loop.condition)}: break")
        elif not loop.condition.constant:
            self._add(loop, "break")
        self._add_block(loop.body, kept | after, loop.condition)
        self._indent = outer
        self._add_block(loop.tail, kept, loop.condition)

    # -- Expressions ----------------------------------------------------------------------------

    def _name(self, value: Value) -> str:
        if not value.name:
            value.name = f"v{next(self._numbers)}"
        return value.name

    def _global(self, prefix: str, thing: Any) -> str:
        name = self._global_names.get(id(thing))
        if name is None:
            name = self._global_names[id(thing)] = f"{prefix}{len(self._globals)}"
            self._globals[name] = thing
        return name

    def _expression(self, item: Any) -> str:
        if isinstance(item, list):
            return f"[{', '.join(self._expression(part) for part in item)}]"
        if isinstance(item, VariableSlot):
            return self._global("s", item)
        if item.constant is not None:
            return self._global("c", item.constant)
        return self._name(item)

    def _call(self, step: Step) -> str:
        arguments = [self._expression(item) for item in step.inputs]
        for name, value in step.keywords.items():
            plain = isinstance(value, (bool, int, str)) or value is None
            arguments.append(f"{name}={value!r}" if plain else f"{name}={self._global('a', value)}")
        if step.function is None:
            return (
                f"{', '.join(self._name(value) for value in step.outputs)} = {', '.join(arguments)}"
            )
        call = f"{self._global('k', step.function)}({', '.join(arguments)})"
        if not step.outputs:
            return call
        names = [self._name(value) for value in step.outputs]
        comma = "," if len(names) == 1 and step.sequence else ""
        return f"{', '.join(names)}{comma} = {call}"

    def _fetch(self, value: Value, before: Sequence[Value]) -> str:
        """The value as the caller may keep it: an array of its own, a scalar if it is one."""
        expression = self._expression(value)
        array = expression if value.on_host else f"to_numpy({expression})"
        own = value.constant is None and value.roots == {value}
        if not own or any(value.roots & other.roots for other in before):
            array += ".copy()"
        return f"{array}[()]" if value.shape.ndims in (0, None) else array

    def _tap(self, value: Value | None, fetches: Sequence[Value]) -> str:
        """The value as it is; a copy of what others can write to."""
        if value is None:
            return "None"
        expression = self._expression(value)
        own = value.constant is None and value.roots == {value}
        if own and not any(value.roots & other.roots for other in fetches):
            return expression
        return f"copied({expression})"


def _open(guard: Guard, known: Flag | None) -> Guard:
    """What remains to be asked: neither what is known beforehand nor what the loop has decided."""
    if not guard:
        return ALWAYS
    if known is not None:
        guard = without(guard, known)
    return tuple((flag, wanted) for flag, wanted in guard if flag.constant is not wanted)

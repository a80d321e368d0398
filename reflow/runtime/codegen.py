"""One straight-line Python function for a plan's steps.

    def run(v0):
        v1 = k3(v0, c4)
        v2 = k5(v1, s6, use_locking=False)
        del v0, v1
        return (to_numpy(v2),)

Every name but the values' (v) is a global of the function: kernels (k), constants (c), variables'
storage (s), other arguments (a).  Each line belongs to one step, so that an error's line number
tells the operation, at no cost while nothing fails.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from reflow.ops.values import to_numpy
from reflow.ops.variable_slot import VariableSlot
from reflow.runtime.steps import Step, Value

_serial = itertools.count()


class Code:
    """A plan's generated function, and which step each of its lines belongs to."""

    def __init__(
        self,
        feeds: Sequence[Value],
        steps: Sequence[Step],
        fetches: Sequence[Value],
        trace: Callable[..., None] | None = None,
    ) -> None:
        self._globals: dict[str, Any] = {"to_numpy": to_numpy, "now": perf_counter, "trace": trace}
        self._global_names: dict[int, str] = {}
        self._names = itertools.count()
        self.steps_by_line: dict[int, Step] = {}
        self.lines: list[str] = []
        self.filename = f"<reflow plan {next(_serial)}>"
        for feed in feeds:
            self._name(feed)
        self.lines.append(f"def run({', '.join(feed.name for feed in feeds)}):")
        last_uses = _last_uses(steps, fetches)
        unshared = _slots_to_unshare(steps, fetches)
        for step, dying, slots in zip(steps, last_uses, unshared):
            for slot in slots:
                self._add(step, f"{self._global('s', slot)}.unshare()")
            if trace is not None:
                self._add(step, "start = now()")
            self._add(step, self._call(step))
            if trace is not None:
                outputs = ", ".join(value.name for value in step.outputs)
                self._add(step, f"trace({self._global('t', step)}, start, now(), [{outputs}])")
            dead = [value.name for value in dying if value.constant is None]
            if dead:
                self._add(step, f"del {', '.join(dead)}")
        results = [self._fetch(fetch, fetches[:i]) for i, fetch in enumerate(fetches)]
        comma = "," if len(results) == 1 else ""
        self.lines.append(f"    return ({', '.join(results)}{comma})")
        self.source = "\n".join(self.lines)
        exec(compile(self.source, self.filename, "exec"), self._globals)
        self.run = self._globals["run"]

    def _add(self, step: Step, line: str) -> None:
        self.lines.append("    " + line)
        self.steps_by_line[len(self.lines)] = step

    def _name(self, value: Value) -> str:
        if not value.name:
            value.name = f"v{next(self._names)}"
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


def _last_uses(steps: Sequence[Step], fetches: Sequence[Value]) -> list[list[Value]]:
    """For each step, the values that nobody needs after it."""
    kept = set(fetches)
    seen: set[Value] = set(kept)
    dying: list[list[Value]] = []
    for step in reversed(steps):
        values = [v for v in (*step.values(), *step.outputs) if isinstance(v, Value)]
        last = list(dict.fromkeys(v for v in values if v not in seen))
        seen.update(last)
        dying.append(last)
    dying.reverse()
    return dying


def _slots_to_unshare(steps: Sequence[Step], fetches: Sequence[Value]) -> list[list[VariableSlot]]:
    """For each step, the variables that it updates while a view of the old value is needed."""
    last_use: dict[Value, int] = {value: len(steps) for value in fetches}
    for index in range(len(steps) - 1, -1, -1):
        for value in steps[index].values():
            if isinstance(value, Value):
                last_use.setdefault(value, index)
    produced: dict[VariableSlot, list[Value]] = {}
    unshared: list[list[VariableSlot]] = []
    for index, step in enumerate(steps):
        slots = []
        for slot in step.updates:
            views = produced.get(slot, [])
            if any(last_use.get(view, -1) >= index for view in views):
                slots.append(slot)
                # The views of before hold the old storage; none shares the new one.
                produced[slot] = []
        unshared.append(slots)
        for value in step.outputs:
            for root in value.roots:
                if isinstance(root, VariableSlot):
                    produced.setdefault(root, []).append(value)
    return unshared

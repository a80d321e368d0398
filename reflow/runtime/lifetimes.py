"""How long the values of a plan are needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reflow.ops.variable_slot import VariableSlot
from reflow.runtime.steps import Loop, Step, Value


def last_uses(steps: Sequence[Step], kept: set[Value]) -> list[list[Value]]:
    """For each step, the values that nobody needs after it, those `kept` being needed for ever."""
    seen = set(kept)
    dying: list[list[Value]] = []
    for step in reversed(steps):
        values = [v for v in (*step.values(), *step.outputs) if isinstance(v, Value)]
        last = list(dict.fromkeys(v for v in values if v not in seen))
        seen.update(last)
        dying.append(last)
    dying.reverse()
    return dying


def slots_to_unshare(
    steps: Sequence[Step], fetches: Sequence[Value]
) -> dict[Step, set[VariableSlot]]:
    """For each step, the variables that it updates while a view of the old value is needed."""
    if not any(step.updates for step in steps):
        return {}
    course = list(_course(steps))
    needed = _views_needed(course, fetches)
    sharing: dict[VariableSlot, set[Value]] = {}
    unshared: dict[Step, set[VariableSlot]] = {}
    for index, (step, happens) in enumerate(course):
        for slot in step.updates:
            if not needed[index][slot].isdisjoint(sharing.get(slot, ())):
                unshared.setdefault(step, set()).add(slot)
                if happens:
                    # The views of before hold the old storage; none shares the new one.
                    sharing[slot] = set()
        for value in step.outputs:
            for root in value.roots:
                if isinstance(root, VariableSlot):
                    sharing.setdefault(root, set()).add(value)
    return unshared


def _course(steps: Sequence[Step], happens: bool = True) -> Iterator[tuple[Step, bool]]:
    """The steps as they run, those of loops twice; and whether each is sure to run."""
    for step in steps:
        if isinstance(step, Loop):
            for part in (step.head, step.body, step.head, step.body, step.head, step.tail):
                yield from _course(part, False)
        else:
            yield step, happens and not step.guard


def _views_needed(
    course: Sequence[tuple[Step, bool]], fetches: Sequence[Value]
) -> dict[int, dict[VariableSlot, set[Value]]]:
    """By the positions of updates, for the variables updated: the views used then or later."""
    live: dict[VariableSlot, set[Value]] = {}

    def use(value: object) -> None:
        if isinstance(value, Value):
            for root in value.roots:
                if isinstance(root, VariableSlot):
                    live.setdefault(root, set()).add(value)

    for value in fetches:
        use(value)
    needed: dict[int, dict[VariableSlot, set[Value]]] = {}
    for index in range(len(course) - 1, -1, -1):
        step, happens = course[index]
        for value in step.outputs if happens or step.function is not None else ():
            for root in value.roots:
                if isinstance(root, VariableSlot) and root in live:
                    live[root].discard(value)
        for item in step.values():
            use(item)
        if step.updates:
            needed[index] = {slot: set(live.get(slot, ())) for slot in step.updates}
    return needed

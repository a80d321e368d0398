"""When steps run: conditions on flags, which the switches of a graph come down to.

Of a switch's outputs one is dead, and so is what depends on it.  Here every tensor has a guard, a
conjunction of flags, that says when it is not dead; a merge of values with different guards has
what they have in common.  The generated code is a sequence of `if`s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from reflow.graph import errors
from reflow.graph.operation import Operation
from reflow.ops.values import to_numpy
from reflow.runtime.steps import ALWAYS, Flag, Guard

# The guard of what never runs.
NEVER: Guard = ((Flag(-1, constant=False), True),)

_Literal = tuple[Flag, bool]


def is_never(guard: Guard) -> bool:
    """Whether a guard asks of a known flag what it is not."""
    return any(flag.constant is not None and flag.constant is not wanted for flag, wanted in guard)


def both(guards: Iterable[Guard]) -> Guard:
    """When all of the guards hold."""
    literals: set[_Literal] = set()
    for guard in guards:
        literals.update(guard)
    if any((flag, not wanted) in literals or flag.constant is False for flag, wanted in literals):
        return NEVER
    return _ordered(literals)


def either(guards: Sequence[Guard]) -> Guard | None:
    """When any of the guards holds; None if that is no conjunction.

    `p and q` or `p and not q` is `p`; `p and q` or `p` is `p`.
    """
    terms = {frozenset(guard) for guard in guards if guard != NEVER}
    shrinking = True
    while shrinking:
        shrinking = False
        for term in list(terms):
            for flag, wanted in term:
                rest = term - {(flag, wanted)}
                opposite = (flag, not wanted)
                if any(opposite in other and other - {opposite} <= rest for other in terms):
                    terms.remove(term)
                    terms.add(rest)
                    shrinking = True
                    break
    smallest = [term for term in terms if not any(other < term for other in terms)]
    if not smallest:
        return NEVER
    return _ordered(smallest[0]) if len(smallest) == 1 else None


def common(guards: Sequence[Guard]) -> Guard:
    """What all of the guards ask for."""
    return _ordered(frozenset.intersection(*(frozenset(guard) for guard in guards)))


def holds_within(guard: Guard, around: Guard) -> bool:
    """Whether `guard` holds wherever `around` does."""
    return set(guard) <= set(around)


def without(guard: Guard, flag: Flag) -> Guard:
    """What a guard asks for besides a flag."""
    return tuple(literal for literal in guard if literal[0] is not flag)


def negations(guard: Guard) -> list[Guard]:
    """Guards that exclude each other, of which one holds where `guard` does not."""
    return [(*guard[:i], (flag, not wanted)) for i, (flag, wanted) in enumerate(guard)]


def _ordered(literals: Iterable[_Literal]) -> Guard:
    return tuple(sorted(literals, key=lambda literal: literal[0].number)) or ALWAYS


def truth(pred: Any) -> bool:
    """The kernel of a flag: the predicate as a Python bool."""
    array = to_numpy(pred)
    if array.ndim:
        raise errors.InvalidArgumentError(
            None, None, f"The second input must be a scalar, but it has shape {list(array.shape)}"
        )
    return bool(array)


def refuse_dead(op: Operation, index: int) -> Any:
    """What is called in place of a fetch that has no value."""

    def fail() -> None:
        raise errors.InvalidArgumentError(None, op, f"Retval[{index}] does not have value")

    return fail

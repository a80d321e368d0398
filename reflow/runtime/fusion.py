"""Steps joined where one call is faster than several, or where they need each other.

Updates of several variables by the same rule (one optimizer's step), which run under the same
conditions, become one call: an op whose class has a `joined` kernel says which of its inputs belong
to one variable.  Python functions may wait for each other (overlapping.py).  What is written as
many passes over large tensors takes fewer (convolutions.py, in_place.py, moments.py,
product_sums.py, sweeps.py, weighted_sums.py).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import torch

from reflow.ops.values import to_numpy
from reflow.ops.variable_slot import VariableSlot
from reflow.runtime.convolutions import join_convolutions
from reflow.runtime.in_place import write_in_place
from reflow.runtime.moments import join_moments
from reflow.runtime.overlapping import overlap
from reflow.runtime.product_sums import join_product_sums
from reflow.runtime.recalling import recall
from reflow.runtime.steps import Step, Value
from reflow.runtime.sweeps import sweep
from reflow.runtime.weighted_sums import weigh

_CPU = torch.device("cpu")


def fuse(
    steps: Sequence[Step],
    kept: set[Value] | None = None,
    device: torch.device = _CPU,
    watched: AbstractSet[Value] = frozenset(),
) -> list[Step]:
    """The same computation in fewer steps.

    Args:
      kept: the values that are needed after the last step; None if that is not known.
      device: where numbers are computed.
      watched: those kept that are looked at only, which must not change the numbers.
    """
    recall(steps)
    if kept is not None:
        steps = weigh(join_product_sums(join_moments(steps, kept), kept), kept)
        # What is done for the sake of a CPU's cache takes a GPU longer.
        if device.type == "cpu":
            steps = write_in_place(sweep(join_convolutions(steps, kept, watched), kept), kept)
    return overlap(_join_updates(steps))


def _join_updates(steps: Sequence[Step]) -> list[Step]:
    """Each run of updates that may wait for each other, as one step at the place of the last."""
    groups: dict[Hashable, list[Step]] = {}
    closed: list[list[Step]] = []
    for step in steps:
        # A step that touches a variable needs the updates of it before to be done.
        touched = _slots_touched(step)
        for key, group in list(groups.items()):
            if not touched.isdisjoint(slot for member in group for slot in member.updates):
                closed.append(groups.pop(key))
        key = _group_key(step)
        if key is not None:
            groups.setdefault(key, []).append(step)
    closed += groups.values()
    joined = {group[-1]: _joined(group) for group in closed if len(group) > 1}
    dropped = {step for group in closed if len(group) > 1 for step in group[:-1]}
    return [joined.get(step, step) for step in steps if step not in dropped]


def _slots_touched(step: Step) -> set[VariableSlot]:
    touched = {item for item in step.values() if isinstance(item, VariableSlot)}
    for value in step.outputs:
        touched.update(root for root in value.roots if isinstance(root, VariableSlot))
    return touched.union(step.updates)


def _group_key(step: Step) -> Hashable | None:
    """Equal for updates that one joined call can do; None for other steps."""
    rules = step.op.definition.rules
    own: Sequence[str] | None = getattr(rules, "per_variable", None)
    if own is None or not step.updates:
        return None
    shared = tuple(
        item for item, arg in zip(step.inputs, step.op.definition.inputs) if arg.name not in own
    )
    return (
        step.op.type,
        step.op.attrs.get("T"),
        step.guard,
        _identity(shared),
        tuple(sorted(step.keywords.items())),
    )


def _identity(items: Sequence[Any]) -> tuple[Hashable, ...]:
    """What tells shared inputs apart: constants by their value, others by identity."""
    keys: list[Hashable] = []
    for item in items:
        if isinstance(item, Value) and item.constant is not None:
            array = to_numpy(item.constant)
            keys.append((array.dtype.str, array.shape, array.tobytes()))
        else:
            keys.append(item)
    return tuple(keys)


def _joined(group: Sequence[Step]) -> Step:
    """One step for all of the group."""
    last = group[-1]
    rules = last.op.definition.rules
    own: Sequence[str] = rules.per_variable  # type: ignore[attr-defined]
    inputs = [
        [step.inputs[i] for step in group] if arg.name in own else last.inputs[i]
        for i, arg in enumerate(last.op.definition.inputs)
    ]
    updates = tuple(slot for step in group for slot in step.updates)
    return Step(
        last.op,
        rules.joined,  # type: ignore[attr-defined]
        inputs,
        [],
        last.keywords,
        updates,
        stateful=True,
        fused=tuple(step.op for step in group[:-1]),
        guard=last.guard,
    )

"""Frames in a plan: Python loops around the code of their bodies.

    v3, v4 = v1, v2            # the loop variables enter
    while True:
        v5 = k6(v3, c7)        # the condition
        v8 = bool(v5)
        if not v8: break
        v9 = k10(v4, c11)      # the body
        v3, v4 = v12, v9

A body is lowered for the shapes with which the loop variables enter; where a variable comes back
with another one, it is lowered again for what the two have in common.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reflow.graph.control_flow import kind_of
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.variable_slot import VariableSlot
from reflow.runtime.branch_lowering import stays_on_host
from reflow.runtime.branches import NEVER, both
from reflow.runtime.frames import Frame
from reflow.runtime.fusion import fuse
from reflow.runtime.prune import variable_behind
from reflow.runtime.steps import ALWAYS, Block, Flag, Guard, Loop, Step, Value, without_dead

if TYPE_CHECKING:
    from reflow.runtime.lowering import Lowering


@dataclass(frozen=True)
class _Form:
    """What is the same in every iteration: a loop variable's shape, place and shared storage."""

    shape: TensorShape
    on_host: bool
    roots: frozenset[Any]

    def joined(self, tensor: Tensor, value: Value) -> _Form:
        """The form that fits `value` too."""
        shared = {root for root in value.roots if isinstance(root, (VariableSlot, str))}
        return _Form(
            _common_shape(self.shape, value.shape),
            self.on_host and stays_on_host(tensor, [value]),
            self.roots | shared,
        )

    def fits(self, other: _Form) -> bool:
        return (self.shape.sizes, self.on_host, self.roots) == (
            other.shape.sizes,
            other.on_host,
            other.roots,
        )


def lower_loop(lowering: Lowering, frame: Frame) -> None:
    """Adds the loop that a frame is, and gives what leaves it its values."""
    enters = [op for op in _members(frame) if kind_of(op) == "enter"]
    guard = both(lowering.guard_of(op) for op in enters)
    if guard == NEVER:
        lowering.skip(frame.operations())
    else:
        _LoopLowering(lowering, frame, enters, guard).lower()


def _members(frame: Frame) -> Iterable[Operation]:
    return (member for member in frame.members if isinstance(member, Operation))


class _LoopLowering:
    """Lowers one frame, whose Enter operations run under `guard`."""

    def __init__(
        self, lowering: Lowering, frame: Frame, enters: list[Operation], guard: Guard
    ) -> None:
        self._lowering = lowering
        self._frame = frame
        self._enters = enters
        self._guard = guard
        self._outside = lowering.block
        self._exits = [op for op in _members(frame) if kind_of(op) == "exit"]
        self._updated = frozenset(self._updated_variables())
        # Loop variables by their merges: what enters, and what comes back.
        self._variables = {
            op: (op._inputs[0], op._inputs[1])
            for op in _members(frame)
            if kind_of(op) == "merge" and kind_of(op._inputs[1].op) == "next"
        }
        self._condition = self._find_condition()

    def _find_condition(self) -> Tensor | None:
        """What decides whether the loop goes on; None for a frame that is no loop."""
        members = list(_members(self._frame))
        for op in members:
            if kind_of(op) == "condition":
                return op._outputs[0]
        for op in members:
            if kind_of(op) == "switch" and op._inputs[0].op in self._variables:
                return op._inputs[1]
        return None

    def _updated_variables(self) -> Iterable[VariableSlot]:
        for op in self._frame.operations():
            if getattr(op.definition.rules, "updates", False):
                for tensor in op._inputs:
                    made_by = variable_behind(tensor)
                    slot = None if made_by is None else self._lowering.slot_of(made_by)
                    if slot is not None:
                        yield slot

    def lower(self) -> None:
        lowering = self._lowering
        lowering.guard = self._guard
        saved, lowering.current = lowering.current, {}
        entering = {op: self._entering(op) for op in self._variables}
        forms = {
            op: _Form(value.shape, stays_on_host(op._outputs[0], [value]), value.roots)
            for op, value in entering.items()
            if value.slot is None
        }
        while True:
            block, variables = self._lower_body(entering, forms)
            returning = {
                op: lowering.values[back.op._inputs[0]] for op, (_, back) in self._variables.items()
            }
            wider = {op: form.joined(op._outputs[0], returning[op]) for op, form in forms.items()}
            if all(form.fits(wider[op]) for op, form in forms.items()):
                break
            forms = wider
        self._finish(block, variables, entering, returning)
        lowering.current = {
            slot: value for slot, value in saved.items() if slot not in self._updated
        }

    def _entering(self, merge: Operation) -> Value:
        """What a loop variable is at first."""
        tensor = self._variables[merge][0].op._inputs[0]
        value = self._lowering.values[tensor]
        if value.slot is not None and not merge._outputs[0].dtype._is_ref_dtype:
            return self._lowering.read(merge, value)
        return value

    # -- The body -------------------------------------------------------------------------------

    def _lower_body(
        self, entering: dict[Operation, Value], forms: dict[Operation, _Form]
    ) -> tuple[Block, dict[Operation, Value]]:
        """Lowers what is in the frame, once more for other forms of the loop variables."""
        lowering = self._lowering
        lowering.forget_guards(self._frame.operations())
        block = lowering.block = Block()
        lowering.current = {}
        variables: dict[Operation, Value] = {}
        for op in self._enters:
            self._enter(op)
        for op, form in forms.items():
            value = Value(op._outputs[0], form.shape, form.on_host)
            value.roots = form.roots | {value}
            value.block = block
            variables[op] = value
        for op in self._variables:
            lowering.set(op, [variables.get(op, entering[op])])
        for member in self._frame.members:
            if isinstance(member, Frame):
                lowering.lower(member)
            elif kind_of(member) == "next":
                self._pass(member)
            elif kind_of(member) not in ("enter", "exit") and member not in self._variables:
                lowering.lower(member)
        return block, variables

    def _enter(self, op: Operation) -> None:
        """What is outside is inside too; of a variable that the loop updates, its value then."""
        lowering = self._lowering
        tensor = op._inputs[0]
        value = lowering.values[tensor]
        slot = lowering.reads.variable_read(tensor)
        if slot is not None and slot in self._updated and op.attrs["is_constant"]:
            value = Value(tensor, value.shape, slot=slot, roots=frozenset((slot,)))
        lowering.set(op, [value])

    def _pass(self, op: Operation) -> None:
        lowering = self._lowering
        tensor = op._inputs[0]
        lowering.set(op, [lowering.values[tensor]])
        lowering.set_guard(op._outputs[0], lowering.guards.get(tensor, ALWAYS))

    # -- The loop -------------------------------------------------------------------------------

    def _finish(
        self,
        block: Block,
        variables: dict[Operation, Value],
        entering: dict[Operation, Value],
        returning: dict[Operation, Value],
    ) -> None:
        lowering = self._lowering
        leaving = {op: lowering.values[op._inputs[0]] for op in self._exits}
        if self._condition is None:
            self._add_once(block)
        else:
            flag = lowering.flag(self._condition.op, lowering.values[self._condition])
            if flag.constant is not False:
                lowering.guard = ((flag, True),)
                lowering.add(self._assignment(variables, returning))
            left = [value for value in leaving.values() if value.block is block]
            loop = self._loop(block, flag, list(variables.values()), left)
            lowering.block, lowering.guard = self._outside, self._guard
            lowering.add(self._assignment(variables, entering))
            lowering.add(loop)
        lowering.block, lowering.guard = self._outside, self._guard
        lowering.forget_forms([*variables.values(), *leaving.values()])
        for op, value in leaving.items():
            lowering.reads.awaits(op, self._updated)
            lowering.set(op, [value])
            if self._guard:
                lowering.op_guards[op] = self._guard
                lowering.set_guard(op._outputs[0], self._guard)

    def _assignment(
        self, variables: dict[Operation, Value], values: dict[Operation, Value]
    ) -> Step:
        """Gives all loop variables their next values at once."""
        lowering = self._lowering
        forms = []
        for op, variable in variables.items():
            value = values[op]
            if value.slot is not None:
                value = lowering.read(op, value)
            form = lowering.host_form if variable.on_host else lowering.device_form
            forms.append(form(op, value, op._outputs[0]))
        changed = [pair for pair in zip(forms, variables.values()) if pair[0] is not pair[1]]
        given, taking = [value for value, _ in changed], [to for _, to in changed]
        assert self._condition is not None
        return Step(self._condition.op, None, given, taking)

    def _loop(self, block: Block, flag: Flag, variables: list[Value], left: list[Value]) -> Loop:
        assert self._condition is not None
        parts: dict[bool | None, list[Step]] = {None: [], True: [], False: []}
        for step in block.steps:
            parts[dict(step.guard).get(flag)].append(step)
        needed = {flag, *variables, *left}
        tail = without_dead(parts[False], needed)
        body = [] if flag.constant is False else without_dead(parts[True], needed)
        head = without_dead(parts[None], needed)
        return Loop(
            self._condition.op,
            list(dict.fromkeys([*variables, *left])),
            flag,
            fuse(head),
            fuse(body),
            fuse(tail),
            self._guard,
        )

    def _add_once(self, block: Block) -> None:
        """A frame without a condition is no loop: its steps run once."""
        lowering = self._lowering
        lowering.block = self._outside
        for step in block.steps:
            lowering.guard = both((self._guard, step.guard))
            lowering.add(step)


def _common_shape(a: TensorShape, b: TensorShape) -> TensorShape:
    if a.sizes is None or b.sizes is None or len(a.sizes) != len(b.sizes):
        return TensorShape(None)
    return TensorShape.of(tuple(x if x == y else None for x, y in zip(a.sizes, b.sizes)))

"""Where and when the steps of a plan are added: blocks, guards and flags."""

from __future__ import annotations

from collections.abc import Iterable

from reflow.graph.operation import Operation, Tensor
from reflow.runtime.branches import NEVER, both, truth
from reflow.runtime.steps import ALWAYS, Block, Flag, Guard, Step, Value


class Emitter:
    """Takes the steps of a plan, each where it belongs.

    Attributes:
      values: what each tensor became.
      guards: when a tensor is not dead, if it may be.
      op_guards: when an operation runs, if it may not.
      block: where steps are being added.
      guard: when the steps being added run.
    """

    def __init__(self, fed: frozenset[Tensor]) -> None:
        self.values: dict[Tensor, Value] = {}
        self.guards: dict[Tensor, Guard] = {}
        self.op_guards: dict[Operation, Guard] = {}
        self.guard: Guard = ALWAYS
        self.block = self._outermost = Block()
        self._fed = fed
        self._flags: dict[Value, Flag] = {}
        self._flag_count = 0

    @property
    def steps(self) -> list[Step]:
        """What is to be run, in order."""
        return self._outermost.steps

    @property
    def is_conditional(self) -> bool:
        """Whether the steps being added may not run."""
        return bool(self.guard) or self.block is not self._outermost

    # -- Steps ----------------------------------------------------------------------------------

    def add(self, step: Step) -> None:
        """Adds a step, to be run when the operation runs that is being lowered."""
        self._add(step, self.block, self.guard)

    def add_beside(self, value: Value, step: Step) -> None:
        """Adds a step, to be run where and when `value` is computed."""
        self._add(step, value.block or self._outermost, value.guard)

    @staticmethod
    def _add(step: Step, block: Block, guard: Guard) -> None:
        step.guard = guard
        block.steps.append(step)
        for value in step.outputs:
            value.guard, value.block = guard, block

    # -- Guards ---------------------------------------------------------------------------------

    def guard_of(self, op: Operation) -> Guard:
        """When `op` runs: when nothing is dead that it takes or waits for."""
        guards = [self.guards[tensor] for tensor in op._inputs if tensor in self.guards]
        guards += [self.op_guards[op] for op in op._control_inputs if op in self.op_guards]
        if len(guards) == 1:
            return guards[0]
        return both(guards) if guards else ALWAYS

    def set_guard(self, tensor: Tensor, guard: Guard) -> None:
        """Says when a tensor is not dead; one that is fed never is."""
        if tensor not in self._fed:
            self.guards[tensor] = guard

    def flag(self, op: Operation, pred: Value) -> Flag:
        """The flag that says what `pred` is."""
        flag = self._flags.get(pred)
        if flag is None:
            known = None if pred.constant is None else truth(pred.constant)
            flag = self._flags[pred] = self.new_flag(known)
            if known is None:
                is_scalar = pred.shape.ndims == 0
                self.add_beside(pred, Step(op, bool if is_scalar else truth, [pred], [flag]))
        return flag

    def new_flag(self, known: bool | None = None) -> Flag:
        """A flag that comes after those there are."""
        self._flag_count += 1
        return Flag(self._flag_count, constant=known)

    def skip(self, operations: Iterable[Operation]) -> None:
        """Takes operations that never run."""
        for op in operations:
            self.op_guards[op] = NEVER
            for tensor in op._outputs:
                self.set_guard(tensor, NEVER)
                self.values.setdefault(tensor, Value(tensor, tensor._shape))

    def forget_guards(self, operations: Iterable[Operation]) -> None:
        """Forgets when operations run, before they are lowered again."""
        for op in operations:
            self.op_guards.pop(op, None)
            for tensor in op._outputs:
                self.guards.pop(tensor, None)

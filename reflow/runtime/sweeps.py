"""Arithmetic on large tensors, done for one piece of them after the other.

Step by step, `var -= rate * m / (sqrt(v) + epsilon)` goes through memory a dozen times.  Done
piece by piece, what lies between stays in the processor's cache, and each of the three tensors is
read once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np
import torch

from reflow.graph.dtypes import float32, float64
from reflow.ops.values import torch_type
from reflow.ops.variable_slot import VariableSlot
from reflow.runtime.steps import Step, Value

_LARGE = 1 << 20  # elements; the cache has room for smaller tensors as they are
_PIECE = 1 << 16  # elements of a piece, for each thread


def _square_root(x: torch.Tensor, *, out: torch.Tensor) -> None:
    """torch's (MKL's) takes seven times as long for zeros, which optimizers keep for rows that were
    never looked up, and forty times for denormal numbers; but it uses all threads."""
    if torch.get_num_threads() > 1:
        torch.sqrt(x, out=out)
    else:
        with np.errstate(invalid="ignore"):
            np.sqrt(x.numpy(), out.numpy())


# What is as good of a piece as of the whole.
_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "Add": torch.add,
    "AddV2": torch.add,
    "Sub": torch.sub,
    "Mul": torch.mul,
    "RealDiv": torch.div,
    "Neg": torch.neg,
    "Abs": torch.abs,
    "Square": torch.square,
    "Sqrt": _square_root,
    "Rsqrt": torch.rsqrt,
}


def _copy(value: torch.Tensor, *, out: torch.Tensor) -> None:
    out.copy_(value)


_ASSIGNMENTS: dict[str, Callable[..., Any]] = {
    "Assign": _copy,
    "AssignVariableOp": _copy,
    "AssignAdd": torch.add,
    "AssignAddVariableOp": torch.add,
    "AssignSub": torch.sub,
    "AssignSubVariableOp": torch.sub,
}


def sweep(steps: Sequence[Step], kept: set[Value]) -> list[Step]:
    """The same computation with runs of large arithmetic as single steps.

    Args:
      kept: the values that are needed after the last step.
    """
    if not any(_swept(step) for step in steps):
        return list(steps)
    uses = Counter(value for step in steps for value in step.values())
    uses.update(kept)
    result: list[Step] = []
    run = _Run({})
    for step in steps:
        slot = step.slot_read
        if slot is not None and not step.guard and slot not in run.updated:
            run.reads[step.outputs[0]] = slot
            result.append(step)
            continue
        if not run.takes(step):
            result += run.joined(uses)
            run = _Run(run.reads)
        if run.takes(step):
            run.add(step)
        else:
            result.append(step)
        for slot in step.updates:
            run.reads = {value: read for value, read in run.reads.items() if read is not slot}
    return result + run.joined(uses)


def _swept(step: Step) -> tuple[Any, ...] | None:
    """The shape and type of the elements if a step is arithmetic on large tensors, or an assignment
    of one."""
    if step.guard or step.fused or any(isinstance(item, list) for item in step.inputs):
        return None
    if step.op.type in _ARITHMETIC and step.computes_op:
        large, dtype = step.outputs[0], step.op._outputs[0].dtype
    elif step.op.type in _ASSIGNMENTS and step.updates:
        large, dtype = step.inputs[1], step.op._inputs[1].dtype
    else:
        return None
    if large.on_host or dtype not in (float32, float64):
        return None
    values = [item for item in step.inputs if isinstance(item, Value)]
    if any(value.on_host or value.shape.sizes not in (large.shape.sizes, ()) for value in values):
        return None
    is_large = (large.shape.num_elements() or 0) >= _LARGE
    return (large.shape.sizes, dtype) if is_large else None


class _Run:
    """Steps one after the other on tensors of one shape and type.

    Attributes:
      reads: values that variables still hold.
      updated: the variables that the steps update.
    """

    def __init__(self, reads: dict[Value, VariableSlot]) -> None:
        self.reads = reads
        self.updated: set[VariableSlot] = set()
        self._steps: list[Step] = []
        self._kind: tuple[Any, ...] | None = None
        self._made: set[Value] = set()
        # What is taken from outside, and where it is: in a variable, or by itself.
        self._given: dict[Value, VariableSlot | Value] = {}

    def takes(self, step: Step) -> bool:
        """Whether a step may come next."""
        kind = _swept(step)
        if kind is None or (self._steps and kind != self._kind):
            return False
        # Where other values share a variable's memory, they may do so in another order.
        given = {**self._given, **self._sources(step)}
        roots = {root for item in given.values() if isinstance(item, Value) for root in item.roots}
        return roots.isdisjoint(self.updated.union(step.updates)) and self.updated.isdisjoint(
            step.updates
        )

    def _sources(self, step: Step) -> dict[Value, VariableSlot | Value]:
        return {
            value: self.reads.get(value, value)
            for value in step.values()
            if isinstance(value, Value) and value not in self._made
        }

    def add(self, step: Step) -> None:
        self._kind = _swept(step)
        self._given.update(self._sources(step))
        self._steps.append(step)
        self._made.update(step.outputs)
        self.updated.update(step.updates)

    def joined(self, uses: Counter[Any]) -> list[Step]:
        """The steps, as one if that keeps a value out of memory."""
        within = Counter(value for step in self._steps for value in step.values())
        inner = {value for value in self._made if uses[value] == within[value]}
        if not inner or self._kind is None:
            return self._steps
        *before, last = self._steps
        outputs = [value for step in self._steps for value in step.outputs if value not in inner]
        program = _Program(self._steps, self._given, inner, outputs, self._kind)
        return [
            Step(
                last.op,
                program,
                list(program.inputs),
                outputs,
                updates=tuple(slot for step in self._steps for slot in step.updates),
                stateful=bool(self.updated),
                sequence=bool(outputs),
                fused=tuple(step.op for step in before),
            )
        ]


# A function, the registers that it takes, and that of its result.
_Call = tuple[Callable[..., Any], list[int], int]


class _Program:
    """Calls of functions on registers, which hold a piece of each tensor.

    Attributes:
      inputs: what a call of it takes: variables, and tensors by themselves.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        given: dict[Value, VariableSlot | Value],
        inner: set[Value],
        outputs: Sequence[Value],
        kind: tuple[Any, ...],
    ) -> None:
        self._steps = steps
        self._given = given
        self._outputs = outputs
        self._sizes, dtype = kind
        self._dtype = torch_type(dtype)
        updated = [slot for step in steps for slot in step.updates]
        self.inputs = list(dict.fromkeys([*given.values(), *updated]))
        self._updated = sorted(updated, key=id)
        self._registers = {item: i for i, item in enumerate([*self.inputs, *outputs])}
        self._large = [
            i
            for i, item in enumerate(self.inputs)
            if isinstance(item, VariableSlot) or item.shape.sizes == self._sizes
        ]
        self._scratch = 0
        self._calls = self._planned(inner)

    def _planned(self, inner: set[Value]) -> list[_Call]:
        free: list[int] = []
        remaining = Counter(value for step in self._steps for value in step.values())
        registers: dict[Any, int] = {
            value: self._registers[at] for value, at in self._given.items()
        }
        registers.update(self._registers)
        calls: list[_Call] = []
        for step in self._steps:
            sources = [registers[item] for item in step.inputs]
            remaining.subtract(step.inputs)
            dying = {item for item in step.inputs if item in inner and not remaining[item]}
            free += [registers[value] for value in dying]
            if step.updates:
                slot, value = sources
                function = _ASSIGNMENTS[step.op.type]
                if function is not _copy:
                    calls.append((function, sources, slot))
                elif dying and calls[-1][2] == value:
                    calls.append((*calls.pop()[:2], slot))  # computed where it belongs
                else:
                    calls.append((function, [value], slot))
                continue
            (output,) = step.outputs
            if output not in inner:
                registers[output] = self._registers[output]
            elif free:
                registers[output] = free.pop()
            else:
                registers[output] = len(self._registers) + self._scratch
                self._scratch += 1
            calls.append((_ARITHMETIC[step.op.type], sources, registers[output]))
        return calls

    def __call__(self, *given: Any) -> tuple[torch.Tensor, ...]:
        with ExitStack() as locks:
            for slot in self._updated:
                locks.enter_context(slot.lock)
            tensors = [item.value if isinstance(item, VariableSlot) else item for item in given]
            if all(self._is_plain(tensors[i]) for i in self._large):
                return self._by_pieces(tensors)
        return self._one_by_one(given)

    def _is_plain(self, tensor: torch.Tensor | None) -> bool:
        return (
            tensor is not None
            and tensor.is_cpu
            and tensor.shape == self._sizes
            and tensor.is_contiguous()
        )

    def _by_pieces(self, tensors: list[Any]) -> tuple[torch.Tensor, ...]:
        outputs = [torch.empty(self._sizes, dtype=self._dtype) for _ in self._outputs]
        size = _PIECE * torch.get_num_threads()
        scratch = torch.empty((self._scratch, size), dtype=self._dtype)
        registers = [*tensors, *outputs, *scratch]
        large = [*self._large, *range(len(tensors), len(tensors) + len(outputs))]
        for pieces in zip(*(registers[i].view(-1).split(size) for i in large)):
            for i, piece in zip(large, pieces):
                registers[i] = piece
            if len(pieces[0]) < size:
                registers[len(registers) - len(scratch) :] = scratch[:, : len(pieces[0])]
            for function, sources, target in self._calls:
                function(*[registers[i] for i in sources], out=registers[target])
        return tuple(outputs)

    def _one_by_one(self, given: Sequence[Any]) -> tuple[torch.Tensor, ...]:
        """As the steps would run by themselves."""
        values = dict(zip(self.inputs, given))
        known: dict[Any, Any] = {
            value: values[at].read() if isinstance(at, VariableSlot) else values[at]
            for value, at in self._given.items()
        }
        for step in self._steps:
            arguments = [known.get(item, item) for item in step.inputs]
            result = step.function(*arguments, **step.keywords)  # type: ignore[misc]
            known.update((value, result) for value in step.outputs)
        return tuple(known[value] for value in self._outputs)

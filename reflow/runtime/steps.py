"""The plan's own form of a program: values and the steps that compute them.

A plan starts as one step for each operation and is rewritten (folded, fused) before it becomes
Python code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.variable_slot import VariableSlot


class Value:
    """Something that a run computes, is fed, or knows beforehand.

    Attributes:
      tensor: the graph's tensor, None for what only the plan knows.
      shape: its shape in this plan, partly known where it depends on other values.
      on_host: a NumPy array rather than a torch tensor.
      constant: the known value (a NumPy array or torch tensor), else None.
      slot: the variable that a reference refers to, else None.
      roots: the storage it may share: variables, feeds, constants, other values.
      guard: when it is computed.
      block: where it is computed; None for what is there before the plan's first step.
    """

    __slots__ = (
        "block",
        "constant",
        "guard",
        "name",
        "on_host",
        "roots",
        "shape",
        "slot",
        "tensor",
    )

    def __init__(
        self,
        tensor: Tensor | None,
        shape: TensorShape,
        on_host: bool = False,
        constant: Any = None,
        slot: VariableSlot | None = None,
        roots: frozenset[Any] | None = None,
    ) -> None:
        self.tensor = tensor
        self.shape = shape
        self.on_host = on_host
        self.constant = constant
        self.slot = slot
        self.roots: frozenset[Any] = frozenset((self,)) if roots is None else roots
        self.name = ""
        self.guard: Guard = ALWAYS
        self.block: Block | None = None

    @staticmethod
    def beside(other: Value, shape: TensorShape, tensor: Tensor | None = None) -> Value:
        """One that is computed when and where another one is."""
        value = Value(tensor, shape)
        value.guard, value.block = other.guard, other.block
        return value

    def __repr__(self) -> str:
        return (
            f"<value of {self.tensor.name if self.tensor is not None else 'the plan'} {self.shape}>"
        )


class Flag(Value):
    """A Python bool that decides what runs.

    Attributes:
      number: flags are numbered as they are made; a flag that another one guards comes first.
    """

    __slots__ = ("number",)

    def __init__(self, number: int, constant: bool | None = None) -> None:
        super().__init__(None, TensorShape([]), on_host=True, constant=constant)
        self.number = number


# A conjunction: all of these flags have these values.  In the order of their numbers.
Guard = tuple[tuple[Flag, bool], ...]

ALWAYS: Guard = ()


@dataclass(eq=False)
class Step:
    """One call of the generated code: outputs = function(*inputs, **keywords).

    Attributes:
      op: the operation it stands for, which errors and traces name; of a fused step the last.
      function: what is called; None for an assignment, outputs = inputs.
      inputs: values; a list of values for an input that is a list.
      updates: the variables whose storage the call writes to.
      rearranges: the call gives the elements of its input in another order, and computes nothing.
      sequence: the call gives a tuple or list, one item for each output.
      fused: the operations beyond `op` that the step does too.
      guard: when it runs.
    """

    op: Operation
    function: Callable[..., Any] | None
    inputs: list[Any]
    outputs: list[Value]
    keywords: dict[str, Any] = field(default_factory=dict)
    updates: tuple[VariableSlot, ...] = ()
    stateful: bool = False
    sequence: bool = False
    fused: tuple[Operation, ...] = ()
    guard: Guard = ALWAYS
    rearranges: bool = False

    def values(self) -> list[Value | VariableSlot]:
        """The inputs laid out flat, and the flags that decide whether it runs."""
        flat: list[Value | VariableSlot] = [flag for flag, _ in self.guard]
        for item in self.inputs:
            if isinstance(item, list):
                flat += item
            else:
                flat.append(item)
        return flat

    @property
    def slot_read(self) -> VariableSlot | None:
        """The variable whose value the step gives, if that is all it does."""
        slot = getattr(self.function, "__self__", None)
        return slot if isinstance(slot, VariableSlot) else None

    @property
    def computes_op(self) -> bool:
        """Whether it gives what its operation gives: others bring values to where it needs them."""
        if self.function is None or self.rearranges:
            return False
        return [value.tensor for value in self.outputs] == [*self.op._outputs]


class Block:
    """Steps that run one after the other: the plan's own, or those of a loop's body."""

    def __init__(self) -> None:
        self.steps: list[Step] = []


class Loop(Step):
    """Steps that run again and again.

    Attributes:
      condition: whether the loop goes on, known after `head`.
      head: what runs in each iteration and once more, when the condition is false.
      body: what runs while the condition is true.
      tail: what runs when it has become false.
      inputs: the loop variables, and all that is used inside but made outside.
      outputs: the loop variables.
    """

    def __init__(
        self,
        op: Operation,
        variables: list[Value],
        condition: Flag,
        head: list[Step],
        body: list[Step],
        tail: list[Step],
        guard: Guard,
    ) -> None:
        parts = [*head, *body, *tail]
        made = {value for step in parts for value in step.outputs}.difference(variables)
        used = [*variables, condition, *(value for step in parts for value in step.values())]
        super().__init__(
            op,
            None,
            [value for value in dict.fromkeys(used) if value not in made],
            list(variables),
            updates=tuple(dict.fromkeys(slot for step in parts for slot in step.updates)),
            stateful=any(step.stateful or step.updates for step in parts),
            guard=guard,
        )
        self.condition = condition
        self.head = head
        self.body = body
        self.tail = tail


def without_dead(steps: Sequence[Step], needed: set[Value]) -> list[Step]:
    """The steps whose outputs somebody needs, or that have an effect; `needed` grows by theirs."""
    kept = []
    for step in reversed(steps):
        if step.stateful or step.updates or not needed.isdisjoint(step.outputs):
            needed.update(value for value in step.values() if isinstance(value, Value))
            kept.append(step)
    kept.reverse()
    return kept

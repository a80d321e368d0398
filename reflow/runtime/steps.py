"""The plan's own form of a program: values and the steps that compute them.

A plan starts as one step for each operation and is rewritten (folded, fused) before it becomes
Python code.
"""

from __future__ import annotations

from collections.abc import Callable
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
    """

    __slots__ = ("tensor", "shape", "on_host", "constant", "slot", "roots", "name")

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

    def __repr__(self) -> str:
        return (
            f"<value of {self.tensor.name if self.tensor is not None else 'the plan'} {self.shape}>"
        )


@dataclass(eq=False)
class Step:
    """One call of the generated code: outputs = function(*inputs, **keywords).

    Attributes:
      op: the operation it stands for, which errors and traces name; of a fused step the last.
      inputs: values; a list of values for an input that is a list.
      updates: the variables whose storage the call writes to.
      sequence: the call gives a tuple or list, one item for each output.
      fused: the operations beyond `op` that the step does too.
    """

    op: Operation
    function: Callable[..., Any]
    inputs: list[Any]
    outputs: list[Value]
    keywords: dict[str, Any] = field(default_factory=dict)
    updates: tuple[VariableSlot, ...] = ()
    stateful: bool = False
    sequence: bool = False
    fused: tuple[Operation, ...] = ()

    def values(self) -> list[Value | VariableSlot]:
        """The inputs laid out flat."""
        flat: list[Value | VariableSlot] = []
        for item in self.inputs:
            if isinstance(item, list):
                flat += item
            else:
                flat.append(item)
        return flat

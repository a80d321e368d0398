"""The first NaN or infinity of a learner: in which step, and made by which operation.

A probe after each step, of one element of the last variable and of the scalars that the program
fetches, notices it: what goes wrong anywhere in a network is in all of the last layer's gradient.
Then the step is run again, on copies of the variables from before it, and all that it computes is
looked at in order.
"""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch

from reflow.graph import source
from reflow.graph.control_flow import kind_of
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.values import copied
from reflow.ops.variable_slot import VariableSlot, refers_to_variable
from reflow.runtime.plan import Plan
from reflow.runtime.session import BaseSession
from reflow.runtime.states import States
from reflow.watch.updates import updates_among
from reflow.watch.walks import DATA_TYPES, origin, running, variable_of

# What cannot be run a second time: it talks to the world, or moves something on.
_UNREPEATABLE = (DATA_TYPES - {"Placeholder", "PlaceholderV2", "PlaceholderWithDefault"}) | {
    "PyFunc",
    "EagerPyFunc",
    "ReadFile",
    "WriteFile",
}


@dataclass(frozen=True)
class Finding:
    """What is told of the first NaN or infinity.

    Attributes:
      step: the step that noticed it; learner: whose.
      what: "NaN" or "infinity".
      op, op_type: the first operation whose output has one, its inputs having none; or the
        placeholder that was fed with one; None if that was not found.
      variable: the weights of that operation, else the first variable that has one.
      line: the program's line that made the operation: its file, its number as line, its text.
      certain: what of this is sure, a sentence.
    """

    step: int
    learner: str
    what: str
    op: str | None
    op_type: str | None
    variable: str | None
    line: dict[str, Any] | None
    certain: str

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    def __str__(self) -> str:
        where = f" by {self.op_type} '{self.op}'" if self.op else ""
        line = ", {file}:{line}: {text}".format(**self.line) if self.line else ""
        variable = f" (variable '{self.variable}')" if self.variable else ""
        return (
            f"reflow: the first {self.what} of learner '{self.learner}' came in step {self.step}"
            f"{where}{variable}{line}. {self.certain}"
        )


@dataclass(frozen=True)
class Failing:
    """A step after which something was not finite.

    Attributes:
      session, elements: what was run.
      losses: what the learner makes smaller, which a run need not compute.
      fed: the runtime values by tensor.
      variables: the learner's, and what they held `age` steps before this one began; empty if that
        is not known.
    """

    session: BaseSession
    elements: Sequence[Tensor | Operation]
    losses: Sequence[Tensor]
    fed: Mapping[Tensor, Any]
    step: int
    learner: str
    what: str
    variables: Mapping[Operation, torch.Tensor]
    age: int


def locate(failing: Failing) -> Finding:
    """Finds the operation, as far as the step can be run again."""
    fed = _bad_feed(failing.fed)
    if fed is not None:
        return _finding(failing, fed.op, "It is in what the program fed.")
    operations = running([*failing.elements, *failing.losses])
    poisoned = _first_poisoned(failing, operations)
    unrepeatable = sorted(op.type for op in operations if op.type in _UNREPEATABLE)
    if unrepeatable:
        return _finding(
            failing,
            None,
            f"The step cannot be run again to find the operation, as it has {unrepeatable[0]}.",
            poisoned,
        )
    if not failing.variables:
        return _finding(failing, None, "There was no copy of the variables from before.", poisoned)
    found = _first_bad(failing, operations)
    if found is None:
        how = (
            "with the variables as they were"
            if not failing.age
            else (f"with the variables of {failing.age} steps before")
        )
        return _finding(failing, None, f"Run again {how}, the step was finite.", poisoned)
    is_random = any(_is_random(op) for op in operations)
    if failing.age:
        certain = (
            f"The step is certain; the operation was found by running it again with the variables "
            f"of {failing.age} steps before."
        )
    elif is_random:
        certain = "The step is certain; run again to find the operation, it drew other numbers."
    else:
        certain = "Step and operation are certain."
    return _finding(failing, found, certain, poisoned)


def tell(finding: Finding) -> None:
    """Prints a line to standard error."""
    print(finding, file=sys.stderr, flush=True)


# -- Running again -----------------------------------------------------------------------------


class _CopiedStates(States):
    """Copies of a session's states, made as they are asked for: the session's do not change."""

    def __init__(self, session: BaseSession, variables: Mapping[Operation, torch.Tensor]) -> None:
        super().__init__()
        self._session = session
        self._variables = variables

    def of(self, op: Operation) -> Any:
        if op not in self._states:
            self._states[op] = self._copy(op)
        return self._states[op]

    def _copy(self, op: Operation) -> Any:
        state = self._session._states.of(op)
        if not isinstance(state, VariableSlot):
            return copy.deepcopy(state)
        slot = VariableSlot(state.name, state.dtype, state.shape)
        value = self._variables.get(op, state.value)
        slot.value = None if value is None else copied(value)
        return slot


def _first_bad(failing: Failing, operations: set[Operation]) -> Operation | None:
    """The first operation in running order that makes something not finite of what is."""
    outputs = [
        tensor
        for op in sorted(operations, key=lambda op: op._id)
        if not getattr(op.definition.rules, "updates", False) and not kind_of(op)
        for tensor in op._outputs
        if tensor.dtype.is_floating and not refers_to_variable(tensor.dtype)
    ]
    fetched = [e for e in failing.elements if isinstance(e, Tensor)]
    targets = [e for e in failing.elements if isinstance(e, Operation)]
    shapes = {tensor: TensorShape.of(tuple(value.shape)) for tensor, value in failing.fed.items()}
    states = _CopiedStates(failing.session, failing.variables)
    plan = Plan(fetched, targets, shapes, states, failing.session._device, taps=outputs)
    values = plan.run(list(failing.fed.values()))[len(fetched) :]
    is_bad = {tensor: _is_bad(value) for tensor, value in zip(outputs, values)}
    place = {op: number for number, op in enumerate(plan.operations)}
    ordered = sorted((t for t in outputs if t.op in place), key=lambda t: place[t.op])
    for tensor in ordered:
        if is_bad[tensor] and tensor.op.type != "Const":
            if not any(is_bad.get(given, False) for given in tensor.op._inputs):
                return tensor.op
    return None


def _is_bad(value: Any) -> bool:
    if isinstance(value, torch.Tensor) and value.is_floating_point():
        return not bool(torch.isfinite(value).all())
    return (
        isinstance(value, np.ndarray) and value.dtype.kind == "f" and not np.isfinite(value).all()
    )


def _bad_feed(fed: Mapping[Tensor, Any]) -> Tensor | None:
    return next((tensor for tensor, value in fed.items() if _is_bad(value)), None)


def _is_random(op: Operation) -> bool:
    has_seed = "seed" in op.attrs and "seed2" in op.attrs
    return has_seed and op.definition.stateful


# -- Telling -----------------------------------------------------------------------------------


def _first_poisoned(failing: Failing, operations: set[Operation]) -> Operation | None:
    """The first variable that has something not finite now."""
    updates = updates_among(operations, failing.session.graph)
    for variable in sorted({update.variable for update in updates}, key=lambda op: op._id):
        slot = failing.session._states.of(variable)
        if isinstance(slot, VariableSlot) and _is_bad(slot.value):
            return variable
    return None


def _finding(
    failing: Failing, op: Operation | None, certain: str, poisoned: Operation | None = None
) -> Finding:
    own = None if op is None else _weights_of(op)
    variable = own or poisoned
    return Finding(
        failing.step,
        failing.learner,
        failing.what,
        None if op is None else op.name,
        None if op is None else op.type,
        None if variable is None else variable.name,
        None if op is None else line_of(op),
        certain,
    )


def _weights_of(op: Operation) -> Operation | None:
    """The nearest variable among what an operation is computed from: a layer's or two back."""
    level = [op]
    for _ in range(6):
        for maker in level:
            for tensor in maker._inputs:
                owner = variable_of(tensor)
                if owner is not None:
                    return owner
        level = [origin(tensor).op for maker in level for tensor in maker._inputs][:64]
    return None


def line_of(op: Operation) -> dict[str, Any] | None:
    """The program's line that made an operation; of a gradient's, what it is the gradient of."""
    made = op if op._original_op is None else op._original_op
    line = source.program_line(made.trace) or made.user_line
    if line is None:
        return None
    return {"file": line.filename, "line": line.lineno, "text": line.text}

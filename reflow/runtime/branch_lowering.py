"""Switches and merges in a plan: guards, and assignments under guards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from reflow.graph import errors
from reflow.graph.operation import Operation, Tensor
from reflow.ops.values import HOST_TYPES
from reflow.runtime.branches import NEVER, both, common, either
from reflow.runtime.failures import explain
from reflow.runtime.steps import ALWAYS, Flag, Guard, Step, Value

if TYPE_CHECKING:
    from reflow.runtime.lowering import Lowering


def _lower_switch(lowering: Lowering, op: Operation) -> None:
    """Both outputs are the data itself, under guards of their own."""
    data, pred = op._inputs
    value = lowering.values[data]
    predicate = lowering.values[pred]
    if predicate.slot is not None:
        predicate = lowering.read(op, predicate)
    flag = lowering.flag(op, predicate)
    lowering.op_guards[op] = lowering.guard
    for output, wanted in zip(op._outputs, (False, True)):
        lowering.reads.forward(data, output)
        lowering.set_guard(output, _with_literal(lowering.guard, flag, wanted))
    lowering.set(op, [value, value])


def _with_literal(guard: Guard, flag: Flag, wanted: bool) -> Guard:
    if flag.constant is not None:
        return guard if flag.constant is wanted else NEVER
    return both((guard, ((flag, wanted),)))


def _lower_merge(lowering: Lowering, op: Operation) -> None:
    """One variable, to which each input is assigned under its own guard."""
    given = [
        (index, tensor, lowering.guards.get(tensor, ALWAYS))
        for index, tensor in enumerate(op._inputs)
    ]
    alive = [item for item in given if item[2] != NEVER]
    guard = either([guard for _, _, guard in alive])
    if guard is None:
        guard = _any_of(lowering, op, [guard for _, _, guard in alive])
    output, index = op._outputs
    lowering.op_guards[op] = guard
    lowering.set_guard(output, guard)
    lowering.set_guard(index, guard)
    if not alive:
        lowering.set(op, [Value(tensor, tensor._shape) for tensor in op._outputs])
        return
    values = [lowering.values[tensor] for _, tensor, _ in alive]
    if len(alive) == 1 or (values[0].slot is not None and len({v.slot for v in values}) == 1):
        merged = values[0]
    else:
        merged = _merged(lowering, op, alive)
    chosen = Value(index, index._shape, on_host=True)
    for position, _, its_guard in alive:
        known = Value(index, index._shape, constant=np.array(position, np.int32))
        _assign(lowering, op, known, chosen, its_guard)
    chosen.guard = guard
    lowering.set(op, [merged, chosen])


def _merged(lowering: Lowering, op: Operation, alive: Sequence[tuple[int, Tensor, Guard]]) -> Value:
    """The variable that takes one of several values."""
    output = op._outputs[0]
    if output.dtype._is_ref_dtype:
        raise explain(errors.UnimplementedError, "Merges references to several variables", op, [])
    values = []
    for _, tensor, guard in alive:
        value = lowering.values[tensor]
        lowering.guard = guard
        values.append(value if value.slot is None else lowering.read(op, value))
    on_host = stays_on_host(output, values)
    shape = lowering.output_shapes(op, [lowering.values[tensor] for tensor in op._inputs])[0]
    roots = frozenset().union(*(value.roots for value in values))
    merged = Value(output, shape, on_host=on_host, roots=roots)
    for value, (_, tensor, guard) in zip(values, alive):
        form = (
            lowering.host_form(op, value, tensor)
            if on_host
            else lowering.device_form(op, value, tensor)
        )
        _assign(lowering, op, form, merged, guard)
    merged.guard = lowering.op_guards[op]
    return merged


def stays_on_host(tensor: Tensor, values: Sequence[Value]) -> bool:
    """Whether a variable that takes these values may be a NumPy array."""
    is_small_number = tensor.dtype.is_integer or tensor.dtype.is_bool
    return tensor.dtype.base_dtype in HOST_TYPES or all(
        value.on_host or (is_small_number and value.constant is not None) for value in values
    )


def _assign(lowering: Lowering, op: Operation, value: Value, to: Value, guard: Guard) -> None:
    lowering.guard = guard
    lowering.add(Step(op, None, [value], [to]))


def _any_of(lowering: Lowering, op: Operation, guards: Sequence[Guard]) -> Guard:
    """A guard that holds where any of several does: a flag of its own."""
    always = common(guards)
    flag = lowering.new_flag()
    for wanted, its_guards in ((False, [always]), (True, guards)):
        for guard in its_guards:
            known = Value(None, flag.shape, constant=wanted)
            _assign(lowering, op, known, flag, guard)
    flag.guard = always
    return both((always, ((flag, True),)))


def _lower_trigger(lowering: Lowering, op: Operation) -> None:
    """Runs even if what it waits for is dead."""
    lowering.op_guards.pop(op, None)


def _lower_condition(lowering: Lowering, op: Operation) -> None:
    """The condition of a loop is the value itself."""
    lowering.op_guards[op] = lowering.guard
    lowering.set_guard(op._outputs[0], lowering.guard)
    lowering.set(op, [lowering.values[op._inputs[0]]])


LOWERINGS: dict[str, Callable[[Lowering, Operation], None]] = {
    "switch": _lower_switch,
    "merge": _lower_merge,
    "trigger": _lower_trigger,
    "condition": _lower_condition,
}

"""Whether an op's shape rule allows its inputs: asked once for each combination of shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph.constant_value import constant_value, constant_value_as_shape
from reflow.graph.dtypes import resource
from reflow.graph.eager_tensor import EagerOperation, EagerTensor
from reflow.graph.op_definition import OpDefinition
from reflow.ops.variable_slot import VariableSlot

# So many allowed combinations are remembered.
_MAX_REMEMBERED = 1024
# Inputs of more bytes than this are looked at anew each time by rules that read values.
_MAX_BYTES = 256

# The reason why the inputs are refused, None if they are not.
Check = Callable[[list[EagerTensor]], ValueError | None]


def shape_check(definition: OpDefinition, attrs: dict[str, Any]) -> Check | None:
    """What checks the inputs of an op with these attributes; None if any are allowed."""
    if not definition.outputs and not hasattr(definition.rules, "shape"):
        return None
    reads = definition.inputs_read_by_shape_rule(attrs)
    handles = [i for i, t in enumerate(definition.input_types(attrs)) if t is resource]
    allowed: set[Any] = set()

    def check(tensors: list[EagerTensor]) -> ValueError | None:
        key: Any = tuple([tensor._sizes for tensor in tensors])
        if reads or handles:
            more = [_value_key(tensors[i]) for i in reads]
            key = None if None in more else (key, *more, *(_slot_key(tensors[i]) for i in handles))
        if key in allowed:
            return None
        refusal = _refusal(definition, attrs, tensors)
        if refusal is None and key is not None and len(allowed) < _MAX_REMEMBERED:
            allowed.add(key)
        return refusal

    return check


def _refusal(
    definition: OpDefinition, attrs: dict[str, Any], tensors: list[EagerTensor]
) -> ValueError | None:
    op: Any = EagerOperation(definition, list(tensors), [], attrs)
    try:
        definition.output_shapes(
            op,
            [tensor.shape for tensor in tensors],
            lambda i: constant_value(tensors[i]),
            lambda i: constant_value_as_shape(tensors[i]),
        )
    except ValueError as error:
        return error
    return None


def _value_key(tensor: EagerTensor) -> bytes | None:
    """What stands for a small value; None for a large one."""
    array = tensor._on_host()
    return array.tobytes() if array.nbytes <= _MAX_BYTES and array.dtype != object else None


def _slot_key(tensor: EagerTensor) -> Any:
    """What stands for the shape of the variable behind a handle."""
    slot = tensor._on_host().item()
    return slot.shape.sizes if isinstance(slot, VariableSlot) else None

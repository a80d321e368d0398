"""Whether an op's shape rule allows its inputs: asked once for each combination of shapes."""

from __future__ import annotations

from typing import Any

from reflow.graph.constant_value import constant_value, constant_value_as_shape
from reflow.graph.dtypes import DType, resource
from reflow.graph.eager_tensor import EagerOperation, EagerTensor
from reflow.graph.op_definition import OpDefinition
from reflow.ops.variable_slot import VariableSlot

# So many allowed combinations are remembered.
_MAX_REMEMBERED = 1024
# Inputs of more bytes than this are looked at anew each time by rules that read values.
_MAX_BYTES = 256


class ShapeCheck:
    """Checks the inputs of an op with given attributes.

    What a rule says depends on the shapes, on the values that it reads, and on the shapes of
    variables behind handles.
    """

    def __init__(self, definition: OpDefinition, attrs: dict[str, Any]) -> None:
        self._definition = definition
        self._attrs = attrs
        self._has_rule = bool(definition.outputs) or hasattr(definition.rules, "shape")
        self._reads = definition.inputs_read_by_shape_rule(attrs) if self._has_rule else []
        types: list[DType] = definition.input_types(attrs)
        self._handles = [i for i, dtype in enumerate(types) if dtype is resource]
        self._depends_on_values = bool(self._reads or self._handles)
        self._allowed: set[Any] = set()

    def refusal(self, tensors: list[EagerTensor]) -> ValueError | None:
        """The reason why the inputs are refused, None if they are not."""
        key: Any = tuple([(t._array if t._value is None else t._value).shape for t in tensors])
        if self._depends_on_values:
            key = self._key_with_values(key, tensors)
        if key in self._allowed or not self._has_rule:
            return None
        refusal = self._ask(tensors)
        if refusal is None and key is not None and len(self._allowed) < _MAX_REMEMBERED:
            self._allowed.add(key)
        return refusal

    def _key_with_values(self, shapes: Any, tensors: list[EagerTensor]) -> Any:
        """What the rule depends on; None if that is too large to be remembered."""
        values: list[Any] = []
        for index in self._reads:
            array = tensors[index]._on_host()
            if array.nbytes > _MAX_BYTES or array.dtype == object:
                return None
            values.append(array.tobytes())
        for index in self._handles:
            slot = tensors[index]._on_host().item()
            values.append(slot.shape.sizes if isinstance(slot, VariableSlot) else None)
        return shapes, *values

    def _ask(self, tensors: list[EagerTensor]) -> ValueError | None:
        op: Any = EagerOperation(self._definition, list(tensors), [], self._attrs)
        try:
            self._definition.output_shapes(
                op,
                [tensor.shape for tensor in tensors],
                lambda i: constant_value(tensors[i]),
                lambda i: constant_value_as_shape(tensors[i]),
            )
        except ValueError as error:
            return error
        return None

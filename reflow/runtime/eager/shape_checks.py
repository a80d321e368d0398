"""What the shapes of an op's inputs decide: found out once for each combination of shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph.constant_value import constant_value, constant_value_as_shape
from reflow.graph.dtypes import DType, resource
from reflow.graph.eager_tensor import EagerOperation, EagerTensor
from reflow.graph.op_definition import OpDefinition
from reflow.ops.kernels import Known, specialised_kernel
from reflow.ops.values import COMMON_TYPES
from reflow.ops.variable_slot import VariableSlot

Kernel = Callable[..., Any]
Verdict = tuple[ValueError | None, Kernel | None]

# So many allowed combinations are remembered.
_MAX_REMEMBERED = 1024
# Inputs of more bytes than this are looked at anew each time by rules that read values.
_MAX_BYTES = 256


class ShapeCheck:
    """Checks the inputs of an op with given attributes, and chooses a kernel for them.

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
        self._is_specialised = hasattr(definition.rules, "specialised") and all(
            dtype.base_dtype in COMMON_TYPES for dtype in (*types, *definition.output_types(attrs))
        )
        self._allowed: dict[Any, Verdict] = {}

    def verdict(self, tensors: list[EagerTensor]) -> Verdict:
        """The reason why the inputs are refused, None if they are not; and the kernel for inputs
        of these shapes, None if the op has none of its own for them."""
        key: Any = tuple([(t._array if t._value is None else t._value).shape for t in tensors])
        if self._depends_on_values:
            key = self._key_with_values(key, tensors)
        verdict = self._allowed.get(key)
        if verdict is not None:
            return verdict
        op: Any = EagerOperation(self._definition, list(tensors), [], self._attrs)
        refusal = self._ask(op, tensors) if self._has_rule else None
        if refusal is not None or key is None or len(self._allowed) >= _MAX_REMEMBERED:
            return refusal, None
        verdict = self._allowed[key] = None, self._specialised(op, tensors)
        return verdict

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

    def _specialised(self, op: Any, tensors: list[EagerTensor]) -> Kernel | None:
        if not self._is_specialised:
            return None
        # Other values than those that the rule reads may be others the next time.
        return specialised_kernel(
            op,
            [
                Known(tensor._sizes, tensor._on_host() if i in self._reads else None)
                for i, tensor in enumerate(tensors)
            ],
        )

    def _ask(self, op: Any, tensors: list[EagerTensor]) -> ValueError | None:
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

"""KernelCall: arguments and keywords of a kernel, and what ops keep between calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from reflow.graph.dtypes import DType, resource
from reflow.graph.eager_tensor import EagerOperation, EagerTensor
from reflow.graph.op_definition import OpDefinition
from reflow.ops.kernels import KernelSignature, kernel_function, kernel_signature
from reflow.ops.values import HOST_TYPES, handle, to_torch
from reflow.runtime.eager.context import context
from reflow.runtime.functions import compile_function

Take = Callable[[EagerTensor], Any]


class KernelCall:
    """Computes an op with given attributes on a device.

    Attributes:
      compute: (inputs laid out flat, name) -> what the kernel gives.
    """

    compute: Callable[[list[EagerTensor], str | None], Any]

    def __init__(
        self, definition: OpDefinition, attrs: dict[str, Any], device: torch.device
    ) -> None:
        self._definition = definition
        self._attrs = attrs
        self._device = device
        signature = kernel_signature(definition)
        if signature is None:
            self.compute = self._by_rules
            return
        types = definition.input_types(attrs)
        counts = [definition.count(arg, attrs) for arg in definition.inputs]
        kinds = [kind for kind, count in zip(signature.kinds, counts) for _ in range(count)]
        self._function = kernel_function(signature, [*types, *definition.output_types(attrs)])
        self._takes = [_taker(kind, dtype, device) for kind, dtype in zip(kinds, types)]
        self._groups = _groups(definition, counts)
        self._lending = _Lending(definition, kinds)
        self._keywords = Keywords(definition, attrs, signature, device)
        is_plain = (
            self._groups is None and not self._lending.applies and self._keywords.same is not None
        )
        self.compute = self._plainly if is_plain else self._in_general

    def _plainly(self, tensors: list[EagerTensor], name: str | None) -> Any:
        """As most ops: no lists, no variables, no state."""
        arguments = [take(tensor) for take, tensor in zip(self._takes, tensors)]
        return self._function(*arguments, **self._keywords.same)  # type: ignore[arg-type]

    def _in_general(self, tensors: list[EagerTensor], name: str | None) -> Any:
        arguments = self.arguments(tensors)
        if self._lending.applies:
            self._lending.before(tensors)
        return self._function(*arguments, **self._keywords.of(tensors, name))

    def arguments(self, tensors: list[EagerTensor]) -> list[Any]:
        """The inputs as the kernel takes them."""
        arguments = [take(tensor) for take, tensor in zip(self._takes, tensors)]
        if self._groups is not None:
            return [arguments[group] for group in self._groups]
        return arguments

    def _by_rules(self, tensors: list[EagerTensor], name: str | None) -> Any:
        """Without a kernel: a value that the shapes tell, a resource, or nothing."""
        rules = self._definition.rules
        op = EagerOperation(self._definition, list(tensors), [], self._attrs, name or "")
        constant = getattr(rules, "constant", None)
        if constant is not None:
            return constant(op, *(tensor.shape for tensor in tensors))
        make = getattr(rules, "state", None)
        return None if make is None else _resource(op, make)


def _resource(op: Any, make: Callable[[Any], Any]) -> Any:
    """A new resource, or the one that is shared under the name that the op gives."""
    name = op.attrs.get("shared_name")
    if not name:
        return handle(make(op))
    shared = context().shared_resources
    key = op.type, op.attrs["container"], name
    if key not in shared:
        shared[key] = make(op)
    return handle(shared[key])


def _taker(kind: str, dtype: DType, device: torch.device) -> Take:
    """What gives an input as the kernel wants it."""
    if kind == "ref":
        return lambda tensor: tensor._on_host().item()
    if kind == "host" or dtype in HOST_TYPES:
        return EagerTensor._on_host

    def on_device(tensor: EagerTensor) -> Any:
        value = tensor._value
        if value is None:
            value = tensor._value = to_torch(tensor._array, dtype, device)
        return value

    return on_device


def _groups(definition: OpDefinition, counts: list[int]) -> list[int | slice] | None:
    """For each input its place, or its places, in a flat list; None if no input is a list."""
    if not any(arg.is_sequence for arg in definition.inputs):
        return None
    groups: list[int | slice] = []
    position = 0
    for arg, count in zip(definition.inputs, counts):
        groups.append(slice(position, position + count) if arg.is_sequence else position)
        position += count
    return groups


class Keywords:
    """The keyword arguments of a kernel.

    What an op keeps between its calls belongs to the op type with these attributes, as the kernels
    that TensorFlow caches do; but each call of an op that makes a resource makes another.

    Attributes:
      same: the arguments where they are the same for each call, else None.
    """

    def __init__(
        self,
        definition: OpDefinition,
        attrs: dict[str, Any],
        signature: KernelSignature,
        device: torch.device,
    ) -> None:
        self._definition = definition
        self._attrs = attrs
        self._signature = signature
        self._device = device
        self._make_state = getattr(definition.rules, "state", None)
        self._makes_resource = resource in definition.output_types(attrs)
        self._states: list[Any] = []
        self.same: dict[str, Any] | None = None
        if "op" not in signature.keywords and "state" not in signature.keywords:
            self.same = self.of([], None)

    def of(self, tensors: list[EagerTensor], name: str | None) -> dict[str, Any]:
        """The arguments of one call."""
        if self.same is not None:
            return self.same
        op: Any = EagerOperation(self._definition, list(tensors), [], self._attrs, name or "")
        return self._signature.keyword_values(op, self._state(op), self._device, compile_function)

    def _state(self, op: Any) -> Any:
        if self._make_state is None or self._makes_resource:
            return None if self._make_state is None else self._make_state(op)
        if not self._states:
            self._states.append(self._make_state(op))
        return self._states[0]


class _Lending:
    """Keeps what was read of a variable from changing when the variable does.

    A read gives the variable's own memory.  The first update after a read leaves that memory to
    whoever read it.
    """

    def __init__(self, definition: OpDefinition, kinds: list[Any]) -> None:
        self._references = [i for i, kind in enumerate(kinds) if kind == "ref"]
        self._updates = getattr(definition.rules, "updates", False)
        self.applies = bool(self._references) and (
            self._updates or getattr(definition.rules, "view", False)
        )

    def before(self, tensors: list[EagerTensor]) -> None:
        """Called before the kernel is."""
        for index in self._references:
            slot = tensors[index]._on_host().item()
            if not self._updates:
                slot.lent = True
            elif slot.lent:
                slot.unshare()
                slot.lent = False

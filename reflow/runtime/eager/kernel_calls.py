"""How a kernel is called on eager tensors: arguments, keywords, and what ops keep between calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from reflow.graph.dtypes import DType, resource
from reflow.graph.eager_tensor import EagerOperation, EagerTensor
from reflow.graph.op_definition import OpDefinition
from reflow.ops.kernels import KernelSignature, kernel_function, kernel_signature
from reflow.ops.values import HOST_TYPES, handle, to_torch
from reflow.runtime.functions import compile_function

# (inputs laid out flat, name) -> what the kernel gives.
Compute = Callable[[list[EagerTensor], str | None], Any]


def compute_function(
    definition: OpDefinition, attrs: dict[str, Any], device: torch.device
) -> Compute:
    """What computes an op with these attributes on a device."""
    signature = kernel_signature(definition)
    if signature is None:
        return _rules_alone(definition, attrs)
    types = definition.input_types(attrs)
    function = kernel_function(signature, [*types, *definition.output_types(attrs)])
    counts = [definition.count(arg, attrs) for arg in definition.inputs]
    kinds = [kind for kind, count in zip(signature.kinds, counts) for _ in range(count)]
    takes = [_taker(kind, dtype, device) for kind, dtype in zip(kinds, types)]
    groups = _groups(definition, counts)
    keywords = _keywords(definition, attrs, signature, device)
    changed = _Lending(definition, kinds)

    def compute(tensors: list[EagerTensor], name: str | None) -> Any:
        arguments = [take(tensor) for take, tensor in zip(takes, tensors)]
        if groups is not None:
            arguments = [arguments[group] for group in groups]
        if changed.applies:
            changed.before(tensors)
        return function(*arguments, **keywords(tensors, name))

    return compute


def _rules_alone(definition: OpDefinition, attrs: dict[str, Any]) -> Compute:
    """For an op without a kernel: a value that the shapes tell, a resource, or nothing."""
    rules = definition.rules
    constant = getattr(rules, "constant", None)
    make = getattr(rules, "state", None)

    def compute(tensors: list[EagerTensor], name: str | None) -> Any:
        op = EagerOperation(definition, list(tensors), [], attrs, name or "")
        if constant is not None:
            return constant(op, *(tensor.shape for tensor in tensors))
        return None if make is None else handle(make(op))

    return compute


def _taker(kind: str, dtype: DType, device: torch.device) -> Callable[[EagerTensor], Any]:
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


def _keywords(
    definition: OpDefinition, attrs: dict[str, Any], signature: KernelSignature, device: Any
) -> Callable[[list[EagerTensor], str | None], dict[str, Any]]:
    """What gives the keyword arguments of one call.

    What an op keeps between its calls belongs to the op type with these attributes, as the kernels
    that TensorFlow caches do; but each call of an op that makes a resource makes another.
    """
    make = getattr(definition.rules, "state", None)
    makes_resource = resource in definition.output_types(attrs)
    kept: list[Any] = []

    def state(op: Any) -> Any:
        if make is None:
            return None
        if makes_resource:
            return make(op)
        if not kept:
            kept.append(make(op))
        return kept[0]

    def values(tensors: list[EagerTensor], name: str | None) -> dict[str, Any]:
        op: Any = EagerOperation(definition, list(tensors), [], attrs, name or "")
        return signature.keyword_values(op, state(op), device, compile_function)

    if "op" in signature.keywords or "state" in signature.keywords:
        return values
    same = values([], None)
    return lambda tensors, name: same


class _Lending:
    """Keeps what was read of a variable from changing when the variable does.

    A read gives the variable's own memory.  The first update after a read leaves that memory to
    whoever read it.
    """

    def __init__(self, definition: OpDefinition, kinds: list[str]) -> None:
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

"""How a kernel is called.

A kernel is a plain function of the op's inputs.  Its signature says what it wants:

- A parameter for each input (a list input is one list).  Annotated `Host`, the input comes as
  a NumPy array; annotated `Ref`, as the variable that it refers to; else as a torch tensor.
- Keyword-only parameters name what else it needs: an attribute of the op, `op` itself,
  `device` (where its outputs belong), `state` (what the op keeps between runs of a session;
  the class makes it with a `state(op)` function) or `compile_function` (makes of a FuncGraph a
  Python function from the NumPy arrays of its inputs to those of its outputs).

It gives one value, or a tuple or list with one for each output.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, Literal

import numpy as np
import torch

from reflow.graph.dtypes import DType
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.values import COMMON_TYPES, HOST_TYPES, to_numpy, to_torch

# Annotations of kernels and shape rules.
Host = np.ndarray[Any, Any]  # kernel: this input as a NumPy array
Value = Any  # shape rule: this input's value as a NumPy array if known, else None
Dims = TensorShape  # shape rule: this input as the (partly known) shape that it describes

Kind = Literal["device", "host", "ref"]
_TENSOR: Kind = "device"


@dataclass(frozen=True)
class Known:
    """What a plan knows of an input: its sizes, and its value if no run changes that."""

    sizes: tuple[int, ...]
    value: Host | None


@dataclass(frozen=True)
class KernelSignature:
    """What a kernel asks for."""

    function: Callable[..., Any]
    kinds: tuple[Kind, ...]
    keywords: tuple[str, ...]

    def keyword_values(
        self, op: Operation, state: Any, device: Any, compile_function: Any = None
    ) -> dict[str, Any]:
        special = {
            "op": op,
            "state": state,
            "device": device,
            "compile_function": compile_function,
        }
        return {
            name: op.attrs[name] if name in op.attrs else special[name] for name in self.keywords
        }


_KINDS: dict[str, Kind] = {"Host": "host", "list[Host]": "host", "Ref": "ref"}


@cache
def kernel_signature(definition: OpDefinition) -> KernelSignature | None:
    """The definition's kernel as the runtime calls it; None for an op that only marks a place."""
    function = getattr(definition.rules, "kernel", None)
    if function is None:
        return None
    tensors = tuple(_TENSOR for _ in definition.inputs)
    kinds: list[Kind] = []
    keywords: list[str] = []
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except ValueError:  # a function of torch itself: tensors only
        return KernelSignature(function, tensors, ())
    if getattr(function, "__module__", "").startswith("torch"):
        return KernelSignature(function, tensors, ())
    for parameter in parameters:
        if parameter.kind is parameter.KEYWORD_ONLY:
            keywords.append(parameter.name)
        else:
            kinds.append(_KINDS.get(str(parameter.annotation), "device"))
    return KernelSignature(function, tuple(kinds), tuple(keywords))


def kernel_function(signature: KernelSignature, types: Iterable[DType]) -> Callable[..., Any]:
    """The kernel for inputs and outputs of these types."""
    if all(dtype.base_dtype in COMMON_TYPES for dtype in types):
        # Decorators of kernels take care of strings and unsigned integers only.
        return inspect.unwrap(signature.function)
    return signature.function


def specialised_kernel(op: Operation, inputs: Iterable[Known]) -> Callable[..., Any] | None:
    """The op's kernel for exactly these inputs, lists of them laid out flat, if it has one."""
    choose = getattr(op.definition.rules, "specialised", None)
    if choose is None:
        return None
    known = iter(inputs)
    arguments: list[Any] = []
    for arg in op.definition.inputs:
        group = list(islice(known, OpDefinition.count(arg, op.attrs)))
        arguments.append(group if arg.is_sequence else group[0])
    try:
        kernel: Callable[..., Any] | None = choose(op, *arguments)
    except ValueError:
        # What is wrong is said in the run, with the operation named.
        return None
    return kernel


def evaluate(op: Operation, values: list[Any]) -> list[Any] | None:
    """The outputs of a stateless op for constant inputs, as NumPy arrays."""
    signature = kernel_signature(op.definition)
    if signature is None or "state" in signature.keywords or "ref" in signature.kinds:
        return None
    arguments: list[Any] = []
    position = 0
    for arg, kind in zip(op.definition.inputs, signature.kinds):
        count = OpDefinition.count(arg, op.attrs)
        group = [
            value if kind == "host" or tensor.dtype in HOST_TYPES else to_torch(value, tensor.dtype)
            for value, tensor in zip(values[position:], op.inputs[position : position + count])
        ]
        arguments.append(group if arg.is_sequence else group[0])
        position += count
    with torch.inference_mode():
        result = signature.function(
            *arguments, **signature.keyword_values(op, None, torch.device("cpu"))
        )
        if len(op.outputs) == 1 and not isinstance(result, (tuple, list)):
            result = (result,)
        return [to_numpy(value) for value in result]

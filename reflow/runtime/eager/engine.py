"""Calls of ops while executing eagerly: arguments become tensors, and the op is run at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph import errors
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, resource
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.execution import engine
from reflow.graph.op_definition import OpDefinition
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.values import to_numpy
from reflow.runtime.eager.calls import Call
from reflow.runtime.eager.constants import constant, constant_of_array
from reflow.runtime.eager.context import context

_context = context()


def execute(
    definition: OpDefinition, args: Sequence[Any], kwargs: dict[str, Any], name: str | None
) -> Any:
    """Runs an op; the arguments are those of a call that would add a node.

    Raises:
      TypeError, ValueError: as for adding a node.
      RuntimeError: the op takes or gives references to variables.
      tf.errors.OpError: the op failed.
    """
    key: Any = None
    types = []
    for value in args:
        if type(value) is not EagerTensor:
            break
        types.append(value.dtype)
    else:
        key = (definition, *types, *kwargs.items()) if kwargs else (definition, *types)
        try:
            call = _context.calls.get(key)
        except TypeError:  # an attribute that is a list, or an input by name
            key = None
        else:
            if call is not None:
                return call.run(list(args), name)
    _refuse_references(definition)
    values, given, name = definition.bind(args, kwargs, name)
    if key is not None and len(values) != len(args):
        key = None
    _check_types(definition, values)
    tensors = definition.converter.convert(_of_one_type(definition, values), given)
    call = _call(definition, definition.complete_attrs(given))
    if key is not None:
        _context.calls[key] = call
    return call.run(tensors, name)  # type: ignore[arg-type]


def _call(definition: OpDefinition, attrs: dict[str, Any]) -> Call:
    """The call of an op type with these attributes: the same one each time.

    Those that make variables and their like are not worth keeping.
    """
    if any(arg.dtype is resource for arg in definition.outputs):
        return Call(definition, attrs, _context.torch_device)
    key = definition, _frozen(attrs)
    try:
        call = _context.calls.get(key)
    except TypeError:  # an attribute that is an array
        return Call(definition, attrs, _context.torch_device)
    if call is None:
        call = _context.calls[key] = Call(definition, attrs, _context.torch_device)
    return call


def _frozen(value: Any) -> Any:
    """Something hashable that stands for attributes."""
    if isinstance(value, dict):
        return tuple([(name, _frozen(item)) for name, item in value.items()])
    if isinstance(value, list):
        return tuple([_frozen(item) for item in value])
    if isinstance(value, TensorShape):
        return "shape", value.sizes
    # True and 1, or 0.0 and -0.0, are different attributes.
    return (type(value), repr(value)) if isinstance(value, (bool, float)) else value


def _refuse_references(definition: OpDefinition) -> None:
    for arg in (*definition.outputs, *definition.inputs):
        if arg.is_ref:
            raise RuntimeError(
                f"{definition.name} op does not support eager execution. Arg '{arg.name}' is a ref."
            )


# TensorFlow's names of element types in C++, where they are not those of Python.
_TYPE_NAMES = {"float16": "half", "float32": "float", "float64": "double"}


def _check_types(definition: OpDefinition, values: Sequence[Any]) -> None:
    """InvalidArgumentError if tensors differ that must be of one type."""
    found: dict[str, DType] = {}
    for index, (arg, value) in enumerate(zip(definition.inputs, values)):
        if not arg.type_attr or arg.is_sequence or not isinstance(value, EagerTensor):
            continue
        expected = found.setdefault(arg.type_attr, value.dtype)
        if value.dtype is not expected:
            names = [_TYPE_NAMES.get(t.name, t.name) for t in (expected, value.dtype)]
            raise errors.InvalidArgumentError(
                None,
                None,
                f"cannot compute {definition.name} as input #{index}(zero-based) was expected to "
                f"be a {names[0]} tensor but is a {names[1]} tensor [Op:{definition.name}]",
            )


def _of_one_type(definition: OpDefinition, values: Sequence[Any]) -> list[Any]:
    """The inputs, where Python values take the type of the tensors that they go with.

    In a graph they do so only if a tensor comes first.
    """
    types: dict[str, DType] = {}
    for arg, value in zip(definition.inputs, values):
        if arg.type_attr and not arg.is_sequence and isinstance(value, EagerTensor):
            types.setdefault(arg.type_attr, value.dtype)
    return [
        convert_to_tensor(value, types[arg.type_attr])
        if arg.type_attr in types
        and not arg.is_sequence
        and isinstance(value, (int, float, complex, list, tuple))
        else value
        for arg, value in zip(definition.inputs, values)
    ]


engine.execute = execute
engine.constant = constant
engine.constant_of_array = constant_of_array
engine.to_array = to_numpy
engine.device_name = _context.device_name
engine.forget_calls = _context.forget_calls

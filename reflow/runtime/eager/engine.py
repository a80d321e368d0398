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
from reflow.graph.signature import Arg
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.values import to_numpy
from reflow.runtime.eager.calls import Call
from reflow.runtime.eager.constants import (
    TYPE_NAMES,
    constant,
    constant_key,
    constant_of_array,
)
from reflow.runtime.eager.context import context

_context = context()

# Programs may call ops with ever new numbers: so many combinations of arguments are remembered.
_MAX_KNOWN = 8192


def execute(
    definition: OpDefinition, args: Sequence[Any], kwargs: dict[str, Any], name: str | None
) -> Any:
    """Runs an op; the arguments are those of a call that would add a node.

    Raises:
      TypeError, ValueError: as for adding a node.
      RuntimeError: the op takes or gives references to variables.
      tf.errors.OpError: the op failed.
    """
    key = _quick_key(definition, args, kwargs)
    if key is not None:
        known = _context.known_arguments.get(key)
        if known is not None:
            return known.call.run(known.tensors(args), name)
    _refuse_references(definition)
    values, given, name = definition.bind(args, kwargs, name)
    _check_types(definition, values)
    tensors: Any = definition.converter.convert(_of_one_type(definition, values), given)
    call = _call(definition, definition.complete_attrs(given))
    if key is not None:
        if len(_context.known_arguments) >= _MAX_KNOWN:
            _context.known_arguments.clear()
        _context.known_arguments[key] = KnownArguments(call, definition.inputs, args, tensors)
    return call.run(tensors, name)


class KnownArguments:
    """The call for arguments of which all but the tensors came before.

    Attributes:
      call: what runs the op.
    """

    __slots__ = ("_constants", "_takes_as_given", "call")

    def __init__(
        self, call: Call, specs: Sequence[Arg], args: Sequence[Any], tensors: list[Any]
    ) -> None:
        self.call = call
        # What tensors the others became are made of; None for arguments that are tensors.
        self._constants: list[Any] = []
        position = 0
        for spec, arg in zip(specs, args):
            is_constant = type(arg) is not EagerTensor and not spec.is_sequence
            tensor = tensors[position] if is_constant else None
            self._constants.append(
                None if tensor is None else (tensor.dtype, tensor._value, tensor._array)
            )
            position += len(arg) if spec.is_sequence else 1
        self._takes_as_given = all(type(arg) is EagerTensor for arg in args)

    def tensors(self, args: Sequence[Any]) -> list[Any]:
        """The inputs of the op, lists of them laid out flat."""
        if self._takes_as_given:
            return list(args)
        flat: list[Any] = []
        for arg, known in zip(args, self._constants):
            if known is not None:
                flat.append(EagerTensor(*known))
            elif type(arg) is EagerTensor:
                flat.append(arg)
            else:
                flat += arg
        return flat


def _types_of_tensors(arg: Any) -> tuple[DType, ...] | None:
    """The types of a list of tensors; None for anything else."""
    if type(arg) is not list:
        return None
    types = tuple([item.dtype for item in arg if type(item) is EagerTensor])
    return types if len(types) == len(arg) else None


def _quick_key(definition: OpDefinition, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """What decides how an op is called with these arguments: the types of tensors, and all else.

    None if there is something among them that is not looked up quickly.
    """
    specs = definition.inputs
    if len(specs) != len(args):
        return None
    parts: list[Any] = [definition]
    for arg, spec in zip(args, specs):
        part: Any
        if spec.is_sequence:
            part = _types_of_tensors(arg)
        elif type(arg) is EagerTensor:
            part = arg.dtype
        else:
            part = constant_key(arg, None)
        if part is None:
            return None
        parts.append(part)
    key = (*parts, *kwargs.items())
    try:
        hash(key)
    except TypeError:  # an attribute that is a list
        return None
    return key


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


def _check_types(definition: OpDefinition, values: Sequence[Any]) -> None:
    """InvalidArgumentError if tensors differ that must be of one type."""
    found: dict[str, DType] = {}
    for index, (arg, value) in enumerate(zip(definition.inputs, values)):
        if not arg.type_attr or arg.is_sequence or not isinstance(value, EagerTensor):
            continue
        expected = found.setdefault(arg.type_attr, value.dtype)
        if value.dtype is not expected:
            names = [TYPE_NAMES.get(t.name, t.name) for t in (expected, value.dtype)]
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
engine.device_name = _context.device_name_of
engine.forget_calls = _context.forget_calls

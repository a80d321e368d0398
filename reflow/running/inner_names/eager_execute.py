"""`tensorflow.python.eager.execute`: operations by the names of their types.

Source: TensorFlow 1.15, `tensorflow/python/eager/execute.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph.errors import InvalidArgumentError, NotFoundError
from reflow.graph.op_definition import OpDefinition, registered
from reflow.graph.operation import Tensor

__all__ = ["execute"]


def execute(
    op_name: str | bytes,
    num_outputs: int,
    inputs: Sequence[Tensor],
    attrs: Sequence[Any] | None,
    ctx: Any = None,
    name: str | None = None,
) -> list[Tensor]:
    """Runs an operation.

    Args:
      op_name: its type.
      num_outputs: how many outputs are wanted at most.
      inputs: the tensors, lists of them laid out flat.
      attrs: the names and values of attributes, in turn.
      ctx: the context; there is one.
      name: of the operation.

    Returns:
      The outputs, lists of them laid out flat.

    Raises:
      NotFoundError: there is no such op type.
      InvalidArgumentError: an attribute is unknown or of the wrong kind, there are fewer inputs
        than the attributes say, or more outputs than wanted.
      tf.errors.OpError: the operation failed.
    """
    if not isinstance(num_outputs, int):
        raise TypeError(f"an integer is required (got type {type(num_outputs).__name__})")
    op_type = op_name.decode() if isinstance(op_name, bytes) else op_name
    definition = registered().get(op_type)
    if definition is None:
        raise NotFoundError(None, None, f"Op type not registered '{op_type}'")
    values = list(attrs or ())
    given = _checked(definition, dict(zip(values[::2], values[1::2])))
    arguments = _grouped(definition, inputs, given)
    free = {key: value for key, value in given.items() if key not in definition.inferred_attrs}
    outputs = _flat(definition(*arguments, name=name, **free))
    if len(outputs) > num_outputs:
        raise InvalidArgumentError(
            None, None, f"Expecting {len(outputs)} outputs, but *num_retvals is {num_outputs}"
        )
    return outputs


def _checked(definition: OpDefinition, attrs: dict[str, Any]) -> dict[str, Any]:
    checked = {}
    for key, value in attrs.items():
        attr = definition.attrs.get(key)
        if attr is None:
            raise InvalidArgumentError(
                None, None, f"'{key}' is not a known attribute of op '{definition.name}'"
            )
        try:
            checked[key] = attr.coerce(value, definition.name)
        except (TypeError, ValueError) as error:
            raise InvalidArgumentError(None, None, str(error)) from error
    return checked


def _grouped(
    definition: OpDefinition, inputs: Sequence[Tensor], attrs: dict[str, Any]
) -> list[Tensor | list[Tensor]]:
    """The inputs as the signature has them, lists as lists."""
    rest = list(inputs)
    groups: list[Tensor | list[Tensor]] = []
    for arg in definition.inputs:
        if arg.is_sequence:
            needed = arg.number_attr or arg.type_list_attr
            count = definition.count(arg, attrs) if needed in attrs else len(rest)
            groups.append(rest[:count])
            rest = rest[count:]
        elif rest:
            groups.append(rest.pop(0))
        else:
            raise InvalidArgumentError(
                None, None, f"Op '{definition.name}' is given too few inputs: {len(inputs)}"
            )
    return groups


def _flat(result: Any) -> list[Tensor]:
    """What calling an op gives, laid out flat."""
    if isinstance(result, Tensor):
        return [result]
    if not isinstance(result, (list, tuple)):
        return []  # an op without outputs
    return [tensor for item in result for tensor in _flat(item)]

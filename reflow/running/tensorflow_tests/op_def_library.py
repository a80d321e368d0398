"""`apply_op`: ops made by the names of their types, as TensorFlow's generated functions did it.

Source: TensorFlow 1.15, `tensorflow/python/framework/op_def_library.py`.
"""

from __future__ import annotations

from typing import Any

from reflow.graph.op_definition import OpDefinition, registered

__all__ = ["OpDefLibrary"]


class OpDefLibrary:
    """All op types that are known."""

    def apply_op(self, op_type_name: str, name: str | None = None, **keywords: Any) -> Any:
        """Adds a node.

        Args:
          op_type_name: the op type.
          name: of the node; the op type by default.
          **keywords: inputs and attributes; a name that is one of Python's own ends in "_".

        Returns:
          The output tensor, a list for a list output, a named tuple for several outputs, the
          Operation if there is none.

        Raises:
          RuntimeError: there is no such op type.
          TypeError, ValueError: the arguments are not those that the op takes.
        """
        definition = registered().get(op_type_name)
        if definition is None:
            raise RuntimeError(f"Unrecognized Op name {op_type_name}")
        return definition(name=name, **_arguments(definition, keywords))


def _arguments(definition: OpDefinition, keywords: dict[str, Any]) -> dict[str, Any]:
    """The arguments under the names that the signature has.

    Raises:
      TypeError: one of them is missing, unknown, or follows from the inputs.
    """
    given = dict(keywords)
    arguments: dict[str, Any] = {}
    for arg in definition.inputs:
        name = _spelling(arg.name, given)
        if name is None:
            raise TypeError(f"No argument for input {arg.name}")
        arguments[arg.name] = given.pop(name)
    for attr in definition.attrs.values():
        name = _spelling(attr.name, given)
        if attr.name in definition.inferred_attrs:
            if name is not None:
                raise TypeError(f"Should not specify value for inferred attr '{attr.name}'.")
        elif name is not None:
            arguments[attr.name] = given.pop(name)
        elif not attr.has_default:
            raise TypeError(f"No argument for attr {attr.name}")
    if given:
        raise TypeError("apply_op() got unexpected keyword arguments: " + ", ".join(sorted(given)))
    return arguments


def _spelling(name: str, given: dict[str, Any]) -> str | None:
    """How the caller has written an argument's name, or None."""
    return next((spelling for spelling in (name, f"{name}_") if spelling in given), None)

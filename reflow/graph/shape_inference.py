"""How the shape rule of an op is called, and what is said when it refuses.

A rule is a function of the op's inputs: by default of their shapes, of a value where a parameter
is annotated `Value`, of the shape described by a vector where it is annotated `Dims`.  Its
keyword-only parameters name attributes, the shapes of all inputs (`input_shapes`: those of inputs
whose values the rule asks for, too), or the operation itself (`op`).

A plan applies the rule again, to exact shapes, which are those of the parameters: the operation
knows only what was known when the graph was built.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from reflow.graph.constant_value import constant_value, constant_value_as_shape
from reflow.graph.tensor_shape import TensorShape

if TYPE_CHECKING:
    from reflow.graph.op_definition import OpDefinition
    from reflow.graph.operation import Operation, Tensor


class ShapeRule:
    """The shape rule of one op type, ready to be called."""

    def __init__(self, definition: OpDefinition) -> None:
        self._definition = definition
        self._function: Callable[..., Any] = definition.rules.shape  # type: ignore[attr-defined]
        kinds, self._keywords, self._variadic = [], [], False
        for parameter in inspect.signature(self._function).parameters.values():
            if parameter.kind is parameter.KEYWORD_ONLY:
                self._keywords.append(parameter.name)
            else:
                kinds.append(str(parameter.annotation))
                self._variadic |= parameter.kind is parameter.VAR_POSITIONAL
        self._kinds = kinds
        self._grouped = any(arg.is_sequence for arg in definition.inputs)
        self._of_shapes_only = not self._grouped and not {"Value", "Dims"}.intersection(kinds)

    def set_output_shapes(self, op: Operation) -> None:
        """Sets the static shapes of a new operation's outputs.

        Raises:
          ValueError: the rule refuses the inputs; it names the operation and what it was given.
        """
        inputs = op._inputs
        shapes = [tensor._shape for tensor in inputs]
        try:
            if self._of_shapes_only:
                result = self._call(op, shapes, shapes)
            else:
                result = self.output_shapes(
                    op,
                    shapes,
                    lambda i: constant_value(inputs[i]),
                    lambda i: _described_shape(inputs[i]),
                )
        except ValueError as error:
            raise ValueError(f"{error} for {self._received(op)}.") from error
        for tensor, shape in zip(op._outputs, result):
            sizes = shape._sizes
            if sizes is not None and None in sizes:
                # Partly known shapes are equal only to themselves: no tensors share one.
                shape = TensorShape.of(sizes)
            tensor._shape = shape

    def output_shapes(
        self,
        op: Operation,
        input_shapes: Sequence[TensorShape],
        value: Callable[[int], Any],
        value_as_shape: Callable[[int], TensorShape],
    ) -> Sequence[TensorShape]:
        """The rule applied to given input shapes and (partly) known input values."""
        if self._of_shapes_only:
            return self._call(op, input_shapes, input_shapes)
        read = {"Value": value, "Dims": value_as_shape}
        if not self._grouped:
            return self._call(
                op,
                input_shapes,
                [read.get(kind, input_shapes.__getitem__)(i) for i, kind in enumerate(self._kinds)],
            )
        arguments: list[Any] = []
        position = 0
        for arg, kind in zip(self._definition.inputs, self._kinds):
            count = self._definition.count(arg, op.attrs)
            pick = read.get(kind, input_shapes.__getitem__)
            picked = [pick(i) for i in range(position, position + count)]
            arguments.append(picked if arg.is_sequence else picked[0])
            position += count
        return self._call(op, input_shapes, arguments)

    def _call(
        self, op: Operation, input_shapes: Sequence[TensorShape], arguments: Sequence[Any]
    ) -> Sequence[TensorShape]:
        if self._keywords:
            special = {"op": op, "input_shapes": input_shapes}
            keywords = {
                name: special[name] if name in special else op.attrs[name]
                for name in self._keywords
            }
            result = self._function(*arguments, **keywords)
        else:
            result = self._function(*arguments)
        return (result,) if isinstance(result, TensorShape) else result

    def _received(self, op: Operation) -> str:
        """The operation, its input shapes and what is known of values, in TensorFlow's words."""
        shapes = ", ".join(_text(tensor._shape) for tensor in op._inputs)
        text = f"'{op.name}' (op: '{self._definition.name}') with input shapes: {shapes}"
        for kind, words, describe in (
            ("Value", "computed input tensors", _value_text),
            ("Dims", "input tensors computed as partial shapes", _described_text),
        ):
            found = [
                f"input[{i}] = {known}"
                for i, its_kind in enumerate(self._kinds_of_inputs(op.attrs))
                if its_kind == kind and (known := describe(op._inputs[i]))
            ]
            if found:
                text += f" and with {words}: {', '.join(found)}"
        return text

    def inputs_read(self, attrs: dict[str, Any]) -> list[int]:
        """Which inputs, lists of them laid out flat, the rule asks for values."""
        if self._of_shapes_only:
            return []
        kinds = self._kinds_of_inputs(attrs)
        return [i for i, kind in enumerate(kinds) if kind in ("Value", "Dims")]

    def _kinds_of_inputs(self, attrs: dict[str, Any]) -> list[str]:
        kinds = []
        for arg, kind in zip(self._definition.inputs, self._kinds):
            kinds += [kind] * self._definition.count(arg, attrs)
        return kinds


def _described_shape(tensor: Tensor) -> TensorShape:
    rank = tensor._shape.ndims
    if rank is not None and rank > 1:
        raise ValueError(f"Shape must be rank 1 but is rank {rank}")
    return constant_value_as_shape(tensor)


def _text(shape: TensorShape) -> str:
    """A shape as TensorFlow's C++ writes it: "[2,?]", "?" if its rank is unknown."""
    if shape.sizes is None:
        return "?"
    return "[" + ",".join("?" if size is None else str(size) for size in shape.sizes) + "]"


def _value_text(tensor: Tensor) -> str:
    value = constant_value(tensor)
    return "" if value is None else "<" + " ".join(str(item) for item in value.ravel()[:16]) + ">"


def _described_text(tensor: Tensor) -> str:
    try:
        described = _described_shape(tensor)
    except ValueError:  # It describes none, which is what the error is about.
        return ""
    return "" if described.sizes is None else _text(described)

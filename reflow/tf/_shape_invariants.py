"""Shape invariants: the shapes that loop variables have in every iteration."""

from __future__ import annotations

from typing import Any

from reflow.graph import nest
from reflow.graph.composite_tensor import CompositeTensor
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.graph.tensor_spec import TensorSpec
from reflow.graph.type_spec import TypeSpec
from reflow.ops.control_flow.back_edges import is_at_most


def invariants_of(variables: list[Any], shapes: Any) -> list[TensorShape]:
    """The invariant of each tensor that loop variables consist of.

    Args:
      variables: tensors and composites.
      shapes: nested lists of shapes, one for each variable; None for the shapes that they have.

    Raises:
      TypeError, ValueError: a shape is none, or not one for its variable.
    """
    flat = [None] * len(variables) if shapes is None else nest.flatten(shapes)
    return [shape for pair in zip(variables, flat) for shape in _of_variable(*pair)]


def _of_variable(variable: Any, shape: Any) -> list[TensorShape]:
    if isinstance(shape, TensorSpec) and isinstance(variable, Tensor):
        if variable.dtype is not shape.dtype:
            raise TypeError(f"TensorSpec {shape!r} is not compatible with {variable!r}")
        return [shape.shape]
    if isinstance(shape, TypeSpec):
        if not shape.is_compatible_with(variable):
            raise TypeError(f"TypeSpec {shape!r} is not compatible with {variable!r}")
        return _shapes_of_parts(shape)
    if shape is None:
        return _own_shapes(variable)
    if not isinstance(shape, TensorShape):
        if isinstance(variable, Tensor):
            raise ValueError("`shapes` must be a (possibly nested) list of shapes.")
        raise TypeError(f"Expected shape to be a TypeSpec or TensorShape, got {shape!r}")
    if isinstance(variable, CompositeTensor):
        return _shapes_of_parts(variable._shape_invariant_to_type_spec(shape))
    return [shape]


def _own_shapes(variable: Any) -> list[TensorShape]:
    """The shapes that a variable has; of a composite, what they have in common at all times."""
    if isinstance(variable, CompositeTensor):
        return _shapes_of_parts(variable._type_spec)
    return [variable.shape]


def _shapes_of_parts(spec: TypeSpec) -> list[TensorShape]:
    return [part.shape for part in nest.flatten(spec, expand_composites=True)]


def set_invariants(
    tensors: list[Tensor], entered: list[Tensor], invariants: list[TensorShape]
) -> None:
    """Gives the loop variables their invariants as static shapes.

    Raises:
      ValueError: one enters with a shape that its invariant does not allow.
    """
    for tensor, variable, invariant in zip(tensors, entered, invariants):
        if not is_at_most(tensor.shape, invariant):
            raise ValueError(
                f"The shape invariant specified for {tensor.name} is not compatible with the "
                "initial shape of the loop variable. It enters the loop with shape "
                f"{tensor.shape}, but the specified shape invariant is {invariant}."
            )
        variable.set_shape(invariant)

"""What the signatures of dataset ops have in common."""

from __future__ import annotations

from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes

# The element types and shapes of the dataset that an op gives.
ELEMENTS = ("output_types: list(type) >= 1", "output_shapes: list(shape) >= 1")


def of_scalars(*inputs: TensorShape) -> TensorShape:
    """The shape rule of a dataset op that only takes scalars (datasets are scalars too)."""
    for shape in inputs:
        shapes.with_rank(shape, 0)
    return shapes.SCALAR

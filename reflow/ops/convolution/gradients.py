"""What the gradient ops of convolutions of two and of three dimensions have in common.

An op's class says in `label` what its errors begin with, and in `sizes_of` how it checks the vector
that is the shape of what it gives.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch

from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.convolution import choice
from reflow.ops.convolution.geometry import Geometry
from reflow.ops.convolution.rules import backward_geometry
from reflow.ops.kernels import Dims, Host, Known


def _rules(op: Operation) -> Any:
    return op.definition.rules


class InputGradient:
    """Rules of an op (input_sizes, filter, out_backprop) -> gradient of the input."""

    outputs = "output: T"

    def shape(
        input_sizes: Dims, filter: TensorShape, out_backprop: TensorShape, *, op: Operation
    ) -> TensorShape:
        return shapes.with_rank(input_sizes, len(op.attrs["data_format"]))

    def kernel(
        input_sizes: Host, filter: torch.Tensor, out_backprop: torch.Tensor, *, op: Operation
    ) -> torch.Tensor:
        rules = _rules(op)
        sizes = rules.sizes_of(input_sizes)
        g = backward_geometry(op, rules.label, sizes, filter.shape, out_backprop.shape)
        return choice.input_gradient(g, filter, out_backprop)

    def specialised(op: Operation, input_sizes: Known, filter: Known, out_backprop: Known) -> Any:
        if input_sizes.value is None:
            return None
        sizes = input_sizes.value.tolist()
        g = backward_geometry(op, _rules(op).label, sizes, filter.sizes, out_backprop.sizes)
        return partial(input_gradient, g)


class FilterGradient:
    """Rules of an op (input, filter_sizes, out_backprop) -> gradient of the filter."""

    outputs = "output: T"

    def shape(
        input: TensorShape, filter_sizes: Dims, out_backprop: TensorShape, *, op: Operation
    ) -> TensorShape:
        return shapes.with_rank(filter_sizes, len(op.attrs["data_format"]))

    def kernel(
        input: torch.Tensor, filter_sizes: Host, out_backprop: torch.Tensor, *, op: Operation
    ) -> torch.Tensor:
        rules = _rules(op)
        sizes = rules.sizes_of(filter_sizes)
        g = backward_geometry(op, rules.label, input.shape, sizes, out_backprop.shape)
        return choice.filter_gradient(g, input, out_backprop)

    def specialised(op: Operation, input: Known, filter_sizes: Known, out_backprop: Known) -> Any:
        if filter_sizes.value is None:
            return None
        sizes = filter_sizes.value.tolist()
        g = backward_geometry(op, _rules(op).label, input.sizes, sizes, out_backprop.sizes)
        return partial(filter_gradient, g)


# For sizes that are known beforehand, so that the input which gives them does not matter.


def input_gradient(
    g: Geometry, _: Any, filter: torch.Tensor, out_backprop: torch.Tensor
) -> torch.Tensor:
    return choice.input_gradient(g, filter, out_backprop)


def filter_gradient(
    g: Geometry, input: torch.Tensor, _: Any, out_backprop: torch.Tensor
) -> torch.Tensor:
    return choice.filter_gradient(g, input, out_backprop)

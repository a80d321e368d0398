"""What the work of a convolution costs, by the width of the processor's vectors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from reflow.ops.convolution.geometry import Geometry


@dataclass(frozen=True)
class Costs:
    """Nanoseconds of one core, fitted to measurements of torch 2.13; only their proportions count.

    Attributes:
      product: a multiplication and addition, where vectors are full.
      vector: how many elements a vector has.
      window_element: an element of the matrix of windows, made or added up.
      block_element: an element of an image put together from blocks.
      filter_element: an element of a filter brought into torch's order.
      filter_gradient_element: the same, and back.
      filter_gradient: torch's gradient by the filter, in times of the convolution.
      strided: torch's gradient by the input where there are strides, in times of the convolution.
      strided_place: what that takes besides, for each place of the input.
      column_blocks: the same where only rows are strided; infinite where it was not measured.
      output_blocks: what is called besides for a convolution to blocks of columns, or for its
        gradient by the filter; infinite where it was not measured.
    """

    product: float
    vector: int
    window_element: float
    block_element: float
    filter_element: float
    filter_gradient_element: float
    filter_gradient: float
    strided: float
    strided_place: float
    column_blocks: float
    output_blocks: float

    def products(self, g: Geometry) -> float:
        """The time of all products of elements, where vectors are full."""
        return g.batch * math.prod(g.output) * math.prod(g.filter_sizes) * self.product

    def filled(self, channels: int) -> float:
        """Which part of its vectors a library uses that puts channels side by side."""
        return channels / (-(-channels // self.vector) * self.vector) if channels else 1.0


AVX512 = Costs(
    product=1 / 45,
    vector=16,
    window_element=1.4,
    block_element=1.0,
    filter_element=7.0,
    filter_gradient_element=6.5,
    filter_gradient=1.0,
    strided=1.15,
    strided_place=34.0,
    column_blocks=1.1,
    output_blocks=5e4,
)
AVX2 = Costs(
    product=1 / 40,
    vector=8,
    window_element=1.2,
    block_element=3.0,
    filter_element=8.0,
    filter_gradient_element=8.0,
    filter_gradient=1.4,
    strided=1.05,
    strided_place=40.0,
    column_blocks=math.inf,
    output_blocks=math.inf,
)

# Other processors' vectors are narrow too.
HERE = AVX512 if torch.backends.cpu.get_cpu_capability() == "AVX512" else AVX2

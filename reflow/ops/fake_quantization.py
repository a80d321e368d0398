"""Floats rounded as if they were stored in few bits, for networks trained to be quantized.

The range [min, max] is moved a little, so that 0 is one of the numbers kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op

_BITS = ("num_bits: int = 8", "narrow_range: bool = false")
_RANGE = ("min: float = -6.0", "max: float = 6.0", *_BITS)


@dataclass(frozen=True)
class _Steps:
    """The numbers kept: from low to high in steps of a width.  float32, one for each channel."""

    low: torch.Tensor
    high: torch.Tensor
    width: torch.Tensor

    @classmethod
    def of(cls, low: Any, high: Any, bits: int, narrow: bool, device: Any) -> _Steps:
        """In float32, as TensorFlow computes them.  All zeros where low and high are 0."""
        if not 2 <= bits <= 16:
            raise ValueError(f"num_bits must be between 2 and 16, inclusive. Received: {bits}")
        first, last = np.float32(narrow), np.float32((1 << bits) - 1)
        low, high = np.float32(low), np.float32(high)
        with np.errstate(divide="ignore", invalid="ignore"):
            width = (high - low) / (last - first)
            zero = np.clip(first - low / width, first, last)
            zero = np.floor(zero + np.float32(0.5))  # half away from zero: it is not negative
            ends = (first - zero) * width, (last - zero) * width
        kept = (low != 0) | (high != 0)
        return cls(*(torch.as_tensor(np.where(kept, x, 0), device=device) for x in (*ends, width)))

    def rounded(self, x: torch.Tensor) -> torch.Tensor:
        shifted = torch.clamp(x, self.low, self.high) - self.low
        return self._of_steps(torch.where(self.width == 0, 0, shifted / self.width))

    def rounded_by_product(self, x: torch.Tensor) -> torch.Tensor:
        """As `rounded`, but multiplied where that divides: halves may fall to the other side."""
        shifted = torch.clamp(x, self.low, self.high) - self.low
        return self._of_steps(shifted * (1 / self.width))

    def _of_steps(self, steps: torch.Tensor) -> torch.Tensor:
        return (steps + 0.5).floor() * self.width + self.low

    def inside(self, x: torch.Tensor) -> torch.Tensor:
        """Where x is within the range; everywhere if there is none."""
        return (x >= self.low) & (x <= self.high) | (self.width == 0)


def _fixed_steps(low: float, high: float, bits: int, narrow: bool, device: Any) -> _Steps:
    if low >= high:
        raise ValueError(f"min has to be smaller than max, was: {low} >= {high}")
    return _Steps.of(low, high, bits, narrow, device)


@op
class FakeQuantWithMinMaxArgs:
    """The inputs rounded to 2 ** num_bits numbers between the attributes min and max."""

    inputs = "inputs: float"
    outputs = "outputs: float"
    attrs = _RANGE
    export = ("fake_quant_with_min_max_args", "quantization.fake_quant_with_min_max_args")
    shape = shapes.same

    def kernel(
        inputs: torch.Tensor, *, min: float, max: float, num_bits: int, narrow_range: bool
    ) -> torch.Tensor:
        return _fixed_steps(min, max, num_bits, narrow_range, inputs.device).rounded_by_product(
            inputs
        )

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return FakeQuantWithMinMaxArgsGradient(dy, op.inputs[0], **_given(op, _RANGE))


def _given(op: Operation, attrs: tuple[str, ...]) -> dict[str, Any]:
    """The op's own values of these attributes."""
    names = [attr.partition(":")[0] for attr in attrs]
    return {name: op.attrs[name] for name in names}


@op
class FakeQuantWithMinMaxArgsGradient:
    """The gradients of those inputs that are within the range, 0 for the others."""

    inputs = "gradients: float, inputs: float"
    outputs = "backprops: float"
    attrs = _RANGE
    export = (
        "fake_quant_with_min_max_args_gradient",
        "quantization.fake_quant_with_min_max_args_gradient",
    )
    shape = shapes.merge

    def kernel(
        gradients: torch.Tensor,
        inputs: torch.Tensor,
        *,
        min: float,
        max: float,
        num_bits: int,
        narrow_range: bool,
    ) -> torch.Tensor:
        steps = _fixed_steps(min, max, num_bits, narrow_range, inputs.device)
        return gradients * steps.inside(inputs)


def _with_bounds(name: str, doc: str, gradient: OpDefinition, rank: int) -> OpDefinition:
    """An op with the range as inputs: scalars, or one for each element of the last dimension."""

    def shape(inputs: TensorShape, low: TensorShape, high: TensorShape) -> TensorShape:
        _checked_bounds(inputs, low, high, rank)
        return inputs

    def kernel(
        inputs: torch.Tensor, min: Host, max: Host, *, num_bits: int, narrow_range: bool
    ) -> torch.Tensor:
        return _Steps.of(min, max, num_bits, narrow_range, inputs.device).rounded(inputs)

    rules = {
        "__doc__": doc,
        "inputs": "inputs: float, min: float, max: float",
        "outputs": "outputs: float",
        "attrs": _BITS,
        "shape": shape,
        "kernel": kernel,
        "gradient": lambda op, dy: gradient(dy, *op.inputs, **_given(op, _BITS)),
        "export": _public(name),
    }
    return op(type(name, (), rules))


def _gradient_with_bounds(name: str, doc: str, rank: int) -> OpDefinition:
    def shape(
        gradients: TensorShape, inputs: TensorShape, low: TensorShape, high: TensorShape
    ) -> tuple[TensorShape, TensorShape, TensorShape]:
        bound = _checked_bounds(inputs, low, high, rank)
        return shapes.merge(gradients, inputs), bound, bound

    def kernel(
        gradients: torch.Tensor,
        inputs: torch.Tensor,
        min: Host,
        max: Host,
        *,
        num_bits: int,
        narrow_range: bool,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        steps = _Steps.of(min, max, num_bits, narrow_range, inputs.device)
        outside = ~steps.inside(inputs)
        summed = list(range(inputs.dim() - rank))

        def total(chosen: torch.Tensor) -> torch.Tensor:
            kept = gradients * (outside & chosen)
            return kept.sum(summed) if summed else kept

        below, above = total(inputs < steps.low), total(inputs > steps.high)
        return gradients * ~outside, below, above

    rules = {
        "__doc__": doc,
        "inputs": "gradients: float, inputs: float, min: float, max: float",
        "outputs": "backprops_wrt_input: float, backprop_wrt_min: float, backprop_wrt_max: float",
        "attrs": _BITS,
        "shape": shape,
        "kernel": kernel,
        "export": _public(name),
    }
    return op(type(name, (), rules))


def _public(name: str) -> tuple[str, str]:
    """FakeQuantWithMinMaxVars -> fake_quant_with_min_max_vars, in tf and in tf.quantization."""
    words = "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)[1:]
    return words, "quantization." + words


def _checked_bounds(
    inputs: TensorShape, low: TensorShape, high: TensorShape, rank: int
) -> TensorShape:
    """The shape of both bounds."""
    bound = shapes.merge(shapes.with_rank(low, rank), shapes.with_rank(high, rank))
    if not rank:
        return bound
    sizes = shapes.with_rank_at_least(inputs, 1).sizes
    return bound if sizes is None else shapes.merge(bound, shapes.of(sizes[-1]))


FakeQuantWithMinMaxVarsGradient = _gradient_with_bounds(
    "FakeQuantWithMinMaxVarsGradient",
    "Gradients by the inputs within the range, and by its ends for those beyond.",
    rank=0,
)
FakeQuantWithMinMaxVarsPerChannelGradient = _gradient_with_bounds(
    "FakeQuantWithMinMaxVarsPerChannelGradient",
    "As FakeQuantWithMinMaxVarsGradient, with a range for each channel, the last dimension.",
    rank=1,
)
FakeQuantWithMinMaxVars = _with_bounds(
    "FakeQuantWithMinMaxVars",
    "The inputs rounded to 2 ** num_bits numbers between min and max.",
    FakeQuantWithMinMaxVarsGradient,
    rank=0,
)
FakeQuantWithMinMaxVarsPerChannel = _with_bounds(
    "FakeQuantWithMinMaxVarsPerChannel",
    "As FakeQuantWithMinMaxVars, with a range for each channel, the last dimension.",
    FakeQuantWithMinMaxVarsPerChannelGradient,
    rank=1,
)

"""Random numbers that follow from a pair of seeds alone: the same in every run.

With the same seeds they are TensorFlow's own (reflow.ops.philox).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.dtypes import DType
from reflow.graph.op_definition import OpDefinition
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Dims, Host, Value
from reflow.ops.op import op
from reflow.ops.philox import RandomStream, StatelessStream
from reflow.ops.random import classes_drawn, described_shape, shape_of_classes, sizes_of
from reflow.ops.values import placed, torch_type

_SEEDED = "Tseed: {int32, int64} = int64"


def _stream(seed: Host) -> StatelessStream:
    if seed.shape != (2,):
        raise errors.InvalidArgumentError(
            None, None, f"seed must have shape [2], not {list(seed.shape)}"
        )
    return StatelessStream(int(seed[0]), int(seed[1]))


def _floats(
    name: str, doc: str, draw: Callable[[RandomStream, Any, torch.dtype], torch.Tensor]
) -> OpDefinition:
    def shape_rule(
        shape: Dims, seed: TensorShape, *, input_shapes: list[TensorShape]
    ) -> TensorShape:
        shapes.vector(seed, 2)
        return described_shape(shape, input_shapes=input_shapes)

    def kernel(shape: Host, seed: Host, *, dtype: DType, device: Any) -> torch.Tensor:
        return placed(draw(_stream(seed), sizes_of(shape), torch_type(dtype)), device)

    rules = {
        "__doc__": doc,
        "inputs": "shape: T, seed: Tseed",
        "outputs": "output: dtype",
        "attrs": (
            "dtype: {half, bfloat16, float, double} = float",
            "T: {int32, int64} = int32",
            _SEEDED,
        ),
        "shape": shape_rule,
        "kernel": kernel,
        "gradient": None,
    }
    return op(type(name, (), rules))


StatelessRandomUniform = _floats(
    "StatelessRandomUniform", "Floats in [0, 1), of the given shape.", RandomStream.uniform
)
StatelessRandomNormal = _floats(
    "StatelessRandomNormal",
    "Normal numbers of mean 0 and standard deviation 1, of the given shape.",
    RandomStream.standard_normal,
)
StatelessTruncatedNormal = _floats(
    "StatelessTruncatedNormal",
    "As StatelessRandomNormal, but numbers of magnitude 2 and more are drawn again.",
    RandomStream.truncated_normal,
)


@op
class StatelessRandomUniformInt:
    """Integers in [minval, maxval), of the given shape; the bounds are scalars."""

    inputs = "shape: T, seed: Tseed, minval: dtype, maxval: dtype"
    outputs = "output: dtype"
    attrs = ("dtype: {int32, int64}", "T: {int32, int64}", _SEEDED)
    gradient = None

    def shape(
        shape: Dims,
        seed: TensorShape,
        minval: TensorShape,
        maxval: TensorShape,
        *,
        input_shapes: list[TensorShape],
    ) -> TensorShape:
        shapes.with_rank(minval, 0)
        shapes.with_rank(maxval, 0)
        shapes.vector(seed, 2)
        return described_shape(shape, input_shapes=input_shapes)

    def kernel(
        shape: Host, seed: Host, minval: Host, maxval: Host, *, dtype: DType, device: Any
    ) -> torch.Tensor:
        sizes = sizes_of(shape)
        if 0 not in sizes and minval >= maxval:
            raise errors.InvalidArgumentError(
                None, None, f"Need minval < maxval, got {minval} >= {maxval}"
            )
        drawn = _stream(seed).uniform_int(sizes, int(minval), int(maxval), torch_type(dtype))
        return placed(drawn, device)


@op
class StatelessMultinomial:
    """Classes drawn by unnormalised log-probabilities: [batch, classes] -> [batch, num_samples]."""

    inputs = "logits: T, num_samples: int32, seed: Tseed"
    outputs = "output: output_dtype"
    attrs = ("T: realnumbertype", _SEEDED, "output_dtype: {int32, int64} = int64")
    gradient = None

    def shape(
        logits: TensorShape,
        num_samples: Value,
        seed: TensorShape,
        *,
        input_shapes: list[TensorShape],
    ) -> TensorShape:
        shapes.vector(seed, 2)
        return shape_of_classes(logits, num_samples, input_shapes=input_shapes)

    def kernel(
        logits: torch.Tensor, num_samples: Host, seed: Host, *, output_dtype: DType
    ) -> torch.Tensor:
        return classes_drawn(_stream(seed), logits, num_samples, output_dtype)

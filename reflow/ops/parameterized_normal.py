"""Normal numbers within bounds of one's own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Dims, Host
from reflow.ops.op import op
from reflow.ops.philox import RandomStream, random_stream
from reflow.ops.philox.bounded_normal import Bounded
from reflow.ops.random import described_shape, sizes_of
from reflow.ops.values import placed, torch_type

# What one distribution draws before it counts as another batch.
_SAMPLES_PER_BATCH = 100


@op
class ParameterizedTruncatedNormal:
    """Normal numbers of the given means and deviations, from minvals to maxvals.

    shape: [batch, ...]; the parameters are scalars, or one for each entry of the batch.
    """

    inputs = "shape: T, means: dtype, stdevs: dtype, minvals: dtype, maxvals: dtype"
    outputs = "output: dtype"
    attrs = (
        "seed: int = 0",
        "seed2: int = 0",
        "dtype: {half, bfloat16, float, double}",
        "T: {int32, int64}",
    )
    stateful = True
    gradient = None

    def shape(
        shape: Dims,
        means: TensorShape,
        stdevs: TensorShape,
        minvals: TensorShape,
        maxvals: TensorShape,
        *,
        input_shapes: list[TensorShape],
    ) -> TensorShape:
        for parameter in (means, stdevs, minvals, maxvals):
            shapes.with_rank_at_most(parameter, 1)
        return described_shape(shape, input_shapes=input_shapes)

    def state(op: Operation) -> RandomStream:
        return random_stream(op.attrs["seed"], op.attrs["seed2"])

    def kernel(
        shape: Host,
        means: Host,
        stdevs: Host,
        minvals: Host,
        maxvals: Host,
        *,
        dtype: DType,
        state: RandomStream,
        device: Any,
    ) -> torch.Tensor:
        sizes = sizes_of(shape)
        if not sizes:
            raise _invalid(f"Shape tensor must not be empty, got {list(shape.shape)}")
        parameters = {"means": means, "stdevs": stdevs, "minvals": minvals, "maxvals": maxvals}
        for name, values in parameters.items():
            if values.ndim > 1 or values.size not in (1, sizes[0]):
                raise _invalid(
                    f"Input {name} should have length 1 or shape[0], got shape: "
                    f"{list(values.shape)}"
                )
        count = math.prod(sizes)
        batches, samples = sizes[0], math.prod(sizes[1:])
        # TensorFlow takes a vector of one number, too, for numbers of their own for each entry.
        if not any(values.ndim for values in (stdevs, minvals, maxvals)) and means.size == 1:
            batches, samples = -(-count // _SAMPLES_PER_BATCH), _SAMPLES_PER_BATCH
        rows = zip(*(np.broadcast_to(v.ravel(), batches).tolist() for v in parameters.values()))
        chosen = [Bounded(*row) for row in rows]
        if not all(batch.is_valid() for batch in chosen):
            raise _invalid("Invalid parameters")
        drawn = state.bounded_normal(chosen, samples, count, torch_type(dtype))
        return placed(drawn.reshape(sizes), device)


def _invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)

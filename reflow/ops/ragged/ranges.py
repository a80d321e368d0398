"""Sequences of numbers, each a row of a ragged matrix."""

from __future__ import annotations

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.dtypes import DType
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.ragged.splits import Array, invalid, on_device, row_splits
from reflow.ops.values import to_torch

_MOST = 2**31  # elements: more than any program means


@op
class RaggedRange:
    """The numbers from starts[i] up to limits[i], in steps of deltas[i], for every i.

    starts, limits, deltas: vectors of one length, or scalars that stand for all rows.
    """

    inputs = "starts: T, limits: T, deltas: T"
    outputs = "rt_nested_splits: Tsplits, rt_dense_values: T"
    attrs = (
        "T: {bfloat16, float, double, int32, int64} = int32",
        "Tsplits: {int32, int64} = int64",
    )
    gradient = None

    def shape(
        starts: TensorShape, limits: TensorShape, deltas: TensorShape
    ) -> tuple[TensorShape, TensorShape]:
        bounds = [shapes.with_rank_at_most(bound, 1) for bound in (starts, limits, deltas)]
        count: int | None = None
        for bound in bounds:
            if bound.ndims == 1:
                count = shapes.merge_sizes(count, bound.as_list()[0])
        if all(bound.ndims == 0 for bound in bounds):
            count = 1
        return shapes.of(None if count is None else count + 1), shapes.of(None)

    def kernel(
        starts: Host, limits: Host, deltas: Host, *, T: DType, Tsplits: DType, device: torch.device
    ) -> tuple[torch.Tensor, torch.Tensor]:
        starts, limits, deltas = _of_one_length(starts, limits, deltas)
        if (deltas == 0).any():
            raise invalid("Requires delta != 0")
        lengths = _lengths(starts, limits, deltas)
        total = sum(lengths.tolist())
        if total > _MOST:
            raise errors.ResourceExhaustedError(
                None, None, f"The rows of a ragged range have {total} elements."
            )
        (splits,) = on_device([row_splits(lengths, Tsplits.as_numpy_dtype)], device)
        return splits, to_torch(_values(starts, deltas, lengths), T, device)


def _of_one_length(*bounds: Array) -> list[Array]:
    for name, bound in zip(("starts", "limits", "deltas"), bounds):
        if bound.ndim > 1:
            raise invalid(f"{name} must be a scalar or vector")
    sizes = {bound.size for bound in bounds if bound.ndim}
    if len(sizes) > 1:
        raise invalid("starts, limits, and deltas must have the same shape")
    return list(np.broadcast_arrays(*map(np.atleast_1d, bounds)))


def _lengths(starts: Array, limits: Array, deltas: Array) -> Array:
    if np.issubdtype(starts.dtype, np.integer):
        # As Python's numbers, which do not overflow.
        rows = zip(starts.tolist(), limits.tolist(), deltas.tolist())
        return np.array([len(range(*row)) for row in rows], np.int64)
    with np.errstate(over="ignore", invalid="ignore"):
        lengths = np.ceil((limits.astype(np.float64) - starts) / deltas)
    if not np.isfinite(lengths).all() or (lengths > _MOST).any():
        raise invalid("Requires ((limit - start) / delta) to be finite and not too large")
    return np.maximum(lengths, 0).astype(np.int64)


def _values(starts: Array, deltas: Array, lengths: Array) -> Array:
    splits = row_splits(lengths)
    if np.issubdtype(starts.dtype, np.integer):
        steps = np.arange(splits[-1]) - np.repeat(splits[:-1], lengths)
        values: Array = np.repeat(starts, lengths) + steps * np.repeat(deltas, lengths)
        return values.astype(starts.dtype)
    # Step by step, so that they are rounded as often as TensorFlow's.
    values = np.repeat(deltas, lengths)
    values[splits[:-1][lengths > 0]] = starts[lengths > 0]
    for start, end in zip(splits[:-1].tolist(), splits[1:].tolist()):
        np.add.accumulate(values[start:end], out=values[start:end])
    return values

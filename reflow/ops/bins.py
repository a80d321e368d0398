"""Numbers sorted into bins."""

from __future__ import annotations

import torch

from reflow.graph import errors
from reflow.graph.dtypes import DType
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op
from reflow.ops.values import torch_type


@op
class Bucketize:
    """For each element the number of the boundaries, which ascend, that are not greater."""

    inputs = "input: T"
    outputs = "output: int32"
    attrs = ("T: {int32, int64, float, double}", "boundaries: list(float)")
    gradient = None
    shape = shapes.same

    def kernel(input: torch.Tensor, *, boundaries: list[float]) -> torch.Tensor:
        if sorted(boundaries) != list(boundaries):
            raise errors.InvalidArgumentError(None, None, "Expected sorted boundaries")
        # The boundaries are float32; integers become float32 to be compared with them.
        bounds = torch.tensor(boundaries, dtype=torch.float32, device=input.device)
        values = input.contiguous() if input.is_floating_point() else input.float()
        return torch.bucketize(values, bounds.to(values.dtype), out_int32=True, right=True)


@op
class HistogramFixedWidth:
    """How many values fall into each of `nbins` bins of equal width within value_range [2].

    Values outside the range count in the first or the last bin.
    """

    inputs = "values: T, value_range: T, nbins: int32"
    outputs = "out: dtype"
    attrs = ("T: {int32, int64, float32, float64}", "dtype: {int32, int64} = int32")

    def shape(
        values: TensorShape,
        value_range: TensorShape,
        nbins: Value,
        *,
        input_shapes: list[TensorShape],
    ) -> TensorShape:
        shapes.vector(value_range, 2)
        shapes.with_rank(input_shapes[2], 0)
        if nbins is None:
            return shapes.of(None)
        if nbins <= 0:
            raise ValueError(f"Requires nbins > 0: {nbins}")
        return shapes.of(int(nbins))

    def kernel(
        values: torch.Tensor, value_range: Host, nbins: Host, *, dtype: DType
    ) -> torch.Tensor:
        low, high = value_range.tolist()
        if low >= high:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"value_range should satisfy value_range[0] < value_range[1], but got "
                f"'[{low}, {high}]'",
            )
        if nbins <= 0:
            raise errors.InvalidArgumentError(
                None, None, f"nbins should be a positive number, but got '{nbins}'"
            )
        width = (float(high) - float(low)) / int(nbins)
        # Clamped first: what is infinite has no number.
        places = values.reshape(-1).double().clamp(low, high).sub(low).div(width)
        numbers = places.nan_to_num(0.0).long().clamp(0, int(nbins) - 1)
        counts = torch.bincount(numbers, minlength=int(nbins))
        return counts.to(torch_type(dtype))

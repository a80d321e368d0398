"""Batch normalisation in one op.  Ioffe and Szegedy, "Batch Normalization" (2015)."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from reflow.graph.op_definition import lookup
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Reshape
from reflow.ops.casts import Cast
from reflow.ops.constants import constant
from reflow.ops.functions import Rsqrt
from reflow.ops.math import AddV2, Mul, Sub
from reflow.ops.op import op
from reflow.ops.permuting import Transpose
from reflow.ops.reductions import Mean, Sum

_SETTINGS = (
    "epsilon: float = 0.0001",
    "data_format: {'NHWC', 'NCHW'} = 'NHWC'",
    "is_training: bool = true",
)
_ONE_TYPE = ("T: {float}", *_SETTINGS)
# Statistics stay in single precision where pictures are in half.
_TWO_TYPES = ("T: {half, bfloat16, float}", "U: {float}", *_SETTINGS)


def _channels_first(x: torch.Tensor, data_format: str) -> torch.Tensor:
    return x if data_format == "NCHW" else x.movedim(-1, 1)


def _channels_as_given(x: torch.Tensor, data_format: str) -> torch.Tensor:
    return x if data_format == "NCHW" else x.movedim(1, -1)


def with_channels(
    x: TensorShape, vectors: Sequence[TensorShape], data_format: str = "NHWC"
) -> TensorShape:
    """`x`, of rank 4, whose channels are as many as each vector has elements."""
    sizes = list(shapes.with_rank(x, 4).sizes or ())
    axis = data_format.index("C")
    for vector in vectors:
        (count,) = shapes.with_rank(vector, 1).sizes or (None,)
        sizes[axis] = shapes.merge_sizes(sizes[axis], count)
    return shapes.of(*sizes)


# -- Forward ---------------------------------------------------------------------------------------


def _normalized_by_batch(
    x: torch.Tensor, scale: torch.Tensor, offset: torch.Tensor, epsilon: float, data_format: str
) -> tuple[torch.Tensor, ...]:
    """(y, mean, unbiased variance, mean, variance)."""
    space = _channels_first(x, data_format)
    count = x.numel() // max(scale.numel(), 1)
    if count == 0:
        nothing = torch.full_like(scale, torch.nan)
        return x.clone(), nothing, nothing, nothing, nothing
    # torch's running statistics, replaced by this batch's.
    mean, unbiased = torch.zeros_like(scale), torch.zeros_like(scale)
    if count == 1:
        y = torch.zeros_like(space) + offset.view(1, -1, 1, 1)
        mean = space.to(scale.dtype).reshape(-1)
        variance = unbiased
    else:
        y, _, _ = torch.native_batch_norm(space, scale, offset, mean, unbiased, True, 1.0, epsilon)
        variance = unbiased * ((count - 1) / count)
    return _channels_as_given(y, data_format).to(x.dtype), mean, unbiased, mean, variance


def _normalized(
    x: torch.Tensor,
    scale: torch.Tensor,
    offset: torch.Tensor,
    mean: torch.Tensor,
    variance: torch.Tensor,
    epsilon: float,
    data_format: str,
) -> torch.Tensor:
    space = _channels_first(x, data_format)
    y, _, _ = torch.native_batch_norm(space, scale, offset, mean, variance, False, 0.0, epsilon)
    return _channels_as_given(y, data_format)


class _FusedBatchNorm:
    def shape(
        x: TensorShape,
        scale: TensorShape,
        offset: TensorShape,
        mean: TensorShape,
        variance: TensorShape,
        *,
        op: Operation,
    ) -> Sequence[TensorShape]:
        vectors = [scale, offset] + ([] if op.attrs["is_training"] else [mean, variance])
        y = with_channels(x, vectors, op.attrs["data_format"])
        assert y.sizes is not None
        channels = shapes.of(y.sizes[op.attrs["data_format"].index("C")])
        unknown = [shapes.UNKNOWN] * (len(op.definition.outputs) - 5)
        return [y, channels, channels, channels, channels, *unknown]

    def kernel(
        x: torch.Tensor,
        scale: torch.Tensor,
        offset: torch.Tensor,
        mean: torch.Tensor,
        variance: torch.Tensor,
        *,
        op: Operation,
    ) -> tuple[torch.Tensor, ...]:
        epsilon, data_format = op.attrs["epsilon"], op.attrs["data_format"]
        unused = [scale.new_zeros(())] * (len(op.definition.outputs) - 5)
        if not op.attrs["is_training"]:
            y = _normalized(x, scale, offset, mean, variance, epsilon, data_format)
            return y, mean, variance, mean, variance, *unused
        for name, statistic in (("mean", mean), ("variance", variance)):
            if statistic.numel():
                raise ValueError(
                    f"estimated_{name} must be empty for training{list(statistic.shape)}"
                )
        return *_normalized_by_batch(x, scale, offset, epsilon, data_format), *unused

    # The statistics of inference are inputs, given on.
    view = True

    def gradient(op: Operation, dy: Tensor, *_: Tensor | None) -> Sequence[Tensor | None]:
        x, scale, mean, variance = op.inputs[0], op.inputs[1], op.inputs[3], op.inputs[4]
        back = lookup(op.type.replace("FusedBatchNorm", "FusedBatchNormGrad"))
        settings = dict(op.attrs)
        attrs = {name: settings[name] for name in ("epsilon", "data_format", "is_training")}
        reserved = op.outputs[3:]
        if attrs["is_training"]:
            # Of mean and variance, too, though in training they have no part in it.
            gradients: Sequence[Tensor] = back(dy, x, scale, *reserved, **attrs)
            return gradients
        is_channels_first = attrs["data_format"] == "NCHW"
        if is_channels_first:
            x, dy = (Transpose(t, constant([0, 2, 3, 1])) for t in (x, dy))
            attrs["data_format"] = "NHWC"
        statistics = [mean, variance, *reserved[2:]]
        dx, dscale, doffset, *_unused = back(dy, x, scale, *statistics, **attrs)
        if is_channels_first:
            dx = Transpose(dx, constant([0, 3, 1, 2]))
        return dx, dscale, doffset, None, None


@op
class FusedBatchNorm(_FusedBatchNorm):
    """(x - mean) / sqrt(variance + epsilon) * scale + offset, for each channel of pictures.

    In training mean and variance are the batch's, and batch_variance is their unbiased estimate;
    else they are those given.
    """

    inputs = "x: T, scale: T, offset: T, mean: T, variance: T"
    outputs = "y: T, batch_mean: T, batch_variance: T, reserve_space_1: T, reserve_space_2: T"
    attrs = _ONE_TYPE


@op
class FusedBatchNormV2(_FusedBatchNorm):
    """FusedBatchNorm, whose statistics may have another type than the pictures."""

    inputs = "x: T, scale: U, offset: U, mean: U, variance: U"
    outputs = "y: T, batch_mean: U, batch_variance: U, reserve_space_1: U, reserve_space_2: U"
    attrs = _TWO_TYPES


@op
class FusedBatchNormV3(_FusedBatchNorm):
    """FusedBatchNormV2 with one more thing that kernels may keep for the gradient."""

    inputs = "x: T, scale: U, offset: U, mean: U, variance: U"
    outputs = (
        "y: T, batch_mean: U, batch_variance: U, reserve_space_1: U, reserve_space_2: U, "
        "reserve_space_3: U"
    )
    attrs = _TWO_TYPES


# -- Backward --------------------------------------------------------------------------------------


class _FusedBatchNormGrad:
    def shape(
        y_backprop: TensorShape,
        x: TensorShape,
        scale: TensorShape,
        reserve_space_1: TensorShape,
        reserve_space_2: TensorShape,
        *unused: TensorShape,
        op: Operation,
    ) -> Sequence[TensorShape]:
        dx = with_channels(
            shapes.merge(y_backprop, x),
            [scale, reserve_space_1, reserve_space_2],
            op.attrs["data_format"],
        )
        assert dx.sizes is not None
        channels = shapes.of(dx.sizes[op.attrs["data_format"].index("C")])
        reserved = shapes.of(0) if op.attrs["is_training"] else channels
        return [dx, channels, channels, reserved, reserved]

    def kernel(
        y_backprop: torch.Tensor,
        x: torch.Tensor,
        scale: torch.Tensor,
        mean: torch.Tensor,
        variance: torch.Tensor,
        *unused: torch.Tensor,
        op: Operation,
    ) -> tuple[torch.Tensor, ...]:
        epsilon, data_format = op.attrs["epsilon"], op.attrs["data_format"]
        is_training = op.attrs["is_training"]
        space, dy = _channels_first(x, data_format), _channels_first(y_backprop, data_format)
        reserved = scale.new_zeros(0) if is_training else torch.zeros_like(scale)
        if not x.numel():
            zeros = torch.zeros_like(scale)
            return x.clone(), zeros, zeros, reserved, reserved
        dx, dscale, doffset = torch.ops.aten.native_batch_norm_backward(
            dy,
            space,
            scale,
            mean,
            variance,
            mean,
            torch.rsqrt(variance + epsilon),
            is_training,
            epsilon,
            [True, True, True],
        )
        return _channels_as_given(dx, data_format), dscale, doffset, reserved, reserved

    def gradient(
        op: Operation, ddx: Tensor, ddscale: Tensor, ddoffset: Tensor, *unused: Tensor
    ) -> Sequence[Tensor | None]:
        if op.attrs["is_training"]:
            second = _second_gradient_in_training(op, ddx, ddscale, ddoffset)
        else:
            second = _second_gradient_in_inference(op, ddx, ddscale, ddoffset)
        return *second, *[None] * (len(op.inputs) - 3)


class _Statistics:
    """Sums over all but the channels, for the formulas of second gradients.

    Attributes:
      xhat: x, normalised.
      r: 1 / the standard deviation, for each channel.
    """

    def __init__(self, op: Operation) -> None:
        self._is_channels_first = op.attrs["data_format"] == "NCHW"
        self._axes = constant([0, 2, 3] if self._is_channels_first else [0, 1, 2])
        x, mean, variance = op.inputs[1], op.inputs[3], op.inputs[4]
        self._type = variance.dtype
        epsilon = Cast(constant(op.attrs["epsilon"]), DstT=self._type)
        self.r = Rsqrt(AddV2(variance, epsilon))
        self.xhat = Mul(Sub(self.exact(x), self.spread(mean)), self.spread(self.r))

    def exact(self, x: Tensor) -> Tensor:
        """`x` in the type of the statistics."""
        return x if x.dtype == self._type else Cast(x, DstT=self._type)

    def spread(self, vector: Tensor) -> Tensor:
        """A value for each channel, to be broadcast against pictures."""
        return Reshape(vector, constant([1, -1, 1, 1])) if self._is_channels_first else vector

    def sum(self, x: Tensor) -> Tensor:
        return Sum(x, self._axes)

    def mean(self, x: Tensor) -> Tensor:
        return Mean(x, self._axes)

    def projected(self, x: Tensor) -> Tensor:
        """`x` without what the mean and the variance of the batch take of it."""
        slope = self.spread(self.mean(Mul(x, self.xhat)))
        return Sub(Sub(x, self.spread(self.mean(x))), Mul(self.xhat, slope))


def _second_gradient_in_training(
    op: Operation, ddx: Tensor, ddscale: Tensor, ddoffset: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """By dy, x and scale, of dx = scale * r * P(dy), dscale = sum(dy * xhat), doffset = sum(dy),

    where P(u) = u - mean(u) - xhat * mean(u * xhat).
    """
    of = _Statistics(op)
    dy, scale = of.exact(op.inputs[0]), op.inputs[2]
    ddx, ddscale, ddoffset = of.exact(ddx), of.spread(ddscale), of.spread(ddoffset)
    projected_dy, projected_ddx = of.projected(dy), of.projected(ddx)
    r, scaled = of.spread(of.r), of.spread(Mul(scale, of.r))
    by_dy = AddV2(AddV2(Mul(scaled, projected_ddx), Mul(ddscale, of.xhat)), ddoffset)
    by_scale = Mul(of.r, of.sum(Mul(ddx, projected_dy)))
    # r changes with the variance of x, xhat with x itself, its mean and its variance.
    through_r = Mul(of.xhat, of.spread(of.mean(Mul(ddx, projected_dy))))
    through_xhat = AddV2(
        Mul(of.spread(of.mean(Mul(dy, of.xhat))), projected_ddx),
        Mul(of.spread(of.mean(Mul(ddx, of.xhat))), projected_dy),
    )
    by_dx = Mul(Mul(scaled, r), AddV2(through_r, through_xhat))
    by_x = Sub(Mul(Mul(ddscale, r), projected_dy), by_dx)
    return _like(by_dy, op.inputs[0]), _like(by_x, op.inputs[1]), by_scale


def _second_gradient_in_inference(
    op: Operation, ddx: Tensor, ddscale: Tensor, ddoffset: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """By dy, x and scale, of dx = scale * r * dy, dscale = sum(dy * xhat), doffset = sum(dy)."""
    of = _Statistics(op)
    dy, scale = of.exact(op.inputs[0]), op.inputs[2]
    ddx, ddscale, ddoffset = of.exact(ddx), of.spread(ddscale), of.spread(ddoffset)
    r = of.spread(of.r)
    by_dy = AddV2(AddV2(Mul(of.spread(Mul(scale, of.r)), ddx), Mul(ddscale, of.xhat)), ddoffset)
    by_x = Mul(Mul(ddscale, r), dy)
    by_scale = Mul(of.r, of.sum(Mul(ddx, dy)))
    return _like(by_dy, op.inputs[0]), _like(by_x, op.inputs[1]), by_scale


def _like(x: Tensor, other: Tensor) -> Tensor:
    return x if x.dtype == other.dtype else Cast(x, DstT=other.dtype)


@op
class FusedBatchNormGrad(_FusedBatchNormGrad):
    """The gradients of FusedBatchNorm by x, scale and offset; two more outputs are not used."""

    inputs = "y_backprop: T, x: T, scale: T, reserve_space_1: T, reserve_space_2: T"
    outputs = (
        "x_backprop: T, scale_backprop: T, offset_backprop: T, reserve_space_3: T, "
        "reserve_space_4: T"
    )
    attrs = _ONE_TYPE


@op
class FusedBatchNormGradV2(_FusedBatchNormGrad):
    """The gradients of FusedBatchNormV2."""

    inputs = "y_backprop: T, x: T, scale: float, reserve_space_1: U, reserve_space_2: U"
    outputs = (
        "x_backprop: T, scale_backprop: U, offset_backprop: U, reserve_space_3: U, "
        "reserve_space_4: U"
    )
    attrs = _TWO_TYPES


@op
class FusedBatchNormGradV3(_FusedBatchNormGrad):
    """The gradients of FusedBatchNormV3."""

    inputs = (
        "y_backprop: T, x: T, scale: float, reserve_space_1: U, reserve_space_2: U, "
        "reserve_space_3: U"
    )
    outputs = (
        "x_backprop: T, scale_backprop: U, offset_backprop: U, reserve_space_4: U, "
        "reserve_space_5: U"
    )
    attrs = _TWO_TYPES

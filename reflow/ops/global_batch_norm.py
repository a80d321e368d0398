"""Batch normalisation as graphs of 2015 have it: with statistics that are inputs."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.batch_norm import with_channels
from reflow.ops.op import op

_ATTRS = (
    "T: numbertype",
    "variance_epsilon: float",
    "scale_after_normalization: bool",
)


@op
class BatchNormWithGlobalNormalization:
    """(t - m) / sqrt(v + variance_epsilon) + beta, multiplied with gamma before beta is added if
    scale_after_normalization."""

    inputs = "t: T, m: T, v: T, beta: T, gamma: T"
    outputs = "result: T"
    attrs = _ATTRS

    def shape(
        t: TensorShape, m: TensorShape, v: TensorShape, beta: TensorShape, gamma: TensorShape
    ) -> TensorShape:
        return with_channels(t, [m, v, beta, gamma])

    def kernel(
        t: torch.Tensor,
        m: torch.Tensor,
        v: torch.Tensor,
        beta: torch.Tensor,
        gamma: torch.Tensor,
        *,
        variance_epsilon: float,
        scale_after_normalization: bool,
    ) -> torch.Tensor:
        scale = torch.rsqrt(v + variance_epsilon)
        if scale_after_normalization:
            scale = scale * gamma
        return torch.addcmul(beta, t - m, scale)

    def gradient(op: Operation, dy: Tensor) -> Sequence[Tensor]:
        t, m, v, _, gamma = op.inputs
        settings = {name: op.attrs[name] for name in list(op.attrs)[1:3]}
        dx, dm, dv, db, dg = BatchNormWithGlobalNormalizationGrad(t, m, v, gamma, dy, **settings)
        return dx, dm, dv, db, dg


@op
class BatchNormWithGlobalNormalizationGrad:
    """The gradients of BatchNormWithGlobalNormalization by its five inputs."""

    inputs = "t: T, m: T, v: T, gamma: T, backprop: T"
    outputs = "dx: T, dm: T, dv: T, db: T, dg: T"
    attrs = _ATTRS

    def shape(
        t: TensorShape, m: TensorShape, v: TensorShape, gamma: TensorShape, backprop: TensorShape
    ) -> Sequence[TensorShape]:
        dx = with_channels(shapes.merge(t, backprop), [m, v, gamma])
        assert dx.sizes is not None
        return [dx, *[shapes.of(dx.sizes[3])] * 4]

    def kernel(
        t: torch.Tensor,
        m: torch.Tensor,
        v: torch.Tensor,
        gamma: torch.Tensor,
        backprop: torch.Tensor,
        *,
        variance_epsilon: float,
        scale_after_normalization: bool,
    ) -> tuple[torch.Tensor, ...]:
        others = (0, 1, 2)
        r = torch.rsqrt(v + variance_epsilon)
        factor = gamma if scale_after_normalization else torch.ones_like(gamma)
        dx = backprop * (r * factor)
        products = (backprop * (t - m)).sum(others)
        dv = products * factor * r.pow(3) * -0.5
        dg = products * r if scale_after_normalization else torch.zeros_like(gamma)
        return dx, -dx.sum(others), dv, backprop.sum(others), dg

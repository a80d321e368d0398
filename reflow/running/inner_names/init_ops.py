"""`tensorflow.python.ops.init_ops`: the initializers by all their names."""

from __future__ import annotations

from reflow.tf._orthogonal_filters import (
    ConvolutionDeltaOrthogonal,
    ConvolutionOrthogonal1D,
    ConvolutionOrthogonal2D,
    ConvolutionOrthogonal3D,
    convolutional_delta_orthogonal,
    convolutional_orthogonal_1d,
    convolutional_orthogonal_2d,
    convolutional_orthogonal_3d,
)
from reflow.tf.initializers import _fans as _compute_fans
from reflow.tf.initializers import identity as identity_initializer

__all__ = [
    "ConvolutionDeltaOrthogonal",
    "ConvolutionOrthogonal1D",
    "ConvolutionOrthogonal2D",
    "ConvolutionOrthogonal3D",
    "_compute_fans",
    "convolutional_delta_orthogonal",
    "convolutional_orthogonal_1d",
    "convolutional_orthogonal_2d",
    "convolutional_orthogonal_3d",
    "identity_initializer",
]

"""Colours changed in YIQ: Y is the brightness, (I, Q) a point on a disk of colours around grey.

Source: tensorflow/contrib/image/kernels/adjust_hsv_in_yiq_op.h of TensorFlow 1.15.
"""

from __future__ import annotations

import numpy as np
import torch

from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.image.resizing import invalid
from reflow.ops.image.sampling import on_device
from reflow.ops.op import op

_YIQ_OF_RGB = np.array(
    [[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]], np.float32
)
_RGB_OF_YIQ = np.array(
    [[1, 0.95617069, 0.62143257], [1, -0.2726886, -0.64681324], [1, -1.103744, 1.70062309]],
    np.float32,
)
# What a change of YIQ is made of: a factor of Y, one of (I, Q), and a turn of (I, Q) by 90 degrees.
_CHANGES = np.array(
    [
        [[1, 0, 0], [0, 0, 0], [0, 0, 0]],
        [[0, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0, 0, 0], [0, 0, -1], [0, 1, 0]],
    ],
    np.float32,
)
# The same for (red, green, blue), laid out in rows.
_PARTS = (_RGB_OF_YIQ @ _CHANGES @ _YIQ_OF_RGB).reshape(3, 9)


@op
class AdjustHsvInYiq:
    """Images [..., 3] of red, green, blue with the hue turned by `delta_h` radians, the saturation
    times `scale_s` and the value times `scale_v`.  Nothing is clipped."""

    inputs = "images: T, delta_h: float, scale_s: float, scale_v: float"
    outputs = "output: T"
    attrs = ("T: {uint8, int8, int16, int32, int64, half, float, double}",)

    def shape(
        images: TensorShape, delta_h: TensorShape, scale_s: TensorShape, scale_v: TensorShape
    ) -> TensorShape:
        return shapes.with_rank_at_least(images, 3)

    def kernel(
        images: torch.Tensor, delta_h: torch.Tensor, scale_s: torch.Tensor, scale_v: torch.Tensor
    ) -> torch.Tensor:
        if images.ndim < 3:
            received = shapes.text(shapes.of(*images.shape))
            raise invalid(f"input must be at least 3-D, got shape{received}")
        for name, value in (("delta_h", delta_h), ("scale_s", scale_s), ("scale_v", scale_v)):
            if value.ndim:
                raise invalid(f"{name} must be scalar: {shapes.text(shapes.of(*value.shape))}")
        if images.shape[-1] != 3:
            raise invalid(
                f"input must have 3 channels but instead has {images.shape[-1]} channels."
            )
        chroma = scale_v * scale_s
        shares = torch.stack([scale_v, chroma * delta_h.cos(), chroma * delta_h.sin()])
        matrix = (shares @ on_device(_PARTS, images)).reshape(3, 3)
        return torch.matmul(images.float(), matrix.T).to(images.dtype)

"""tf.spectral: the Fourier and cosine transforms of tf.signal, by their earlier place."""

from __future__ import annotations

from typing import Any

from reflow.ops.exports import exported
from reflow.tf._absence import part_or_error
from reflow.tf.signal import dct, idct, irfft, irfft2d, irfft3d, rfft, rfft2d, rfft3d

globals().update(exported("spectral"))


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

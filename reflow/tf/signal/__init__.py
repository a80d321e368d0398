"""tf.signal: Fourier and cosine transforms, windows, frames, mel scales."""

from __future__ import annotations

from typing import Any

from reflow.ops.exports import exported
from reflow.tf._absence import part_or_error
from reflow.tf.signal._cosine import dct, idct
from reflow.tf.signal._fourier import (
    fftshift,
    ifftshift,
    irfft,
    irfft2d,
    irfft3d,
    rfft,
    rfft2d,
    rfft3d,
)
from reflow.tf.signal._frames import frame, overlap_and_add
from reflow.tf.signal._mel import linear_to_mel_weight_matrix, mfccs_from_log_mel_spectrograms
from reflow.tf.signal._short_time import inverse_stft, inverse_stft_window_fn, stft
from reflow.tf.signal._windows import hamming_window, hann_window

globals().update(exported("signal"))


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

"""Spectra on the mel scale, which is that of how high we hear a tone."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.ops.filling import LinSpace
from reflow.ops.functions import Rsqrt
from reflow.ops.math import Log, Maximum, Minimum
from reflow.tf._arrays import expand_dims, pad, shape
from reflow.tf._casts import cast
from reflow.tf._joining import split
from reflow.tf._scopes import name_scope
from reflow.tf._static_values import get_static_value
from reflow.tf.signal._cosine import dct
from reflow.tf.signal._frames import frame

# mel = 1127 log(1 + hertz / 700)
_BREAK_HERTZ = 700.0
_MELS_PER_LOG = 1127.0


def linear_to_mel_weight_matrix(
    num_mel_bins: int = 20,
    num_spectrogram_bins: Any = 129,
    sample_rate: Any = 8000,
    lower_edge_hertz: float = 125.0,
    upper_edge_hertz: float = 3800.0,
    dtype: DType = dtypes.float32,
    name: str | None = None,
) -> Tensor:
    """What spectra [..., num_spectrogram_bins] are multiplied with to have mel bins.

    Each bin is a triangle between the middles of its neighbours, which lie evenly on the mel
    scale from `lower_edge_hertz` to `upper_edge_hertz`.

    Args:
      num_spectrogram_bins: how many frequencies from 0 to sample_rate / 2 the spectra have.
      sample_rate: samples per second: a number or a constant tensor.

    Returns:
      [num_spectrogram_bins, num_mel_bins].

    Raises:
      ValueError: numbers that are negative or in the wrong order, or frequencies beyond
        sample_rate / 2.
    """
    with name_scope(name, "linear_to_mel_weight_matrix") as scope:
        if isinstance(sample_rate, Tensor):
            known_rate = get_static_value(sample_rate)
            if known_rate is None:
                raise ValueError(
                    "`sample_rate` was a non-constant Tensor. Must be a Python float or a "
                    "constant Tensor."
                )
            sample_rate = known_rate
        _check_bins(num_mel_bins, sample_rate, lower_edge_hertz, upper_edge_hertz, dtype)
        rate = convert_to_tensor(sample_rate, dtype, "sample_rate")
        lowest = convert_to_tensor(lower_edge_hertz, dtype, "lower_edge_hertz")
        highest = convert_to_tensor(upper_edge_hertz, dtype, "upper_edge_hertz")
        zero = convert_to_tensor(0.0, dtype)
        # Frequency 0 is in no bin.
        frequencies = LinSpace(zero, rate / 2.0, num_spectrogram_bins)[1:]
        mels = expand_dims(_mels(frequencies), 1)
        edges = LinSpace(_mels(lowest), _mels(highest), num_mel_bins + 2)
        triples = split(frame(edges, frame_length=3, frame_step=1), 3, axis=1)
        lower, center, upper = (Reshape(edge, [1, num_mel_bins]) for edge in triples)
        rising = (mels - lower) / (center - lower)
        falling = (upper - mels) / (upper - center)
        weights = Maximum(zero, Minimum(rising, falling))
        return pad(weights, [[1, 0], [0, 0]], name=scope)


def _mels(hertz: Tensor) -> Tensor:
    with name_scope(None, "hertz_to_mel", [hertz]):
        return _MELS_PER_LOG * Log(1.0 + hertz / _BREAK_HERTZ)


def _check_bins(
    bins: int, sample_rate: Any, lower_edge: float, upper_edge: float, dtype: DType
) -> None:
    if bins <= 0:
        raise ValueError(f"num_mel_bins must be positive. Got: {bins}")
    if sample_rate <= 0.0:
        raise ValueError(f"sample_rate must be positive. Got: {sample_rate}")
    if lower_edge < 0.0:
        raise ValueError(f"lower_edge_hertz must be non-negative. Got: {lower_edge}")
    if lower_edge >= upper_edge:
        raise ValueError(f"lower_edge_hertz {lower_edge:.1f} >= upper_edge_hertz {upper_edge:.1f}")
    if upper_edge > sample_rate / 2:
        raise ValueError(
            "upper_edge_hertz must not be larger than the Nyquist frequency (sample_rate / 2). "
            f"Got: {upper_edge} for sample_rate: {sample_rate}"
        )
    if not dtype.is_floating:
        raise ValueError(f"dtype must be a floating point type. Got: {dtype}")


def mfccs_from_log_mel_spectrograms(log_mel_spectrograms: Any, name: str | None = None) -> Tensor:
    """Mel-frequency cepstral coefficients: cosine transforms of float32 [..., num_mel_bins].

    Scaled as by HTK.  ValueError if there are no bins.
    """
    with name_scope(name, "mfccs_from_log_mel_spectrograms", [log_mel_spectrograms]):
        spectrograms = convert_to_tensor(log_mel_spectrograms, dtype=dtypes.float32)
        bins: Any = spectrograms.shape.sizes[-1] if spectrograms.shape.sizes else None
        if bins == 0:
            raise ValueError(f"num_mel_bins must be positive. Got: {spectrograms}")
        if bins is None:
            bins = shape(spectrograms)[-1]
        return dct(spectrograms, type=2) * Rsqrt(cast(bins, dtypes.float32) * 2.0)

"""Short-time Fourier transforms: spectra of the frames of a signal."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.ops.constants import constant
from reflow.ops.functions import Ceil
from reflow.ops.math import Log, Maximum, Pow, Square
from reflow.ops.repeating import Tile
from reflow.tf import _filling as filling
from reflow.tf._arrays import pad, rank, shape
from reflow.tf._casts import cast
from reflow.tf._joining import concat
from reflow.tf._reductions import reduce_sum
from reflow.tf._scopes import name_scope
from reflow.tf._static_values import get_static_value
from reflow.tf.signal._fourier import irfft, rfft
from reflow.tf.signal._frames import frame, overlap_and_add
from reflow.tf.signal._windows import hann_window

# window_fn(length, dtype=dtype) gives [length].
WindowFunction = Callable[..., Tensor]


def _scalar(value: Any, name: str) -> Tensor:
    tensor = convert_to_tensor(value, name=name)
    tensor.shape.assert_has_rank(0)
    return tensor


def stft(
    signals: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: WindowFunction | None = hann_window,
    pad_end: bool = False,
    name: str | None = None,
) -> Tensor:
    """The spectra of frames of float32 signals.

    [..., samples] -> [..., frames, fft_length // 2 + 1], complex64.

    Args:
      frame_length, frame_step: in samples.
      fft_length: the length of each transform; by default the next power of 2.
      window_fn: makes the window of each frame; None for none.
      pad_end: also take the frames that reach beyond the end, with zeros there.
    """
    with name_scope(name, "stft", [signals, frame_length, frame_step]):
        signals = convert_to_tensor(signals, name="signals")
        signals.shape.with_rank_at_least(1)
        frame_length = _scalar(frame_length, "frame_length")
        frame_step = _scalar(frame_step, "frame_step")
        if fft_length is None:
            fft_length = _enclosing_power_of_two(frame_length)
        else:
            fft_length = convert_to_tensor(fft_length, name="fft_length")
        frames = frame(signals, frame_length, frame_step, pad_end=pad_end)
        if window_fn is not None:
            frames *= window_fn(frame_length, dtype=frames.dtype)
        return rfft(frames, [fft_length])


def inverse_stft_window_fn(
    frame_step: Any, forward_window_fn: WindowFunction = hann_window, name: str | None = None
) -> WindowFunction:
    """The window function for `inverse_stft` that undoes `forward_window_fn` of `stft`.

    Of D. Griffin and J. Lim, "Signal estimation from modified short-time Fourier transform", 7.
    """
    with name_scope(name, "inverse_stft_window_fn", [forward_window_fn]):
        frame_step = _scalar(frame_step, "frame_step")

    def window_fn(frame_length: Any, dtype: DType) -> Tensor:
        """A window [frame_length]."""
        with name_scope(name, "inverse_stft_window_fn", [forward_window_fn]):
            frame_length = _scalar(frame_length, "frame_length")
            window = forward_window_fn(frame_length, dtype=dtype)
            squares = Square(window)
            overlaps = -(-frame_length // frame_step)
            squares = pad(squares, [(0, overlaps * frame_step - frame_length)])
            sums = reduce_sum(Reshape(squares, [overlaps, frame_step]), 0, keepdims=True)
            denominator = Reshape(Tile(sums, [overlaps, 1]), [overlaps * frame_step])
            return window / denominator[:frame_length]

    return window_fn


def inverse_stft(
    stfts: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: WindowFunction | None = hann_window,
    name: str | None = None,
) -> Tensor:
    """The float32 signals whose `stft` this is, if `window_fn` undoes the window of that.

    [..., frames, fft_length // 2 + 1], complex64 -> [..., samples].

    Args:
      frame_length, frame_step, fft_length: as given to `stft`.
      window_fn: see `inverse_stft_window_fn`.
    """
    with name_scope(name, "inverse_stft", [stfts]):
        stfts = convert_to_tensor(stfts, name="stfts")
        stfts.shape.with_rank_at_least(2)
        frame_length = _scalar(frame_length, "frame_length")
        frame_step = _scalar(frame_step, "frame_step")
        if fft_length is None:
            fft_length = _enclosing_power_of_two(frame_length)
        else:
            fft_length = _scalar(fft_length, "fft_length")
        frames = _of_length(irfft(stfts, [fft_length]), frame_length)
        if window_fn is not None:
            frames *= window_fn(frame_length, dtype=stfts.dtype.real_dtype)
        return overlap_and_add(frames, frame_step)


def _of_length(frames: Tensor, length: Tensor) -> Tensor:
    """The frames, [..., n], cut or padded with zeros to [..., length]."""
    wanted = get_static_value(length)
    sizes = frames.shape.sizes
    if wanted is None or sizes is None or sizes[-1] is None:
        frames = frames[..., :length]
        count, found = rank(frames), shape(frames)
        batch = filling.zeros([count - 1, 2], length.dtype)
        frames = pad(frames, concat([batch, [[0, Maximum(0, length - found[-1])]]], 0))
    elif sizes[-1] > wanted:
        frames = frames[..., :wanted]
    elif sizes[-1] < wanted:
        frames = pad(frames, [[0, 0]] * (len(sizes) - 1) + [[0, wanted - sizes[-1]]])
    if wanted is not None and sizes is not None:
        frames.set_shape([None] * (len(sizes) - 1) + [wanted])
    return frames


def _enclosing_power_of_two(value: Tensor) -> Tensor:
    """The smallest power of 2 that is not less."""
    known = get_static_value(value)
    if known is not None:
        return constant(2 ** math.ceil(math.log(known) / math.log(2.0)), value.dtype)
    exponent = Ceil(Log(cast(value, dtypes.float32)) / Log(2.0))
    return cast(Pow(2.0, exponent), value.dtype)

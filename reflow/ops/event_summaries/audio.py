"""Summaries of sound, as WAV files."""

from __future__ import annotations

import io
import wave
from typing import Any

import numpy as np

from reflow.graph import errors
from reflow.graph.operation import Operation
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.values import handle

Array = np.ndarray[Any, Any]


def wav_bytes(samples: Array, sample_rate: int) -> bytes:
    """A WAV file of [frames, channels] in [-1, 1], of 16 bits a sample."""
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(max(sample_rate, 1))
        scaled = np.round(samples * np.float32(1 << 15))
        file.writeframes(np.clip(scaled, -(1 << 15), (1 << 15) - 1).astype("<i2").tobytes())
    return stream.getvalue()


def _summary(tag: Array, tensor: Array, sample_rate: float, max_outputs: int) -> Array:
    from tensorboard.compat.proto.summary_pb2 import Summary

    if tag.ndim:
        raise errors.InvalidArgumentError(None, None, "Tag must be a scalar")
    if tensor.ndim not in (2, 3):
        raise errors.InvalidArgumentError(
            None, None, f"Tensor must be 3-D or 2-D, got: {list(tensor.shape)}"
        )
    if not sample_rate > 0:
        raise errors.InvalidArgumentError(None, None, "sample_rate must be > 0")
    if tensor.ndim == 2:
        tensor = tensor[..., None]
    summary = Summary()
    name = tag.item().decode()
    for i, samples in enumerate(tensor[:max_outputs]):
        value = summary.value.add(tag=f"{name}/audio/{i}" if max_outputs > 1 else f"{name}/audio")
        value.audio.sample_rate = sample_rate
        value.audio.num_channels = samples.shape[1]
        value.audio.length_frames = samples.shape[0]
        value.audio.content_type = "audio/wav"
        value.audio.encoded_audio_string = wav_bytes(samples, round(sample_rate))
    return handle(summary.SerializeToString())


@op
class AudioSummaryV2:
    """A Summary message of the first max_outputs sounds of [batch, frames(, channels)]."""

    inputs = "tag: string, tensor: float, sample_rate: float"
    outputs = "summary: string"
    attrs = ("max_outputs: int >= 1 = 3",)
    host = True
    gradient = None
    shape = shapes.scalar

    def kernel(tag: Host, tensor: Host, sample_rate: Host, *, max_outputs: int) -> Array:
        return _summary(tag, tensor, float(sample_rate), max_outputs)


@op
class AudioSummary:
    """AudioSummaryV2 with the sample rate as an attribute."""

    inputs = "tag: string, tensor: float"
    outputs = "summary: string"
    attrs = ("sample_rate: float", "max_outputs: int >= 1 = 3")
    host = True
    gradient = None
    shape = shapes.scalar

    def kernel(tag: Host, tensor: Host, *, op: Operation) -> Array:
        return _summary(tag, tensor, op.attrs["sample_rate"], op.attrs["max_outputs"])

"""Signals cut into frames that may overlap, and put together again."""

from __future__ import annotations

import math
from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.ops.comparisons import Greater
from reflow.ops.math import FloorMod, Maximum
from reflow.tf import _filling as filling
from reflow.tf._arrays import pad, rank, shape, size, transpose
from reflow.tf._gathering import gather
from reflow.tf._indexing import strided_slice
from reflow.tf._joining import concat, split
from reflow.tf._reductions import reduce_sum
from reflow.tf._scopes import name_scope
from reflow.tf._static_values import get_static_value
from reflow.tf._while_loop import while_loop


def frame(
    signal: Any,
    frame_length: Any,
    frame_step: Any,
    pad_end: bool = False,
    pad_value: Any = 0,
    axis: Any = -1,
    name: str | None = None,
) -> Tensor:
    """Frames of `frame_length` samples along `axis`, a new one every `frame_step`.

    [..., samples, ...] -> [..., frames, frame_length, ...].

    Args:
      frame_length, frame_step, axis: integers or scalar tensors.
      pad_end: also take the frames that reach beyond the end, with `pad_value` there.

    Raises:
      ValueError: what should be a scalar is not.
    """
    with name_scope(name, "frame", [signal, frame_length, frame_step, pad_value]):
        signal = convert_to_tensor(signal, name="signal")
        frame_length = convert_to_tensor(frame_length, name="frame_length")
        frame_step = convert_to_tensor(frame_step, name="frame_step")
        axis = convert_to_tensor(axis, name="axis")
        signal.shape.with_rank_at_least(1)
        for scalar in (frame_length, frame_step, axis):
            scalar.shape.assert_has_rank(0)
        static_shape = _framed_shape(signal, frame_length, frame_step, pad_end, axis)
        signal_rank = rank(signal)
        axis = filling.range(signal_rank)[axis]
        sizes = shape(signal)
        outer, samples, inner = split(sizes, [axis, 1, signal_rank - 1 - axis])
        samples = Reshape(samples, [])
        outer_rank, inner_rank = size(outer), size(inner)
        if pad_end:
            value = convert_to_tensor(pad_value, signal.dtype)
            value.shape.assert_has_rank(0)
            count = -(-samples // frame_step)
            missing = Maximum(0, frame_length + frame_step * (count - 1) - samples)
            signal = _padded_end(signal, outer_rank, missing, inner_rank, value)
            sizes = shape(signal)
            samples = sizes[axis]
        else:
            count = Maximum(0, 1 + (samples - frame_length) // frame_step)
        # Whole blocks are gathered, of the largest length that frames and steps consist of.
        block = _common_divisor(frame_length, frame_step)
        per_frame, per_step, blocks = frame_length // block, frame_step // block, samples // block
        used = concat([outer, [blocks * block], inner], 0)
        as_blocks = concat([outer, [blocks, block], inner], 0)
        cut = strided_slice(signal, filling.zeros_like(sizes), used)
        in_blocks = Reshape(cut, as_blocks)
        starts = Reshape(filling.range(count) * per_step, [count, 1])
        picked = gather(
            in_blocks, starts + Reshape(filling.range(per_frame), [1, per_frame]), axis=axis
        )
        frames = Reshape(picked, concat([outer, [count, frame_length], inner], 0))
        if static_shape:
            frames.set_shape(static_shape)
        return frames


def _padded_end(
    signal: Tensor, outer: Tensor, count: Tensor, inner: Tensor, value: Tensor
) -> Tensor:
    """`count` times `value` behind the axis that has `outer` axes before and `inner` behind it."""
    paddings = [
        filling.zeros([outer, 2], count.dtype),
        [[0, count]],
        filling.zeros([inner, 2], count.dtype),
    ]
    return pad(signal, concat(paddings, 0), constant_values=value)


def _common_divisor(a: Tensor, b: Tensor) -> Tensor:
    """The greatest common divisor of two integers, by Euclid's algorithm."""
    with name_scope(None, "gcd", [a, b]):
        for number in (a, b):
            if not number.dtype.is_integer:
                raise ValueError(f"Expected an integer. Received: {number.dtype.name}")
        known_a, known_b = get_static_value(a), get_static_value(b)
        if known_a is not None and known_b is not None:
            return convert_to_tensor(math.gcd(int(known_a), int(known_b)), a.dtype)
        divisor, _ = while_loop(
            lambda _, b: Greater(b, filling.zeros_like(b)),
            lambda a, b: [b, FloorMod(a, b)],
            [a, b],
            back_prop=False,
        )
        return divisor


def _framed_shape(
    signal: Tensor, frame_length: Tensor, frame_step: Tensor, pad_end: bool, axis: Tensor
) -> list[int | None] | None:
    """What is known of the shape [..., frames, frame_length, ...]."""
    length, step, known_axis = map(get_static_value, (frame_length, frame_step, axis))
    sizes = signal.shape.sizes
    if sizes is None:
        return None
    if known_axis is None:
        return [None] * (len(sizes) + 1)
    outer, samples, inner = sizes[:known_axis], sizes[known_axis], sizes[known_axis:][1:]
    count = None
    if samples is not None and step is not None:
        if pad_end:
            count = max(0, -(-samples // step))
        elif length is not None:
            count = max(0, (samples - length + step) // step)
    return [*outer, count, length, *inner]


def overlap_and_add(signal: Any, frame_step: Any, name: str | None = None) -> Tensor:
    """Frames added up, each `frame_step` samples behind the last one.

    [..., frames, frame_length] -> [..., (frames - 1) * frame_step + frame_length].

    Raises:
      ValueError: a signal of rank 0 or 1, or a frame_step that is no integer.
    """
    with name_scope(name, "overlap_and_add", [signal, frame_step]):
        signal = convert_to_tensor(signal, name="signal")
        signal.shape.with_rank_at_least(2)
        step = convert_to_tensor(frame_step, name="frame_step")
        step.shape.assert_has_rank(0)
        if not step.dtype.is_integer:
            raise ValueError(f"frame_step must be an integer. Got {step.dtype}")
        sizes = shape(signal)
        batch = sizes[:-2]
        batch_rank = size(batch)
        length, count = sizes[-1], sizes[-2]
        samples = length + step * (count - 1)
        known_length = None if signal.shape.sizes is None else signal.shape.sizes[-1]
        known_step = get_static_value(step)
        if known_step is not None and known_step == known_length:
            return Reshape(signal, concat([batch, [samples]], 0), name="fast_path")

        def arranged(x: Tensor, last: list[Any]) -> Tensor:
            return Reshape(x, concat([batch, last], 0))

        # A frame consists of `parts` of the length of a step.  Part j of frame i belongs to step
        # i + j of the result: rows of all parts j, each one longer than there are frames, do that
        # when they are read with one step less, [parts, count + parts] -> [parts, ... - 1].
        parts = -(-length // step)
        behind = [[0, parts], [0, parts * step - length]]
        paddings = concat([filling.zeros([batch_rank, 2], dtypes.int32), behind], 0)
        signal = arranged(pad(signal, paddings), [count + parts, parts, step])
        order = concat([filling.range(batch_rank), batch_rank + [1, 0, 2]], 0)
        signal = arranged(transpose(signal, order), [(count + parts) * parts, step])
        signal = signal[..., : (count + parts - 1) * parts, :]
        signal = arranged(signal, [parts, count + parts - 1, step])
        signal = arranged(reduce_sum(signal, -3), [(count + parts - 1) * step])
        return signal[..., :samples]

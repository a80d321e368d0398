"""Where a filter goes that slides over space: strides, dilations, padding and the sizes they give.

Source: tensorflow/core/framework/common_shape_fns.cc.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

Size = int | None
Margins = tuple[tuple[int, int], ...]  # zeros added before and after, for each axis of space


def data_format(attrs: dict[str, Any]) -> str:
    """A convolution's: the oldest ones, and those of integers of few bits, know one format only."""
    return attrs.get("data_format", "NHWC" if "Tfilter" in attrs else "NDHWC")


def spatial_axes(letters: str) -> tuple[int, ...]:
    """The places of space in a format: (1, 2) of "NHWC"."""
    return tuple(i for i, letter in enumerate(letters) if letter in "DHW")


def extent(filter_size: int, dilation: int) -> int:
    """How much of an axis a filter covers from its first to its last element."""
    return (filter_size - 1) * dilation + 1


def check_steps(stride: int, dilation: int = 1) -> None:
    if stride <= 0:
        raise ValueError(f"Stride must be > 0, but got {stride}")
    if dilation < 1:
        raise ValueError(f"Dilation rate must be >= 1, but got {dilation}")


def output_size(
    size: Size,
    filter_size: Size,
    stride: int,
    dilation: int,
    padding: str,
    margins: tuple[int, int] = (0, 0),
) -> Size:
    """In how many places a filter fits along an axis; None where an unknown size decides that.

    Raises:
      ValueError: a stride or dilation below 1, or a filter larger than the input.
    """
    check_steps(stride, dilation)
    if padding == "SAME":
        return None if size is None else -(-size // stride)
    if size is None or filter_size is None:
        return None
    room, covered = size + sum(margins), extent(filter_size, dilation)
    if covered > room:
        raise ValueError(f"Negative dimension size caused by subtracting {covered} from {room}")
    return (room - covered) // stride + 1


def same_margins(size: int, covered: int, stride: int) -> tuple[int, int]:
    """The zeros that padding SAME adds; an odd one comes after."""
    needed = max(0, (-(-size // stride) - 1) * stride + covered - size)
    return needed // 2, needed - needed // 2


def places(
    sizes: Sequence[int],
    windows: Sequence[int],
    strides: Sequence[int],
    padding: str,
    margins: Margins | None = None,
) -> tuple[tuple[int, ...], Margins]:
    """(output sizes, margins) of windows over space, as kernels compute them.

    Args:
      windows: how much of each axis a window covers.
      margins: those of padding EXPLICIT.

    Raises:
      ValueError: a stride below 1, or a window that is too large.
    """
    for stride in strides:
        check_steps(stride)
    if padding == "SAME":
        margins = tuple(map(same_margins, sizes, windows, strides))
    elif margins is None:
        margins = ((0, 0),) * len(sizes)
    outputs = []
    for size, window, stride, pair in zip(sizes, windows, strides, margins):
        # Division that truncates: a window that misses by less than its stride fits 0 times.
        count = (
            -(-size // stride)
            if padding == "SAME"
            else int((size + sum(pair) - window + stride) / stride)
        )
        if count < 0:
            raise ValueError(
                f"Computed output size would be negative: {count} [input_size: {size}, "
                f"effective_filter_size: {window}, stride: {stride}]"
            )
        outputs.append(count)
    return tuple(outputs), margins


@dataclass(frozen=True)
class Sliding:
    """How a filter slides: the attributes of a convolution, by axes of space.

    Attributes:
      axes: the places of space in the input; the channels are where neither space nor batch is.
      margins: those of padding EXPLICIT; zeros otherwise.
    """

    axes: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    padding: str
    margins: Margins

    @property
    def channel_axis(self) -> int:
        return 1 if self.axes[0] == 2 else self.axes[-1] + 1

    @staticmethod
    def of(attrs: dict[str, Any]) -> Sliding:
        """ValueError for explicit paddings that are none."""
        axes = spatial_axes(data_format(attrs))
        padding = attrs["padding"]
        pairs = _explicit_margins(padding, attrs.get("explicit_paddings", ()), len(axes) + 2, axes)
        return Sliding(
            axes,
            tuple(attrs["strides"][i] for i in axes),
            tuple(attrs["dilations"][i] for i in axes),
            padding,
            pairs,
        )

    def placed(
        self, sizes: Sequence[int], filter_sizes: Sequence[int]
    ) -> tuple[tuple[int, ...], Margins]:
        """(output sizes, margins) where all sizes of space are known."""
        for dilation in self.dilations:
            check_steps(1, dilation)
        windows = tuple(map(extent, filter_sizes, self.dilations))
        return places(sizes, windows, self.strides, self.padding, self.margins)

    def output_sizes(self, sizes: Sequence[Size], filter_sizes: Sequence[Size]) -> list[Size]:
        """Of space; ValueError where the filter cannot slide so."""
        return [
            output_size(size, filter_size, stride, dilation, self.padding, margins)
            for size, filter_size, stride, dilation, margins in zip(
                sizes, filter_sizes, self.strides, self.dilations, self.margins
            )
        ]


def _explicit_margins(
    padding: str, paddings: Sequence[int], rank: int, axes: Sequence[int]
) -> Margins:
    if padding != "EXPLICIT":
        if paddings:
            raise ValueError(
                "explicit_paddings attribute must be empty if the padding attribute is not EXPLICIT"
            )
        return ((0, 0),) * len(axes)
    if len(paddings) != 2 * rank:
        raise ValueError(
            f"explicit_paddings attribute must contain {2 * rank} values, but got: {len(paddings)}"
        )
    if any(size < 0 for size in paddings):
        raise ValueError("All elements of explicit_paddings must be nonnegative")
    pairs = list(zip(paddings[::2], paddings[1::2]))
    if any(sum(pairs[i]) for i in range(rank) if i not in axes):
        raise ValueError(
            "Nonzero explicit padding in the batch or depth dimensions is not supported"
        )
    return tuple(pairs[i] for i in axes)


@dataclass(frozen=True)
class Geometry:
    """All sizes of one convolution: what decides how it is computed best.

    Attributes:
      space, filter, output: sizes of space, of the input, the filter and the output.
      inputs, outputs: how many channels.
      groups: of input channels that are convolved with filters of their own.
      channels_last: the channels are the last dimension of input and output.
    """

    batch: int
    space: tuple[int, ...]
    inputs: int
    filter: tuple[int, ...]
    outputs: int
    output: tuple[int, ...]
    groups: int
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    margins: Margins
    channels_last: bool

    @property
    def input_sizes(self) -> tuple[int, ...]:
        return self._laid_out(self.space, self.inputs)

    @property
    def output_sizes(self) -> tuple[int, ...]:
        return self._laid_out(self.output, self.outputs)

    @property
    def filter_sizes(self) -> tuple[int, ...]:
        return (*self.filter, self.inputs // self.groups, self.outputs)

    @property
    def extents(self) -> tuple[int, ...]:
        return tuple(map(extent, self.filter, self.dilations))

    @property
    def is_symmetric(self) -> bool:
        """Whether as many zeros are added before as after."""
        return all(before == after for before, after in self.margins)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to multiply."""
        return 0 in (*self.input_sizes, *self.filter_sizes, *self.output_sizes)

    @property
    def covers_each_place_once(self) -> bool:
        """Whether the filter covers a single place, and all places of the input one by one."""
        return math.prod(self.filter) == 1 and self.output == self.space and not self.has_margins

    @property
    def has_margins(self) -> bool:
        return any(map(any, self.margins))

    @property
    def excess(self) -> Margins:
        """What the margins have on one side more than on the other."""
        pairs = ((pair, min(pair)) for pair in self.margins)
        return tuple((before - common, after - common) for (before, after), common in pairs)

    @cached_property
    def evened(self) -> Geometry:
        """The same convolution of an input that has the excess of its margins already."""
        space = tuple(size + sum(pair) for size, pair in zip(self.space, self.excess))
        common = (min(pair) for pair in self.margins)
        return replace(self, space=space, margins=tuple((size, size) for size in common))

    @cached_property
    def mirrored(self) -> Geometry | None:
        """The same convolution seen in a mirror, which turns every axis of space around.

        What padding SAME asks for more after an image is more before it there.  That torch can pad:
        as much after it too, which is not enough for another window.  None where windows leave
        places at the end of the image, which would have to be left at its beginning.
        """
        margins = []
        axes = zip(self.space, self.extents, self.strides, self.margins, self.output)
        for size, covered, stride, (after, _), output in axes:
            before = (output - 1) * stride + covered - size - after
            if before < 0:
                return None
            margins.append((before, before if 0 <= before - after < stride else after))
        return replace(self, margins=tuple(margins))

    def _laid_out(self, space: tuple[int, ...], channels: int) -> tuple[int, ...]:
        if self.channels_last:
            return (self.batch, *space, channels)
        return (self.batch, channels, *space)

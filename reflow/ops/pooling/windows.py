"""Windows of a pooling op: where they lie, and what torch's pooling is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.convolution.geometry import output_size, places, spatial_axes


def channel_axis(data_format: str) -> int:
    """The place of the channels in a format: 3 of "NHWC"."""
    return data_format.index("C")


# -- Static shapes ---------------------------------------------------------------------------------


def pooled_shape(
    input: TensorShape,
    ksize: Sequence[int | None],
    strides: Sequence[int | None],
    padding: str,
    data_format: str,
    op_type: str,
) -> TensorShape:
    """The shape of what a pooling op gives; ValueError where the windows do not fit.

    TensorFlow pools over channels, too, if it is told so.
    """
    rank = len(data_format)
    for given, which in ((strides, "stride"), (ksize, "ksize")):
        if len(given) != rank:
            raise ValueError(
                f"{op_type} requires the {which} attribute to contain {rank} values, "
                f"but got: {len(given)}"
            )
    sizes = shapes.with_rank(input, rank).sizes
    assert sizes is not None
    pooled = list(sizes)
    for axis in (*spatial_axes(data_format), channel_axis(data_format)):
        window, stride = ksize[axis], strides[axis]
        pooled[axis] = (
            None
            if window is None or stride is None
            else output_size(sizes[axis], window, stride, 1, padding)
        )
    return shapes.of(*pooled)


# -- Kernels ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Windows:
    """The windows of one pooling over tensors of known sizes, by axes of space.

    Attributes:
      axes, channels: the places of space and of the channels.
      depth: how many channels a window takes; more than 1 only where it takes one place of space.
      padding: what torch adds on both sides.
      rounds_up: windows may begin inside and end outside: so torch finds, for strides above 1,
        the odd element that padding SAME adds at the end.
      border: where it does not find it, or refuses windows larger than space, all that padding
        adds, in the order of torch's `pad`.
    """

    axes: tuple[int, ...]
    channels: int
    sizes: tuple[int, ...]
    ksize: tuple[int, ...]
    strides: tuple[int, ...]
    output: tuple[int, ...]
    depth: int
    padding: tuple[int, ...]
    rounds_up: bool
    border: tuple[int, ...]

    @staticmethod
    def of(
        sizes: Sequence[int],
        ksize: Sequence[int],
        strides: Sequence[int],
        padding: str,
        data_format: str,
    ) -> Windows:
        """Raises ValueError or UnimplementedError for windows that TensorFlow refuses, too."""
        rank, depth = len(data_format), channel_axis(data_format)
        if len(ksize) != rank:
            raise ValueError(f"Sliding window ksize field must specify {rank} dimensions")
        if len(strides) != rank:
            raise ValueError(f"Sliding window strides field must specify {rank} dimensions")
        if len(sizes) != rank:
            raise ValueError(f"tensor_in must be {rank}-dimensional")
        if any(size <= 0 for size in ksize):
            raise ValueError(f"Sliding window ksize must be positive. Received: {list(ksize)}")
        if ksize[0] != 1 or strides[0] != 1:
            raise errors.UnimplementedError(
                None, None, "Pooling is not yet supported on the batch dimension."
            )
        axes = spatial_axes(data_format)
        if ksize[depth] > 1:
            _check_depth(sizes[depth], ksize, strides, axes, depth)
        space = tuple(sizes[i] for i in axes)
        window, steps = tuple(ksize[i] for i in axes), tuple(strides[i] for i in axes)
        output, margins = places(space, window, steps, padding)
        odd = any(after > before and s == 1 for (before, after), s in zip(margins, steps))
        by_hand = odd or any(size < n for size, n in zip(space, window))
        return Windows(
            axes,
            depth,
            space,
            window,
            steps,
            output,
            ksize[depth],
            (0,) * len(axes) if by_hand else tuple(before for before, _ in margins),
            padding == "SAME" and not by_hand,
            tuple(n for pair in reversed(margins) for n in pair) if by_hand else (),
        )

    @property
    def is_empty(self) -> bool:
        """Whether no window fits: torch refuses that."""
        return 0 in self.output

    @property
    def tiles_space(self) -> bool:
        """Whether the windows cover space without overlap, gaps or padding."""
        covered = tuple(n * size for n, size in zip(self.output, self.ksize))
        return self.depth == 1 and self.ksize == self.strides and covered == self.sizes

    def arguments(self) -> tuple[Any, ...]:
        """What torch's pooling functions take first: sizes, strides, padding."""
        return list(self.ksize), list(self.strides), list(self.padding)

    def channels_first(self, x: torch.Tensor) -> torch.Tensor:
        """A view with the channels where torch has them; sizes may be any."""
        return x if self.channels == 1 else x.movedim(-1, 1)

    def as_given(self, x: torch.Tensor) -> torch.Tensor:
        """A view with the channels where the op has them."""
        return x if self.channels == 1 else x.movedim(1, -1)

    def bordered(self, x: torch.Tensor, value: float) -> torch.Tensor:
        """`x`, channels first, with the border around it."""
        return torch.constant_pad_nd(x, self.border, value) if self.border else x

    def without_border(self, x: torch.Tensor) -> torch.Tensor:
        for axis, (before, size) in enumerate(zip(self.border[-2::-2], self.sizes)):
            x = x.narrow(2 + axis, before, size)
        return x

    def pooled_sizes(self, sizes: Sequence[int]) -> list[int]:
        """The sizes of the result for an input of these sizes, channels as the op has them."""
        pooled = list(sizes)
        for axis, size in zip(self.axes, self.output):
            pooled[axis] = size
        pooled[self.channels] //= self.depth
        return pooled


def _check_depth(
    channels: int, ksize: Sequence[int], strides: Sequence[int], axes: Sequence[int], depth: int
) -> None:
    """UnimplementedError unless windows over channels cover them without overlap, and no space."""
    if any(ksize[i] != 1 for i in axes):
        problem = (
            "MaxPooling supports exactly one of pooling across depth or pooling across "
            "width/height."
        )
    elif channels % ksize[depth]:
        problem = (
            "Depthwise max pooling requires the depth window to evenly divide the input depth."
        )
    elif ksize[depth] != strides[depth]:
        problem = "Depthwise max pooling requires the depth window to equal the depth stride."
    else:
        return
    raise errors.UnimplementedError(None, None, problem)


def of_op(op: Operation, sizes: Sequence[int]) -> Windows:
    """The windows of an op that has them as attributes, over an input of these sizes."""
    attrs = op.attrs
    data_format = attrs.get("data_format", "NHWC")
    return Windows.of(sizes, attrs["ksize"], attrs["strides"], attrs["padding"], data_format)


def attributes(rank: int) -> tuple[str, ...]:
    """The attributes of pooling over tensors of 4 or 5 dimensions."""
    formats = "{'NHWC', 'NCHW'} = 'NHWC'" if rank == 4 else "{'NDHWC', 'NCDHW'} = 'NDHWC'"
    return (
        f"ksize: list(int) >= {rank}",
        f"strides: list(int) >= {rank}",
        "padding: {'SAME', 'VALID'}",
        f"data_format: {formats}",
    )


def shared_attrs(op: Operation) -> dict[str, Any]:
    """What an op's gradients take over."""
    names = ("ksize", "strides", "padding", "data_format", "include_batch_in_index")
    return {name: op.attrs[name] for name in names if name in op.attrs}

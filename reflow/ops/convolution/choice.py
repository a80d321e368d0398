"""Which lowering of a convolution is the fastest for given sizes: known by rule.

A processor's time is estimated for each lowering that applies, by what dominates it: products of
elements, as far as vectors are filled; elements that are copied; filters that are brought into
another order.  The constants are nanoseconds of one core, fitted to measurements of torch 2.13 with
AVX-512; only their proportions count.  The choice is the same in each run, so results are too.

With REFLOW_LOG_CONVOLUTIONS=1 in the environment each choice is printed, with the estimates.
"""

from __future__ import annotations

import functools
import math
import os
import sys
from collections.abc import Callable

import torch

from reflow.ops.convolution import lowerings
from reflow.ops.convolution.geometry import Geometry
from reflow.ops.convolution.lowerings import Lowering, block_filter_size

Estimates = dict[Lowering, float]  # nanoseconds

_PRODUCT = 1 / 45  # a multiplication and addition, where vectors are full
_VECTOR = 16  # elements of a vector
_WINDOW_ELEMENT = 2.0  # an element of the matrix of windows, made or added up
_BLOCK_ELEMENT = 0.6  # an element of an image put together from blocks
_FILTER_ELEMENT = 8.0  # an element of a filter brought into torch's order
_FILTER_GRADIENT_ELEMENT = 23.0  # the same, and back
# A matrix of windows that is larger than caches, here 32 MB, is slower than estimated.
_MOST_WINDOW_ELEMENTS = 1 << 23

# What processors compute in single precision, sooner and more exactly.
_WIDENED = (torch.float16, torch.bfloat16)


def convolution(g: Geometry, input: torch.Tensor, filter: torch.Tensor) -> torch.Tensor:
    """[batch, *space, inputs], [*filter, inputs, outputs] -> [batch, *space, outputs]."""
    return _computed("convolution", g, g.output_sizes, input, filter)


def input_gradient(g: Geometry, filter: torch.Tensor, out_backprop: torch.Tensor) -> torch.Tensor:
    """(filter, gradient of the output) -> gradient of the input."""
    return _computed("input gradient", g, g.input_sizes, filter, out_backprop)


def filter_gradient(g: Geometry, input: torch.Tensor, out_backprop: torch.Tensor) -> torch.Tensor:
    """(input, gradient of the output) -> gradient of the filter."""
    return _computed("filter gradient", g, g.filter_sizes, input, out_backprop)


def _computed(
    what: str, g: Geometry, sizes: tuple[int, ...], first: torch.Tensor, second: torch.Tensor
) -> torch.Tensor:
    if g.is_empty:
        return first.new_zeros(sizes)
    on_processor = first.device.type == "cpu"
    if on_processor and first.dtype in _WIDENED:
        return _computed(what, g, sizes, first.float(), second.float()).to(first.dtype)
    lowering = chosen(what, g, on_processor and first.dtype is torch.float32)
    return lowering(g, first, second)


@functools.lru_cache(maxsize=4096)
def chosen(what: str, g: Geometry, estimated: bool) -> Lowering:
    """The lowering for a "convolution", its "input gradient" or its "filter gradient".

    Args:
      estimated: the constants hold.  Else torch is left to choose: on GPUs, and for double
        precision, for which its library has one way only.
    """
    found = estimates(what, g)
    if not estimated:
        return next(iter(found))
    fastest = min(found, key=found.__getitem__)
    if os.environ.get("REFLOW_LOG_CONVOLUTIONS") == "1":
        times = ", ".join(
            f"{lowering.__name__} {nanoseconds / 1e6:.3f} ms"
            for lowering, nanoseconds in sorted(found.items(), key=lambda item: item[1])
        )
        print(f"{what} of {_text(g)}: {times}", file=sys.stderr)
    return fastest


def _text(g: Geometry) -> str:
    """A geometry to read: "100x28x28x6 * 5x5x6x12 -> 100x14x14x12"."""
    sizes = (g.input_sizes, g.filter_sizes, g.output_sizes)
    input, filter, output = ("x".join(map(str, part)) for part in sizes)
    return f"{input} * {filter} -> {output}"


# -- Estimates: for each lowering that applies, the first being torch's own way --------------------


def _convolution_estimates(g: Geometry) -> Estimates:
    own = lowerings.convolve_direct if g.is_symmetric else lowerings.convolve_padded
    weights = math.prod(g.filter_sizes)
    times: Estimates = {
        own: _products(g) / _filled(g.outputs // g.groups) + weights * _FILTER_ELEMENT
    }
    if _takes_windows(g):
        times[lowerings.convolve_columns] = _products(g) + _windows(g) * _WINDOW_ELEMENT
    return times


def _input_gradient_estimates(g: Geometry) -> Estimates:
    weights = math.prod(g.filter_sizes)
    # Strides make torch's library wait for memory more often.
    slower = 1.5 if max(g.strides) > 1 else 1.0
    products = _products(g) / _filled(g.inputs // g.groups)
    times: Estimates = {
        lowerings.input_gradient_transposed: products * slower + weights * _FILTER_ELEMENT
    }
    if len(g.space) != 2 or not _is_plain(g):
        return times
    if _takes_windows(g):
        times[lowerings.input_gradient_columns] = _products(g) + 2 * _windows(g) * _WINDOW_ELEMENT
    if max(g.strides) > 1 and max(g.dilations) == 1:
        blocks, size = block_filter_size(g), math.prod(g.strides)
        more = math.prod(blocks) * size / math.prod(g.filter)
        products = _products(g) * more / _filled(g.inputs * size)
        elements = math.prod(g.input_sizes)
        times[lowerings.input_gradient_blocks] = (
            products + elements * 2 * _BLOCK_ELEMENT + weights * more * _FILTER_ELEMENT
        )
    return times


def _filter_gradient_estimates(g: Geometry) -> Estimates:
    own = lowerings.filter_gradient_direct if g.is_symmetric else lowerings.filter_gradient_padded
    weights = math.prod(g.filter_sizes)
    products = 2 * _products(g) / _filled(g.outputs // g.groups)
    times: Estimates = {own: products + weights * _FILTER_GRADIENT_ELEMENT}
    if _takes_windows(g):
        times[lowerings.filter_gradient_columns] = _products(g) + _windows(g) * _WINDOW_ELEMENT
    return times


_ESTIMATES: dict[str, Callable[[Geometry], Estimates]] = {
    "convolution": _convolution_estimates,
    "input gradient": _input_gradient_estimates,
    "filter gradient": _filter_gradient_estimates,
}


def estimates(what: str, g: Geometry) -> Estimates:
    """The time of each lowering that applies, torch's own way first."""
    return _ESTIMATES[what](g)


def _products(g: Geometry) -> float:
    count = g.batch * math.prod(g.output) * math.prod(g.filter_sizes)
    return count * _PRODUCT


def _filled(channels: int) -> float:
    """Which part of its vectors a library uses that puts channels side by side."""
    return channels / (-(-channels // _VECTOR) * _VECTOR) if channels else 1.0


def _is_plain(g: Geometry) -> bool:
    """Whether it is one that the lowerings that are not torch's own can compute."""
    return g.channels_last and g.groups == 1


def _takes_windows(g: Geometry) -> bool:
    """Whether windows can be laid out as a matrix of acceptable size."""
    return _is_plain(g) and _windows(g) <= _MOST_WINDOW_ELEMENTS


def _windows(g: Geometry) -> int:
    """How many elements the matrix of windows has that are copied."""
    if math.prod(g.filter) == 1 and max(g.strides) == 1:
        return 0  # it is the input
    return g.batch * math.prod(g.output) * math.prod(g.filter) * g.inputs

"""Which lowering of a convolution is the fastest for given sizes: known by rule.

A processor's time is estimated for each lowering that applies, by what dominates it: products of
elements, as far as vectors are filled; elements that are copied; filters that are brought into
another order.  What each costs depends on the processor (costs.py).  The choice is the same in each
run, so results are too.

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
from reflow.ops.convolution.costs import HERE, Costs
from reflow.ops.convolution.geometry import Geometry
from reflow.ops.convolution.lowerings import Lowering

Estimates = dict[Lowering, float]  # nanoseconds

# A matrix of windows that is larger than caches, here 32 MB, is slower than estimated.
_MOST_WINDOW_ELEMENTS = 1 << 23

# What processors compute in single precision, sooner and more exactly.
_WIDENED = (torch.float16, torch.bfloat16)


def convolution(g: Geometry, input: torch.Tensor, filter: torch.Tensor) -> torch.Tensor:
    """[batch, *space, inputs], [*filter, inputs, outputs] -> [batch, *space, outputs]."""
    return _computed("convolution", g, g.output_sizes, input, filter)


def pads_first(what: str, g: Geometry) -> bool:
    """Whether a convolution or its filter gradient, of single precision, pads its input itself."""
    return not g.is_symmetric and chosen(what, g, True) in _PADDING


_PADDING = (
    lowerings.convolve_padded,
    lowerings.convolve_column_blocks,
    lowerings.filter_gradient_padded,
    lowerings.filter_gradient_column_blocks,
)


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
    if first.device.type == "cpu" and first.dtype in _WIDENED:
        return _computed(what, g, sizes, first.float(), second.float()).to(first.dtype)
    is_estimated = first.device.type == "cpu" and first.dtype is torch.float32
    return chosen(what, g, is_estimated)(g, first, second)


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
    times = ", ".join(
        f"{lowering.__name__} {nanoseconds / 1e6:.3f} ms"
        for lowering, nanoseconds in sorted(found.items(), key=lambda item: item[1])
    )
    log(f"{what} of {text(g)}: {times}")
    return fastest


def log(line: str) -> None:
    """Prints a line of what was chosen, if that is asked for."""
    if os.environ.get("REFLOW_LOG_CONVOLUTIONS") == "1":
        print(line, file=sys.stderr)


def text(g: Geometry) -> str:
    """A geometry to read: "100x28x28x6 * 5x5x6x12 -> 100x14x14x12"."""
    sizes = (g.input_sizes, g.filter_sizes, g.output_sizes)
    input, filter, output = ("x".join(map(str, part)) for part in sizes)
    return f"{input} * {filter} -> {output}"


# -- Estimates: for each lowering that applies, the first being torch's own way --------------------


def _convolution_estimates(g: Geometry, costs: Costs) -> Estimates:
    own = lowerings.convolve_direct if g.is_symmetric else lowerings.convolve_padded
    weights = math.prod(g.filter_sizes)
    times: Estimates = {
        own: costs.products(g) / costs.filled(g.outputs // g.groups)
        + weights * costs.filter_element
    }
    if _takes_windows(g):
        times[lowerings.convolve_columns] = costs.products(g) + _windows(g) * costs.window_element
    if _has_output_blocks(g):
        times[lowerings.convolve_column_blocks] = _by_output_blocks(g, costs)
    return times


def _input_gradient_estimates(g: Geometry, costs: Costs) -> Estimates:
    weights, places = math.prod(g.filter_sizes), g.batch * math.prod(g.space)
    products = costs.products(g)
    own = products / costs.filled(g.inputs // g.groups)
    if max(g.strides) > 1:
        own = own * costs.strided + places * costs.strided_place
    times: Estimates = {lowerings.input_gradient_transposed: own + weights * costs.filter_element}
    if len(g.space) != 2 or not _is_plain(g):
        return times
    if _takes_windows(g):
        times[lowerings.input_gradient_columns] = products + 2 * _windows(g) * costs.window_element
    if max(g.dilations) > 1:
        return times
    # By how much more there is to multiply where each axis has blocks.
    down, across = (
        axis.span * stride * axis.kept / (size * output)
        for axis, stride, size, output in zip(lowerings.blocks(g), g.strides, g.filter, g.output)
    )
    rows, columns = g.strides
    if max(g.strides) > 1:
        times[lowerings.input_gradient_blocks] = (
            products * down * across / costs.filled(g.inputs * rows * columns)
            + math.prod(g.input_sizes) * costs.block_element
            + weights * down * across * costs.filter_element
        )
    if min(g.strides) > 1:
        times[lowerings.input_gradient_column_blocks] = (
            products * across / costs.filled(g.inputs * columns) * costs.column_blocks
            + places / columns * costs.strided_place
            + weights * across * costs.filter_element
        )
    return times


def _filter_gradient_estimates(g: Geometry, costs: Costs) -> Estimates:
    own = lowerings.filter_gradient_direct if g.is_symmetric else lowerings.filter_gradient_padded
    weights = math.prod(g.filter_sizes)
    products = costs.filter_gradient * costs.products(g) / costs.filled(g.outputs // g.groups)
    times: Estimates = {own: products + weights * costs.filter_gradient_element}
    if _takes_windows(g):
        times[lowerings.filter_gradient_columns] = (
            costs.products(g) + _windows(g) * costs.window_element
        )
    if _has_output_blocks(g):
        times[lowerings.filter_gradient_column_blocks] = _by_output_blocks(g, costs)
    return times


def _by_output_blocks(g: Geometry, costs: Costs) -> float:
    blocked = lowerings.of_output_blocks(g)
    return costs.products(blocked) / costs.filled(blocked.outputs) + costs.output_blocks


_ESTIMATES: dict[str, Callable[[Geometry, Costs], Estimates]] = {
    "convolution": _convolution_estimates,
    "input gradient": _input_gradient_estimates,
    "filter gradient": _filter_gradient_estimates,
}


def estimates(what: str, g: Geometry, costs: Costs = HERE) -> Estimates:
    """The time of each lowering that applies, torch's own way first."""
    return _ESTIMATES[what](g, costs)


def _is_plain(g: Geometry) -> bool:
    """Whether it is one that the lowerings that are not torch's own can compute."""
    return g.channels_last and g.groups == 1


def _has_output_blocks(g: Geometry) -> bool:
    """Whether there are blocks of the output's columns, which fill vectors better."""
    is_image = len(g.space) == 2 and max(g.dilations) == 1 and _is_plain(g)
    return is_image and lowerings.of_output_blocks(g).outputs > g.outputs


def _takes_windows(g: Geometry) -> bool:
    """Whether windows can be laid out as a matrix of acceptable size."""
    return _is_plain(g) and _windows(g) <= _MOST_WINDOW_ELEMENTS


def _windows(g: Geometry) -> int:
    """How many elements the matrix of windows has that are copied."""
    if g.covers_each_place_once:
        return 0  # it is the input
    return g.batch * math.prod(g.output) * math.prod(g.filter) * g.inputs

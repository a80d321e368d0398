"""Architectures as tables: steps in a row, and blocks of branches side by side."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reflow import tf
from reflow.graph.operation import Tensor
from reflow.tf._variable_scope import variable_scope
from reflow.tf.contrib import layers

#: The number of channels to use in place of one in a table.
Depth = Callable[[int], int]


@dataclass(frozen=True)
class Step:
    """A layer of an architecture.

    Attributes:
      layer: a function of tf.contrib.layers.
      scope: its name.
      window: height and width.
      depth: how many channels it gives; None for pooling.
      options: its other arguments.
    """

    layer: Callable[..., Tensor]
    scope: str
    window: tuple[int, int]
    depth: int | None
    options: Mapping[str, Any]

    def __call__(self, net: Tensor, depth: Depth) -> Tensor:
        channels = () if self.depth is None else (depth(self.depth),)
        return self.layer(net, *channels, list(self.window), scope=self.scope, **self.options)


@dataclass(frozen=True)
class Fork:
    """Steps side by side, whose channels are put together."""

    steps: Sequence[Step]

    def __call__(self, net: Tensor, depth: Depth) -> Tensor:
        return tf.concat([step(net, depth) for step in self.steps], 3)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Block:
    """Branches, each of steps in a row, whose channels are put together."""

    scope: str
    branches: Sequence[Sequence[Step | Fork]]

    def __call__(self, net: Tensor, depth: Depth) -> Tensor:
        with variable_scope(self.scope):
            outputs = []
            for number, branch in enumerate(self.branches):
                with variable_scope(f"Branch_{number}"):
                    output = net
                    for step in branch:
                        output = step(output, depth)
                outputs.append(output)
            return tf.concat(outputs, 3)  # type: ignore[no-any-return]


def _window(scope: str, window: tuple[int, int] | None) -> tuple[int, int]:
    """The window, by default that which the scope's name ends with: (1, 7) of "..._1x7"."""
    if window is not None:
        return window
    found = re.search(r"(\d+)x(\d+)$", scope)
    assert found is not None, scope
    return int(found[1]), int(found[2])


def conv(scope: str, depth: int, window: tuple[int, int] | None = None, **options: Any) -> Step:
    """A convolution."""
    return Step(layers.conv2d, scope, _window(scope, window), depth, options)


def max_pool(scope: str, **options: Any) -> Step:
    """Pooling by the largest element."""
    return Step(layers.max_pool2d, scope, _window(scope, None), None, options)


def avg_pool(scope: str, **options: Any) -> Step:
    """Pooling by the mean."""
    return Step(layers.avg_pool2d, scope, _window(scope, None), None, options)


def run_until(
    net: Tensor,
    steps: Sequence[Step | Block],
    final_endpoint: str,
    end_points: dict[str, Tensor],
    depth: Depth = int,
) -> Tensor:
    """The output of the last step to make; all outputs are put into `end_points`."""
    for step in steps:
        net = end_points[step.scope] = step(net, depth)
        if step.scope == final_endpoint:
            break
    return net


def check_endpoint(final_endpoint: str, end_points: Mapping[str, Tensor]) -> None:
    """ValueError if no step is called so."""
    if final_endpoint not in end_points:
        raise ValueError(f"Unknown final endpoint {final_endpoint}")


def scaled_depth(multiplier: float, smallest: int) -> Depth:
    """Multiplies numbers of channels; ValueError if the multiplier is not positive."""
    if multiplier <= 0:
        raise ValueError("depth_multiplier is not greater than zero.")
    return lambda depth: max(int(depth * multiplier), smallest)


def window_within(net: Tensor, window: Sequence[int]) -> list[int]:
    """The window, made smaller where the picture is, as far as its size is known."""
    sizes = net.shape.as_list()[1:3]
    if None in sizes:
        return list(window)
    return [min(size, wanted) for size, wanted in zip(sizes, window)]

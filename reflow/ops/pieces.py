"""Large tensors computed piece by piece, so that what comes in between stays in the cache."""

from __future__ import annotations

from collections.abc import Callable

import torch

# Elements of a piece, about.
_PIECE = 1 << 15


def in_pieces(compute: Callable[..., torch.Tensor], *inputs: torch.Tensor) -> torch.Tensor:
    """`compute(*inputs)`, which makes each row of the result of the same row of all inputs."""
    first = inputs[0]
    if not first.is_cpu or first.numel() <= 2 * _PIECE:
        return compute(*inputs)
    rows = max(1, _PIECE * len(first) // first.numel())
    made = torch.empty_like(first)
    for into, *parts in zip(*(torch.split(tensor, rows) for tensor in (made, *inputs))):
        into.copy_(compute(*parts))
    return made

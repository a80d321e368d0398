"""The devices that a session can compute on."""

from __future__ import annotations

from typing import Any

import torch


def gpu_count(config: Any = None) -> int:
    """How many GPUs a session of this ConfigProto may use."""
    limit = None
    if config is not None and "GPU" in config.device_count:
        limit = config.device_count["GPU"]
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return count if limit is None else min(count, limit)


def default_device(config: Any = None) -> torch.device:
    """Where a session computes: the first GPU it may use, else the CPU."""
    return torch.device("cuda:0") if gpu_count(config) else torch.device("cpu")

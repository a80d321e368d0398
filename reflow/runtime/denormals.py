"""Numbers too small to be normal count as zero in runs, as in TensorFlow's threads.

Processors take up to a hundred times as long for them; sums that decay, as Adam's, come to them.
"""

from __future__ import annotations

import numpy as np
import torch

# NumPy would warn of it if it asked for the smallest numbers while they count as zero.
for _dtype in (np.float16, np.float32, np.float64, np.longdouble):
    np.finfo(_dtype)


class _WithoutDenormals:
    """In a `with` statement: for this thread and those that it starts."""

    def __enter__(self) -> None:
        torch.set_flush_denormal(True)

    def __exit__(self, *_: object) -> None:
        torch.set_flush_denormal(False)


without_denormals = _WithoutDenormals()

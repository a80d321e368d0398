"""Memory that a run frees, kept for the next run.

A run makes values of the same sizes as the run before it.  The C library would give large ones back
to the system when they are deleted, and the system clears each page before it hands it out again:
a fifth of the time of a convolutional network's training step.
"""

from __future__ import annotations

import ctypes
import functools
import os
import platform

# Parameters of mallopt, from glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3

_MOST_KEPT = 1 << 29  # bytes free at the end of the heap that are not given back
_LARGEST_BLOCK = 1 << 28  # bytes; a larger value has memory of its own, given back at once


@functools.cache
def keep_freed_memory() -> None:
    """Lets the C library keep what is freed, once for this process.

    Does nothing where the C library is another one than glibc, or where the environment says how it
    is to behave.
    """
    is_decided = any(name.startswith(("MALLOC_", "GLIBC_TUNABLES")) for name in os.environ)
    if platform.libc_ver()[0] != "glibc" or is_decided:
        return
    library = ctypes.CDLL(None)
    library.mallopt(_MMAP_THRESHOLD, _LARGEST_BLOCK)
    library.mallopt(_TRIM_THRESHOLD, _MOST_KEPT)

"""Memory that a run frees, kept for the next run.

A run makes values of the same sizes as the run before it.  The C library would give large ones back
to the system when they are deleted, and the system clears each page before it hands it out again:
a fifth of the time of a convolutional network's training step.  The end of the heap, where they
lie, is made of huge pages where the system has them to give: the processor then looks up fewer
addresses, which is a hundredth of that step.
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

_MADV_HUGEPAGE = 14  # from Linux's mman.h
_HUGE_PAGE = 1 << 21  # bytes
# As large as one block of the heap can be, which stays the heap's own when it is freed.
_RESERVED = _LARGEST_BLOCK - _HUGE_PAGE


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
    _take_huge_pages(library)


def _take_huge_pages(library: ctypes.CDLL) -> None:
    """Asks for huge pages for what the heap next grows into; no page is taken before its use."""
    library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    library.free.restype, library.free.argtypes = None, [ctypes.c_void_p]
    library.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    start = library.malloc(_RESERVED)
    if start is None:
        return
    first = -(-start // _HUGE_PAGE) * _HUGE_PAGE
    # A system without huge pages refuses, and ordinary ones are as good as they were.
    library.madvise(first, start + _RESERVED - first, _MADV_HUGEPAGE)
    library.free(start)

"""`tensorflow.python.framework.versions`: the versions, under names of Python's kind too."""

from __future__ import annotations

from reflow.tf import _versions
from reflow.tf._versions import *  # noqa: F403
from reflow.tf._versions import (
    COMPILER_VERSION,
    CXX11_ABI_FLAG,
    GIT_VERSION,
    MONOLITHIC_BUILD,
    VERSION,
)

__all__ = _versions.__all__

__version__ = VERSION
__git_version__ = GIT_VERSION
__compiler_version__ = COMPILER_VERSION
__cxx11_abi_flag__ = CXX11_ABI_FLAG
__monolithic_build__ = MONOLITHIC_BUILD

"""Data files of public programs that reflow does not hold: their names, and what people call them.

A program that asks for one of them, at its address or in its folder, gets it from the data cache
folder when it lies there under any of its names.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["OTHER_NAMES"]

#: By the name that programs look for: the other names that the file goes by.
OTHER_NAMES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        # Characters of five fonts, 36 x 36: bloolizard/PlayWithTensorFlow, MasterMSTC.
        "data_with_labels.npz": ("fonts_36x36.npz",),
    }
)

"""The scripts that characters belong to."""

from __future__ import annotations

import functools
import importlib.resources
import sys

import numpy as np

from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.text.elements import Array

_NO_SCRIPT = -1


@functools.cache
def _runs() -> tuple[Array, Array]:
    """Where runs of code points of one script start, and their scripts.

    They were recorded from TensorFlow, as Python's own `unicodedata` does not know scripts.
    """
    text = importlib.resources.files(__package__).joinpath("scripts.txt").read_text("ascii")
    lines = [line.split() for line in text.splitlines() if not line.startswith("#")]
    starts = np.array([int(start, 16) for start, _ in lines])
    return starts, np.array([int(script) for _, script in lines], np.int32)


@op
class UnicodeScript:
    """The script of each code point, as its number in ICU's UScriptCode; -1 for no code point."""

    inputs = "input: int32"
    outputs = "output: int32"
    export = ("strings.unicode_script",)
    shape = shapes.same
    gradient = None

    def kernel(input: Host) -> Array:
        starts, scripts = _runs()
        found = scripts[np.searchsorted(starts, input, side="right") - 1]
        is_code = (input >= 0) & (input <= sys.maxunicode)
        return np.where(is_code, found, np.int32(_NO_SCRIPT))

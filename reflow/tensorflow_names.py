"""What TensorFlow 1.15 calls things: tells a name that is not built yet from one that never was.

The names stand in `tensorflow_names.txt`, written by tests/reference/record_names.py: a line for
each module, its name first.  The file is read when the first message needs it.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Mapping
from pathlib import Path

from reflow.tensorflow_renames import RENAMED

__all__ = ["explain_absence", "is_tensorflow_module", "is_tensorflow_name"]


@functools.cache
def _names_of_modules() -> Mapping[str, frozenset[str]]:
    lines = Path(__file__).with_suffix(".txt").read_text().splitlines()
    modules = (line.split(" ") for line in lines)
    return {module: frozenset(names) for module, *names in modules}


def _canonical(path: str) -> str:
    """`path` as the list has it: below `tensorflow`, not below `tf` or `tensorflow.compat.v1`."""
    first, *rest = path.split(".")
    if rest[:2] == ["compat", "v1"]:
        rest = rest[2:]
    return ".".join(["tensorflow" if first == "tf" else first, *rest])


def is_tensorflow_name(path: str) -> bool:
    """Whether TensorFlow 1.15 has it: `tf.nn.relu`, `tensorflow.python.ops.math_ops`, ..."""
    path = _canonical(path)
    parent, _, name = path.rpartition(".")
    modules = _names_of_modules()
    return path in modules or name in modules.get(parent, ())


def is_tensorflow_module(path: str) -> bool:
    """Whether TensorFlow 1.15 has this module: `tensorflow.python.ops.math_ops`, ..."""
    return _canonical(path) in _names_of_modules()


def explain_absence(path: str) -> str:
    """A sentence on why reflow has no `path`: not built yet, or not TensorFlow's."""
    public = path.replace("tensorflow.", "tf.", 1)
    if public in RENAMED:
        now = RENAMED[public]
        return f"{path} is the name of TensorFlow 0.x: it is {now} now. {explain_absence(now)}"
    if is_tensorflow_name(path):
        return f"{path} is in TensorFlow 1.15, but not in reflow yet."
    parent, _, name = _canonical(path).rpartition(".")
    siblings = _names_of_modules().get(parent)
    if not siblings or name.startswith("_"):  # private names are not in the list
        return f"{path} is not in reflow."
    close = difflib.get_close_matches(name, siblings, n=1, cutoff=0.75)
    hint = f" Did you mean {path.rpartition('.')[0]}.{close[0]}?" if close else ""
    return f"{path} is not a name of TensorFlow 1.15.{hint}"

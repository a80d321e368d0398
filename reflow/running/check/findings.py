"""What is the matter with the names that a program uses."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import itertools
import warnings
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, Final, NamedTuple

from reflow.running.check.sources import Source, read_program
from reflow.running.check.uses import Use, uses
from reflow.running.old_libraries.names import DEAD_PACKAGES, MODULES, NAMES, OLD_METHODS
from reflow.tensorflow_names import explain_absence, is_tensorflow_name
from reflow.tensorflow_renames import RENAMED

__all__ = ["Finding", "check_program"]


class Finding(NamedTuple):
    """One thing that is missing, or will be translated.

    Attributes:
      kind: "missing", "unparsable", "python2", "ipython", "old name", "old order" or "old library".
      cell: of a notebook, its number among the code cells.
      line: None where it concerns the whole file.
    """

    kind: str
    file: str
    cell: int | None
    line: int | None
    name: str
    message: str


def check_program(path: str) -> list[Finding]:
    """All findings of a program and the modules of its own that it imports.

    Raises:
      UnreadableError: the file cannot be read, or it is no program.
    """
    return [finding for source in read_program(path) for finding in _check(source)]


def _check(source: Source) -> Iterator[Finding]:
    if source.is_python2:
        message = "Python 2: it is translated while it is read"
        yield Finding("python2", source.path, None, None, "", message)
    if source.has_ipython_lines:
        message = "has lines of IPython: they are passed over or run"
        yield Finding("ipython", source.path, None, None, "", message)
    for cell, error in source.broken_cells:
        message = f"does not parse: {error.msg}"
        yield Finding("unparsable", source.path, cell, error.lineno, "", message)
    found = (
        Finding(kind, source.path, use.cell, use.line, use.name, message)
        for use in uses(source)
        for kind, message in _judge(use)
        if kind != "missing" or not use.is_guarded
    )
    yield from dict.fromkeys(found)  # once, if a line has it twice


def _judge(use: Use) -> Iterator[tuple[str, str]]:
    root = use.name.partition(".")[0]
    if root == "tensorflow":
        yield from _judge_tensorflow(use)
    elif not root:
        method = next((each for each in OLD_METHODS if use.name.endswith(f".{each}")), None)
        if method is not None:
            yield "old library", f"{method} is gone: it is taken as {OLD_METHODS[method]}"
    elif root in DEAD_PACKAGES or (use.name in MODULES and not _is_there(use.name)):
        yield "old library", f"{use.name} is gone: reflow answers its calls"
    elif use.name in NAMES and not _is_there(use.name):
        yield "old library", f"{use.name} is gone: it is taken as {NAMES[use.name].advice}"


def _judge_tensorflow(use: Use) -> Iterator[tuple[str, str]]:
    public = use.name.replace("tensorflow", "tf", 1)
    if public in _OLD_FUNCTIONS:
        yield "old name", f"{public} is of TensorFlow 0.x: it is taken as {_OLD_FUNCTIONS[public]}"
        return
    old = next((prefix for prefix in _prefixes(public) if prefix in RENAMED), None)
    if old is not None:
        now = RENAMED[old] + public.removeprefix(old)
        if _missing_part(now) is None:
            yield "old name", f"{old} is of TensorFlow 0.x: it is taken as {RENAMED[old]}"
        else:
            yield "missing", explain_absence(old)
        return
    missing = _missing_part(use.name)
    if missing is not None:
        yield "missing", explain_absence(_shown(_longest_name(use.name, missing)))
    elif use.call is not None and _OLD_ORDERS.get(public, _never)(use.call):
        yield "old order", f"{public} is called as in TensorFlow 0.x: its arguments are reordered"


def _prefixes(name: str) -> Iterator[str]:
    """tf, tf.nn, tf.nn.relu: of a full name, itself last."""
    return itertools.accumulate(name.split("."), "{}.{}".format)


def _longest_name(name: str, missing: str) -> str:
    """The longest part of a name, from what is missing on, that TensorFlow knows."""
    known = [prefix for prefix in _prefixes(name) if is_tensorflow_name(prefix)]
    return max([missing, *known], key=len)


def _shown(name: str) -> str:
    """The name as programs write it."""
    inner = name.startswith(("tensorflow.python", "tensorflow.core", "tensorflow.examples"))
    return name if inner else name.replace("tensorflow", "tf", 1)


def _missing_part(name: str) -> str | None:
    """The first part of a full name that reflow lacks, as a full name; None if it has it all."""
    value: Any = importlib.import_module("tensorflow")
    parts = ["tensorflow", *name.split(".")[1:]]
    for depth, part in enumerate(parts[1:], 2):
        if not isinstance(value, (ModuleType, type)):
            return None  # an object's attributes are its own affair
        found = getattr(value, part, None)
        if found is None and not hasattr(value, part):
            path = ".".join(parts[:depth])
            try:
                found = importlib.import_module(path)
            except ImportError:
                # A class may have what it gets only in its objects.
                return path if isinstance(value, ModuleType) else None
        value = found
    return None


def _is_there(name: str) -> bool:
    """Whether the library of today has a name; True where it is not installed at all."""
    if importlib.util.find_spec(name.partition(".")[0]) is None:
        return name not in MODULES
    module, _, member = name.rpartition(".")
    try:
        if name in MODULES:
            return importlib.util.find_spec(name) is not None
        with warnings.catch_warnings():  # that a name will be another thing soon
            warnings.simplefilter("ignore")
            return hasattr(importlib.import_module(module), member)
    except ImportError:
        return False


def _never(call: ast.Call) -> bool:
    return False


def _is_by_position(call: ast.Call) -> bool:
    return len(call.args) > 1


def _has_truths(call: ast.Call) -> bool:
    axes = call.args[1] if len(call.args) > 1 else None
    first = axes.elts[0] if isinstance(axes, (ast.List, ast.Tuple)) and axes.elts else axes
    return isinstance(first, ast.Constant) and isinstance(first.value, bool)


def _starts_with_number(call: ast.Call) -> bool:
    first = call.args[0] if len(call.args) > 1 else None
    if isinstance(first, ast.UnaryOp):
        first = first.operand
    return isinstance(first, ast.Constant) and isinstance(first.value, int)


#: What tells calls in the order of 0.x in a source, where types are not known.
_OLD_ORDERS: Final[dict[str, Callable[[ast.Call], bool]]] = {
    "tf.concat": _starts_with_number,
    "tf.split": _starts_with_number,
    "tf.reverse": _has_truths,
    "tf.nn.sigmoid_cross_entropy_with_logits": _is_by_position,
    "tf.nn.softmax_cross_entropy_with_logits": _is_by_position,
    "tf.nn.sparse_softmax_cross_entropy_with_logits": _is_by_position,
}

#: What does more than bear another name.
_OLD_FUNCTIONS: Final = {"tf.batch_matmul": "tf.matmul", "tf.batch_svd": "tf.svd"}

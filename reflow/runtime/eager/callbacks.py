"""Functions that are told of each operation that this thread has executed eagerly.

They may look for numbers that are not finite: `seterr(inf_or_nan="raise")`.

Source: TensorFlow 1.15, `tensorflow/python/eager/execution_callbacks.py`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import Any

import numpy as np

from reflow.graph import log
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.execution import current, executing_eagerly

__all__ = [
    "ExecutionCallback",
    "InfOrNanError",
    "add_execution_callback",
    "clear_execution_callbacks",
    "errstate",
    "inf_callback",
    "inf_nan_callback",
    "nan_callback",
    "seterr",
]


class ExecutionCallback(Enum):
    """What is done about a number that is not finite."""

    IGNORE = "ignore"
    PRINT = "print"  # on stdout
    RAISE = "raise"  # InfOrNanError
    WARN = "warn"  # by tf.logging.warn


class InfOrNanError(Exception):
    """A tensor has elements that are infinite or not a number.

    Args:
      op_type: of the operation that gave it.
      op_name: the name that the program gave the operation, or None.
      output_index: which output it is, from 0.
      num_outputs: how many the operation has.
      value: a NumPy array, or a number.
    """

    def __init__(
        self, op_type: str, op_name: str | None, output_index: int, num_outputs: int, value: Any
    ) -> None:
        self.op_type = op_type
        self.op_name = op_name
        self.output_index = output_index
        self.num_outputs = num_outputs
        self.value = value
        counts = {
            "inf(s)": np.count_nonzero(np.isinf(value)),
            "nan(s)": np.count_nonzero(np.isnan(value)),
        }
        found = " and ".join(f"{count} {kind}" for kind, count in counts.items() if count)
        name = "None" if op_name is None else f"'{op_name}'"
        super().__init__(
            f"Output {output_index + 1} of {num_outputs} of TFE operation {op_type} (name: {name}) "
            f"contains {found} out of a total of {np.size(value)} element(s). "
            f"Tensor value: {value}"
        )


def add_execution_callback(callback: Callable[..., Any]) -> None:
    """Has a function called after each operation that this thread executes eagerly.

    Args:
      callback: called as (op_type, inputs, attrs, outputs, op_name): the op's type; lists of its
        input and output tensors; a tuple of names and values of attributes, in turn; the name that
        the program gave the operation, or None.  What it returns is ignored.
    """
    current.callbacks = (*current.callbacks, callback)


def clear_execution_callbacks() -> None:
    """Forgets all functions that `add_execution_callback` was given in this thread."""
    current.callbacks = ()


def inf_nan_callback(
    op_type: str,
    inputs: Sequence[EagerTensor],
    attrs: Sequence[Any],
    outputs: Sequence[EagerTensor],
    op_name: str | None,
    check_inf: bool = True,
    check_nan: bool = True,
    action: ExecutionCallback | str = ExecutionCallback.RAISE,
) -> None:
    """Looks for elements of the outputs that are infinite or not a number.

    Args:
      op_type, inputs, attrs, outputs, op_name: see `add_execution_callback`.
      check_inf, check_nan: what to look for.
      action: what to do about it.

    Raises:
      InfOrNanError: there are some, and `action` is to raise.
      ValueError: there is no such action.
    """
    action = ExecutionCallback(action)
    for index, output in enumerate(outputs):
        if not (output.dtype.is_floating or output.dtype.is_complex):
            continue
        value = output.numpy()
        if not ((check_inf and np.isinf(value).any()) or (check_nan and np.isnan(value).any())):
            continue
        error = InfOrNanError(op_type, op_name, index, len(outputs), value)
        if action is ExecutionCallback.RAISE:
            raise error
        if action is ExecutionCallback.PRINT:
            print(f"Warning: {error}")
        elif action is ExecutionCallback.WARN:
            log.warn(str(error))


def inf_callback(
    op_type: str,
    inputs: Sequence[EagerTensor],
    attrs: Sequence[Any],
    outputs: Sequence[EagerTensor],
    op_name: str | None,
    action: ExecutionCallback | str = ExecutionCallback.RAISE,
) -> None:
    """`inf_nan_callback` that looks for infinite elements only."""
    inf_nan_callback(op_type, inputs, attrs, outputs, op_name, check_nan=False, action=action)


def nan_callback(
    op_type: str,
    inputs: Sequence[EagerTensor],
    attrs: Sequence[Any],
    outputs: Sequence[EagerTensor],
    op_name: str | None,
    action: ExecutionCallback | str = ExecutionCallback.RAISE,
) -> None:
    """`inf_nan_callback` that looks for elements that are not a number only."""
    inf_nan_callback(op_type, inputs, attrs, outputs, op_name, check_inf=False, action=action)


def seterr(
    inf_or_nan: ExecutionCallback | str | None = None,
) -> dict[str, ExecutionCallback]:
    """Says what is done, in this thread, about numbers that are not finite.

    Args:
      inf_or_nan: an `ExecutionCallback` or its value; None changes nothing.

    Returns:
      What was done so far, {"inf_or_nan": ...}.

    Raises:
      ValueError: there is no such action.
    """
    action = None if inf_or_nan is None else ExecutionCallback(inf_or_nan)
    before = {"inf_or_nan": ExecutionCallback.IGNORE}
    others = []
    for callback in current.callbacks:
        known = _action_of(callback)
        if known is None:
            others.append(callback)
        else:
            before["inf_or_nan"] = known
    if action is not None:
        current.callbacks = tuple(others)
        if action is not ExecutionCallback.IGNORE:
            add_execution_callback(functools.partial(inf_nan_callback, action=action))
    return before


def _action_of(callback: Any) -> ExecutionCallback | None:
    """What a callback does about numbers that are not finite; None if it is another one."""
    if callback is inf_nan_callback:
        return ExecutionCallback.RAISE
    if isinstance(callback, functools.partial) and callback.func is inf_nan_callback:
        return ExecutionCallback(callback.keywords.get("action", ExecutionCallback.RAISE))
    return None


@contextmanager
def errstate(inf_or_nan: ExecutionCallback | str | None = None) -> Iterator[None]:
    """`seterr` for what is executed eagerly inside."""
    if not executing_eagerly():
        yield
        return
    before = seterr(inf_or_nan)
    try:
        yield
    finally:
        seterr(**before)

"""Failures of a run, in TensorFlow's exception classes, that say what met where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape

# How torch says that a CPU has no memory left: it has no exception class for it.
_OUT_OF_MEMORY = ("can't allocate memory", "not enough memory", "out of memory")


def describe(value: Any) -> str:
    """A value's type and shape: "float32 [100, 784]"."""
    if isinstance(value, torch.Tensor):
        return f"{str(value.dtype).removeprefix('torch.')} {list(value.shape)}"
    if isinstance(value, np.ndarray):
        return f"{'string' if value.dtype == object else value.dtype.name} {list(value.shape)}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(describe(item) for item in value)}]"
    if isinstance(value, TensorShape):
        sizes = value.sizes
        if sizes is None:
            return "[...]"
        return f"[{', '.join('?' if size is None else str(size) for size in sizes)}]"
    return str(value)


def explain(
    error_type: type[errors.OpError],
    message: str,
    op: Operation,
    inputs: Sequence[Any],
    fed: Sequence[tuple[Tensor, Any]] = (),
) -> errors.OpError:
    """An error of `op` that shows the user's line, what met there, and what was fed.

    Args:
      error_type: TensorFlow's class for it.
      message: what went wrong, in one sentence.
      op: the operation that failed.
      inputs: its inputs' values, or their shapes; a list for an input that is a list.
      fed: the tensors that the run was fed, with the values or their shapes.
    """
    line = op.user_line
    where = "" if line is None else f" (defined at {line})"
    lines = [message, f"\t [[node {op.name} (op: {op.type}){where}]]"]
    if line is not None and line.text:
        lines.append(f"\t in {line.function}: {line.text}")
    if inputs:
        lines.append(f"\t inputs: {', '.join(_input_descriptions(op, inputs))}")
    if fed:
        lines.append(_feed_line(fed))
    return error_type(None, op, "\n".join(lines))  # type: ignore[call-arg]


def with_feeds(error: errors.OpError, fed: Sequence[tuple[Tensor, Any]]) -> errors.OpError:
    """The same error, saying what the run was fed too."""
    if not fed:
        return error
    return type(error)(None, error.op, f"{error.message}\n{_feed_line(fed)}")  # type: ignore[call-arg]


def _feed_line(fed: Sequence[tuple[Tensor, Any]]) -> str:
    return f"\t fed: {', '.join(_named(tensor, value) for tensor, value in fed)}"


def _input_descriptions(op: Operation, inputs: Sequence[Any]) -> list[str]:
    flat: list[Any] = []
    for value in inputs:
        flat += value if isinstance(value, list) else [value]
    if len(flat) != len(op.inputs):
        return [describe(value) for value in flat]
    return [_named(tensor, value) for tensor, value in zip(op.inputs, flat)]


def _named(tensor: Tensor, value: Any) -> str:
    if isinstance(value, TensorShape):
        return f"{tensor.name} {tensor.dtype.base_dtype.name} {describe(value)}"
    return f"{tensor.name} {describe(value)}"


def classify(error: BaseException) -> type[errors.OpError] | None:
    """The TensorFlow class for what a kernel raised; None for what is not an op's failure."""
    if isinstance(error, errors.OpError):
        return type(error)
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return errors.ResourceExhaustedError
    if isinstance(error, NotImplementedError):
        return errors.UnimplementedError
    if isinstance(error, RuntimeError) and any(text in str(error) for text in _OUT_OF_MEMORY):
        return errors.ResourceExhaustedError
    if isinstance(error, (ValueError, IndexError, RuntimeError, ArithmeticError)):
        return errors.InvalidArgumentError
    if isinstance(error, Exception):
        return errors.InternalError
    return None

"""Failures of a run, in TensorFlow's exception classes, that say what met where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.operation import Operation


def describe(value: Any) -> str:
    """A value's type and shape: "float32 [100, 784]"."""
    if isinstance(value, torch.Tensor):
        return f"{str(value.dtype).removeprefix('torch.')} {list(value.shape)}"
    if isinstance(value, np.ndarray):
        return f"{'string' if value.dtype == object else value.dtype.name} {list(value.shape)}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(describe(item) for item in value) + "]"
    return str(value)


def explain(
    error_type: type[errors.OpError],
    message: str,
    op: Operation,
    inputs: Sequence[Any],
    fed: Sequence[str] = (),
) -> errors.OpError:
    """An error of `op` with TensorFlow's class, the user's line, the inputs and the feeds."""
    lines = [message.rstrip("."), f"\t [[node {op.name} (op: {op.type})]]"]
    line = op.user_line
    if line is not None:
        lines.append(f'  made at {line.filename}, line {line.lineno}, in {line.function}')
        if line.text:
            lines.append(f"    {line.text}")
    if inputs:
        names = [tensor.name for tensor in op.inputs]
        if len(names) == len(inputs):
            parts = [f"{name}: {describe(value)}" for name, value in zip(names, inputs)]
        else:
            parts = [describe(value) for value in inputs]
        lines.append(f"  inputs: {', '.join(parts)}")
    if fed:
        lines.append(f"  fed: {', '.join(fed)}")
    return error_type(None, op, "\n".join(lines))  # type: ignore[call-arg]


def classify(error: BaseException) -> type[errors.OpError] | None:
    """The TensorFlow class for what a kernel raised; None for what is not an op's failure."""
    if isinstance(error, errors.OpError):
        return type(error)
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return errors.ResourceExhaustedError
    if isinstance(error, NotImplementedError):
        return errors.UnimplementedError
    if isinstance(error, (ValueError, IndexError, RuntimeError, ZeroDivisionError, OverflowError)):
        return errors.InvalidArgumentError
    if isinstance(error, (TypeError, AttributeError, KeyError, AssertionError)):
        return errors.InternalError
    return None

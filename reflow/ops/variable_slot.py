"""VariableSlot: where one session keeps the value of one variable."""

from __future__ import annotations

import threading
from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.dtypes import DType, resource
from reflow.graph.tensor_shape import TensorShape

# Matrices with at most this many columns, and far more rows, are kept by columns.
NARROW = 32


def _laid_out(value: torch.Tensor) -> torch.Tensor:
    """A copy of `value`; of a tall and narrow matrix by columns, since products with it, forward
    and backward, are 2 to 3 times faster so (weights of a last layer, 784 by 10)."""
    if (
        value.dim() == 2
        and value.device.type == "cpu"
        and value.is_floating_point()
        and value.shape[1] <= NARROW
        and value.shape[0] >= 4 * NARROW
    ):
        return value.t().clone(memory_format=torch.contiguous_format).t()
    # A constant may be one number stretched over a shape: the copy has room for all.
    return value.clone(memory_format=torch.contiguous_format)


def refers_to_variable(dtype: DType) -> bool:
    """Whether a value of this type may stand for a variable: a reference, or a handle."""
    return dtype._is_ref_dtype or dtype is resource


class VariableSlot:
    """A variable's value in a session.  Updates happen in place: readers that must not see
    them get the value copied first (`unshare`), which the plan decides."""

    __slots__ = ("name", "dtype", "shape", "value", "lock", "lent")

    def __init__(self, name: str, dtype: DType, shape: TensorShape) -> None:
        self.name = name
        self.dtype = dtype
        self.shape = shape
        self.value: Any = None
        self.lock = threading.Lock()
        # Whether somebody holds the value who must not see updates (eager execution).
        self.lent = False

    def read(self) -> Any:
        """The value itself, not a copy; FailedPreconditionError before the first assignment."""
        value = self.value
        if value is None:
            raise errors.FailedPreconditionError(
                None, None, f"Attempting to use uninitialized value {self.name}"
            )
        return value

    def assign(self, value: Any) -> None:
        """Takes a copy of `value`."""
        current = self.value
        if not isinstance(value, torch.Tensor):
            self.value = value.copy()  # strings
        elif current is None or current.shape != value.shape or current.device != value.device:
            self.value = _laid_out(value)
        else:
            current.copy_(value)

    def unshare(self) -> None:
        """Gives the variable storage of its own, leaving the old one to those who read it."""
        with self.lock:
            value = self.value
            if value is not None:
                self.value = value.clone() if isinstance(value, torch.Tensor) else value.copy()

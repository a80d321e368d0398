"""Accumulators: gradients that several runs add up, and one takes when there are enough.

Each has a time step: gradients that were computed in an earlier one are dropped.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data_flow.resources import Array, invalid, resource_name
from reflow.ops.data_flow.waiting import Attempt, Line, Shared


class Accumulator(Shared, ABC):
    """What gradients of one type and shape add up to.

    Attributes:
      count: how many have been added since the last time that the sum was taken.
    """

    def __init__(self, op: Operation) -> None:
        self._takes = Line()
        super().__init__(self._takes)
        self.name = resource_name(op)
        self.dtype: DType = op.attrs["dtype"]
        self._shape: TensorShape = op.attrs["shape"]
        self._gives_mean = op.attrs["reduction_type"] in ("MEAN", b"MEAN")
        self._step = 0
        self.count = 0

    def check(self, op: Operation) -> None:
        """Nodes of one shared name may say anything of it."""

    def set_step(self, step: int) -> None:
        """Moves on to another time step."""
        with self.lock:
            self._step = step

    def _apply(self, local_step: int, add: Callable[[], None]) -> None:
        """Calls `add`, unless the gradient is of an earlier time step."""
        with self.lock:
            if local_step < self._step:
                return
            add()
            self.count += 1
            self.advance()

    def take(self, required: int) -> Attempt:
        """Takes the mean, or the sum, of the gradients when there are `required` of them."""
        if required <= 0:
            raise invalid(f"Argument num_required must be positive, but was {required}")

        def advance(attempt: Attempt) -> bool:
            if self.count < required:
                return False
            self._step += 1
            taken = self._taken()
            self.count = 0
            attempt.finish(lambda: taken)
            return True

        return self.attempt(self._takes, advance, "TakeGrad operation was cancelled")

    @abstractmethod
    def _taken(self) -> Any:
        """What the gradients give; they are forgotten."""


def _divided(total: torch.Tensor, count: Any) -> torch.Tensor:
    is_exact = total.is_floating_point() or total.is_complex()
    return total / count if is_exact else torch.div(total, count, rounding_mode="trunc")


class DenseAccumulator(Accumulator):
    """The sum of tensors."""

    _sum: torch.Tensor

    def apply(self, local_step: int, gradient: torch.Tensor) -> None:
        """Adds a gradient.

        Raises:
          tf.errors.InvalidArgumentError: it has not the accumulator's shape.
        """

        def add() -> None:
            expected = TensorShape.of(tuple(self._sum.shape)) if self.count else self._shape
            if not expected.is_compatible_with(tuple(gradient.shape)):
                raise invalid(
                    f"Shape mismatch: expected {shapes.text(expected)}, got "
                    f"{shapes.text(TensorShape.of(tuple(gradient.shape)))}"
                )
            self._sum = self._sum + gradient if self.count else gradient.clone()

        self._apply(local_step, add)

    def _taken(self) -> torch.Tensor:
        return _divided(self._sum, self.count) if self._gives_mean else self._sum


class SparseAccumulator(Accumulator):
    """The sum of slices: of each, with how many gradients had it."""

    _values: torch.Tensor

    def __init__(self, op: Operation) -> None:
        super().__init__(op)
        self._indices: list[int] = []
        self._counts: list[int] = []

    def apply(
        self, local_step: int, indices: Array, values: torch.Tensor, shape: Array | None
    ) -> None:
        """Adds the slices `values`, at ascending `indices` along the first axis.

        Raises:
          tf.errors.InvalidArgumentError: the slices have not the accumulator's shape.
        """

        def add() -> None:
            self._check(indices, values)
            self._check_shape(indices, values, shape)
            if self.count:
                self._merge(indices.tolist(), values)
            else:
                self._indices, self._values = indices.tolist(), values.clone()
                self._counts = [1] * len(indices)

        self._apply(local_step, add)

    def _check(self, indices: Array, values: torch.Tensor) -> None:
        if indices.ndim != 1:
            raise invalid(
                f"Input indices should be vector but received shape: {list(indices.shape)}"
            )
        if not values.dim():
            raise invalid("Values cannot be 0-dimensional.")
        if len(values) != len(indices):
            raise invalid(f"Expected {len(indices)} non-empty input values, got {len(values)}")

    def _check_shape(self, indices: Array, values: torch.Tensor, shape: Array | None) -> None:
        expected = self._shape.sizes or ()
        if shape is not None:
            if len(expected) > shape.size:
                raise invalid(
                    f"Shape mismatch: expected shape rank at least {len(expected)}, got "
                    f"{shape.size}"
                )
            for axis, (size, given) in enumerate(zip(expected, shape)):
                if size is not None and size != given:
                    raise invalid(
                        f"Shape mismatch: expected shape dim {axis} to be {size}, got {given}"
                    )
        if expected and expected[0] is not None:
            for number, index in enumerate(indices):
                if index >= expected[0]:
                    raise invalid(
                        f"Shape mismatch: index of slice {number} exceeded limits of shape; index "
                        f"is {index} exceeded {expected[0]}"
                    )
        if self.count:
            expected = tuple(self._values.shape)
            if len(expected) != values.dim():
                raise invalid(
                    f"Shape mismatch: expected values rank {len(expected)}, got {values.dim()}"
                )
        elif len(expected) > values.dim():
            raise invalid(
                f"Shape mismatch: expected values rank at least {len(expected)}, got {values.dim()}"
            )
        for axis, size in list(enumerate(expected))[1:]:
            if size is not None and size != values.shape[axis]:
                raise invalid(
                    f"Shape mismatch: expected values dim {axis} to be {size}, got "
                    f"{values.shape[axis]}"
                )

    def _merge(self, indices: list[int], values: torch.Tensor) -> None:
        """Adds slices to those that there are, both in the order of their indices."""
        merged: list[int] = []
        places: list[int] = []
        new_places: list[int] = []
        i = j = 0
        while i < len(self._indices) or j < len(indices):
            old = self._indices[i] if i < len(self._indices) else math.inf
            new = indices[j] if j < len(indices) else math.inf
            if old <= new:
                places.append(len(merged))
                i += 1
            if new <= old:
                new_places.append(len(merged))
                j += 1
            merged.append(int(min(old, new)))
        total = values.new_zeros((len(merged), *values.shape[1:]))
        counts = np.zeros(len(merged), np.int64)
        for at, added, count in (
            (places, self._values, self._counts),
            (new_places, values, [1] * len(indices)),
        ):
            total.index_add_(0, torch.tensor(at, dtype=torch.int64, device=values.device), added)
            counts[at] += np.array(count, np.int64)
        self._indices, self._values, self._counts = merged, total, counts.tolist()

    def _taken(self) -> tuple[Array, torch.Tensor, Array]:
        values = self._values
        if self._gives_mean:
            counts = torch.tensor(self._counts, dtype=values.dtype, device=values.device)
            values = _divided(values, counts.reshape(-1, *[1] * (values.dim() - 1)))
        sizes = self._shape.sizes
        rows = sizes[0] if sizes else None
        shape = [-1 if rows is None else rows, *values.shape[1:]]
        return np.array(self._indices, np.int64), values, np.array(shape, np.int64)

"""What is behind the handle of a TensorArray in one run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph import dtypes, errors
from reflow.graph.dtypes import DType
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.values import torch_type

# In the place of an element that was read and is not kept.
_CLEARED = object()

_C_NAMES = {"float32": "float", "float64": "double", "float16": "half"}


def _c_name(dtype: DType) -> str:
    return _C_NAMES.get(dtype.base_dtype.name, dtype.base_dtype.name)


def _text(shape: TensorShape) -> str:
    if shape.sizes is None:
        return "<unknown>"
    return "[" + ",".join("?" if size is None else str(size) for size in shape.sizes) + "]"


class Store:
    """The elements of a TensorArray.

    Args:
      name: for messages.
      size: how many elements there are at first.
      element_shape: what is known of the shape of each.
      grows: a write beyond the end makes it longer.
      clears: an element can be read once.
      identical: all elements have the shape of the first that is written.
      adds: what is written to an element is added to what is there, as gradients are.
      forward: for an array of gradients, the array whose gradients they are.
      device: where zeros are made.
    """

    def __init__(
        self,
        name: str,
        dtype: DType,
        size: int,
        element_shape: TensorShape,
        grows: bool = False,
        clears: bool = True,
        identical: bool = False,
        adds: bool = False,
        forward: Store | None = None,
        device: Any = "cpu",
    ) -> None:
        if size < 0:
            raise errors.InvalidArgumentError(None, None, f"Size should be >= 0. Received: {size}")
        self.name = name
        self.dtype = dtype.base_dtype
        self.element_shape = element_shape
        self._grows = grows
        self._clears = clears
        self._identical = identical
        self._adds = adds
        self._forward = forward
        self._device = device
        self._elements: list[Any] = [None] * size
        self._read: set[int] = set()
        self._gradients: dict[str, Store] = {}
        self._closed = False
        # Into how many parts a tensor was split that became the first elements.
        self._parts: int | None = None

    def __len__(self) -> int:
        self._check_open()
        return len(self._elements)

    def gradient(self, source: str, prefix: TensorShape | None = None) -> Store:
        """The array of the gradients that one call of tf.gradients computes.

        Args:
          prefix: dimensions in front of those of the elements.
        """
        self._check_open()
        found = self._gradients.get(source)
        if found is None:
            self._grows = False
            shape = self.element_shape
            if prefix is not None:
                shape = prefix.concatenate(shape)
            found = self._gradients[source] = Store(
                f"{self.name}@{source}",
                self.dtype,
                len(self._elements),
                shape,
                identical=self._identical,
                adds=True,
                forward=self if prefix is None else None,
                device=self._device,
            )
        return found

    def close(self) -> None:
        """Drops the elements; nothing can be written or read any more."""
        self._elements.clear()
        self._closed = True

    # -- Writing ------------------------------------------------------------------------------

    def write(self, index: int, value: Any, dtype: DType) -> None:
        """Sets an element; in an array of gradients, adds to it."""
        self._check_open()
        if dtype.base_dtype is not self.dtype:
            raise self._error(
                f"Could not write to TensorArray index {index} because TensorArray dtype is "
                f"{_c_name(self.dtype)} but Op is trying to write dtype {_c_name(dtype)}."
            )
        elements = self._elements
        if not 0 <= index < len(elements):
            if index < 0 or not self._grows:
                raise self._error(
                    f"Tried to write to index {index} but array is not resizeable and size is: "
                    f"{len(elements)}"
                )
            elements += [None] * (index + 1 - len(elements))
        self._take_shape(index, TensorShape.of(tuple(value.shape)))
        if index in self._read:
            raise self._refused(index, "it has already been read.")
        existing = elements[index]
        if existing is None:
            elements[index] = value
        elif not self._adds:
            raise self._refused(index, "it has already been written to.")
        elif existing.shape != value.shape:
            raise self._error(
                f"Could not aggregate to TensorArray index {index} because the existing shape is "
                f"{_text(TensorShape(existing.shape))} but the new input shape is "
                f"{_text(TensorShape(value.shape))}."
            )
        else:
            elements[index] = existing + value

    def take_rows(self, sizes: Any) -> None:
        """Learns the shape of elements, of which there may be none to be written."""
        if self._identical and self.element_shape.sizes is None:
            self.element_shape = TensorShape(sizes)

    def mark_split(self, count: int) -> None:
        """Takes notice that so many parts are all the elements."""
        if count != len(self) and not (self._grows and count > len(self)):
            raise self._error(
                "TensorArray's size is not equal to the size of lengths "
                f"({len(self)} vs. {count}), and the TensorArray is not marked as dynamically "
                "resizeable"
            )
        self._parts = count

    def parts(self) -> int:
        """How many elements are joined: of gradients, those of what was split."""
        marked = None if self._forward is None else self._forward._parts
        return len(self) if marked is None else marked

    def _take_shape(self, index: int, shape: TensorShape) -> None:
        known = self.element_shape
        if known.sizes == shape.sizes:
            return
        if not known.is_compatible_with(shape):
            raise self._refused(
                index,
                f"the value shape is {_text(shape)} which is incompatible with the TensorArray's "
                f"inferred element shape: {_text(known)} (consider setting infer_shape=False).",
            )
        if self._identical:
            self.element_shape = shape

    # -- Reading ------------------------------------------------------------------------------

    def read(self, index: int, dtype: DType) -> Any:
        """An element; zeros for one that was not written, if its shape is known."""
        self._check_open()
        if dtype.base_dtype is not self.dtype:
            raise self._error(
                f"TensorArray dtype is {_c_name(self.dtype)} but Op requested dtype "
                f"{_c_name(dtype)}."
            )
        elements = self._elements
        if not 0 <= index < len(elements):
            raise self._error(
                f"Tried to read from index {index} but array size is: {len(elements)}"
            )
        element = elements[index]
        if element is None:
            return self._zeros(index)
        if element is _CLEARED:
            raise self._error(
                f"Could not read index {index} twice because it was cleared after a previous read "
                "(perhaps try setting clear_after_read = false?)."
            )
        self._read.add(index)
        if self._clears:
            elements[index] = _CLEARED
        return element

    def _zeros(self, index: int) -> Any:
        shape = self._shape_of(index)
        if not shape.is_fully_defined():
            raise self._error(
                f"Could not read from TensorArray index {index}.  Furthermore, the element shape "
                f"is not fully defined: {_text(shape)}. It is possible you are working with a "
                "resizeable TensorArray and stop_gradients is not allowing the gradients to be "
                "written. If you set the full element_shape property on the forward TensorArray, "
                "the proper all-zeros tensor will be returned instead of incurring this error."
            )
        return self.empty(shape.as_list())

    def _shape_of(self, index: int) -> TensorShape:
        """The shape of an element that was not written: in a gradient that of the forward one."""
        if self._forward is None:
            return self.element_shape
        shape = self._forward.written_shape(index)
        return self.element_shape if shape is None else shape

    def written_shape(self, index: int) -> TensorShape | None:
        """The shape of an element, None if it was not written or is not kept."""
        element = self._elements[index] if index < len(self._elements) else None
        return None if element is None or element is _CLEARED else TensorShape(element.shape)

    def empty(self, sizes: Sequence[Any]) -> Any:
        """Zeros, or empty strings."""
        if self.dtype is dtypes.string:
            return np.full(sizes, b"", object)
        return torch.zeros(sizes, dtype=torch_type(self.dtype), device=self._device)

    # -- Errors -------------------------------------------------------------------------------

    def _check_open(self) -> None:
        if self._closed:
            raise self._error("TensorArray has already been closed.")

    def _refused(self, index: int, reason: str) -> errors.OpError:
        return self._error(f"Could not write to TensorArray index {index} because {reason}")

    def _error(self, message: str) -> errors.OpError:
        return errors.InvalidArgumentError(None, None, f"TensorArray {self.name}: {message}")

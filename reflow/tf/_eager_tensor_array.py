"""tf.TensorArray while executing eagerly: a list of tensors."""

from __future__ import annotations

from typing import Any

from reflow.graph import errors
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import as_dtype
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape, as_shape
from reflow.ops.constants import constant
from reflow.tf._filling import zeros
from reflow.tf._joining import concat, split, stack, unstack
from reflow.tf._tensor_array import TensorArray


def _number(value: Any) -> int:
    """A Python number of an eager tensor or anything else that is one."""
    return int(value.numpy() if hasattr(value, "numpy") else value)


class EagerTensorArray(TensorArray):
    """A TensorArray that changes itself: its operations give the array they are called on."""

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: bool | None = None,
        clear_after_read: bool | None = None,
        tensor_array_name: str | None = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ) -> None:
        if handle is not None:
            raise ValueError(
                "TensorArray handles are not supported when eager execution is enabled."
            )
        if size is None:
            raise ValueError(
                "Size must be declared for TensorArrays when eager execution is enabled."
            )
        self._handle = None  # type: ignore[assignment]
        self._flow = constant(0)
        self._dtype = as_dtype(dtype).base_dtype
        self._dynamic_size = dynamic_size or False
        self._infer_shape = infer_shape
        self._element_shapes = [as_shape(element_shape)]
        self._clears = clear_after_read is not False
        self._elements: list[Tensor | None] = [None] * _number(size)
        self._cleared: set[int] = set()

    def _with_flow(self, flow: Tensor) -> TensorArray:
        return self

    def identity(self) -> TensorArray:
        return self

    def grad(self, source: str, flow: Any = None, name: str | None = None) -> TensorArray:
        raise NotImplementedError(
            "TensorArray.grad is not supported when executing eagerly; eager's gradient "
            "implementation does not use/need this function to compute gradients of operations "
            "that use TensorArrays."
        )

    # -- Elements -----------------------------------------------------------------------------

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        position = _number(index)
        size = len(self._elements)
        if position < 0:
            raise errors.OutOfRangeError(
                None, None, f"Writing to negative indices (index {position}) is not allowed."
            )
        if position >= size:
            if not self._dynamic_size:
                raise errors.OutOfRangeError(
                    None,
                    None,
                    f"Tried to write to index {position} but array is not resizeable and size is: "
                    f"{size}",
                )
            self._elements += [None] * (position + 1 - size)
        tensor = convert_to_tensor(value, name="value", preferred_dtype=self._dtype)
        if tensor.dtype is not self._dtype:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"TensorArray dtype is {self._dtype.name} but Op is trying to write dtype "
                f"{tensor.dtype.name} ",
            )
        if not self.element_shape.is_compatible_with(tensor.shape):
            raise ValueError(
                f"Incompatible shape for value ({tensor.shape}), expected ({self.element_shape})"
            )
        if self._infer_shape:
            self._element_shapes[0] = self.element_shape.merge_with(tensor.shape)
        self._elements[position] = tensor
        return self

    def read(self, index: Any, name: str | None = None) -> Tensor:
        position = _number(index)
        if position < 0:
            raise errors.OutOfRangeError(
                None, None, f"Reading from negative indices (index {position}) is not allowed."
            )
        if position >= len(self._elements):
            raise errors.OutOfRangeError(
                None,
                None,
                f"Tried to read from index {position} but array size is: {len(self._elements)}",
            )
        element = self._elements[position]
        if element is None:
            if position in self._cleared:
                raise errors.InvalidArgumentError(
                    None,
                    None,
                    f"Could not read index {position} twice because it was cleared after a "
                    "previous read (perhaps try setting clear_after_read = false?)",
                )
            element = self._zeros(position)
        if self._clears:
            self._elements[position] = None
            self._cleared.add(position)
        return element

    def _zeros(self, index: int) -> Tensor:
        if not self.element_shape.is_fully_defined():
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Could not read from TensorArray index {index}.  Furthermore, the element shape "
                f"is not fully defined: {self.element_shape}. It is possible you are working with "
                "a resizeable TensorArray and stop_gradients is not allowing the gradients to be "
                "written. If you set the full element_shape property on the forward TensorArray, "
                "the proper all-zeros tensor will be returned instead of incurring this error.",
            )
        made = self._elements[index] = zeros(self.element_shape, self._dtype)
        return made

    # -- Several elements ---------------------------------------------------------------------

    def stack(self, name: str | None = None) -> Tensor:
        elements = [
            self._zeros(i) if element is None else element
            for i, element in enumerate(self._elements)
        ]
        if not elements and self.element_shape.is_fully_defined():
            return zeros(TensorShape([0]).concatenate(self.element_shape), self._dtype)
        return stack(elements, name=name)

    def gather(self, indices: Any, name: str | None = None) -> Tensor:
        positions = indices.numpy() if hasattr(indices, "numpy") else indices
        elements = [
            self._zeros(i) if self._elements[i] is None else self._elements[i] for i in positions
        ]
        return stack(elements, name=name)

    def concat(self, name: str | None = None) -> Tensor:
        for index, element in enumerate(self._elements):
            if element is not None and element.shape.ndims == 0:
                raise errors.InvalidArgumentError(
                    None,
                    None,
                    f"Concat saw a scalar shape at index {index} but requires at least vectors.",
                )
        elements = [
            self._zeros(i) if element is None else element
            for i, element in enumerate(self._elements)
        ]
        return concat(elements, 0, name=name or "concat")

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        elements = unstack(value, name=name or "unstack")
        if len(elements) > len(self._elements) and not self._dynamic_size:
            raise ValueError(
                f"Cannot unstack {len(elements)} tensors into a TensorArray of static size "
                f"{len(self._elements)}"
            )
        for index, element in enumerate(elements):
            self.write(index, element)
        return self

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        positions = indices.numpy() if hasattr(indices, "numpy") else indices
        for position, element in zip(positions, unstack(value)):
            self.write(position, element)
        return self

    def split(self, value: Any, lengths: Any, name: str | None = None) -> TensorArray:
        value = convert_to_tensor(value, self._dtype, name="value")
        parts = convert_to_tensor(lengths)
        total = int(parts.numpy().sum())  # type: ignore[attr-defined]
        if parts.shape.ndims != 1:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Expected lengths to be a vector, received shape: {parts.shape.as_list()}",
            )
        if value.shape.ndims == 0:
            raise errors.InvalidArgumentError(
                None, None, "Expected value to be at least a vector, but received shape: []"
            )
        if total != value.shape[0]:
            raise errors.InvalidArgumentError(
                None,
                None,
                "Expected sum of lengths to be equal to values.shape[0], but sum of lengths is "
                f"{total} and value's shape is: {value.shape.as_list()} ",
            )
        count = int(parts.shape[0])
        if count != len(self._elements) and not self._dynamic_size:
            raise errors.InvalidArgumentError(
                None,
                None,
                "TensorArray's size is not equal to the size of lengths "
                f"({len(self._elements)} vs. {count}), and the TensorArray is not marked as "
                "dynamically resizeable",
            )
        self._elements = list(split(value, parts, name=name or "split"))
        return self

    def size(self, name: str | None = None) -> Tensor:
        return constant(len(self._elements))

    def close(self, name: str | None = None) -> None:  # type: ignore[override]
        self._elements.clear()

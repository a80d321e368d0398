"""TensorSpec: what is known of a tensor before there is one, and what such descriptions share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape


class TypeSpec(ABC):
    """The type of a value that is a tensor, or is made of tensors."""

    @property
    @abstractmethod
    def value_type(self) -> type:
        """The Python type of the values."""

    @abstractmethod
    def _serialize(self) -> tuple[Any, ...]:
        """What the type is made by."""

    @property
    @abstractmethod
    def _component_specs(self) -> Any:
        """The types of the parts that a value has: one, or a list."""

    @property
    @abstractmethod
    def _flat_tensor_specs(self) -> list[TensorSpec]:
        """The types of the tensors that stand for a value in a dataset."""

    @abstractmethod
    def _to_tensor_list(self, value: Any) -> list[Tensor]:
        """The tensors that stand for `value` in a dataset.

        Raises:
          ValueError: `value` is not of this type.
        """

    @abstractmethod
    def _to_batched_tensor_list(self, value: Any) -> list[Tensor]:
        """As `_to_tensor_list`, of a value that will be taken apart along its first axis.

        Raises:
          ValueError: `value` is not of this type, or has no first axis.
        """

    @abstractmethod
    def _from_tensor_list(self, tensors: Sequence[Tensor]) -> Any:
        """The value that is made of these tensors."""

    @abstractmethod
    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a value, or values of another type, may be of this type."""

    @abstractmethod
    def _batch(self, batch_size: int | None) -> TypeSpec:
        """The type of `batch_size` values together; None: of any number."""

    @abstractmethod
    def _unbatch(self) -> TypeSpec:
        """The type of one value of a batch of this type.

        Raises:
          ValueError: values of this type have no first axis.
        """


class TensorSpec(TypeSpec):
    """The element type and the (partly known) shape of a tensor (tf.TensorSpec).

    Args:
      shape: anything that can be converted to a TensorShape.
      dtype: anything that can be converted to a DType.
      name: an optional name for the tensor.
    """

    __slots__ = ("_dtype", "_name", "_shape")

    def __init__(self, shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> None:
        self._shape = TensorShape(shape)
        self._dtype = as_dtype(dtype)
        self._name = name

    @classmethod
    def from_spec(cls, spec: TensorSpec, name: str | None = None) -> TensorSpec:
        """The same, perhaps under another name."""
        return cls(spec.shape, spec.dtype, name or spec.name)

    @classmethod
    def from_tensor(cls, tensor: Tensor, name: str | None = None) -> TensorSpec:
        """The description of a tensor, by default under the name of its operation."""
        if not isinstance(tensor, Tensor):
            raise ValueError(f"`tensor` should be a tf.Tensor. Received: {tensor!r}")
        return cls(tensor.shape, tensor.dtype, name or tensor.op.name)

    @property
    def shape(self) -> TensorShape:
        return self._shape

    @property
    def dtype(self) -> DType:
        return self._dtype

    @property
    def name(self) -> str | None:
        return self._name

    @property
    def value_type(self) -> type:
        return Tensor

    def _serialize(self) -> tuple[Any, ...]:
        return self._shape, self._dtype, self._name

    @property
    def _component_specs(self) -> TensorSpec:
        return self

    @property
    def _flat_tensor_specs(self) -> list[TensorSpec]:
        return [self]

    def _to_tensor_list(self, value: Any) -> list[Tensor]:
        try:
            tensor: Tensor = convert_to_tensor(value, self._dtype)
        except (TypeError, ValueError) as error:
            raise self._not_convertible(value) from error
        if not tensor.shape.is_compatible_with(self._shape):
            raise self._not_convertible(tensor)
        return [tensor]

    def _to_batched_tensor_list(self, value: Any) -> list[Tensor]:
        (tensor,) = self._to_tensor_list(value)
        if tensor.shape.ndims == 0:
            raise ValueError(f"Value {tensor} has insufficient rank for batching.")
        return [tensor]

    def _not_convertible(self, value: Any) -> ValueError:
        return ValueError(
            f"Value {value!r} is not convertible to a tensor with dtype {self._dtype} and shape "
            f"{self._shape}."
        )

    def _from_tensor_list(self, tensors: Sequence[Tensor]) -> Tensor:
        (tensor,) = tensors
        tensor.set_shape(self._shape)
        return tensor

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether the element types are the same, and one shape can be both."""
        return (
            isinstance(spec_or_value, (TensorSpec, Tensor))
            and self._dtype.is_compatible_with(spec_or_value.dtype)
            and self._shape.is_compatible_with(spec_or_value.shape)
        )

    def most_specific_compatible_type(self, other: TensorSpec) -> TensorSpec:
        """The type of values of both types; ValueError if there is none."""
        if type(self) is not type(other) or self._dtype is not other._dtype:
            raise ValueError(f"Types are not compatible: {self!r} vs {other!r}")
        shape = self._shape.most_specific_compatible_shape(other._shape)
        return TensorSpec(shape, self._dtype, self._name if self._name == other._name else None)

    def _batch(self, batch_size: int | None) -> TensorSpec:
        return TensorSpec(TensorShape([batch_size]).concatenate(self._shape), self._dtype)

    def _unbatch(self) -> TensorSpec:
        if self._shape.ndims == 0:
            raise ValueError("Unbatching a tensor is only supported for rank >= 1")
        return TensorSpec(self._shape[1:], self._dtype)

    def __eq__(self, other: object) -> bool:
        return (
            type(self) is type(other)
            and isinstance(other, TensorSpec)
            and self._shape.sizes == other._shape.sizes
            and self._dtype is other._dtype
            and self._name == other._name
        )

    def __hash__(self) -> int:
        return hash((self._shape.sizes, self._dtype))

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self._shape}, dtype={self._dtype!r}, name={self._name!r})"

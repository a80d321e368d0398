"""TensorSpec: what is known of a tensor before there is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.graph.type_spec import (
    BatchableTypeSpec,
    TypeSpec,
    register_type_spec_from_value_converter,
)


class TensorSpec(BatchableTypeSpec):
    """The element type and the (partly known) shape of a tensor (tf.TensorSpec).

    Args:
      shape: anything that can be converted to a TensorShape.
      dtype: anything that can be converted to a DType.
      name: an optional name for the tensor.
    """

    __slots__ = ("_dtype", "_name", "_shape")
    is_leaf = True

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
        if name is None and not isinstance(tensor, EagerTensor):
            name = tensor.op.name
        return cls(tensor.shape, tensor.dtype, name)

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

    def _to_components(self, value: Any) -> Tensor:
        try:
            tensor: Tensor = convert_to_tensor(value, self._dtype)
        except (TypeError, ValueError) as error:
            raise self._not_convertible(value) from error
        if not tensor.shape.is_compatible_with(self._shape):
            raise self._not_convertible(tensor)
        return tensor

    def _not_convertible(self, value: Any) -> ValueError:
        return ValueError(
            f"Value {value!r} is not convertible to a tensor with dtype {self._dtype} and shape "
            f"{self._shape}."
        )

    def _from_components(self, components: Any) -> Any:
        return components

    @property
    def _flat_tensor_specs(self) -> list[TensorSpec]:
        return [self]

    def _to_tensor_list(self, value: Any) -> list[Tensor]:
        return [self._to_components(value)]

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

    def most_specific_compatible_type(self, other: TypeSpec) -> TensorSpec:
        """The type of values of both types; ValueError if there is none."""
        if (
            not isinstance(other, TensorSpec)
            or type(self) is not type(other)
            or self._dtype is not other._dtype
        ):
            raise ValueError(f"Types are not compatible: {self!r} vs {other!r}")
        shape = self._shape.most_specific_compatible_shape(other._shape)
        return TensorSpec(shape, self._dtype, self._name if self._name == other._name else None)

    def _batch(self, batch_size: int | None) -> TensorSpec:
        return TensorSpec(TensorShape([batch_size]).concatenate(self._shape), self._dtype)

    def _unbatch(self) -> TensorSpec:
        if self._shape.ndims == 0:
            raise ValueError("Unbatching a tensor is only supported for rank >= 1")
        return TensorSpec(self._shape[1:], self._dtype)

    def _to_legacy_output_types(self) -> DType:
        return self._dtype

    def _to_legacy_output_shapes(self) -> TensorShape:
        return self._shape

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


class BoundedTensorSpec(TensorSpec):
    """A TensorSpec whose tensors have values in a range.

    Args:
      minimum, maximum: the bounds, themselves in the range; arrays that broadcast to `shape`.

    Raises:
      ValueError: they do not.
    """

    __slots__ = ("_maximum", "_minimum")

    def __init__(
        self, shape: Any, dtype: Any, minimum: Any, maximum: Any, name: str | None = None
    ) -> None:
        super().__init__(shape, dtype, name)
        if minimum is None or maximum is None:
            raise ValueError(
                f"minimum and maximum must be provided; but saw '{minimum}' and '{maximum}'"
            )
        self._minimum = self._bound("minimum", minimum)
        self._maximum = self._bound("maximum", maximum)

    def _bound(self, which: str, value: Any) -> np.ndarray[Any, Any]:
        """A bound as an array that cannot be written to."""
        sizes = self._shape.sizes
        if sizes is not None:
            trailing = zip(reversed(np.shape(value)), reversed(sizes))
            if any(size != 1 and wanted not in (None, 1, size) for size, wanted in trailing):
                raise ValueError(
                    f"{which} is not compatible with shape. Message: shape {np.shape(value)} does "
                    f"not broadcast with {self._shape}."
                )
        array = np.array(value, self._dtype.as_numpy_dtype)
        array.setflags(write=False)
        return array

    @classmethod
    def from_spec(cls, spec: Any, name: str | None = None) -> BoundedTensorSpec:
        """The same; where `spec` has no bounds, with those of its type."""
        dtype = as_dtype(spec.dtype)
        minimum, maximum = (
            getattr(spec, which, bound)
            for which, bound in (("minimum", dtype.min), ("maximum", dtype.max))
        )
        return cls(spec.shape, dtype, minimum, maximum, name or spec.name)

    @property
    def minimum(self) -> np.ndarray[Any, Any]:
        return self._minimum

    @property
    def maximum(self) -> np.ndarray[Any, Any]:
        return self._maximum

    def _serialize(self) -> tuple[Any, ...]:
        return self._shape, self._dtype, self._minimum, self._maximum, self._name

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, BoundedTensorSpec)
            and super().__eq__(other)
            and np.allclose(self._minimum, other._minimum)
            and np.allclose(self._maximum, other._maximum)
        )

    __hash__ = TensorSpec.__hash__

    def __repr__(self) -> str:
        return (
            f"BoundedTensorSpec(shape={self._shape}, dtype={self._dtype!r}, name={self._name!r}, "
            f"minimum={self._minimum!r}, maximum={self._maximum!r})"
        )


def _of_shaped(value: Any) -> TensorSpec:
    """Without a name, which tensors have of their own."""
    return TensorSpec(value.shape, value.dtype)


register_type_spec_from_value_converter(Tensor, _of_shaped, allow_subclass=True)
register_type_spec_from_value_converter(np.ndarray, _of_shaped)

"""TypeSpec: what is known of a value made of tensors before there is one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reflow.graph import nest
from reflow.graph.composite_tensor import CompositeTensor, Expandable
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape

if TYPE_CHECKING:
    from reflow.graph.tensor_spec import TensorSpec


class TypeSpec(Expandable):
    """The type of a value that is a tensor, or is made of tensors (tf.TypeSpec).

    A class that derives from it says of what components its values consist, and by what they are
    made (`_serialize`): the arguments of its constructor.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def value_type(self) -> type:
        """The Python type of the values."""

    @abstractmethod
    def _serialize(self) -> tuple[Any, ...]:
        """What the type is made by: numbers, text, types, shapes, arrays, other TypeSpecs, and
        tuples and dictionaries of them."""

    @property
    @abstractmethod
    def _component_specs(self) -> Any:
        """The types of the components of a value, a structure."""

    @abstractmethod
    def _to_components(self, value: Any) -> Any:
        """The components of a value, nested as `_component_specs` are."""

    @abstractmethod
    def _from_components(self, components: Any) -> Any:
        """The value that consists of these components."""

    @classmethod
    def _deserialize(cls, serialization: tuple[Any, ...]) -> TypeSpec:
        return cls(*serialization)

    # -- As `nest` sees it ----------------------------------------------------------------------

    def _parts(self) -> Any:
        return self._component_specs

    def _with_parts(self, parts: Any) -> Any:
        return self._from_components(parts)

    def _described(self) -> TypeSpec:
        return self

    # -- As a list of tensors, in a dataset -----------------------------------------------------

    @property
    def _flat_tensor_specs(self) -> list[TensorSpec]:
        """The types of the tensors that stand for a value in a dataset."""
        return nest.flatten(self._component_specs, expand_composites=True)

    def _to_tensor_list(self, value: Any) -> list[Tensor]:
        """The tensors that stand for `value` in a dataset.

        Raises:
          ValueError: `value` is not of this type.
        """
        return nest.flatten(self._to_components(value), expand_composites=True)

    def _from_tensor_list(self, tensors: Sequence[Tensor]) -> Any:
        """The value that is made of these tensors.

        Raises:
          ValueError: they are too few or too many, or not of the types that such tensors have.
        """
        expected = self._flat_tensor_specs
        if len(tensors) != len(expected):
            raise ValueError("Incompatible input: wrong number of tensors")
        for i, (tensor, spec) in enumerate(zip(tensors, expected)):
            if not type_spec_from_value(tensor).is_compatible_with(spec):
                raise ValueError(
                    f"Incompatible input: tensor {i} ({tensor}) is incompatible with {spec}"
                )
        return self._from_compatible_tensor_list(tensors)

    def _from_compatible_tensor_list(self, tensors: Sequence[Tensor]) -> Any:
        """As `_from_tensor_list`, of tensors that are known to fit."""
        components = nest.pack_sequence_as(
            self._component_specs, list(tensors), expand_composites=True
        )
        return self._from_components(components)

    # -- Compared with others -------------------------------------------------------------------

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a value, or values of another type, may be of this type."""
        other = (
            spec_or_value
            if isinstance(spec_or_value, TypeSpec)
            else type_spec_from_value(spec_or_value)
        )
        return type(self) is type(other) and _compatible(self._serialize(), other._serialize())

    def most_specific_compatible_type(self, other: TypeSpec) -> TypeSpec:
        """The narrowest type of values of both types; ValueError if there is none."""
        if type(self) is not type(other):
            raise ValueError(f"No TypeSpec is compatible with both {self} and {other}")
        return self._deserialize(_common(self._serialize(), other._serialize()))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, TypeSpec)
            and type(self) is type(other)
            and _key(self._serialize()) == _key(other._serialize())
        )

    def __hash__(self) -> int:
        return hash((type(self), _key(self._serialize())))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._serialize()

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self._serialize()!r}"

    # -- As datasets described their elements before there were TypeSpecs ----------------------

    def _to_legacy_output_types(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__}._to_legacy_output_types()")

    def _to_legacy_output_shapes(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__}._to_legacy_output_shapes()")

    def _to_legacy_output_classes(self) -> Any:
        return self.value_type


class BatchableTypeSpec(TypeSpec):
    """The type of values of which several can be one of a similar type, with one axis more."""

    __slots__ = ()

    @abstractmethod
    def _batch(self, batch_size: int | None) -> TypeSpec:
        """The type of `batch_size` values together; None: of any number."""

    @abstractmethod
    def _unbatch(self) -> TypeSpec:
        """The type of one value of a batch of this type.

        Raises:
          ValueError: values of this type have no first axis.
        """

    def _to_batched_tensor_list(self, value: Any) -> list[Tensor]:
        """As `_to_tensor_list`, of a value that will be taken apart along its first axis.

        Raises:
          ValueError: `value` is not of this type, or has no first axis.
        """
        tensors = self._to_tensor_list(value)
        if any(tensor.shape.ndims == 0 for tensor in tensors):
            raise ValueError(f"Value {value} has insufficient rank for batching.")
        return tensors


# -- What types are made by ----------------------------------------------------------------------


def _key(value: Any) -> Any:
    """`value` as what can be hashed, and is equal if it is the same."""
    if value is None or isinstance(value, (int, float, str, bytes, DType, TypeSpec)):
        return value
    if isinstance(value, Mapping):
        return tuple((_key(key), _key(value[key])) for key in sorted(value))
    if isinstance(value, tuple):
        return tuple(_key(part) for part in value)
    if isinstance(value, TensorShape):
        return TensorShape, value.sizes
    if isinstance(value, np.ndarray):
        return np.ndarray, value.shape, _as_tuples(value.tolist())
    raise ValueError(f"Unsupported value type {type(value).__name__} returned by _serialize")


def _as_tuples(value: Any) -> Any:
    return tuple(map(_as_tuples, value)) if isinstance(value, list) else value


def _compatible(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(_compatible, a, b))
    if isinstance(a, Mapping):
        return a.keys() == b.keys() and all(_compatible(a[key], b[key]) for key in a)
    if isinstance(a, (TypeSpec, TensorShape, DType)):
        return a.is_compatible_with(b)
    return bool(a == b)


def _common(a: Any, b: Any) -> Any:
    """What makes the narrowest type for both; ValueError if only types can differ, not shapes."""
    same = type(a) is type(b)
    if same and isinstance(a, tuple) and len(a) == len(b):
        return tuple(map(_common, a, b))
    if same and isinstance(a, Mapping) and a.keys() == b.keys():
        return {key: _common(a[key], b[key]) for key in a}
    if same and isinstance(a, TensorShape):
        return a.most_specific_compatible_shape(b)
    if same and isinstance(a, TypeSpec):
        return a.most_specific_compatible_type(b)
    if not same or isinstance(a, (tuple, Mapping)) or a != b:
        raise ValueError(f"Types are not compatible: {a!r} vs {b!r}")
    return a


# -- Of values -----------------------------------------------------------------------------------

_converters: list[tuple[type, Callable[[Any], TypeSpec], bool]] = []


def register_type_spec_from_value_converter(
    type_object: type, converter_fn: Callable[[Any], TypeSpec], allow_subclass: bool = False
) -> None:
    """Tells what describes values of a type (with `allow_subclass`, also of types derived from it).

    What is registered later is asked first.
    """
    _converters.append((type_object, converter_fn, allow_subclass))


def type_spec_from_value(value: Any) -> TypeSpec:
    """What describes a tensor, a composite tensor, or what can become a tensor.

    Raises:
      TypeError: `value` is nothing of the kind.
    """
    spec = _spec_of(value)
    if spec is None:
        try:
            spec = _spec_of(convert_to_tensor(value))
        except (TypeError, ValueError):
            spec = None
    if spec is None:
        raise TypeError(
            f"Could not build a TypeSpec for {value!r} with type {type(value).__name__}"
        )
    return spec


def _spec_of(value: Any) -> TypeSpec | None:
    """What describes a value that is no plain Python value; None of others."""
    if isinstance(value, CompositeTensor):
        spec: TypeSpec = value._type_spec
        return spec
    if isinstance(value, list) and value:
        batched = _spec_of_batch([_spec_of(part) for part in value])
        if batched is not None:
            return batched
    for kind, converter, allow_subclass in reversed(_converters):
        if type(value) is kind or (allow_subclass and isinstance(value, kind)):
            converted: TypeSpec | None = converter(value)
            return converted
    return None


def _spec_of_batch(specs: list[TypeSpec | None]) -> TypeSpec | None:
    """What describes a list of values as one; None if they have nothing in common."""
    merged = specs[0]
    if not isinstance(merged, BatchableTypeSpec):
        return None
    try:
        for spec in specs[1:]:
            merged = merged.most_specific_compatible_type(spec)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    assert isinstance(merged, BatchableTypeSpec)
    return merged._batch(len(specs))

"""Elements of datasets: nested structures of tensors or datasets, and what describes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.graph import get_default_graph
from reflow.graph.indexed_slices import SparseTensor, SparseTensorValue
from reflow.graph.operation import Tensor
from reflow.graph.sparse_tensor_spec import SparseTensorSpec
from reflow.graph.tensor_shape import TensorShape, as_shape
from reflow.graph.tensor_spec import TensorSpec
from reflow.graph.type_spec import TypeSpec
from reflow.tf.data import _nest


def component_spec(value: Any) -> TypeSpec | None:
    """The description of a component that needs no conversion; None of any other value."""
    if isinstance(value, Tensor):
        return TensorSpec(value.shape, value.dtype.base_dtype)
    if isinstance(value, (SparseTensor, SparseTensorValue)):
        return SparseTensorSpec.from_value(value)
    spec = getattr(value, "_type_spec", None)
    return spec if isinstance(spec, TypeSpec) else None


def normalize_element(element: Any) -> Any:
    """`element` with tensors for what is no tensor, dense or sparse, and no dataset."""
    components = []
    with get_default_graph().name_scope("normalize_element"):
        for index, component in enumerate(_nest.flatten(element)):
            spec = component_spec(component)
            if isinstance(spec, SparseTensorSpec):
                component = SparseTensor.from_value(component)
            elif spec is None or isinstance(spec, TensorSpec):
                component = convert_to_tensor(component, name=f"component_{index}")
            components.append(component)
    return _nest.pack_sequence_as(element, components)


def spec_of(element: Any) -> Any:
    """The structure of descriptions of `element`.

    Raises:
      TypeError: a part of it cannot be a component of an element.
    """
    spec = component_spec(element)
    if spec is not None:
        return spec
    if isinstance(element, Mapping):
        return type(element)((key, spec_of(value)) for key, value in element.items())  # type: ignore[call-arg]
    if isinstance(element, tuple):
        parts = [spec_of(part) for part in element]
        return type(element)(*parts) if hasattr(element, "_fields") else tuple(parts)
    try:
        return component_spec(convert_to_tensor(element))
    except (TypeError, ValueError):
        raise TypeError(
            f"Could not build a TypeSpec for {element!r} with type {type(element).__name__}"
        ) from None


def flat_attributes(spec: Any) -> dict[str, Any]:
    """The attributes by which dataset ops describe elements."""
    tensors = flat_specs(spec)
    return {
        "output_types": [tensor.dtype for tensor in tensors],
        "output_shapes": [tensor.shape for tensor in tensors],
    }


def common_spec(a: TypeSpec, b: TypeSpec) -> TypeSpec:
    """The type of values of both types, which only differ in their shapes."""
    return a.most_specific_compatible_type(b)


def flat_specs(spec: Any) -> list[TensorSpec]:
    """The descriptions of all tensors that elements are made of."""
    return [tensor for component in _nest.flatten(spec) for tensor in component._flat_tensor_specs]


def to_tensors(spec: Any, element: Any) -> list[Tensor]:
    """The tensors that `element`, of the structure `spec`, is made of."""
    values = _nest.flatten_up_to(spec, element)
    pairs = zip(_nest.flatten(spec), values)
    return [tensor for component, value in pairs for tensor in component._to_tensor_list(value)]


def to_batched_tensors(spec: Any, element: Any) -> list[Tensor]:
    """As `to_tensors`, for values that will be taken apart along their first axes."""
    values = _nest.flatten_up_to(spec, element)
    pairs = zip(_nest.flatten(spec), values)
    return [
        tensor for component, value in pairs for tensor in component._to_batched_tensor_list(value)
    ]


def from_tensors(spec: Any, tensors: Sequence[Tensor]) -> Any:
    """The element of the structure `spec` that is made of `tensors`."""
    components = []
    position = 0
    for component in _nest.flatten(spec):
        count = len(component._flat_tensor_specs)
        components.append(component._from_tensor_list(tensors[position : position + count]))
        position += count
    return _nest.pack_sequence_as(spec, components)


# -- Types, shapes and classes, by which programs describe elements -------------------------------


def output_types(spec: Any) -> Any:
    """The structure of element types; a component that is no tensor stands for itself."""
    return _nest.map_structure(lambda c: c._to_legacy_output_types(), spec)


def output_shapes(spec: Any) -> Any:
    return _nest.map_structure(lambda c: c._to_legacy_output_shapes(), spec)


def output_classes(spec: Any) -> Any:
    return _nest.map_structure(lambda c: c._to_legacy_output_classes(), spec)


def spec_of_outputs(types: Any, shapes: Any, classes: Any = None) -> Any:
    """The structure that is described by types, shapes (None: unknown) and classes (None: tensors).

    Raises:
      TypeError, ValueError: the three are not nested in the same way, or a class is unknown.
    """
    types = _nest.map_structure(_as_type, types)
    flat_types = _nest.flatten(types)
    if shapes is None:
        flat_shapes: list[Any] = [TensorShape(None)] * len(flat_types)
    else:
        found = _nest.flatten_up_to(types, shapes)
        flat_shapes = [s if isinstance(s, TypeSpec) else as_shape(s) for s in found]
    flat_classes = [Tensor] * len(flat_types)
    if classes is not None:
        flat_classes = _nest.flatten_up_to(types, classes)
    components = [_component(*three) for three in zip(flat_types, flat_shapes, flat_classes)]
    return _nest.pack_sequence_as(types, components)


def _as_type(value: Any) -> DType | TypeSpec:
    return value if isinstance(value, TypeSpec) else as_dtype(value)


def _component(dtype: Any, shape: Any, kind: Any) -> TypeSpec:
    if isinstance(kind, TypeSpec):
        return kind
    if isinstance(kind, type) and issubclass(kind, Tensor):
        return TensorSpec(shape, dtype)
    if isinstance(kind, type) and issubclass(kind, SparseTensor):
        return SparseTensorSpec(shape, dtype)
    raise TypeError(f"Could not build a structure for output class {kind!r}")

"""CompositeTensor: a value that consists of several tensors, and counts as one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar


class Expandable(ABC):
    """What `nest` takes apart where it is asked to: composite tensors, and their descriptions.

    Attributes:
      is_leaf: true of what stands for one tensor, and is not taken apart.
    """

    is_leaf: ClassVar[bool] = False

    @abstractmethod
    def _parts(self) -> Any:
        """What it consists of: a structure, which may have further such things as leaves."""

    @abstractmethod
    def _with_parts(self, parts: Any) -> Any:
        """What consists of `parts` as this does of its own."""

    @abstractmethod
    def _described(self) -> Any:
        """The TypeSpec that describes it; of a TypeSpec that itself."""


class CompositeTensor(Expandable):
    """A value that consists of tensors: sparse, ragged, slices of a larger one, or a program's own.

    A class that derives from it says by its `_type_spec` how its values are taken apart.
    """

    @property
    @abstractmethod
    def _type_spec(self) -> Any:
        """The TypeSpec of this value."""

    def _parts(self) -> Any:
        return self._type_spec._to_components(self)

    def _with_parts(self, parts: Any) -> Any:
        return self._type_spec._from_components(parts)

    def _described(self) -> Any:
        return self._type_spec

    def _to_components(self) -> Any:
        """The structure of tensors and composite tensors that it consists of."""
        return self._parts()

    def _component_metadata(self) -> Any:
        """What `_from_components` needs beside the components."""
        return self._type_spec

    @staticmethod
    def _from_components(components: Any, metadata: Any) -> Any:
        """The value of the type `metadata` that consists of `components`."""
        return metadata._from_components(components)

    def _shape_invariant_to_type_spec(self, shape: Any) -> Any:
        """The type of a loop variable like this one whose shape is `shape` in every iteration."""
        raise NotImplementedError(f"{type(self).__name__}._shape_invariant_to_type_spec")

    @property
    def _is_graph_tensor(self) -> bool:
        """Whether one of its tensors is in a graph."""
        return any(hasattr(tensor, "graph") for tensor in self._tensors())

    def _consumers(self) -> list[Any]:
        """The operations that take one of its tensors."""
        found: dict[Any, None] = {}
        for tensor in self._tensors():
            if getattr(tensor, "graph", None) is not None:
                found.update(dict.fromkeys(tensor.consumers()))
        return list(found)

    def _tensors(self) -> list[Any]:
        from reflow.graph import nest  # which knows this class

        return nest.flatten(self, expand_composites=True)


def replace_composites_with_components(structure: Any) -> Any:
    """`structure` with the components of each composite tensor in its place."""
    from reflow.graph import nest  # which knows these classes

    if isinstance(structure, CompositeTensor):
        return replace_composites_with_components(structure._to_components())
    if not nest.is_sequence(structure):
        return structure
    return nest.map_structure(replace_composites_with_components, structure)

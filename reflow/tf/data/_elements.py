"""What data sets and iterators tell of their elements."""

from __future__ import annotations

from typing import Any

from reflow.tf.data import _structure


class DescribesElements:
    """Has elements of one structure, kept in `_element_spec`."""

    _element_spec: Any

    @property
    def element_spec(self) -> Any:
        """The structure of an element, with a TypeSpec for each component."""
        return self._element_spec

    @property
    def output_types(self) -> Any:
        """The structure of an element, with the DType of each component."""
        return _structure.output_types(self._element_spec)

    @property
    def output_shapes(self) -> Any:
        """The structure of an element, with the TensorShape of each component."""
        return _structure.output_shapes(self._element_spec)

    @property
    def output_classes(self) -> Any:
        """The structure of an element, with the class of each component."""
        return _structure.output_classes(self._element_spec)

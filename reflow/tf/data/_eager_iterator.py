"""Iterators over datasets while executing eagerly: each call gives the next element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reflow.graph import errors
from reflow.graph.execution import executing_eagerly
from reflow.ops.data import iterators
from reflow.tf.data import _structure
from reflow.tf.data._elements import DescribesElements

if TYPE_CHECKING:
    from reflow.tf.data._dataset import Dataset


class EagerIterator(DescribesElements):
    """Walks through a dataset once (tf.contrib.eager.Iterator).

    Args:
      dataset: at whose first element it begins.

    Raises:
      RuntimeError: the program builds a graph.
    """

    def __init__(self, dataset: Dataset) -> None:
        if not executing_eagerly():
            raise RuntimeError(
                "Iterating over a dataset is only supported when eager execution is enabled. In a "
                "graph use dataset.make_one_shot_iterator()."
            )
        self._element_spec = dataset.element_spec
        self._attributes = _structure.flat_attributes(self._element_spec)
        self._resource = iterators.IteratorV2("", "", **self._attributes)
        iterators.MakeIterator(dataset._with_options_applied()._variant_tensor, self._resource)

    def __iter__(self) -> EagerIterator:
        return self

    def __next__(self) -> Any:
        try:
            return self.get_next()
        except errors.OutOfRangeError:
            raise StopIteration from None

    next = __next__

    def get_next(self, name: str | None = None) -> Any:
        """The next element; OutOfRangeError when there is none."""
        components = iterators.IteratorGetNext(self._resource, **self._attributes, name=name)
        return _structure.from_tensors(self._element_spec, components)

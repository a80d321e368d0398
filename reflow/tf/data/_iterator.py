"""tf.data.Iterator: takes the elements of a dataset, one at each run."""

from __future__ import annotations

import warnings
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph import get_default_graph
from reflow.graph.nest import assert_same_structure
from reflow.graph.operation import Operation, Tensor
from reflow.ops.data import iterators
from reflow.tf._scopes import device, name_scope
from reflow.tf.data import _nest, _structure
from reflow.tf.data._elements import DescribesElements

if TYPE_CHECKING:
    from reflow.tf.data._dataset import Dataset

# The collection of all iterators' resources.
GLOBAL_ITERATORS = "iterators"

# From so many on, programs seem to call get_next in the loop rather than before it.
_MANY_CALLS = 32


class Iterator(DescribesElements):
    """The state of a walk through a dataset.

    Use `Dataset.make_one_shot_iterator` and its like rather than this constructor.

    Args:
      iterator_resource: the iterator in the graph, a scalar of type resource.
      initializer: the operation that starts it, None if it starts by itself.
      output_types, output_shapes, output_classes: structures that describe an element.
    """

    def __init__(
        self,
        iterator_resource: Tensor,
        initializer: Operation | None,
        output_types: Any,
        output_shapes: Any,
        output_classes: Any,
    ) -> None:
        if output_types is None or output_shapes is None or output_classes is None:
            raise ValueError(
                "If `structure` is not specified, all of `output_types`, `output_shapes`, and "
                "`output_classes` must be specified."
            )
        spec = _structure.spec_of_outputs(output_types, output_shapes, output_classes)
        self._set_up(iterator_resource, initializer, spec)

    def _set_up(self, resource: Tensor, initializer: Operation | None, spec: Any) -> None:
        self._iterator_resource = resource
        self._initializer = initializer
        self._element_spec = spec
        self._string_handle = iterators.IteratorToStringHandle(resource)
        self._get_next_calls = 0
        get_default_graph().add_to_collection(GLOBAL_ITERATORS, resource)

    @classmethod
    def _of_spec(cls, resource: Tensor, initializer: Operation | None, spec: Any) -> Iterator:
        iterator = cls.__new__(cls)
        iterator._set_up(resource, initializer, spec)
        return iterator

    @staticmethod
    def from_structure(
        output_types: Any,
        output_shapes: Any = None,
        shared_name: str | None = None,
        output_classes: Any = None,
    ) -> Iterator:
        """An iterator for any dataset of a structure; `make_initializer` starts it on one.

        Args:
          output_types: the structure of element types.
          output_shapes: the structure of shapes; by default unknown.
          shared_name: of the node in the graph.
          output_classes: the structure of classes; by default tensors.
        """
        spec = _structure.spec_of_outputs(output_types, output_shapes, output_classes)
        tensors = _structure.flat_specs(spec)
        with _on_cpu():
            resource = iterators.IteratorV2(
                shared_name or "",
                "",
                [tensor.dtype for tensor in tensors],
                [tensor.shape for tensor in tensors],
            )
        return Iterator._of_spec(resource, None, spec)

    @staticmethod
    def from_string_handle(
        string_handle: Any,
        output_types: Any,
        output_shapes: Any = None,
        output_classes: Any = None,
    ) -> Iterator:
        """The iterator whose handle is fed: the value of its `string_handle()`.

        Args:
          string_handle: a scalar string, usually a placeholder.
          output_types, output_shapes, output_classes: as in `from_structure`.
        """
        spec = _structure.spec_of_outputs(output_types, output_shapes, output_classes)
        tensors = _structure.flat_specs(spec)
        handle = convert_to_tensor(string_handle, dtype=dtypes.string)
        with _on_cpu():
            resource = iterators.IteratorFromStringHandleV2(
                handle,
                output_types=[tensor.dtype for tensor in tensors],
                output_shapes=[tensor.shape for tensor in tensors],
            )
        return Iterator._of_spec(resource, None, spec)

    @property
    def initializer(self) -> Operation:
        """The operation that starts the iterator at the first element.

        Raises:
          ValueError: it starts by itself, or by `make_initializer`.
        """
        if self._initializer is None:
            raise ValueError("Iterator does not have an initializer.")
        return self._initializer

    def make_initializer(self, dataset: Dataset, name: str | None = None) -> Operation:
        """An operation that starts this iterator at the first element of `dataset`.

        Raises:
          TypeError, ValueError: the dataset's elements are of another structure.
        """
        with name_scope(name, "make_initializer") as scope:
            self._check_structure(dataset)
        with get_default_graph().colocate_with(self._iterator_resource):
            initializer: Operation = iterators.MakeIterator(
                dataset._variant_tensor, self._iterator_resource, name=scope
            )
        return initializer

    def _check_structure(self, dataset: Dataset) -> None:
        assert_same_structure(self.output_types, dataset.output_types)
        flat = _nest.flatten
        for mine, theirs in zip(flat(self.output_classes), flat(dataset.output_classes)):
            if mine != theirs:
                raise TypeError(
                    f"Expected output classes {self.output_classes!r} but got dataset with output "
                    f"class {dataset.output_classes!r}."
                )
        if flat(self.output_types) != flat(dataset.output_types):
            raise TypeError(
                f"Expected output types {self.output_types!r} but got dataset with output types "
                f"{dataset.output_types!r}."
            )
        for mine, theirs in zip(flat(self.output_shapes), flat(dataset.output_shapes)):
            if not mine.is_compatible_with(theirs):
                raise TypeError(
                    f"Expected output shapes compatible with {self.output_shapes!r} but got "
                    f"dataset with output shapes {dataset.output_shapes!r}."
                )

    def get_next(self, name: str | None = None) -> Any:
        """Tensors that are the next element, in each run.

        Call it once, before the loop: running what it gives raises tf.errors.OutOfRangeError after
        the last element.
        """
        self._get_next_calls += 1
        if self._get_next_calls > _MANY_CALLS:
            warnings.warn(
                "An unusually high number of `Iterator.get_next()` calls was detected. This "
                "often indicates that `Iterator.get_next()` is being called inside a training "
                "loop, which will cause gradual slowdown and eventual resource exhaustion. If "
                "this is the case, restructure your code to call `next_element = "
                "iterator.get_next()` once outside the loop, and use `next_element` as the input "
                "to some computation that is invoked inside the loop.",
                stacklevel=2,
            )
        tensors = _structure.flat_specs(self._element_spec)
        components = iterators.IteratorGetNext(
            self._iterator_resource,
            output_types=[tensor.dtype for tensor in tensors],
            output_shapes=[tensor.shape for tensor in tensors],
            name=name,
        )
        return _structure.from_tensors(self._element_spec, components)

    def string_handle(self, name: str | None = None) -> Tensor:
        """A scalar string that stands for this iterator, to be fed to `from_string_handle`."""
        if name is None:
            return self._string_handle
        return iterators.IteratorToStringHandle(self._iterator_resource, name=name)


def _on_cpu() -> Any:
    """Iterators that are started later are placed on the CPU, unless the program says where."""
    return nullcontext() if get_default_graph()._scopes.devices else device("/cpu:0")

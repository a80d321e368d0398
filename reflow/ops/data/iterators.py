"""Iterators as a session holds them, and the ops that start them and take elements."""

from __future__ import annotations

import itertools
import threading
import weakref
from collections.abc import Sequence
from typing import Any

from reflow.graph import errors
from reflow.graph.dtypes import DType
from reflow.graph.function import Function
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data.base import (
    Compiler,
    Context,
    Dataset,
    Iterator,
    given_away,
    handle,
    invalid,
)
from reflow.ops.data.blocks import Array, Element
from reflow.ops.data.signatures import ELEMENTS, of_scalars
from reflow.ops.kernels import Host
from reflow.ops.op import op

_serial = itertools.count()
# Iterators by their string handles, as long as a session holds them.
_by_handle: weakref.WeakValueDictionary[bytes, IteratorResource] = weakref.WeakValueDictionary()


class IteratorResource:
    """A place for an iterator.  Safe to use from several threads.

    Attributes:
      types, shapes: those of each component of the elements.
      string_handle: what programs feed to choose this one.
    """

    def __init__(self, types: Sequence[DType], shapes: Sequence[TensorShape]) -> None:
        self.types = list(types)
        self.shapes = list(shapes)
        self.string_handle = b"reflow-iterator-%d" % next(_serial)
        self._iterator: Iterator | None = None
        self._lock = threading.Lock()
        _by_handle[self.string_handle] = self

    @property
    def started(self) -> bool:
        return self._iterator is not None

    def start(self, dataset: Dataset, compiler: Compiler) -> None:
        """Begins at the first element of `dataset`."""
        iterator = dataset.iterate(Context(compiler))
        with self._lock:
            self._iterator = iterator

    def next(self) -> Element:
        """The next element.

        Raises:
          tf.errors.OutOfRangeError: there is none left.
          tf.errors.FailedPreconditionError: it has not been started.
        """
        with self._lock:
            if self._iterator is None:
                raise errors.FailedPreconditionError(
                    None,
                    None,
                    "GetNext() failed because the iterator has not been initialized. Ensure that "
                    "you have run the initializer operation for this iterator before getting the "
                    "next element.",
                )
            block = self._iterator.next(1)
        if block is None:
            raise errors.OutOfRangeError(None, None, "End of sequence")
        return block.element(0)

    def close(self) -> None:
        with self._lock:
            self._iterator = None


def _resource(op: Operation) -> IteratorResource:
    return IteratorResource(op.attrs["output_types"], op.attrs["output_shapes"])


def _scalar_handle() -> TensorShape:
    return shapes.SCALAR


@op
class OneShotIterator:
    """An iterator over the dataset that a function makes, at its first use."""

    outputs = "handle: resource"
    attrs = (
        "dataset_factory: func",
        *ELEMENTS,
        "container: string = ''",
        "shared_name: string = ''",
    )
    stateful = True
    gradient = None
    shape = _scalar_handle
    state = _resource

    def kernel(
        *, dataset_factory: Function, state: IteratorResource, compile_function: Compiler
    ) -> Array:
        if not state.started:
            (dataset,) = compile_function(dataset_factory.graph)([])
            state.start(dataset.item(), compile_function)
        return handle(state)


@op
class IteratorV2:
    """An iterator that MakeIterator starts."""

    outputs = "handle: resource"
    attrs = ("shared_name: string", "container: string", *ELEMENTS)
    stateful = True
    gradient = None
    shape = _scalar_handle
    state = _resource

    def kernel(*, state: IteratorResource) -> Array:
        return handle(state)


@op
class MakeIterator:
    """Has an iterator begin at the first element of a dataset."""

    inputs = "dataset: variant, iterator: resource"
    stateful = True
    gradient = None

    def shape(dataset: TensorShape, iterator: TensorShape) -> tuple[TensorShape, ...]:
        return ()

    def kernel(dataset: Host, iterator: Host, *, compile_function: Compiler) -> None:
        resource: IteratorResource = iterator.item()
        resource.start(dataset.item(), compile_function)


@op
class IteratorGetNext:
    """The next element of an iterator, OutOfRangeError at the end."""

    inputs = "iterator: resource"
    outputs = "components: output_types"
    attrs = ELEMENTS
    stateful = True
    gradient = None

    def shape(iterator: TensorShape, *, output_shapes: list[TensorShape]) -> list[TensorShape]:
        of_scalars(iterator)
        return output_shapes

    def kernel(iterator: Host, *, output_types: list[DType], device: Any) -> list[Any]:
        element = iterator.item().next()
        if len(element) != len(output_types):
            raise invalid(
                f"The iterator's elements have {len(element)} components. Expected: "
                f"{len(output_types)}"
            )
        return [given_away(value, dtype, device) for value, dtype in zip(element, output_types)]


@op
class IteratorToStringHandle:
    """The string by which IteratorFromStringHandleV2 finds an iterator."""

    inputs = "resource_handle: resource"
    outputs = "string_handle: string"
    stateful = True
    gradient = None

    def shape(resource_handle: TensorShape) -> TensorShape:
        return of_scalars(resource_handle)

    def kernel(resource_handle: Host) -> Array:
        resource: IteratorResource = resource_handle.item()
        return handle(resource.string_handle)


@op
class IteratorFromStringHandleV2:
    """The iterator of a string handle."""

    inputs = "string_handle: string"
    outputs = "resource_handle: resource"
    attrs = ("output_types: list(type) >= 0 = []", "output_shapes: list(shape) >= 0 = []")
    stateful = True
    gradient = None

    def shape(string_handle: TensorShape) -> TensorShape:
        return of_scalars(string_handle)

    def kernel(
        string_handle: Host, *, output_types: list[DType], output_shapes: list[TensorShape]
    ) -> Array:
        resource = _by_handle.get(string_handle.item())
        if resource is None:
            raise invalid(
                f"There is no iterator of the handle {string_handle.item()!r}: it must be what "
                "Iterator.string_handle() gave in a session that is still open."
            )
        _check_elements(resource, output_types, output_shapes)
        return handle(resource)


def _check_elements(
    resource: IteratorResource, types: Sequence[DType], shapes: Sequence[TensorShape]
) -> None:
    """That the iterator's elements are what the program expects; an empty list expects nothing."""
    if types and len(types) != len(resource.types):
        raise invalid(
            f"Number of components does not match: expected {len(types)} types but got "
            f"{len(resource.types)}."
        )
    for index, (expected, found) in enumerate(zip(types, resource.types)):
        if expected is not found:
            raise invalid(
                f"Data type mismatch at component {index}: expected {expected.name} but got "
                f"{found.name}."
            )
    for index, (shape, other) in enumerate(zip(shapes, resource.shapes)):
        if not shape.is_compatible_with(other):
            raise invalid(
                f"Incompatible shapes at component {index}: expected {shape} but got {other}."
            )

"""Datasets of what Python generators yield."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Iterator as PythonIterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from reflow.graph import dtypes
from reflow.graph.dtypes import DType
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.graph.tensor_spec import TensorSpec
from reflow.ops.data.sources import GeneratorDataset
from reflow.ops.python_functions import converted
from reflow.tf._python_functions import numpy_function
from reflow.tf.data import _nest, _structure
from reflow.tf.data._structured_function import StructuredFunction

if TYPE_CHECKING:
    from reflow.tf.data._dataset import Dataset

Array: TypeAlias = np.ndarray[Any, Any]

_TRANSFORMATION = "Dataset.from_generator()"


class _Generators:
    """The generators that run: one for each iterator, found by its number."""

    def __init__(self, generator: Callable[..., Iterable[Any]]) -> None:
        self._generator = generator
        self._numbers = itertools.count()
        self._arguments: dict[int, tuple[Any, ...]] = {}
        self._running: dict[int, PythonIterator[Any]] = {}
        self._lock = threading.Lock()

    def start(self, *arguments: Any) -> Any:
        """The number of a new one, which is called when its first element is asked for."""
        with self._lock:
            number = next(self._numbers)
            self._arguments[number] = arguments
        return np.array(number, np.int64)

    def next(self, number: int) -> Any:
        """What it yields next; StopIteration at the end."""
        if number not in self._running:
            self._running[number] = iter(self._generator(*self._arguments.pop(number)))
        return next(self._running[number])

    def finish(self, number: int) -> Any:
        self._arguments.pop(number, None)
        self._running.pop(number, None)
        return np.array(0, np.int64)


def generator_dataset(
    generator: Callable[..., Iterable[Any]], spec: Any, arguments: Sequence[Tensor]
) -> Callable[[Tensor], Dataset]:
    """A function that makes a dataset of what `generator` yields (its argument is ignored).

    Args:
      generator: called with the values of `arguments` for each iteration.
      spec: the structure of the elements.
      arguments: tensors.
    """
    from reflow.tf.data._dataset import Dataset

    generators = _Generators(generator)
    expected = _Expected(spec)
    components = _structure.flat_specs(spec)
    types = [component.dtype for component in components]

    def next_values(number: Any) -> list[Any]:
        return expected.checked(generators.next(int(number)))

    # The names are parts of the functions' names in the graph, which are TensorFlow's.
    def get_iterator_id_fn(unused: Tensor) -> Tensor:
        return numpy_function(generators.start, list(arguments), dtypes.int64)

    def generator_next_fn(number: Tensor) -> Any:
        values = numpy_function(next_values, [number], types)
        for value, component in zip(values, components):
            value.set_shape(component.shape)
        return _nest.pack_sequence_as(spec, values)

    def finalize_fn(number: Tensor) -> Tensor:
        return numpy_function(generators.finish, [number], dtypes.int64)

    def flat_map_fn(dummy: Tensor) -> Dataset:
        dummy_spec = _structure.spec_of(dummy)
        init = StructuredFunction(get_iterator_id_fn, _TRANSFORMATION, dummy_spec)
        following = StructuredFunction(generator_next_fn, _TRANSFORMATION, init.output_spec)
        finalize = StructuredFunction(finalize_fn, _TRANSFORMATION, init.output_spec)
        variant = GeneratorDataset(
            [dummy, *init.captured_inputs],
            following.captured_inputs,
            finalize.captured_inputs,
            init_func=init.function,
            next_func=following.function,
            finalize_func=finalize.function,
            output_types=types,
            output_shapes=[component.shape for component in components],
        )
        return Dataset(variant, spec, functions=[init, following, finalize])

    return flat_map_fn


class _Expected:
    """What a generator must yield.

    Args:
      spec: the structure of the elements.
    """

    def __init__(self, spec: Any) -> None:
        self._types = _structure.output_types(spec)
        flat = _structure.flat_specs(spec)
        self._components = [(s.dtype, np.dtype(s.dtype.as_numpy_dtype), s.shape) for s in flat]
        # Most generators yield plain tuples: those need not be searched for more structure.
        plain = type(spec) is tuple and all(isinstance(part, TensorSpec) for part in spec)
        self._length = len(spec) if plain else None

    def checked(self, element: Any) -> list[Array]:
        """The components of what a generator yielded, as arrays.

        Raises:
          TypeError, ValueError: it is not of the structure, types and shapes that were declared.
        """
        return [
            self._converted(value, *component)
            for value, component in zip(self._parts(element), self._components)
        ]

    def _parts(self, element: Any) -> Sequence[Any]:
        if type(element) is tuple and len(element) == self._length:
            return element
        try:
            return _nest.flatten_up_to(self._types, element)
        except (TypeError, ValueError):
            raise TypeError(
                "`generator` yielded an element that did not match the expected structure. The "
                f"expected structure was {self._types}, but the yielded element was {element}."
            ) from None

    @staticmethod
    def _converted(value: Any, dtype: DType, wanted: np.dtype[Any], shape: TensorShape) -> Array:
        try:
            array = converted(value, wanted)
        except (TypeError, ValueError):
            raise TypeError(
                "`generator` yielded an element that could not be converted to the expected type. "
                f"The expected type was {dtype.name}, but the yielded element was {value}."
            ) from None
        if array.dtype != wanted:
            raise TypeError(
                f"`generator` yielded an element of type {array.dtype} where an element of type "
                f"{wanted} was expected."
            )
        if shape.sizes != array.shape and not shape.is_compatible_with(array.shape):
            raise ValueError(
                f"`generator` yielded an element of shape {array.shape} where an element of shape "
                f"{shape} was expected."
            )
        return array

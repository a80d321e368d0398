"""What programs fetch: tensors, operations, names, and lists, tuples and dicts of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reflow.graph.graph import Graph
from reflow.graph.operation import Operation, Tensor

# Objects that stand for several tensors: (type, object -> parts, parts' values -> value).
_expansions: list[tuple[type, Callable[[Any], Sequence[Any]], Callable[[Any, Sequence[Any]], Any]]] = []


def register_fetch_expansion(
    kind: type, parts: Callable[[Any], Sequence[Any]], build: Callable[[Any, Sequence[Any]], Any]
) -> None:
    """Makes objects of `kind` fetchable: `build(object, values of parts(object))` is the result."""
    _expansions.append((kind, parts, build))


class FetchStructure:
    """The nested form of one `fetches` argument over the flat list of what is computed.

    Attributes:
      tensors: the distinct tensors fetched.
      operations: the distinct operations run.
    """

    def __init__(self, graph: Graph, fetches: Any) -> None:
        self._graph = graph
        self.tensors: list[Tensor] = []
        self.operations: list[Operation] = []
        self._positions: dict[Tensor, int] = {}
        self.build: Callable[[Sequence[Any]], Any] = self._builder(fetches)

    def _builder(self, fetch: Any) -> Callable[[Sequence[Any]], Any]:
        """A function from the flat values to the value of `fetch`."""
        if fetch is None:
            raise TypeError("Fetch argument None has invalid type <class 'NoneType'>")
        for kind, parts, build in _expansions:
            if isinstance(fetch, kind):
                inner = [self._builder(part) for part in parts(fetch)]
                return lambda values: build(fetch, [b(values) for b in inner])
        if isinstance(fetch, (list, tuple)):
            return self._sequence_builder(fetch)
        if isinstance(fetch, Mapping):
            items = [(key, self._builder(value)) for key, value in fetch.items()]
            kind = type(fetch)
            return lambda values: kind((key, b(values)) for key, b in items)  # type: ignore[call-arg]
        if hasattr(type(fetch), "__attrs_attrs__"):
            fields = [a.name for a in type(fetch).__attrs_attrs__]
            inner = [self._builder(getattr(fetch, name)) for name in fields]
            return lambda values: type(fetch)(*(b(values) for b in inner))
        return self._element_builder(fetch)

    def _sequence_builder(self, fetch: Sequence[Any]) -> Callable[[Sequence[Any]], Any]:
        inner = [self._builder(part) for part in fetch]
        if hasattr(fetch, "_fields"):
            return lambda values: type(fetch)(*(b(values) for b in inner))
        if isinstance(fetch, tuple):
            return lambda values: tuple([b(values) for b in inner])
        return lambda values: [b(values) for b in inner]

    def _element_builder(self, fetch: Any) -> Callable[[Sequence[Any]], Any]:
        try:
            element = self._graph.as_graph_element(fetch)
        except TypeError as error:
            raise TypeError(
                f"Fetch argument {fetch!r} has invalid type {type(fetch)}, must be a string or "
                f"Tensor. ({error})"
            ) from error
        except ValueError as error:
            raise ValueError(f"Fetch argument {fetch!r} cannot be interpreted as a Tensor. ({error})") from error
        except KeyError as error:
            raise ValueError(
                f"Fetch argument {fetch!r} cannot be interpreted as a Tensor. ({error.args[0]})"
            ) from error
        if not self._graph.is_fetchable(element):
            raise ValueError(f"Tensor {element} may not be fetched." if isinstance(element, Tensor) else f"Operation {element.name!r} has been marked as not fetchable.")
        if isinstance(element, Operation):
            if element not in self.operations:
                self.operations.append(element)
            return lambda values: None
        position = self._positions.get(element)
        if position is None:
            position = self._positions[element] = len(self.tensors)
            self.tensors.append(element)
        return lambda values: values[position]


def fetch_key(fetches: Any) -> Any:
    """What tells one `fetches` argument from another, cheap to compute; None for the unusual.

    Tensors and operations count by identity, so a structure is found again without a walk.
    """
    kind = type(fetches)
    if kind is list or kind is tuple:
        parts = tuple([fetch_key(part) for part in fetches])
        return None if None in parts else (kind, parts)
    if kind is dict:
        parts = tuple([fetch_key(part) for part in fetches.values()])
        return None if None in parts else (kind, tuple(fetches), parts)
    try:
        hash(fetches)
    except TypeError:
        return None
    return fetches



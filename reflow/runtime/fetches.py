"""What programs fetch: tensors, operations, names, and lists, tuples and dicts of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from reflow.graph.graph import Graph
from reflow.graph.operation import Operation, Tensor
from reflow.runtime.expansions import expansion_of

# From the values of the distinct fetched tensors to the value of one part of the fetches.
Builder = Callable[[Sequence[Any]], Any]


class InaccessibleTensorError(ValueError):
    """What was asked for belongs to another function or block of the program."""


class FetchStructure:
    """The nested form of one `fetches` argument over the flat list of what is computed.

    Args:
      handle_of: gives the TensorHandle for what a GetSessionHandle gives.

    Attributes:
      tensors: the distinct tensors fetched.
      operations: the distinct operations run.
      build: gives the result for the tensors' values.

    Raises:
      TypeError: `fetches` holds what is no tensor, operation or name.
      ValueError: it holds what is not in the graph, or must not be fetched.
    """

    def __init__(
        self, graph: Graph, fetches: Any, handle_of: Callable[[Operation, bytes], Any]
    ) -> None:
        self._graph = graph
        self._handle_of = handle_of
        self._positions: dict[Tensor | Operation, int] = {}
        self.tensors: list[Tensor] = []
        self.operations: list[Operation] = []
        self.build: Builder = self._builder(fetches)

    def _builder(self, fetch: Any) -> Builder:
        if isinstance(fetch, (list, tuple)):
            return self._sequence_builder(fetch)
        if isinstance(fetch, Mapping):
            return self._mapping_builder(fetch)
        kind = type(fetch)
        if getattr(kind, "__attrs_attrs__", None) is not None:
            inner = [self._builder(getattr(fetch, a.name)) for a in kind.__attrs_attrs__]
            return lambda values: kind(*[build(values) for build in inner])
        expansion = expansion_of(fetch)
        if expansion is None:
            return self._element_builder(fetch)
        tensors, contract = expansion.fetch(fetch)
        parts = [self._element_builder(tensor) for tensor in tensors]
        return lambda values: contract([build(values) for build in parts])

    def _sequence_builder(self, fetch: Sequence[Any]) -> Builder:
        inner = [self._builder(part) for part in fetch]
        kind = type(fetch)
        if issubclass(kind, list):
            return lambda values: [build(values) for build in inner]
        if kind is tuple:
            return lambda values: tuple([build(values) for build in inner])
        return lambda values: kind(*[build(values) for build in inner])  # a named tuple

    def _mapping_builder(self, fetch: Mapping[Any, Any]) -> Builder:
        inner = [(key, self._builder(part)) for key, part in fetch.items()]
        make: Callable[[], Any] = type(fetch)

        def build_mapping(values: Sequence[Any]) -> Any:
            result = make()
            for key, build in inner:
                result[key] = build(values)
            return result

        return build_mapping

    def _element_builder(self, fetch: Any) -> Builder:
        element = self._element(fetch)
        op = element if isinstance(element, Operation) else element.op
        if not self._graph.is_fetchable(op) or not self._graph.is_fetchable(element):
            raise InaccessibleTensorError(
                f"Operation {op.name!r} has been marked as not fetchable. Typically this happens "
                "when it is defined in another function or code block. Use return values,explicit "
                "Python locals or TensorFlow collections to access it."
            )
        if isinstance(element, Operation):
            if element not in self.operations:
                self.operations.append(element)
            return _no_value
        position = self._positions.get(element)
        if position is None:
            position = self._positions[element] = len(self.tensors)
            self.tensors.append(element)
        if element.op.type == "GetSessionHandle":
            return lambda values: self._handle_of(op, values[position])
        return itemgetter(position)

    def _element(self, fetch: Any) -> Tensor | Operation:
        if fetch is None:
            raise TypeError(f"Fetch argument {fetch!r} has invalid type {type(fetch)!r}")
        try:
            return self._graph.as_graph_element(fetch)
        except TypeError as error:
            raise TypeError(
                f"Fetch argument {fetch!r} has invalid type {type(fetch)!r}, must be a string or "
                f"Tensor. ({error})"
            ) from None
        except (ValueError, KeyError) as error:
            raise ValueError(
                f"Fetch argument {fetch!r} cannot be interpreted as a Tensor. ({error})"
            ) from None


def _no_value(values: Sequence[Any]) -> None:
    """What running an operation gives."""


_ATOMS = frozenset((Tensor, Operation, str))


def fetch_key(fetches: Any) -> Hashable | None:
    """What tells one `fetches` argument from another, cheap to compute; None for the unusual.

    Tensors and operations count by identity, so a structure is found again without a walk.
    """
    kind = type(fetches)
    if kind in _ATOMS:
        return fetches  # type: ignore[no-any-return]
    if isinstance(fetches, (list, tuple)):
        if _ATOMS.issuperset(map(type, fetches)):
            return (kind, *fetches)
        parts = [fetch_key(part) for part in fetches]
    elif isinstance(fetches, dict):
        parts = [fetch_key(part) for part in fetches.values()]
        parts.append((dict, *fetches))
    else:
        # Others count by identity, as variables do, or not at all: equal ones may differ.
        return fetches if getattr(kind, "__hash__", None) is object.__hash__ else None
    return None if None in parts else (kind, *parts)

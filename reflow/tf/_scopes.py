"""tf.name_scope, tf.control_dependencies, tf.device and their like: scopes of the default graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.execution import NO_SCOPE, EagerNameScope, executing_eagerly
from reflow.graph.graph import Graph, get_default_graph, innermost_plain_graph
from reflow.graph.operation import Operation, Tensor


class name_scope:
    """`with tf.name_scope(name, default_name, values) as scope:` prefixes the names of ops.

    Args:
      name: the scope's name; None uses `default_name`.  Ending in "/", exactly that scope.
      values: tensors whose graph becomes the default one inside.
    """

    def __init__(
        self, name: str | None, default_name: str | None = None, values: Iterable[Any] | None = None
    ) -> None:
        if name is not None and not isinstance(name, str):
            raise TypeError(f"name for name_scope must be a string. Received: {name!r}")
        if default_name is not None and not isinstance(default_name, str):
            raise TypeError(
                f"`default_name` type ({type(default_name)}) is not a string type. You likely "
                "meant to pass this into the `values` kwarg."
            )
        self._name = default_name if name is None else name
        self._default_name = default_name
        self._values = values
        if self._name is None and values is not None:
            raise ValueError(
                f"At least one of name ({name}) and default_name ({default_name}) must be provided."
            )

    @property
    def name(self) -> str | None:
        return self._name

    def __enter__(self) -> str:
        if executing_eagerly():
            self._graph_scope: AbstractContextManager[Any] = NO_SCOPE
            self._scope: AbstractContextManager[str] = EagerNameScope(self._name)
            return self._scope.__enter__()
        graph = graph_from_inputs(self._values or ())
        self._graph_scope = graph.as_default()
        self._graph_scope.__enter__()
        try:
            self._scope = graph.name_scope(self._name)
            return self._scope.__enter__()
        except BaseException:
            self._graph_scope.__exit__(None, None, None)
            raise

    def __exit__(self, *exc_info: Any) -> None:
        self._scope.__exit__(*exc_info)
        self._graph_scope.__exit__(*exc_info)


def op_scope(
    values: Iterable[Any], name: str | None, default_name: str | None = None
) -> name_scope:
    """The name of 0.x for `name_scope`, with its order of arguments."""
    return name_scope(name, default_name, values)


def graph_from_inputs(values: Iterable[Any]) -> Graph:
    """The graph that all tensors among `values` belong to; the default one if there are none."""
    default = get_default_graph()
    if default._building_function:
        return default
    graph, origin = None, None
    for value in values:
        element = value._as_graph_element() if hasattr(value, "_as_graph_element") else value
        if not isinstance(element, (Tensor, Operation)) or isinstance(element, EagerTensor):
            continue
        if graph is None:
            graph, origin = element.graph, element
        elif element.graph is not graph:
            raise ValueError(f"{element} must be from the same graph as {origin}.")
    return graph or default


def control_dependencies(control_inputs: Any) -> Any:
    """Ops made inside run after `control_inputs` (tensors and operations of the default graph)."""
    return get_default_graph().control_dependencies(control_inputs)


def device(device_name_or_function: Any) -> Any:
    return get_default_graph().device(device_name_or_function)


def container(container_name: str) -> Any:
    return get_default_graph().container(container_name)


def colocate_with(op: Any, ignore_existing: bool = False) -> Any:
    return get_default_graph().colocate_with(op, ignore_existing)


@contextmanager
def init_scope() -> Iterator[None]:
    """Ops made inside wait for nothing around them and belong to no control flow construct.

    From the body of a function they are lifted to the graph around it, in the same name scope, and
    on the device that the function asks for.
    """
    graph = get_default_graph()
    outer = innermost_plain_graph()
    if executing_eagerly() or outer is graph:
        with graph.control_dependencies(None):
            yield
        return
    scope, devices = graph.get_name_scope(), graph._scopes.devices
    with outer.as_default(), outer.name_scope(f"{scope}/" if scope else None):
        with outer.control_dependencies(None):
            scopes = outer._scopes
            saved, scopes.devices = scopes.devices, devices or scopes.devices
            try:
                yield
            finally:
                scopes.devices = saved

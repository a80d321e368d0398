"""What surrounds the operations being made: names, control inputs, devices, colocation."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reflow.graph.device import MergeDevice
    from reflow.graph.graph import Graph
    from reflow.graph.operation import Operation, Tensor


class Scopes:
    """The scopes entered in one thread of a graph, the outermost first.

    Attributes:
      name_stack: the prefix of names, without a slash at the end; "" at the top.
      controllers: the `control_dependencies` scopes.
      devices: the `device` scopes; None ends those around it.
      colocations: the operations beside which new ones belong.
      original_op: the operation from which new ones are derived, as its gradient.
      control_flow_context: the control flow construct whose body is being built.
    """

    __slots__ = (
        "colocations",
        "control_flow_context",
        "controllers",
        "devices",
        "name_stack",
        "original_op",
    )

    def __init__(self) -> None:
        self.name_stack = ""
        self.controllers: list[ControlDependencies] = []
        self.devices: list[MergeDevice | Callable[[Operation], Any] | None] = []
        self.colocations: list[Operation] = []
        self.original_op: Operation | None = None
        self.control_flow_context: Any = None

    def control_inputs_for(self, inputs: Iterable[Tensor]) -> Sequence[Operation]:
        """The control inputs that the scopes ask of an operation with these inputs.

        A scope asks nothing when one of the inputs was made inside it: that one waited already.
        """
        producers = {tensor.op for tensor in inputs}
        controls: dict[Operation, None] = {}
        for controller in self.controllers:
            if producers.isdisjoint(controller.seen):
                controls.update(
                    (op, None) for op in controller.control_inputs if op not in producers
                )
        return tuple(controls)


class ThreadScopes(threading.local):
    """Each thread that builds a graph has scopes of its own."""

    def __init__(self) -> None:
        self.scopes = Scopes()


class NameScope:
    """`Graph.name_scope`: enters a scope and gives its name, with a slash at the end."""

    __slots__ = ("_graph", "_name", "_saved")

    def __init__(self, graph: Graph, name: str | None) -> None:
        self._graph = graph
        self._name = name

    def __enter__(self) -> str:
        scopes = self._graph._scopes
        self._saved = scopes.name_stack
        name = self._name
        if not name:
            scopes.name_stack = ""
            return ""
        stack = name[:-1] if name.endswith("/") else self._graph.unique_name(name)
        scopes.name_stack = stack
        return stack + "/"

    def __exit__(self, *exc_info: object) -> None:
        self._graph._scopes.name_stack = self._saved


class ControlDependencies:
    """`Graph.control_dependencies`.

    Attributes:
      control_inputs: what operations made inside wait for, beyond what outer scopes ask.
      seen: the operations made inside so far.
    """

    __slots__ = ("_clear", "_graph", "_saved", "_saved_context", "control_inputs", "seen")

    def __init__(self, graph: Graph, control_inputs: list[Operation], clear: bool = False) -> None:
        self._graph = graph
        self._clear = clear
        self.control_inputs = control_inputs
        self.seen: set[Operation] = set()

    def __enter__(self) -> None:
        scopes = self._graph._scopes
        self._saved = scopes.controllers
        self._saved_context = scopes.control_flow_context
        if self._clear:
            scopes.controllers = []
            scopes.control_flow_context = None
        else:
            scopes.controllers = [*self._saved, self]

    def __exit__(self, *exc_info: object) -> None:
        scopes = self._graph._scopes
        scopes.controllers = self._saved
        scopes.control_flow_context = self._saved_context

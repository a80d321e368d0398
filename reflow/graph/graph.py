"""Graph: the operations of a program, their names, scopes, collections and control dependencies."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation, Tensor

if TYPE_CHECKING:
    from reflow.graph.dtypes import DType
    from reflow.graph.op_definition import OpDefinition

_VALID_OP_NAME = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_.\-/]*$")
_VALID_SCOPE_NAME = re.compile(r"^[A-Za-z0-9_.\-/]*$")

# The version of the graph format that TensorFlow 1.15 writes.
PRODUCER_VERSION = 134


class Graph:
    """A program's operations.  Thread-safe for building; `finalize()` makes it read-only."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._nodes: dict[str, Operation] = {}
        self._ordered: list[Operation] = []
        self._names_in_use: dict[str, int] = {}
        self._collections: dict[Any, list[Any]] = {}
        self._unfeedable: set[Tensor] = set()
        self._unfetchable: set[Tensor | Operation] = set()
        self._functions: dict[str, Any] = {}
        self._rewired = 0  # counts changes to edges that existed already
        self._seed: int | None = None
        self._finalized = False
        self._container = ""
        self._gradient_override_map: dict[str, str] = {}
        self._attr_scope_map: dict[str, Any] = {}
        self._scopes = _Scopes()

    # -- Operations -------------------------------------------------------------------------

    def create_op(
        self,
        op_type: str,
        inputs: Sequence[Tensor],
        dtypes: Sequence[DType] | None = None,
        input_types: Sequence[DType] | None = None,
        name: str | None = None,
        attrs: dict[str, Any] | None = None,
        op_def: Any = None,
        compute_shapes: bool = True,
        compute_device: bool = True,
    ) -> Operation:
        """Adds a node of a registered op type (tf.Graph.create_op).

        `attrs` holds plain values or AttrValue messages.  Prefer calling the op itself:
        `MatMul(a, b)` converts inputs, infers types and checks attributes.
        """
        from reflow.graph.graph_def import plain_attr
        from reflow.graph.op_definition import lookup

        definition = lookup(op_type)
        plain = {key: plain_attr(value) for key, value in (attrs or {}).items()}
        plain = definition.complete_attrs(plain)
        for tensor in inputs:
            if not isinstance(tensor, Tensor):
                raise TypeError(f"Input #{inputs.index(tensor)} is not a tensor: {tensor!r}")
        types = definition.output_types(plain) if dtypes is None else list(dtypes)
        scoped_name = (
            self.unique_name(name or op_type) if not (name and name.endswith("/")) else name[:-1]
        )
        return self.add_node(definition, list(inputs), plain, scoped_name, types)

    def add_node(
        self,
        definition: OpDefinition,
        inputs: list[Tensor],
        attrs: dict[str, Any],
        name: str,
        output_types: Sequence[DType],
    ) -> Operation:
        """Adds a node under a name that `unique_name` gave; all arguments are checked already."""
        with self._lock:
            self._check_not_finalized()
            inputs = [t if t.op.graph is self else self.capture(t) for t in inputs]
            scopes = self._scopes
            if scopes.colocations:
                self._apply_colocation(attrs)
            if self._attr_scope_map:
                for key, value in self._attr_scope_map.items():
                    attrs.setdefault(key, value)
            if definition.name in self._gradient_override_map:
                attrs["_gradient_op_type"] = self._gradient_override_map[definition.name]
            controls = scopes.control_inputs_for(inputs) if scopes.controllers else []
            op = Operation(
                self,
                definition,
                name,
                len(self._ordered) + 1,
                inputs,
                output_types,
                attrs,
                controls,
            )
            if scopes.devices:
                self._apply_devices(op)
            if scopes.colocations:
                op.device = scopes.colocations[-1].device or op.device
            op._control_flow_context = scopes.control_flow_context
            try:
                definition.infer_shapes(op)
            except BaseException:
                self._disconnect(op)
                raise
            self._nodes[name] = op
            self._ordered.append(op)
            for controller in scopes.controllers:
                controller.seen.add(op)
            return op

    @staticmethod
    def _disconnect(op: Operation) -> None:
        """Takes back the edges of a node that was refused, so that nothing half-made stays."""
        for tensor in op.inputs:
            tensor._consumers.remove(op)
        for control in op.control_inputs:
            control._control_outputs.remove(op)

    def capture(self, tensor: Tensor) -> Tensor:
        """What this graph uses for a tensor of another one.  A plain graph has nothing to use."""
        raise ValueError(
            f"{tensor} is not an element of this graph: it must be from the same graph."
        )

    def _apply_colocation(self, attrs: dict[str, Any]) -> None:
        groups = set(attrs.get("_class", ()))
        for op in self._scopes.colocations:
            groups.update(op.attrs.get("_class") or [f"loc:@{op.name}"])
        attrs["_class"] = sorted(groups)

    def _apply_devices(self, op: Operation) -> None:
        for merge in reversed(self._scopes.devices):
            if merge is None:
                break
            op._set_device(merge(op))

    def get_operations(self) -> list[Operation]:
        """All operations in the order of creation."""
        with self._lock:
            return list(self._ordered)

    def get_operation_by_name(self, name: str) -> Operation:
        if not isinstance(name, str):
            raise TypeError(f"Operation names are strings (or similar), not {type(name).__name__}.")
        operation = self.as_graph_element(name, allow_tensor=False, allow_operation=True)
        assert isinstance(operation, Operation)
        return operation

    def get_tensor_by_name(self, name: str) -> Tensor:
        if not isinstance(name, str):
            raise TypeError(f"Tensor names are strings (or similar), not {type(name).__name__}.")
        tensor = self.as_graph_element(name, allow_tensor=True, allow_operation=False)
        assert isinstance(tensor, Tensor)
        return tensor

    def as_graph_element(
        self, obj: Any, allow_tensor: bool = True, allow_operation: bool = True
    ) -> Tensor | Operation:
        """The tensor or operation that a name or object stands for.

        Raises TypeError when `obj` is no such thing, ValueError for a malformed name or an
        object of another graph, KeyError for a name that is not in the graph.
        """
        if not (allow_tensor or allow_operation):
            raise ValueError("allow_tensor and allow_operation can't both be False.")
        wanted = " or ".join(
            kind
            for kind, allowed in (("Tensor", allow_tensor), ("Operation", allow_operation))
            if allowed
        )
        convert = getattr(obj, "_as_graph_element", None)
        if convert is not None:
            element = convert()
            obj = obj if element is None else element
        if isinstance(obj, bytes):
            obj = obj.decode()
        if isinstance(obj, str):
            return self._element_by_name(obj, allow_tensor, allow_operation)
        allowed = (isinstance(obj, Tensor) and allow_tensor) or (
            isinstance(obj, Operation) and allow_operation
        )
        if not allowed:
            raise TypeError(f"Can not convert a {type(obj).__name__} into a {wanted}.")
        if obj.graph is not self:
            kind = "Tensor" if isinstance(obj, Tensor) else "Operation"
            raise ValueError(f"{kind} {obj} is not an element of this graph.")
        assert isinstance(obj, (Tensor, Operation))
        return obj

    def _element_by_name(
        self, name: str, allow_tensor: bool, allow_operation: bool
    ) -> Tensor | Operation:
        op_name, colon, index = name.rpartition(":")
        if not colon:
            op = self._nodes.get(name)
            if not allow_operation:
                looks = (
                    "an Operation, not a Tensor"
                    if op is not None
                    else "a (possibly invalid) Operation name, not a Tensor"
                )
                raise ValueError(
                    f"The name '{name}' looks like {looks}. Tensor names must be of the form "
                    '"<op_name>:<output_index>".'
                )
            if op is None:
                raise KeyError(
                    f"The name '{name}' refers to an Operation not in the graph.{self._did_you_mean(name)}"
                )
            return op
        if not allow_tensor:
            raise ValueError(f"Name {name!r} appears to refer to a Tensor, not an Operation.")
        if not index.isdigit():
            raise ValueError(
                f"The name {name!r} looks a like a Tensor name, but is not a valid one. "
                'Tensor names must be of the form "<op_name>:<output_index>".'
            )
        op = self._nodes.get(op_name)
        if op is None:
            raise KeyError(
                f"The name {name!r} refers to a Tensor which does not exist. The operation, "
                f"{op_name!r}, does not exist in the graph.{self._did_you_mean(op_name)}"
            )
        if int(index) >= len(op.outputs):
            raise KeyError(
                f"The name {name!r} refers to a Tensor which does not exist. The operation, "
                f"{op_name!r}, exists but only has {len(op.outputs)} outputs."
            )
        return op.outputs[int(index)]

    def _did_you_mean(self, name: str) -> str:
        import difflib

        close = difflib.get_close_matches(name, self._nodes, n=1)
        return f" Did you mean '{close[0]}'?" if close else ""

    @property
    def version(self) -> int:
        """The number of operations so far, which also numbers the next one."""
        return len(self._ordered)

    @property
    def _last_id(self) -> int:
        return len(self._ordered)

    @property
    def graph_def_versions(self) -> Any:
        from tensorboard.compat.proto.versions_pb2 import VersionDef

        return VersionDef(producer=PRODUCER_VERSION)

    @property
    def seed(self) -> int | None:
        """The graph-level random seed (tf.set_random_seed)."""
        return self._seed

    @seed.setter
    def seed(self, seed: int | None) -> None:
        self._seed = seed

    @property
    def finalized(self) -> bool:
        return self._finalized

    def finalize(self) -> None:
        """Makes the graph read-only: adding a node raises RuntimeError from now on."""
        self._finalized = True

    def _unsafe_unfinalize(self) -> None:
        self._finalized = False

    def _check_not_finalized(self) -> None:
        if self._finalized:
            raise RuntimeError("Graph is finalized and cannot be modified.")

    def as_graph_def(self, from_version: int | None = None, add_shapes: bool = False) -> Any:
        """The graph as a GraphDef message; only nodes created after `from_version`, if given."""
        from reflow.graph.graph_def import graph_def_of

        return graph_def_of(self, from_version, add_shapes)

    # -- Names ------------------------------------------------------------------------------

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        """`name` in the current scope, with `_1`, `_2`, ... where it is taken (ignoring case)."""
        stack = self._scopes.name_stack
        if stack:
            name = f"{stack}/{name}"
        key = name.lower()
        in_use = self._names_in_use
        count = in_use.get(key, 0)
        if mark_as_used:
            in_use[key] = count + 1
        if not count:
            return name
        unique = key
        while unique in in_use:
            unique = f"{key}_{count}"
            count += 1
        if mark_as_used:
            in_use[unique] = 1
        return f"{name}_{count - 1}"

    def op_name(self, name: str) -> str:
        """The full name for a new node: exact if `name` ends in "/", else made unique."""
        if name.endswith("/"):
            return name[:-1]
        if not self._scopes.name_stack and not _VALID_OP_NAME.match(name):
            raise ValueError(f"'{name}' is not a valid node name")
        if not _VALID_SCOPE_NAME.match(name):
            raise ValueError(f"'{name}' is not a valid node name")
        return self.unique_name(name)

    def name_scope(self, name: str | None) -> NameScope:
        """`with g.name_scope("layer") as scope:` prefixes names; "" or None goes to the top."""
        if name:
            valid = _VALID_SCOPE_NAME if self._scopes.name_stack else _VALID_OP_NAME
            if not valid.match(name):
                raise ValueError(f"'{name}' is not a valid scope name")
        return NameScope(self, name)

    def get_name_scope(self) -> str:
        return self._scopes.name_stack

    # -- Scopes -----------------------------------------------------------------------------

    def as_default(self) -> DefaultGraph:
        return DefaultGraph(self)

    def control_dependencies(self, control_inputs: Sequence[Any] | None) -> ControlDependencies:
        """Ops made inside run after `control_inputs`; None clears what outer scopes asked for."""
        if control_inputs is None:
            return ControlDependencies(self, [], clear=True)
        ops: list[Operation] = []
        for item in control_inputs:
            element = item
            if hasattr(element, "_as_graph_element"):
                element = element._as_graph_element()
            if hasattr(element, "values") and not isinstance(element, (Tensor, Operation)):
                element = element.values  # IndexedSlices and sparse tensors
            element = self.as_graph_element(element)
            op = element.op if isinstance(element, Tensor) else element
            if op not in ops:
                ops.append(op)
        return ControlDependencies(self, ops, clear=False)

    @contextmanager
    def device(self, device_name_or_function: Any) -> Iterator[None]:
        """Places ops made inside: a device string, a DeviceSpec, a function of the op, or None."""
        from reflow.graph.device import merge_device

        merge: Callable[[Operation], Any] | None
        if device_name_or_function is None or callable(device_name_or_function):
            merge = device_name_or_function
        else:
            merge = merge_device(device_name_or_function)
        stack = self._scopes.devices
        stack.append(merge)
        try:
            yield
        finally:
            stack.pop()

    @contextmanager
    def colocate_with(
        self, op: Operation | Tensor | None, ignore_existing: bool = False
    ) -> Iterator[None]:
        """Records (in the `_class` attribute) that ops made inside belong beside `op`."""
        if op is None and not ignore_existing:
            raise ValueError(
                "Trying to reset colocation (op is None) but ignore_existing is not True"
            )
        if isinstance(op, Tensor):
            op = op.op
        elif op is not None and not isinstance(op, Operation):
            element = self.as_graph_element(op)
            op = element.op if isinstance(element, Tensor) else element
        scopes = self._scopes
        saved, saved_devices = scopes.colocations, scopes.devices
        scopes.colocations = [] if ignore_existing else list(saved)
        if op is not None:
            scopes.colocations.append(op)
            # The op beside which we stand decides the device, not the scopes around us.
            scopes.devices = []
        try:
            yield
        finally:
            scopes.colocations, scopes.devices = saved, saved_devices

    @contextmanager
    def container(self, container_name: str) -> Iterator[str]:
        saved, self._container = self._container, container_name
        try:
            yield container_name
        finally:
            self._container = saved

    @contextmanager
    def gradient_override_map(self, op_type_map: dict[str, str]) -> Iterator[None]:
        """Ops of the given types made inside get the gradient registered under another name."""
        if not isinstance(op_type_map, dict):
            raise TypeError("op_type_map must be a dictionary mapping strings to strings")
        for op_type, mapped in op_type_map.items():
            if not (isinstance(op_type, str) and isinstance(mapped, str)):
                raise TypeError("op_type_map must be a dictionary mapping strings to strings")
        saved = self._gradient_override_map
        self._gradient_override_map = {**saved, **op_type_map}
        try:
            yield
        finally:
            self._gradient_override_map = saved

    @contextmanager
    def _attr_scope(self, attr_map: dict[str, Any]) -> Iterator[None]:
        """Sets attributes (AttrValue messages or plain values) on ops made inside; None takes one away."""
        saved = self._attr_scope_map
        merged = {**saved, **{key: _plain(value) for key, value in attr_map.items()}}
        self._attr_scope_map = {key: value for key, value in merged.items() if value is not None}
        try:
            yield
        finally:
            self._attr_scope_map = saved

    # -- Collections ------------------------------------------------------------------------

    def add_to_collection(self, name: Any, value: Any) -> None:
        with self._lock:
            self._check_not_finalized()
            self._collections.setdefault(name, []).append(value)

    def add_to_collections(self, names: Any, value: Any) -> None:
        names = (names,) if isinstance(names, str) else dict.fromkeys(names)
        for name in names:
            self.add_to_collection(name, value)

    def get_collection_ref(self, name: Any) -> list[Any]:
        """The collection itself: changes to the list change the graph."""
        with self._lock:
            return self._collections.setdefault(name, [])

    def get_collection(self, name: Any, scope: str | None = None) -> list[Any]:
        """A copy of a collection; with `scope`, only items whose name matches that pattern."""
        with self._lock:
            items = list(self._collections.get(name, ()))
        if scope is None:
            return items
        pattern = re.compile(scope)
        return [item for item in items if hasattr(item, "name") and pattern.match(item.name)]

    def get_all_collection_keys(self) -> list[str]:
        return [key for key in self._collections if isinstance(key, str)]

    @property
    def collections(self) -> list[Any]:
        return list(self._collections)

    def clear_collection(self, name: Any) -> None:
        self._check_not_finalized()
        self._collections.pop(name, None)

    # -- What may be fed and fetched ----------------------------------------------------------

    def prevent_feeding(self, tensor: Tensor) -> None:
        self._unfeedable.add(tensor)

    def is_feedable(self, tensor: Tensor) -> bool:
        return tensor not in self._unfeedable

    def prevent_fetching(self, op: Tensor | Operation) -> None:
        self._unfetchable.add(op)

    def is_fetchable(self, tensor_or_op: Tensor | Operation) -> bool:
        if isinstance(tensor_or_op, Tensor) and tensor_or_op.op in self._unfetchable:
            return False
        return tensor_or_op not in self._unfetchable

    @property
    def building_function(self) -> bool:
        """Whether this graph is the body of a function."""
        return False


def _plain(value: Any) -> Any:
    """The value of an attribute given as a message or plainly."""
    if not hasattr(value, "SerializeToString"):
        return value
    from reflow.graph.graph_def import plain_attr

    return plain_attr(value)


class _Controller:
    """One `control_dependencies` scope: what it asks for and the ops made inside so far."""

    __slots__ = ("control_inputs", "seen")

    def __init__(self, control_inputs: list[Operation]) -> None:
        self.control_inputs = control_inputs
        self.seen: set[Operation] = set()


class _Scopes(threading.local):
    """What surrounds the next op: each thread that builds has scopes of its own."""

    def __init__(self) -> None:
        self.name_stack = ""
        self.controllers: list[_Controller] = []
        self.devices: list[Callable[[Operation], Any] | None] = []
        self.colocations: list[Operation] = []
        self.control_flow_context: Any = None

    def control_inputs_for(self, inputs: Sequence[Tensor]) -> list[Operation]:
        """The control inputs that the scopes ask of an op with these inputs.

        A scope asks nothing when one of the inputs was made inside it: that one waited already.
        """
        producers = {tensor.op for tensor in inputs}
        controls: list[Operation] = []
        for controller in self.controllers:
            if producers.isdisjoint(controller.seen):
                controls += [
                    op
                    for op in controller.control_inputs
                    if op not in producers and op not in controls
                ]
        return controls


class NameScope:
    """Graph.name_scope: enters a scope and gives its name with a trailing slash."""

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
    """Graph.control_dependencies as a context manager."""

    __slots__ = ("_graph", "_controller", "_clear", "_saved", "_saved_context")

    def __init__(self, graph: Graph, ops: list[Operation], clear: bool) -> None:
        self._graph = graph
        self._controller = _Controller(ops)
        self._clear = clear

    def __enter__(self) -> ControlDependencies:
        scopes = self._graph._scopes
        self._saved = scopes.controllers
        self._saved_context = scopes.control_flow_context
        if self._clear:
            scopes.controllers = []
            scopes.control_flow_context = None
        else:
            scopes.controllers = [*self._saved, self._controller]
        return self

    def __exit__(self, *exc_info: object) -> None:
        scopes = self._graph._scopes
        scopes.controllers = self._saved
        scopes.control_flow_context = self._saved_context

    @property
    def control_inputs(self) -> list[Operation]:
        return self._controller.control_inputs


class _DefaultGraphs(threading.local):
    def __init__(self) -> None:
        self.stack: list[Graph] = []


class _GlobalDefault:
    """The graph that programs build in when they name none; shared by all threads."""

    def __init__(self) -> None:
        self.graph: Graph | None = None
        self.lock = threading.Lock()


_default_graphs = _DefaultGraphs()
_global_default = _GlobalDefault()


def get_default_graph() -> Graph:
    """The innermost graph entered in this thread, else the program's global one."""
    stack = _default_graphs.stack
    if stack:
        return stack[-1]
    if _global_default.graph is None:
        with _global_default.lock:
            if _global_default.graph is None:
                _global_default.graph = Graph()
    return _global_default.graph


def reset_default_graph() -> None:
    """Replaces the global default graph by an empty one.  Not inside `with graph.as_default()`."""
    if _default_graphs.stack:
        raise AssertionError(
            "Do not use tf.reset_default_graph() to clear nested graphs. If you need a cleared "
            "graph, exit the nesting and create a new graph."
        )
    _global_default.graph = Graph()


class DefaultGraph:
    """`with graph.as_default():`; nests, and leaves in the order of entering."""

    __slots__ = ("_graph",)

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def __enter__(self) -> Graph:
        _default_graphs.stack.append(self._graph)
        return self._graph

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        stack = _default_graphs.stack
        if stack[-1] is not self._graph:
            raise AssertionError(
                f"Nesting violated for default stack of {type(self._graph).__name__} objects"
            )
        stack.pop()


__all__ = ["Graph", "GraphKeys", "get_default_graph", "reset_default_graph"]

"""Graph: the operations of a program, their names, scopes, collections and control dependencies."""

from __future__ import annotations

import difflib
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

from reflow.graph.device import MergeDevice, merge_device
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.execution import (
    NO_SCOPE,
    EagerDevice,
    EagerNameScope,
    NoScope,
    current,
    executing_eagerly,
)
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation, Tensor
from reflow.graph.scopes import ControlDependencies, NameScope, Scopes, ThreadScopes

if TYPE_CHECKING:
    from reflow.graph.dtypes import DType
    from reflow.graph.op_definition import OpDefinition

__all__ = [
    "ControlDependencies",
    "Graph",
    "GraphKeys",
    "NameScope",
    "Versions",
    "get_default_graph",
    "reset_default_graph",
]

_OP_NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\-/]*$")
_SCOPE_NAME = re.compile(r"[A-Za-z0-9_.\-/]*$")

# The version of the graph format that TensorFlow 1.15 writes.
PRODUCER_VERSION = 134


class Versions(NamedTuple):
    """The versions of the graph format that go with a graph (a VersionDef)."""

    producer: int = PRODUCER_VERSION
    min_consumer: int = 0
    bad_consumers: tuple[int, ...] = ()


@lru_cache(maxsize=4096)
def _is_valid_name(name: str, at_top: bool) -> bool:
    """Whether a name may be used for an operation or scope, at the top or inside a scope."""
    return (_OP_NAME if at_top else _SCOPE_NAME).match(name) is not None


class Graph:
    """A program's operations.  Thread-safe for building; `finalize()` makes it read-only."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._nodes: dict[str, Operation] = {}
        self._ordered: list[Operation] = []
        # Numbers operations, those included that were refused: default seeds depend on it.
        self._last_id = 0
        self._names_in_use: dict[str, int] = {}
        self._collections: dict[Any, list[Any]] = {}
        self._unfeedable: set[Tensor] = set()
        self._unfetchable: set[Operation] = set()
        # Functions by name: objects with a FunctionDef as their `function_def`.
        self._functions: dict[str, Any] = {}
        self._rewired = 0  # counts changes to edges that existed already
        # Replaced when more becomes known of a shape: see constant_value.py.
        self._shape_knowledge = object()
        self._versions = Versions()
        # What tf.gradients was asked for: objects of the class Differentiation.
        self._differentiations: list[Any] = []
        # The shapes from which gradients computed something: see ops/shape_tensors.py.
        self._shapes_met: set[tuple[Any, ...]] = set()
        # What the observer of its runs knows of it: see runtime/taps.py.
        self._watch: Any = None
        self._has_control_flow = False  # whether there are conditionals or loops
        self._seed: int | None = None
        self._finalized = False
        self._container = ""
        self._gradient_override_map: dict[str, str] = {}
        self._op_to_kernel_label_map: dict[str, str] = {}
        self._attr_scope_map: dict[str, Any] = {}
        self._thread_scopes = ThreadScopes()

    _building_function = False

    @property
    def building_function(self) -> bool:
        """Whether it is the body of a function."""
        return self._building_function

    @property
    def _scopes(self) -> Scopes:
        return self._thread_scopes.scopes

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
        """Adds a node of a registered op type, from tensors that need no conversion.

        To call the op itself, `MatMul(a, b)`, is mostly better: that converts the inputs.

        Args:
          op_type: such as "MatMul".
          inputs: tensors of this graph, lists of them laid out flat.
          dtypes, input_types, op_def, compute_shapes, compute_device: follow from the op type;
            accepted because programs give them.
          name: by default `op_type`; made unique unless it ends in "/".
          attrs: plain values or AttrValue messages.

        Raises:
          TypeError: an input is no tensor or of the wrong type, an attribute is missing or wrong.
          ValueError: the name is not valid or, ending in "/", taken; or shapes do not fit.
        """
        from reflow.graph.op_definition import lookup

        for position, tensor in enumerate(inputs):
            if not isinstance(tensor, Tensor):
                raise TypeError(f"Input #{position} is not a tensor: {tensor}")
        self._check_not_finalized()
        definition = lookup(op_type)
        plain = {key: _plain(value) for key, value in (attrs or {}).items()}
        plain = definition.checked_attrs(list(inputs), plain)
        full_name = self.op_name(name or op_type)
        types = definition.output_types(plain)
        return self.add_node(definition, list(inputs), plain, full_name, types)

    def add_node(
        self,
        definition: OpDefinition,
        inputs: list[Tensor],
        attrs: dict[str, Any],
        name: str,
        output_types: Sequence[DType],
    ) -> Operation:
        """Adds a node under a name that `op_name` gave; all else is checked already."""
        with self._lock:
            if self._finalized:
                raise RuntimeError("Graph is finalized and cannot be modified.")
            if name in self._nodes:
                raise ValueError(f"Duplicate node name in graph: '{name}'")
            for tensor in inputs:
                if tensor.op.graph is not self:
                    inputs = [t if t.op.graph is self else self.capture(t) for t in inputs]
                    break
            scopes = self._thread_scopes.scopes
            controls = scopes.control_inputs_for(inputs) if scopes.controllers else ()
            op_id = self._last_id = self._last_id + 1
            op = Operation(self, definition, name, op_id, inputs, output_types, attrs, controls)
            try:
                definition.infer_shapes(op)
            except BaseException:
                op._disconnect()
                raise
            self._nodes[name] = op
            self._ordered.append(op)
            self._surround(op, scopes)
            if self._has_control_flow:
                self._take_in(op, scopes)
            return op

    def _surround(self, op: Operation, scopes: Scopes) -> None:
        """Applies what the scopes ask of a new node besides its control inputs."""
        op._control_flow_context = scopes.control_flow_context
        op._original_op = scopes.original_op
        if self._attr_scope_map:
            for key, value in self._attr_scope_map.items():
                if key not in op.attrs:
                    plain = _plain(value(op.node_def)) if callable(value) else value
                    if plain is not None:
                        op.attrs[key] = plain
        if self._gradient_override_map and op.type in self._gradient_override_map:
            op.attrs["_gradient_op_type"] = self._gradient_override_map[op.type]
        if self._op_to_kernel_label_map and op.type in self._op_to_kernel_label_map:
            op.attrs["_kernel"] = self._op_to_kernel_label_map[op.type]
        if self._container and op.definition.stateful and op.attrs.get("container") == "":
            op.attrs["container"] = self._container
        for controller in scopes.controllers:
            controller.seen.add(op)
        if scopes.devices:
            self._apply_devices(op, scopes)
        if scopes.colocations:
            self._apply_colocation(op, scopes)

    @staticmethod
    def _take_in(op: Operation, scopes: Scopes) -> None:
        """Lets the control flow construct being built take in a new node."""
        from reflow.graph.control_flow import check_inputs

        check_inputs(op)
        if op._control_flow_context is not None:
            # What brings the inputs inside is named after the operation.
            saved, scopes.name_stack = scopes.name_stack, op.name
            try:
                op._control_flow_context.add_op(op)
            finally:
                scopes.name_stack = saved

    @staticmethod
    def _apply_devices(op: Operation, scopes: Scopes) -> None:
        for merge in reversed(scopes.devices):
            if merge is None:
                break
            if not isinstance(merge, MergeDevice):
                op._set_device(merge(op))
            elif not merge.is_null_merge:
                op.device = merge.merge_string(op.device)

    @staticmethod
    def _apply_colocation(op: Operation, scopes: Scopes) -> None:
        groups: set[str] = set()
        for other in reversed(scopes.colocations):
            groups.update(other._colocation_groups())
            op.device = other.device or op.device
        op.attrs["_class"] = sorted(groups)

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Takes back all nodes made inside if an exception leaves it."""
        with self._lock:
            count, last_id = len(self._ordered), self._last_id
            names_in_use = dict(self._names_in_use)
            functions, versions = dict(self._functions), self._versions
            try:
                yield
            except BaseException:
                self._remove_from(count)
                self._last_id = last_id
                self._names_in_use = names_in_use
                self._functions, self._versions = functions, versions
                raise

    def _remove_from(self, count: int) -> None:
        """Takes back all nodes but the first `count`."""
        removed = self._ordered[count:]
        del self._ordered[count:]
        for op in reversed(removed):
            op._disconnect()
            del self._nodes[op.name]
        for controller in self._scopes.controllers:
            controller.seen.difference_update(removed)

    def _names_and_prefixes(self) -> set[str]:
        """The names of operations, and those of scopes in which there are any."""
        found: set[str] = set()
        for name in self._nodes:
            while name and name not in found:
                found.add(name)
                name = name.rpartition("/")[0]
        return found

    def capture(self, tensor: Tensor) -> Tensor:
        """What this graph uses for a tensor of another one.  A plain graph has nothing to use."""
        if isinstance(tensor, EagerTensor):
            raise RuntimeError("Attempting to capture an EagerTensor without building a function.")
        raise ValueError(
            f"{tensor} must be from the same graph as the operation that takes it: it belongs to "
            "another graph."
        )

    def get_operations(self) -> list[Operation]:
        """All operations in the order of creation."""
        with self._lock:
            return list(self._ordered)

    def get_operation_by_name(self, name: str) -> Operation:
        """The operation of that name; TypeError, ValueError or KeyError if there is none."""
        if not isinstance(name, str):
            raise TypeError(f"Operation names are strings (or similar), not {type(name).__name__}.")
        operation = self.as_graph_element(name, allow_tensor=False, allow_operation=True)
        assert isinstance(operation, Operation)
        return operation

    def get_tensor_by_name(self, name: str) -> Tensor:
        """The tensor of that name; TypeError, ValueError or KeyError if there is none."""
        if not isinstance(name, str):
            raise TypeError(f"Tensor names are strings (or similar), not {type(name).__name__}.")
        tensor = self.as_graph_element(name, allow_tensor=True, allow_operation=False)
        assert isinstance(tensor, Tensor)
        return tensor

    def as_graph_element(
        self, obj: Any, allow_tensor: bool = True, allow_operation: bool = True
    ) -> Tensor | Operation:
        """The tensor or operation that a name or object stands for.

        Args:
          obj: a tensor, an operation, the name of one, or an object with a method
            `_as_graph_element` that gives one, such as a variable.

        Raises:
          TypeError: `obj` is no such thing, or not of a kind that is allowed.
          ValueError: the name is malformed, or `obj` belongs to another graph.
          KeyError: the name is not in the graph.
        """
        if not (allow_tensor or allow_operation):
            raise ValueError("allow_tensor and allow_operation can't both be False.")
        convert = getattr(obj, "_as_graph_element", None)
        if callable(convert):
            element = convert()
            obj = obj if element is None else element
        if isinstance(obj, bytes):
            obj = obj.decode()
        if isinstance(obj, str):
            if ":" in obj:
                return self._tensor_named(obj, allow_tensor)
            return self._operation_named(obj, allow_operation)
        if isinstance(obj, Tensor) and allow_tensor:
            if obj.graph is not self:
                raise ValueError(f"Tensor {obj} is not an element of this graph.")
            return obj
        if isinstance(obj, Operation) and allow_operation:
            if obj.graph is not self:
                raise ValueError(f"Operation {obj} is not an element of this graph.")
            return obj
        kinds = [("Tensor", allow_tensor), ("Operation", allow_operation)]
        allowed = " or ".join(kind for kind, is_allowed in kinds if is_allowed)
        raise TypeError(f"Can not convert a {type(obj).__name__} into a {allowed}.")

    def _operation_named(self, name: str, allowed: bool) -> Operation:
        op = self._nodes.get(name)
        if allowed:
            if op is None:
                raise KeyError(
                    f"The name {name!r} refers to an Operation not in the graph."
                    f"{self._did_you_mean(name)}"
                )
            return op
        found = "looks like an (invalid)" if op is None else "refers to an"
        raise ValueError(
            f"The name {name!r} {found} Operation{' name' if op is None else ''}, not a Tensor. "
            'Tensor names must be of the form "<op_name>:<output_index>".'
        )

    def _tensor_named(self, name: str, allowed: bool) -> Tensor:
        if not allowed:
            raise ValueError(f"Name {name!r} appears to refer to a Tensor, not a Operation.")
        op_name, _, index = name.partition(":")
        if not index.isdecimal():
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
        close = difflib.get_close_matches(name, self._nodes, n=1)
        return f" Did you mean {close[0]!r}?" if close else ""

    @property
    def version(self) -> int:
        """A number that grows with each operation."""
        return self._ordered[-1]._id if self._ordered else 0

    @property
    def graph_def_versions(self) -> Any:
        """The versions of the graph format, as a VersionDef message."""
        from tensorboard.compat.proto.versions_pb2 import VersionDef

        return VersionDef(**self._versions._asdict())

    @property
    def seed(self) -> int | None:
        """The graph-level random seed (tf.set_random_seed)."""
        return self._seed

    @seed.setter
    def seed(self, seed: int | None) -> None:
        self._seed = seed

    @property
    def finalized(self) -> bool:
        """Whether the graph is read-only."""
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
        """The graph as a GraphDef message.

        Args:
          from_version: only nodes made after the graph had this `version`, if given.
          add_shapes: give each node its static shapes, as the attribute `_output_shapes`.

        Raises:
          ValueError: the message would be larger than 2 GB.
        """
        from reflow.graph.graph_def import graph_def_of

        with self._lock:
            return graph_def_of(self, from_version, add_shapes)

    # -- Names ------------------------------------------------------------------------------

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        """`name` in the current scope, with `_1`, `_2`, ... where it is taken (ignoring case)."""
        stack = self._thread_scopes.scopes.name_stack
        if stack:
            name = f"{stack}/{name}"
        key = name.lower()
        in_use = self._names_in_use
        with self._lock:
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
        """The full name for a new node: exact if `name` ends in "/", else made unique.

        Raises:
          ValueError: the name has characters that names may not have.
        """
        if isinstance(name, bytes):
            name = name.decode()
        is_exact = name[-1:] == "/"
        at_top = is_exact or not self._thread_scopes.scopes.name_stack
        if not _is_valid_name(name, at_top):
            stack = self._thread_scopes.scopes.name_stack
            full_name = f"{stack}/{name}" if stack else name
            raise ValueError(f"'{full_name}' is not a valid node name")
        return name[:-1] if is_exact else self.unique_name(name)

    def name_scope(self, name: str | None) -> NameScope | EagerNameScope:
        """`with g.name_scope("layer") as scope:` prefixes names.

        Args:
          name: made unique, unless it ends in "/": that enters exactly this scope, wherever the
            program stands. "" or None goes to the top.

        Raises:
          ValueError: the name has characters that names may not have.
        """
        if name and not _is_valid_name(name, not self._scopes.name_stack):
            raise ValueError(f"'{name}' is not a valid scope name")
        return EagerNameScope(name) if executing_eagerly() else NameScope(self, name)

    def get_name_scope(self) -> str:
        """The current scope's name, without a slash at the end; "" at the top."""
        return current.scope[:-1] if executing_eagerly() else self._scopes.name_stack

    # -- Scopes -----------------------------------------------------------------------------

    def switch_to_thread_local(self) -> None:
        """Asks that each thread have scopes of its own, as it always has."""

    def as_default(self) -> DefaultGraph:
        """`with g.as_default():` makes this the graph that operations are added to."""
        return DefaultGraph(self)

    def control_dependencies(
        self, control_inputs: Sequence[Any] | None
    ) -> ControlDependencies | NoScope:
        """Operations made inside run after `control_inputs`.

        Args:
          control_inputs: operations, tensors, or what stands for them, such as variables and
            names. None clears what outer scopes asked for.

        Raises:
          TypeError, ValueError, KeyError: as `as_graph_element`.
        """
        if executing_eagerly():
            return NO_SCOPE
        if control_inputs is None:
            return ControlDependencies(self, [], clear=True)
        known = {op for scope in self._scopes.controllers for op in scope.control_inputs}
        ops: dict[Operation, None] = {}
        for control_input in control_inputs:
            op = self._operation_of(control_input)
            if op not in known:
                ops[op] = None
        return ControlDependencies(self, list(ops))

    def _operation_of(self, obj: Any) -> Operation:
        """The operation that an object is, or that makes it."""
        if not isinstance(obj, (Tensor, Operation)):
            made_by = getattr(obj, "op", None)  # a variable, IndexedSlices
            obj = made_by if isinstance(made_by, Operation) else obj
        element = self.as_graph_element(obj)
        return element.op if isinstance(element, Tensor) else element

    def device(self, device_name_or_function: Any) -> AbstractContextManager[None]:
        """Places operations made inside.

        Args:
          device_name_or_function: a device's name or a DeviceSpec, whose parts inner scopes may
            override; a function from an operation to its device; or None, which ends the effect
            of the scopes around.

        Raises:
          ValueError: the name is not valid.
          RuntimeError: it is a function, or names no device, while executing eagerly.
        """
        merge = device_name_or_function
        if executing_eagerly():
            return _eager_device(merge)
        return self._device(merge)

    @contextmanager
    def _device(self, merge: Any) -> Iterator[None]:
        if merge is not None and not callable(merge):
            merge = merge_device(merge)
        scopes = self._scopes
        saved = scopes.devices
        scopes.devices = [*saved, merge]
        try:
            yield
        finally:
            scopes.devices = saved

    def colocate_with(self, op: Any, ignore_existing: bool = False) -> AbstractContextManager[None]:
        """Operations made inside belong beside `op`, says their attribute `_class`.

        Args:
          op: an operation or what one makes; None for no place.
          ignore_existing: forget what scopes around this one ask.

        Raises:
          ValueError: `op` is None, but `ignore_existing` is not given.
        """
        if op is None and not ignore_existing:
            raise ValueError(
                "Trying to reset colocation (op is None) but ignore_existing is not True"
            )
        return NO_SCOPE if executing_eagerly() else self._colocate_with(op, ignore_existing)

    @contextmanager
    def _colocate_with(self, op: Any, ignore_existing: bool) -> Iterator[None]:
        scopes = self._scopes
        saved, saved_devices = scopes.colocations, scopes.devices
        beside = [] if op is None else [self._operation_of(op)]
        scopes.colocations = beside if ignore_existing else [*saved, *beside]
        # The operation beside which we stand decides the device, not the scopes around us.
        scopes.devices = []
        try:
            yield
        finally:
            scopes.colocations, scopes.devices = saved, saved_devices

    def _get_control_flow_context(self) -> Any:
        """The control flow construct that is being built, None outside of all."""
        return self._scopes.control_flow_context

    def _set_control_flow_context(self, context: Any) -> None:
        if context is not None:
            self._has_control_flow = True
        self._scopes.control_flow_context = context

    @contextmanager
    def _original_op(self, op: Operation) -> Iterator[None]:
        """Operations made inside are derived from `op`, as its gradient."""
        scopes = self._scopes
        saved, scopes.original_op = scopes.original_op, op
        try:
            yield
        finally:
            scopes.original_op = saved

    @contextmanager
    def container(self, container_name: str) -> Iterator[str]:
        """Names the container of the variables, queues and their like that are made inside."""
        saved, self._container = self._container, container_name
        try:
            yield container_name
        finally:
            self._container = saved

    @contextmanager
    def gradient_override_map(self, op_type_map: dict[str, str]) -> Iterator[None]:
        """Gives ops made inside the gradients registered under other names.

        Args:
          op_type_map: from op types to names given to `tf.RegisterGradient`.

        Raises:
          TypeError: it is not a dictionary from strings to strings.
        """
        if not isinstance(op_type_map, dict) or not all(
            isinstance(text, str) for item in op_type_map.items() for text in item
        ):
            raise TypeError("op_type_map must be a dictionary mapping strings to strings")
        saved = self._gradient_override_map
        self._gradient_override_map = {**saved, **op_type_map}
        try:
            yield
        finally:
            self._gradient_override_map = saved

    @contextmanager
    def _kernel_label_map(self, op_to_kernel_label_map: dict[str, str]) -> Iterator[None]:
        """Gives ops made inside the attribute `_kernel`, which names one of several kernels.

        Args:
          op_to_kernel_label_map: from op types to labels.

        Raises:
          TypeError: it is not a dictionary from strings to strings.
        """
        if not isinstance(op_to_kernel_label_map, dict) or not all(
            isinstance(text, str) for item in op_to_kernel_label_map.items() for text in item
        ):
            raise TypeError(
                "op_to_kernel_label_map must be a dictionary mapping strings to strings"
            )
        saved = self._op_to_kernel_label_map
        self._op_to_kernel_label_map = {**saved, **op_to_kernel_label_map}
        try:
            yield
        finally:
            self._op_to_kernel_label_map = saved

    @contextmanager
    def _attr_scope(self, attr_map: dict[str, Any]) -> Iterator[None]:
        """Sets attributes on operations made inside that have none of that name.

        Args:
          attr_map: from names to AttrValue messages, plain values or functions from a NodeDef to
            one of these; None takes away what an outer scope set.

        Raises:
          TypeError: it is not a dictionary with strings as keys.
        """
        if not isinstance(attr_map, dict) or not all(isinstance(name, str) for name in attr_map):
            raise TypeError(
                "attr_map must be a dictionary mapping strings to AttrValue protocol buffers"
            )
        saved = self._attr_scope_map
        merged = {**saved, **{name: _plain(value) for name, value in attr_map.items()}}
        self._attr_scope_map = {key: value for key, value in merged.items() if value is not None}
        try:
            yield
        finally:
            self._attr_scope_map = saved

    # -- Collections ------------------------------------------------------------------------

    def add_to_collection(self, name: Any, value: Any) -> None:
        """Appends `value` to the collection `name`; RuntimeError in a finalized graph."""
        with self._lock:
            self._check_not_finalized()
            self._collections.setdefault(name, []).append(value)

    def add_to_collections(self, names: Any, value: Any) -> None:
        """Appends `value` to each of several collections, once; a string names one."""
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
        """The names of collections that are strings."""
        with self._lock:
            return [key for key in self._collections if isinstance(key, str)]

    @property
    def collections(self) -> list[Any]:
        """The names of all collections."""
        return list(self._collections)

    def clear_collection(self, name: Any) -> None:
        """Empties a collection, if there is one of that name."""
        with self._lock:
            self._check_not_finalized()
            self._collections.pop(name, None)

    # -- What may be fed and fetched ----------------------------------------------------------

    def prevent_feeding(self, tensor: Tensor) -> None:
        """Makes it an error to feed `tensor`."""
        self._unfeedable.add(tensor)

    def is_feedable(self, tensor: Tensor) -> bool:
        """Whether a run may feed `tensor`."""
        return tensor not in self._unfeedable

    def prevent_fetching(self, op: Operation) -> None:
        """Makes it an error to fetch `op` or its outputs."""
        self._unfetchable.add(op)

    def is_fetchable(self, tensor_or_op: Tensor | Operation) -> bool:
        """Whether a run may fetch this."""
        op = tensor_or_op.op if isinstance(tensor_or_op, Tensor) else tensor_or_op
        return op not in self._unfetchable


def _eager_device(device: Any) -> EagerDevice:
    """The scope of a device for operations that run at once."""
    if callable(device) and not isinstance(device, MergeDevice):
        raise RuntimeError("tf.device does not support functions when eager execution is enabled.")
    if device is None:
        return EagerDevice(lambda around: "")
    merge = merge_device(device)
    return EagerDevice(lambda around: merge_device(around).merge_string(merge.merge_string("")))


def _plain(value: Any) -> Any:
    """The value of an attribute given as a message or plainly."""
    if not hasattr(value, "SerializeToString"):
        return value
    # The message classes are loaded by those alone who use them.
    from reflow.graph.attr_value import plain_attr

    return plain_attr(value)


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
    return stack[-1] if stack else _global_graph()


def _global_graph() -> Graph:
    if _global_default.graph is None:
        with _global_default.lock:
            if _global_default.graph is None:
                _global_default.graph = Graph()
    return _global_default.graph


def innermost_plain_graph() -> Graph:
    """The innermost graph entered in this thread that is not the body of a function."""
    for graph in reversed(_default_graphs.stack):
        if not graph._building_function:
            return graph
    return _global_graph()


def has_default_graph() -> bool:
    """Whether a default graph exists yet: nothing has asked for it before the first op."""
    return bool(_default_graphs.stack) or _global_default.graph is not None


def reset_default_graph() -> None:
    """Replaces the global default graph by an empty one.  Not inside `with graph.as_default()`.

    Raises:
      AssertionError: a graph is entered in this thread.
    """
    if _default_graphs.stack:
        raise AssertionError(
            "Do not use tf.reset_default_graph() to clear nested graphs. If you need a cleared "
            "graph, exit the nesting and create a new graph."
        )
    _global_default.graph = None


def leave_all_graphs() -> None:
    """Forgets which graphs are entered in this thread, as a test does after one that failed."""
    _default_graphs.stack.clear()


class DefaultGraph:
    """`with graph.as_default():`; nests, and leaves in the order of entering."""

    __slots__ = ("_execute", "_graph")

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def __enter__(self) -> Graph:
        _default_graphs.stack.append(self._graph)
        self._execute, current.execute = current.execute, None
        return self._graph

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        stack = _default_graphs.stack
        current.execute = self._execute
        if not stack:
            return  # all graphs were left at once
        if stack[-1] is not self._graph:
            raise AssertionError(
                f"Nesting violated for default stack of {type(self._graph).__name__} objects"
            )
        stack.pop()

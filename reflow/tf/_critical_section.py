"""tf.CriticalSection: parts of a graph of which only one runs at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from reflow.graph import nest
from reflow.graph.dtypes import resource
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Operation, Tensor
from reflow.ops.arrays import Identity
from reflow.ops.data_flow.mutexes import ConsumeMutexLock, MutexLock, MutexV2
from reflow.tf._control_flow import group
from reflow.tf._control_flow import tuple as together
from reflow.tf._execution_modes import executing_eagerly
from reflow.tf._scopes import control_dependencies, init_scope, name_scope
from reflow.tf._tensor_array import TensorArray

CRITICAL_SECTIONS = "critical_sections"
CRITICAL_SECTION_EXECUTIONS = "critical_section_executions"


class _Execution(NamedTuple):
    """What one call of `execute` has added to a graph."""

    op: Operation
    handle: Tensor
    resources: Sequence[Tensor]
    exclusive_resource_access: bool


class CriticalSection:
    """A lock around functions: of the operations that they add, those of one call run at a time.

    Args:
      name: of the operation that makes the lock.
      shared_name: critical sections of one shared name have one lock; default: the name.
      critical_section_def, import_scope: not built, as in TensorFlow.

    Raises:
      ValueError: there are both a name and a definition.
      NotImplementedError: there is a definition.
    """

    def __init__(
        self,
        name: str | None = None,
        shared_name: str | None = None,
        critical_section_def: Any = None,
        import_scope: str | None = None,
    ) -> None:
        if critical_section_def and name is not None:
            raise ValueError("critical_section_def and shared_name are mutually exclusive.")
        if critical_section_def:
            raise NotImplementedError("A CriticalSection cannot be made of a definition.")
        with name_scope(name, "CriticalSection", []) as scope:
            with init_scope():
                self._handle = MutexV2(
                    shared_name=scope if shared_name is None else shared_name,
                    container=get_default_graph()._container,
                    name=scope,
                )
        if not executing_eagerly():
            get_default_graph().add_to_collection(CRITICAL_SECTIONS, self)

    @property
    def name(self) -> str:
        """The name of the operation that makes the lock."""
        return self._handle.op.name

    def execute(
        self,
        fn: Callable[[], Any],
        exclusive_resource_access: bool = True,
        name: str | None = None,
    ) -> Any:
        """What `fn()` gives, tensors or a structure of them, computed while nothing else that this
        critical section executes is.

        Args:
          exclusive_resource_access: no other critical section may use the variables and other
            resources that `fn` uses.
          name: of the operations' scope.

        Raises:
          ValueError: `fn` uses this critical section, or resources that another one uses while
            one of the two wants them for itself.
        """
        with name_scope(name, "critical_section_execute", []):
            lock = MutexLock(self._handle)
            if executing_eagerly():
                handle = self._handle
                with control_dependencies([lock]):
                    result = fn()
            else:
                (handle,) = lock.op.inputs  # in a function what stands for it there
                result, resources = self._traced(fn, lock, exclusive_resource_access)
            done = [_passed_on(item) for item in nest.flatten(result)]
            with control_dependencies(done):
                with get_default_graph().colocate_with(handle):
                    unlocked = ConsumeMutexLock(lock)
                # Whichever part of the result is used, all of it is computed.
                whole = nest.pack_sequence_as(result, together(nest.flatten(result)))
            with control_dependencies([unlocked]):
                outputs = nest.map_structure(_passed_on, whole)
            if not executing_eagerly():
                execution = _Execution(lock.op, self._handle, resources, exclusive_resource_access)
                get_default_graph().add_to_collection(CRITICAL_SECTION_EXECUTIONS, execution)
            return outputs

    def _traced(
        self, fn: Callable[[], Any], lock: Tensor, exclusive: bool
    ) -> tuple[Any, list[Tensor]]:
        """What `fn()` gives, after the lock, and the resources that it uses."""
        graph = get_default_graph()
        with graph._lock:
            before = set(graph.get_operations())
            with control_dependencies([lock]):
                result = fn()
            created = [op for op in graph.get_operations() if op not in before]
        _run_arguments_first(created, lock.op)
        used = {tensor for op in created for tensor in op.inputs if tensor.dtype == resource}
        resources = sorted(used, key=lambda tensor: tensor.name)
        if any(self._is_mine(tensor) for tensor in resources):
            raise ValueError(
                "The function fn attempts to directly access the CriticalSection in which it would "
                "be running.  This is illegal and would cause deadlocks."
            )
        self._check_access(resources, exclusive)
        return result, resources

    def _is_mine(self, tensor: Tensor) -> bool:
        """Whether it is the handle of this critical section's lock."""
        other, mine = tensor.op, self._handle.op
        if other.type != "MutexV2":
            return False
        shared_name = other.get_attr("shared_name")
        is_same_place = other.device == mine.device or _colocation(other) == _colocation(mine)
        return bool(shared_name) and shared_name == mine.get_attr("shared_name") and is_same_place

    def _check_access(self, resources: Iterable[Tensor], exclusive: bool) -> None:
        for execution in get_default_graph().get_collection(CRITICAL_SECTION_EXECUTIONS):
            if self._is_mine(execution.handle):
                continue
            if not (exclusive or execution.exclusive_resource_access):
                continue
            shared = [tensor for tensor in resources if tensor in execution.resources]
            if shared:
                raise ValueError(
                    f"This execution would access resources: {shared}.  Either this lock "
                    f"(CriticalSection: {self._handle}) or lock '{execution}' (CriticalSection: "
                    f"{execution.handle}) requested exclusive resource access of this resource.  "
                    "Did you mean to call execute with keyword argument "
                    "exclusive_resource_access=False?"
                )


def _colocation(op: Operation) -> Any:
    try:
        return op.get_attr("_class")
    except ValueError:
        return None


def _passed_on(item: Any) -> Any:
    """An identity of what a function gives."""
    if isinstance(item, TensorArray):
        return item.identity()
    if isinstance(item, Operation):
        return group(item)
    if item is None and executing_eagerly():
        return None
    return Identity(item)


def _run_arguments_first(created: Sequence[Operation], lock: Operation) -> None:
    """Has all that the operations take run before the lock: otherwise it might wait for another
    call, which waits for the lock."""
    taken = dict.fromkeys(
        other
        for op in created
        for other in (*(tensor.op for tensor in op.inputs), *op.control_inputs)
    )
    own = {*created, *lock.control_inputs, *(tensor.op for tensor in lock.inputs), lock}
    arguments = [op for op in taken if op not in own]
    if arguments:
        lock._add_control_input(group(*arguments))

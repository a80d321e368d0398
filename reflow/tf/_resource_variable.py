"""ResourceVariable: the variable behind a handle, whose every read has its place in a run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.execution import executing_eagerly, variable_accessed
from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape, as_shape
from reflow.ops import resource_updates, resource_variables
from reflow.ops.arrays import Identity
from reflow.ops.control import Switch
from reflow.tf import _distribution
from reflow.tf._distribution import VariableAggregation, VariableSynchronization
from reflow.tf._initial_values import guarded_initial_value, initialized_value
from reflow.tf._save_slices import SaveSliceInfo, prepend_name_scope, strip_name_scope
from reflow.tf._scopes import init_scope, name_scope
from reflow.tf._variables import Variable


class BaseResourceVariable(Variable):
    """What a variable behind a handle can do.

    Attributes:
      handle: a scalar of type resource, which the ops that read and update the variable take.
    """

    handle: Tensor
    # Of a variable made while executing eagerly, which no operation of a graph names.
    _eager_name: str | None = None
    _shape: TensorShape
    _dtype: DType
    # The tensor that a session fetches for the variable, and the value kept on another device.
    _graph_element: Tensor
    _cached_value: Tensor | None = None
    _trainable = False
    _constraint: Callable[[Tensor], Tensor] | None = None
    _synchronization = VariableSynchronization.AUTO
    _aggregation = VariableAggregation.NONE
    _initial_value: Tensor | None = None
    _initializer: Operation | None = None
    _save_slice_info: SaveSliceInfo | None = None

    # -- Properties ---------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self.handle.name if self._eager_name is None else self._eager_name

    @property
    def dtype(self) -> DType:
        return self._dtype

    @property
    def shape(self) -> TensorShape:
        return self._shape

    @property
    def op(self) -> Operation:
        return self.handle.op

    @property
    def graph(self) -> Graph:
        return self.handle.graph

    @property
    def device(self) -> str:
        return self.handle.device

    @property
    def initializer(self) -> Operation | None:
        """The operation that gives the variable its initial value."""
        return self._initializer

    create = initializer

    @property
    def _shared_name(self) -> str:
        return self.handle.op.name if self._eager_name is None else self._eager_name[:-2]

    # -- Reading ------------------------------------------------------------------------------

    def value(self) -> Tensor:
        """The value when the new op runs, or as it is cached on another device."""
        if self._cached_value is not None:
            return self._cached_value
        if executing_eagerly():
            return self._read()
        graph = get_default_graph()
        with graph.colocate_with(None, ignore_existing=True), graph.device(self.handle.device):
            return self._read()

    def read_value(self) -> Tensor:
        """A new op that reads the value when it runs."""
        if executing_eagerly():
            return self._read()
        graph = get_default_graph()
        with name_scope("Read"), graph.device(self.handle.device):
            value = self._read()
        read: Tensor = Identity(value)
        return read

    def _read(self) -> Tensor:
        if self._trainable:
            variable_accessed(self)
        read: Tensor = resource_variables.ReadVariableOp(self.handle, dtype=self._dtype)
        return read

    def numpy(self) -> Any:
        """The value as an array.

        Raises:
          NotImplementedError: the program builds a graph, where a session has the value.
        """
        if not executing_eagerly():
            raise NotImplementedError("numpy() is only available when eager execution is enabled.")
        return self.read_value().numpy()  # type: ignore[attr-defined]

    def sparse_read(self, indices: Any, name: str | None = None) -> Tensor:
        """The rows at `indices`, read without the others."""
        if self._trainable:
            variable_accessed(self)
        with name_scope("Gather" if name is None else name) as scope:
            rows = resource_variables.ResourceGather(
                self.handle, indices, dtype=self._dtype, name=scope
            )
        read: Tensor = Identity(rows)
        return read

    def gather_nd(self, indices: Any, name: str | None = None) -> Tensor:
        """The elements or slices at `indices`; see tf.gather_nd."""
        if self._trainable:
            variable_accessed(self)
        with name_scope("GatherNd" if name is None else name) as scope:
            slices = resource_variables.ResourceGatherNd(
                self.handle, indices, dtype=self._dtype, name=scope
            )
        read: Tensor = Identity(slices)
        return read

    def __bool__(self) -> bool:
        return bool(self.read_value())

    def __int__(self) -> int:
        return int(self.numpy())

    def __reduce__(self) -> tuple[Any, ...]:
        """What a pickled variable becomes again, while executing eagerly."""
        if not executing_eagerly():
            raise NotImplementedError("A variable of a graph is kept in a checkpoint, not pickled.")
        make = partial(
            ResourceVariable,
            initial_value=self.numpy(),
            trainable=self._trainable,
            constraint=self._constraint,
            dtype=self._dtype,
            name=self._shared_name,
        )
        return make, ()

    def __deepcopy__(self, memo: dict[int, Any]) -> ResourceVariable:
        """A variable of its own with the same value, while executing eagerly."""
        if not executing_eagerly():
            raise NotImplementedError(
                "__deepcopy__() is only available when eager execution is enabled."
            )
        copied = memo[id(self)] = ResourceVariable(
            self.read_value(),
            trainable=self._trainable,
            constraint=self._constraint,
            dtype=self._dtype,
            name=f"{self._shared_name}_copy",
        )
        return copied

    def __repr__(self) -> str:
        if not executing_eagerly():
            return super().__repr__()
        shown = self.read_value()._text(repr)  # type: ignore[attr-defined]
        return (
            f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}, numpy={shown}>"
        )

    def is_initialized(self, name: str | None = None) -> Tensor:
        """Whether the variable has a value when the new op runs, a bool scalar."""
        initialized: Tensor = resource_variables.VarIsInitializedOp(self.handle, name=name)
        return initialized

    def _is_initialized(self) -> Tensor:
        return self.is_initialized()

    def _read_if(self, predicate: Tensor) -> Tensor:
        """The value where `predicate` is true, else nothing, as a branch of a cond has it."""
        with name_scope("Read"):
            read = self._read()
        with get_default_graph().colocate_with(self.handle.op):
            _, handle = Switch(self.handle, predicate, name="Read/ReadVariableOp/Switch")
        read.op._update_input(0, handle)
        value: Tensor = Identity(read)
        return value

    def initialized_value(self) -> Tensor:
        """The value, or the initial value where the variable has none yet."""
        return self.read_value() if executing_eagerly() else initialized_value(self)

    def _ref(self) -> Tensor:
        """A read: there are no references to a variable behind a handle."""
        return self.read_value().op.inputs[0]

    def _as_graph_element(self) -> Tensor:
        return self._graph_element

    # -- Operators that would assign ------------------------------------------------------------

    def __iadd__(self, other: Any) -> Any:
        raise _refused_operator("+=", "variable.assign_add(value)", "variable + value")

    def __isub__(self, other: Any) -> Any:
        raise _refused_operator("-=", "variable.assign_sub(value)", "variable - value")

    def __imul__(self, other: Any) -> Any:
        raise _refused_operator("*=", "`var.assign(var * value)`", "`var * value`")

    def __itruediv__(self, other: Any) -> Any:
        raise _refused_operator("/=", "`var.assign(var / value)`", "`var / value`")

    __idiv__ = __itruediv__  # in programs translated from Python 2

    def __ipow__(self, other: Any) -> Any:
        raise _refused_operator("**=", "`var.assign(var ** value)`", "`var ** value`")

    def set_shape(self, shape: Any) -> None:
        raise NotImplementedError(
            "A resource variable has the shape that it was made with: set_shape() is for others. "
            f"Received: {shape}"
        )

    # -- Updates ------------------------------------------------------------------------------
    # Each gives the variable as it is after the update, or with read_value=False the operation.

    def assign(
        self,
        value: Any,
        use_locking: bool | None = None,
        name: str | None = None,
        read_value: bool = True,
    ) -> Any:
        value = convert_to_tensor(value, dtype=self._dtype)
        self._shape.assert_is_compatible_with(value.shape)
        assigned = resource_variables.AssignVariableOp(self.handle, value, name=name)
        return self._after(assigned) if read_value else assigned

    def assign_add(
        self,
        delta: Any,
        use_locking: bool | None = None,
        name: str | None = None,
        read_value: bool = True,
    ) -> Any:
        return self._changed(resource_updates.AssignAddVariableOp, delta, name, read_value)

    def assign_sub(
        self,
        delta: Any,
        use_locking: bool | None = None,
        name: str | None = None,
        read_value: bool = True,
    ) -> Any:
        return self._changed(resource_updates.AssignSubVariableOp, delta, name, read_value)

    def _changed(self, op: Any, delta: Any, name: str | None, read_value: bool) -> Any:
        with self._after_cached_read():
            changed = op(self.handle, convert_to_tensor(delta, dtype=self._dtype), name=name)
        return self._after(changed) if read_value else changed

    def _after_cached_read(self) -> AbstractContextManager[Any]:
        """Changes wait for the read that is cached on another device."""
        if self._cached_value is None:
            return nullcontext()
        return get_default_graph().control_dependencies([self._cached_value])

    def _after(self, update: Operation | None) -> UnreadVariable:
        return UnreadVariable(self, update)

    # `sparse_delta` is IndexedSlices: which rows, and a value for each.

    def scatter_update(
        self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None
    ) -> Any:
        return self._scatter(resource_updates.ResourceScatterUpdate, sparse_delta, name)

    def scatter_add(
        self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None
    ) -> Any:
        return self._scatter(resource_updates.ResourceScatterAdd, sparse_delta, name)

    def scatter_sub(
        self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None
    ) -> Any:
        return self._scatter(resource_updates.ResourceScatterSub, sparse_delta, name)

    def scatter_mul(
        self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None
    ) -> Any:
        return self._scatter(resource_updates.ResourceScatterMul, sparse_delta, name)

    def scatter_div(
        self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None
    ) -> Any:
        return self._scatter(resource_updates.ResourceScatterDiv, sparse_delta, name)

    def scatter_min(
        self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None
    ) -> Any:
        return self._scatter(resource_updates.ResourceScatterMin, sparse_delta, name)

    def scatter_max(
        self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None
    ) -> Any:
        return self._scatter(resource_updates.ResourceScatterMax, sparse_delta, name)

    def _scatter(self, op: Any, sparse_delta: IndexedSlices, name: str | None) -> Any:
        if not isinstance(sparse_delta, IndexedSlices):
            raise TypeError(f"sparse_delta is not IndexedSlices: {sparse_delta}")
        return self.updated_at(op, sparse_delta.indices, sparse_delta.values, name)

    def updated_at(self, op: Any, indices: Any, updates: Any, name: str | None = None) -> Any:
        """The variable after a ResourceScatter* op has changed it at `indices`."""
        updates = convert_to_tensor(updates, self._dtype)
        return self._after(op(self.handle, indices, updates, name=name))

    def batch_scatter_update(
        self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None
    ) -> Any:
        """Updates rows of each part of a batch; see `tf.batch_scatter_update`."""
        if not isinstance(sparse_delta, IndexedSlices):
            raise TypeError(f"sparse_delta is not IndexedSlices: {sparse_delta}")
        from reflow.tf._state import batch_scatter_update

        indices, values = sparse_delta.indices, sparse_delta.values
        updated = batch_scatter_update(self, indices, values, use_locking=use_locking, name=name)
        return self._after(updated.op)

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        return self.updated_at(resource_updates.ResourceScatterNdUpdate, indices, updates, name)

    def scatter_nd_add(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        return self.updated_at(resource_updates.ResourceScatterNdAdd, indices, updates, name)

    def scatter_nd_sub(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        return self.updated_at(resource_updates.ResourceScatterNdSub, indices, updates, name)

    def _strided_slice_assign(
        self, begin: Any, end: Any, strides: Any, value: Any, name: str | None, **masks: int
    ) -> Any:
        """Assigns to a strided slice of the variable: what `v[...].assign(value)` calls."""
        with self._after_cached_read():
            value = convert_to_tensor(value, dtype=self._dtype)
            assigned = resource_updates.ResourceStridedSliceAssign(
                self.handle, begin, end, strides, value, name=name, **masks
            )
        return self._after(assigned)

    def count_up_to(self, limit: int) -> Tensor:
        """Counts up by one and gives the old value; OutOfRangeError once that is `limit`."""
        count: Tensor = resource_updates.ResourceCountUpTo(self.handle, limit=limit, T=self._dtype)
        return count


class ResourceVariable(BaseResourceVariable):
    """A variable behind a handle; see `Variable` for the arguments."""

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        collections: Any = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        dtype: Any = None,
        variable_def: Any = None,
        import_scope: str | None = None,
        constraint: Callable[[Tensor], Tensor] | None = None,
        synchronization: Any = None,
        aggregation: Any = None,
        shape: Any = None,
        expected_shape: Any = None,
    ) -> None:
        if variable_def is not None:
            if initial_value is not None:
                raise ValueError("variable_def and initial_value are mutually exclusive.")
            self._restore(variable_def, import_scope)
            return
        self._synchronization, self._aggregation, self._trainable = _distribution.checked(
            synchronization, aggregation, trainable, name
        )
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        if collections is None:
            collections = [GraphKeys.GLOBAL_VARIABLES]
        if not isinstance(collections, (list, tuple, set)):
            raise ValueError(
                "collections argument to Variable constructor must be a list, tuple, or set. "
                f"Got {collections} of type {type(collections)}"
            )
        if constraint is not None and not callable(constraint):
            raise ValueError("The `constraint` argument must be a callable.")
        self._constraint = constraint
        if self._trainable and GraphKeys.TRAINABLE_VARIABLES not in collections:
            collections = [*collections, GraphKeys.TRAINABLE_VARIABLES]
        with init_scope():
            if executing_eagerly():
                self._make(initial_value, name, dtype, shape)
                # Of all collections only this one is of use without a graph.
                collections = [c for c in collections if c == GraphKeys.GLOBAL_STEP]
            else:
                self._build(initial_value, name, dtype, shape, caching_device)
            get_default_graph().add_to_collections(collections, self)

    def _make(self, initial_value: Any, name: str | None, dtype: Any, shape: Any) -> None:
        """Makes the variable with its value, while executing eagerly."""
        with name_scope(name, "Variable") as scope:
            with name_scope("Initializer"):
                value = initial_value() if callable(initial_value) else initial_value
                initial = convert_to_tensor(value, dtype, "initial_value")
            self._shape = _variable_shape(initial, shape)
            self._dtype = initial.dtype.base_dtype
            self._eager_name = f"{scope[:-1]}:0"
            self.handle = resource_variables.VarHandleOp(
                dtype=self._dtype, shape=self._shape, name=scope[:-1]
            )
            resource_variables.AssignVariableOp(self.handle, initial)

    def _build(
        self, initial_value: Any, name: str | None, dtype: Any, shape: Any, caching_device: Any
    ) -> None:
        """Adds the variable's nodes: its value at first, its handle, whether it has a value, the
        assignment, the read."""
        is_function = callable(initial_value)
        graph = get_default_graph()
        with name_scope(name, "Variable", [] if is_function else [initial_value]) as scope:
            with graph._attr_scope({"_class": [f"loc:@{scope[:-1]}"]}):
                with name_scope("Initializer"), graph.device(None):
                    initial = convert_to_tensor(
                        initial_value() if is_function else initial_value, dtype, "initial_value"
                    )
                self._shape = _variable_shape(initial, shape)
                self._dtype = initial.dtype.base_dtype
                self.handle = resource_variables.VarHandleOp(
                    dtype=self._dtype,
                    shape=self._shape,
                    shared_name=scope[:-1],
                    container=graph._container,
                    name=scope,
                )
            if initial.op._control_flow_context is not None:
                raise ValueError(
                    f"Initializer for variable {scope} is from inside a control-flow "
                    "construct, such as a loop or conditional. When creating a variable "
                    "inside a loop or conditional, use a lambda as the initializer."
                )
            self._initial_value = initial
            with name_scope("IsInitialized"):
                resource_variables.VarIsInitializedOp(self.handle)
            place = graph.device(self.handle.device)
            with name_scope("Assign") as assign, graph.colocate_with(None, ignore_existing=True):
                with place:
                    self._initializer = resource_variables.AssignVariableOp(
                        self.handle, guarded_initial_value(scope, initial), name=assign
                    )
            with name_scope("Read"):
                with graph.device(self.handle.device):
                    self._graph_element = self._read()
                if caching_device is not None:
                    with graph.colocate_with(None, ignore_existing=True):
                        with graph.device(caching_device):
                            self._cached_value = Identity(self._graph_element)

    # -- VariableDef messages -----------------------------------------------------------------

    def _restore(self, variable_def: Any, import_scope: str | None) -> None:
        """Finds in the default graph what a VariableDef message names."""
        if not variable_def.is_resource:
            raise ValueError("Trying to restore Variable as ResourceVariable.")
        graph = get_default_graph()

        def find(name: str) -> Any:
            return graph.as_graph_element(prepend_name_scope(name, import_scope))

        self.handle = find(variable_def.variable_name)
        self._shape, self._dtype = self.op.get_attr("shape"), self.op.get_attr("dtype")
        self._shape = as_shape(self._shape)
        self._initializer = find(variable_def.initializer_name)
        if variable_def.initial_value_name:
            self._initial_value = find(variable_def.initial_value_name)
        self._synchronization, self._aggregation, self._trainable = _distribution.checked(
            variable_def.synchronization,
            variable_def.aggregation,
            variable_def.trainable,
            variable_def.variable_name,
        )
        # Programs before 1.8 did not name the read.
        snapshot = (
            find(variable_def.snapshot_name)
            if variable_def.snapshot_name
            else graph.get_tensor_by_name(f"{self.op.name}/Read/ReadVariableOp:0")
        )
        if snapshot.op.type != "ReadVariableOp":
            self._cached_value = snapshot
        while snapshot.op.type != "ReadVariableOp":
            snapshot = snapshot.op.inputs[0]
        self._graph_element = snapshot
        if variable_def.HasField("save_slice_info_def"):
            self._save_slice_info = SaveSliceInfo(
                save_slice_info_def=variable_def.save_slice_info_def, import_scope=import_scope
            )

    def to_proto(self, export_scope: str | None = None) -> Any:
        """A VariableDef message, with names as inside `export_scope`; None outside that scope."""
        from tensorboard.compat.proto.variable_pb2 import VariableDef

        if export_scope is not None and not self.name.startswith(export_scope):
            return None
        snapshot = self._graph_element if self._cached_value is None else self._cached_value
        assert self._initializer is not None
        variable_def = VariableDef(
            variable_name=strip_name_scope(self.name, export_scope),
            is_resource=True,
            trainable=self._trainable,
            synchronization=self._synchronization.value,
            aggregation=self._aggregation.value,
            initializer_name=strip_name_scope(self._initializer.name, export_scope),
            snapshot_name=strip_name_scope(snapshot.name, export_scope),
        )
        if self._initial_value is not None:
            variable_def.initial_value_name = strip_name_scope(
                self._initial_value.name, export_scope
            )
        if self._save_slice_info is not None:
            variable_def.save_slice_info_def.MergeFrom(self._save_slice_info.to_proto(export_scope))
        return variable_def


def _refused_operator(operator: str, assignment: str, expression: str) -> RuntimeError:
    return RuntimeError(
        f"Variable {operator} value not supported. Use {assignment} to modify the variable value "
        f"and variable = {expression} to get a new Tensor object."
    )


def _variable_shape(initial: Tensor, shape: Any) -> TensorShape:
    """The shape of a variable: its initial value's, or one that allows more."""
    if shape is None:
        return initial.shape
    if not initial.shape.is_compatible_with(shape):
        raise ValueError(
            f"The initial value's shape ({initial.shape}) is not compatible with the explicitly "
            f"supplied `shape` argument ({shape})."
        )
    return as_shape(shape)


class UnreadVariable(BaseResourceVariable):
    """A variable as it is after an update: all reads of it wait for that."""

    def __init__(self, variable: BaseResourceVariable, update: Operation | None) -> None:
        self.handle = variable.handle
        self._shape, self._dtype = variable._shape, variable._dtype
        # None while executing eagerly, when the update is done.
        self._update = update
        if update is not None:
            self._graph_element = self._read()

    @property
    def name(self) -> str:
        return "UnreadVariable" if self._update is None else self._update.name

    @property
    def op(self) -> Operation:
        return self.handle.op if self._update is None else self._update

    def value(self) -> Tensor:
        return self._read()

    read_value = value

    def _read(self) -> Tensor:
        with get_default_graph().control_dependencies([self._update]):
            return super()._read()

    def _ref(self) -> Tensor:
        return self._read()

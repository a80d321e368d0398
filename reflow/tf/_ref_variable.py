"""RefVariable: the variable of TensorFlow 1, whose ops pass a reference to its value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import scattering, state
from reflow.ops.arrays import Identity
from reflow.ops.control import RefSwitch
from reflow.tf import _distribution
from reflow.tf._initial_values import guarded_initial_value, initialized_value
from reflow.tf._save_slices import SaveSliceInfo, prepend_name_scope, strip_name_scope
from reflow.tf._scopes import init_scope, name_scope
from reflow.tf._state import batch_scatter_update
from reflow.tf._variables import Variable


class RefVariable(Variable):
    """See `Variable` for the arguments."""

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        collections: Any = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        expected_shape: Any = None,
        import_scope: str | None = None,
        constraint: Callable[[Tensor], Tensor] | None = None,
        synchronization: Any = None,
        aggregation: Any = None,
        shape: Any = None,
    ) -> None:
        self._save_slice_info: SaveSliceInfo | None = None
        self._caching_device = caching_device
        self._constraint = constraint
        if variable_def is not None:
            if initial_value is not None:
                raise ValueError("variable_def and initial_value are mutually exclusive.")
            self._restore(variable_def, import_scope)
            return
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
        self._synchronization, self._aggregation, self._trainable = _distribution.checked(
            synchronization, aggregation, trainable, name
        )
        if self._trainable and GraphKeys.TRAINABLE_VARIABLES not in collections:
            collections = [*collections, GraphKeys.TRAINABLE_VARIABLES]
        with init_scope():
            self._build(initial_value, validate_shape, name, dtype, shape)
            get_default_graph().add_to_collections(collections, self)

    def _build(
        self, initial_value: Any, validate_shape: bool, name: str | None, dtype: Any, shape: Any
    ) -> None:
        """Adds the variable's four nodes: its value at first, itself, the assignment, the read."""
        values = [] if callable(initial_value) else [initial_value]
        with name_scope(name, "Variable", values) as scope:
            graph = get_default_graph()
            if callable(initial_value):
                with _beside(scope[:-1]):
                    with name_scope("Initializer"), graph.device(None):
                        initial = convert_to_tensor(initial_value(), dtype, "initial_value")
                    self._initial_value = initial
                    self._variable = self._reference(initial, validate_shape, scope, shape)
            else:
                initial = convert_to_tensor(initial_value, dtype, "initial_value")
                if initial.op._control_flow_context is not None:
                    raise ValueError(
                        f"Initializer for variable {scope} is from inside a control-flow "
                        "construct, such as a loop or conditional. When creating a variable "
                        "inside a loop or conditional, use a lambda as the initializer."
                    )
                self._initial_value = initial
                self._variable = self._reference(initial, validate_shape, scope, shape)
            if validate_shape and not initial.shape.is_fully_defined():
                raise ValueError(f"initial_value must have a shape specified: {initial}")
            self._initializer = state.Assign(
                self._variable, guarded_initial_value(scope, initial), validate_shape=validate_shape
            ).op
            where = (
                graph.colocate_with(self._variable.op)
                if self._caching_device is None
                else graph.device(self._caching_device)
            )
            with where:
                self._snapshot = Identity(self._variable, name="read")

    @staticmethod
    def _reference(initial: Tensor, validate_shape: bool, scope: str, shape: Any) -> Tensor:
        if shape is None:
            shape = initial.shape if validate_shape else TensorShape(None)
        reference: Tensor = state.VariableV2(
            shape=shape,
            dtype=initial.dtype.base_dtype,
            container=get_default_graph()._container,
            name=scope,
        )
        return reference

    # -- VariableDef messages -----------------------------------------------------------------

    def _restore(self, variable_def: Any, import_scope: str | None) -> None:
        """Finds in the default graph what a VariableDef message names."""
        graph = get_default_graph()

        def find(name: str) -> Any:
            return graph.as_graph_element(prepend_name_scope(name, import_scope))

        self._variable = find(variable_def.variable_name)
        self._initializer = find(variable_def.initializer_name)
        initial_value = variable_def.initial_value_name
        self._initial_value = find(initial_value) if initial_value else None
        self._snapshot = find(variable_def.snapshot_name)
        self._synchronization, self._aggregation, self._trainable = _distribution.checked(
            variable_def.synchronization,
            variable_def.aggregation,
            variable_def.trainable,
            variable_def.variable_name,
        )
        if variable_def.HasField("save_slice_info_def"):
            self._save_slice_info = SaveSliceInfo(
                save_slice_info_def=variable_def.save_slice_info_def, import_scope=import_scope
            )

    def to_proto(self, export_scope: str | None = None) -> Any:
        """A VariableDef message, with names as inside `export_scope`; None outside that scope."""
        from tensorboard.compat.proto.variable_pb2 import VariableDef

        if export_scope is not None and not self.name.startswith(export_scope):
            return None
        variable_def = VariableDef(
            variable_name=strip_name_scope(self.name, export_scope),
            trainable=self._trainable,
            synchronization=self._synchronization.value,
            aggregation=self._aggregation.value,
            initializer_name=strip_name_scope(self._initializer.name, export_scope),
            snapshot_name=strip_name_scope(self._snapshot.name, export_scope),
        )
        if self._initial_value is not None:
            variable_def.initial_value_name = strip_name_scope(
                self._initial_value.name, export_scope
            )
        if self._save_slice_info is not None:
            variable_def.save_slice_info_def.MergeFrom(self._save_slice_info.to_proto(export_scope))
        return variable_def

    # -- Properties ---------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._variable.name

    @property
    def dtype(self) -> DType:
        """The type of a reference to the value; `.base_dtype` is the value's."""
        return self._variable.dtype

    @property
    def shape(self) -> TensorShape:
        return self._variable.shape

    @property
    def op(self) -> Operation:
        return self._variable.op

    @property
    def graph(self) -> Graph:
        return self._variable.graph

    @property
    def device(self) -> str:
        return self._variable.device

    @property
    def initializer(self) -> Operation:
        """The operation that gives the variable its initial value."""
        return self._initializer

    # -- Reading ------------------------------------------------------------------------------

    def value(self) -> Tensor:
        """The value as the last-made read of this variable gives it: no new op."""
        return self._snapshot

    _AsTensor = value

    def read_value(self) -> Tensor:
        """A new op that reads the value when it runs."""
        read: Tensor = Identity(self._variable, name="read")
        return read

    def _is_initialized(self) -> Tensor:
        is_initialized: Tensor = state.IsVariableInitialized(self._variable)
        return is_initialized

    def _read_if(self, predicate: Tensor) -> Tensor:
        """The value where `predicate` is true, else nothing, as a branch of a cond has it."""
        read = self.read_value()
        _, current = RefSwitch(self._variable, predicate, name="read/Switch")
        read.op._update_input(0, current)
        return read

    def initialized_value(self) -> Tensor:
        """The value, or the initial value where the variable has none yet."""
        return initialized_value(self)

    def _ref(self) -> Tensor:
        return self._variable

    ref = _ref

    def _as_graph_element(self) -> Tensor:
        return self._variable

    def set_shape(self, shape: Any) -> None:
        """Merges `shape` into the static shape; ValueError when the two are incompatible."""
        self._variable.set_shape(shape)
        self._snapshot.set_shape(shape)

    # -- Updates ------------------------------------------------------------------------------
    # Each gives the updated variable as a tensor, or with read_value=False the operation.

    def assign(
        self,
        value: Any,
        use_locking: bool = False,
        name: str | None = None,
        read_value: bool = True,
    ) -> Any:
        assigned = state.Assign(self._variable, value, use_locking=use_locking, name=name)
        return assigned if read_value else assigned.op

    def assign_add(
        self,
        delta: Any,
        use_locking: bool = False,
        name: str | None = None,
        read_value: bool = True,
    ) -> Any:
        assigned = state.AssignAdd(self._variable, delta, use_locking=use_locking, name=name)
        return assigned if read_value else assigned.op

    def assign_sub(
        self,
        delta: Any,
        use_locking: bool = False,
        name: str | None = None,
        read_value: bool = True,
    ) -> Any:
        assigned = state.AssignSub(self._variable, delta, use_locking=use_locking, name=name)
        return assigned if read_value else assigned.op

    # `sparse_delta` is IndexedSlices: which rows, and a value for each.

    def scatter_update(
        self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None
    ) -> Tensor:
        return self._scatter(scattering.ScatterUpdate, sparse_delta, use_locking, name)

    def scatter_add(
        self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None
    ) -> Tensor:
        return self._scatter(scattering.ScatterAdd, sparse_delta, use_locking, name)

    def scatter_sub(
        self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None
    ) -> Tensor:
        return self._scatter(scattering.ScatterSub, sparse_delta, use_locking, name)

    def scatter_mul(
        self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None
    ) -> Tensor:
        return self._scatter(scattering.ScatterMul, sparse_delta, use_locking, name)

    def scatter_div(
        self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None
    ) -> Tensor:
        return self._scatter(scattering.ScatterDiv, sparse_delta, use_locking, name)

    def scatter_min(
        self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None
    ) -> Tensor:
        return self._scatter(scattering.ScatterMin, sparse_delta, use_locking, name)

    def scatter_max(
        self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None
    ) -> Tensor:
        return self._scatter(scattering.ScatterMax, sparse_delta, use_locking, name)

    def _scatter(
        self, op: Any, sparse_delta: IndexedSlices, use_locking: bool, name: str | None
    ) -> Tensor:
        if not isinstance(sparse_delta, IndexedSlices):
            raise TypeError(f"sparse_delta is not IndexedSlices: {sparse_delta}")
        indices, values = sparse_delta.indices, sparse_delta.values
        scattered: Tensor = op(self._variable, indices, values, use_locking=use_locking, name=name)
        return scattered

    def batch_scatter_update(
        self, sparse_delta: IndexedSlices, use_locking: bool = False, name: str | None = None
    ) -> Tensor:
        """Updates rows of each part of a batch; see `tf.batch_scatter_update`."""
        indices, values = sparse_delta.indices, sparse_delta.values
        return batch_scatter_update(self, indices, values, use_locking=use_locking, name=name)

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Tensor:
        return scattering.ScatterNdUpdate(
            self._variable, indices, updates, use_locking=True, name=name
        )

    def scatter_nd_add(self, indices: Any, updates: Any, name: str | None = None) -> Tensor:
        return scattering.ScatterNdAdd(
            self._variable, indices, updates, use_locking=True, name=name
        )

    def scatter_nd_sub(self, indices: Any, updates: Any, name: str | None = None) -> Tensor:
        return scattering.ScatterNdSub(
            self._variable, indices, updates, use_locking=True, name=name
        )

    def _strided_slice_assign(
        self, begin: Any, end: Any, strides: Any, value: Any, name: str | None, **masks: int
    ) -> Tensor:
        """Assigns to a strided slice of the variable: what `v[...].assign(value)` calls."""
        return scattering.StridedSliceAssign(
            self._variable, begin, end, strides, value, name=name, **masks
        )

    def count_up_to(self, limit: int) -> Tensor:
        """Counts up by one and gives the old value; OutOfRangeError once that is `limit`."""
        before: Tensor = state.CountUpTo(self._variable, limit=limit)
        return before


@contextmanager
def _beside(name: str) -> Iterator[None]:
    """Ops made inside belong beside the op `name`, which need not exist yet."""
    with get_default_graph()._attr_scope({"_class": [f"loc:@{name}"]}):
        yield

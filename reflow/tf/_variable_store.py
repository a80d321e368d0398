"""The variables that `get_variable` has made in a graph, by name: makes them once, shares them."""

from __future__ import annotations

import enum
import functools
import inspect
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, as_dtype, float32, string
from reflow.graph.execution import executing_eagerly
from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape, as_shape
from reflow.tf import _distribution
from reflow.tf._arrays import slice as slice_op
from reflow.tf._distribution import VariableAggregation, VariableSynchronization
from reflow.tf._partitioned_variable import PartitionedVariable
from reflow.tf._partitions import PartitionInfo, partitions_of, parts_of
from reflow.tf._save_slices import SaveSliceInfo
from reflow.tf._scopes import init_scope, name_scope
from reflow.tf._variables import Variable
from reflow.tf.initializers import glorot_uniform, zeros

# What the error about a name that is taken shows of where the variable was made.
_SHOWN_FRAMES = 5


class ReuseMode(enum.Enum):
    """What `reuse` may be beside True, False and None."""

    AUTO_REUSE = 1


AUTO_REUSE = ReuseMode.AUTO_REUSE


@dataclass(frozen=True)
class VariableRequest:
    """The arguments of `tf.get_variable`, with the defaults of the scope filled in.

    Attributes:
      name: the full name.
      reuse: True: it must exist; False: it must not; None or AUTO_REUSE: either.
      partition_info: for the initializer of a part of a partitioned variable.
    """

    name: str
    shape: Any = None
    dtype: Any = float32
    initializer: Any = None
    regularizer: Callable[[Any], Any] | None = None
    reuse: bool | ReuseMode | None = None
    trainable: bool | None = None
    collections: Any = None
    caching_device: Any = None
    partitioner: Any = None
    validate_shape: bool = True
    use_resource: bool | None = None
    constraint: Any = None
    synchronization: Any = VariableSynchronization.AUTO
    aggregation: Any = VariableAggregation.NONE
    partition_info: PartitionInfo | None = None


class VariableStore:
    """The variables of one graph that have been made by name.

    Executing eagerly it keeps none, unless an EagerVariableStore asks it to; then every variable
    is shared.
    """

    _store_eager_variables = False

    def __init__(self) -> None:
        self._vars: dict[str, Variable] = {}
        self._partitioned_vars: dict[str, PartitionedVariable] = {}

    def get_variable(
        self, request: VariableRequest, custom_getter: Callable[..., Any] | None = None
    ) -> Any:
        """The variable asked for, existing or new: a Variable or a PartitionedVariable.

        `custom_getter(getter, name, ...)` is asked instead, if given; `getter` takes the
        attributes of VariableRequest, and answers as this function does without it.
        """
        if custom_getter is not None and not callable(custom_getter):
            raise ValueError(f"Passed a custom_getter which is not callable: {custom_getter}")
        synchronization, aggregation, trainable = _distribution.checked(
            request.synchronization, request.aggregation, request.trainable, request.name
        )
        request = replace(
            request,
            dtype=getattr(request.dtype, "base_dtype", request.dtype),
            synchronization=synchronization,
            aggregation=aggregation,
            trainable=trainable,
        )
        if custom_getter is None:
            return self._answer(request)
        arguments = {key: value for key, value in vars(request).items() if key != "partition_info"}
        if not _takes(custom_getter, "constraint"):
            del arguments["constraint"]
        return custom_getter(getter=self._getter, **arguments)

    def _getter(self, *args: Any, **kwargs: Any) -> Any:
        """What a custom getter calls."""
        return self._answer(VariableRequest(*args, **kwargs))

    def _answer(self, request: VariableRequest) -> Any:
        name = request.name
        if executing_eagerly():
            if self._store_eager_variables:
                request = replace(request, reuse=AUTO_REUSE)
            elif request.reuse:
                raise RuntimeError(
                    "When eager execution is enabled variable reuse is only supported when an "
                    "EagerVariableStore is active. See the documentation on EagerVariableStore for "
                    "example usage."
                )
        is_scalar = isinstance(request.shape, Sequence) and not request.shape
        if request.partitioner is not None and not is_scalar:
            if not callable(request.partitioner):
                raise ValueError(
                    f"Partitioner must be callable, but received: {request.partitioner}"
                )
            with name_scope(None):
                return self.get_partitioned_variable(request)
        if request.reuse is True and request.partitioner is None and name in self._partitioned_vars:
            return self.get_partitioned_variable(request)
        if f"{name}/part_0" in self._vars:
            raise ValueError(
                "No partitioner was provided, but a partitioned version of the variable was found: "
                f"{name}/part_0. Perhaps a variable of the same name was already created with "
                "partitioning?"
            )
        return self._get_single_variable(request)

    def _keeps_variables(self) -> bool:
        return self._store_eager_variables or not executing_eagerly()

    # -- Whole variables ----------------------------------------------------------------------

    def _get_single_variable(self, request: VariableRequest) -> Variable:
        name = request.name
        if (
            request.shape is not None
            and request.initializer is not None
            and not callable(request.initializer)
        ):
            raise ValueError("If initializer is a constant, do not specify shape.")
        request = replace(request, dtype=as_dtype(request.dtype), shape=as_shape(request.shape))
        existing = self._vars.get(name)
        if existing is not None:
            return _shared(existing, request)
        if request.reuse is True:
            raise ValueError(
                f"Variable {name} does not exist, or was not created with tf.get_variable(). Did "
                "you mean to set reuse=tf.AUTO_REUSE in VarScope?"
            )
        initial_value, dtype = _initial_value(request)
        variable = Variable(
            initial_value=initial_value,
            name=name,
            trainable=request.trainable,
            collections=request.collections,
            caching_device=request.caching_device,
            dtype=dtype,
            validate_shape=request.validate_shape,
            constraint=request.constraint,
            use_resource=request.use_resource,
            synchronization=request.synchronization,
            aggregation=request.aggregation,
        )
        if self._keeps_variables():
            self._vars[name] = variable
        if request.regularizer:
            _regularize(variable, name, request.regularizer)
        return variable

    # -- Partitioned variables ----------------------------------------------------------------

    def get_partitioned_variable(self, request: VariableRequest) -> PartitionedVariable:
        """The partitioned variable asked for; without a partitioner it must exist."""
        name = request.name
        if name in self._vars:
            raise ValueError(
                "A partitioner was provided, but an unpartitioned version of the variable was "
                f"found: {name}.  Perhaps a variable of the same name was already created without "
                "partitioning?"
            )
        shape = as_shape(request.shape)
        if isinstance(request.initializer, Tensor):
            shape = shape.merge_with(request.initializer.shape)
        request = replace(request, shape=shape)
        partitions = None
        if request.partitioner or not request.reuse:
            partitions = partitions_of(request.partitioner, shape, request.dtype)
        existing = self._partitioned_vars.get(name)
        if existing is not None:
            return _shared_parts(existing, request, partitions)
        if request.reuse is True or partitions is None:
            raise ValueError(
                f"PartitionedVariable {name} does not exist, or was not created with "
                "tf.get_variable(). Did you mean to set reuse=False or reuse=tf.AUTO_REUSE in "
                "VarScope?"
            )
        self._check_parts(name, max(partitions))
        parts = []
        for number, (offset, sizes) in enumerate(parts_of(shape.as_list(), partitions)):
            part = self._get_single_variable(_part_request(request, number, offset, sizes))
            part._set_save_slice_info(SaveSliceInfo(name, shape.as_list(), offset, sizes))
            parts.append(part)
        whole = PartitionedVariable(name, shape, request.dtype, parts, partitions)
        if self._keeps_variables():
            self._partitioned_vars[name] = whole
        return whole

    def _check_parts(self, name: str, count: int) -> None:
        """ValueError when parts of this name exist already, but not exactly `count` of them."""
        if f"{name}/part_0" not in self._vars:
            return
        found = f"and shard {name}/part_0 was found, but"
        if f"{name}/part_{count - 1}" not in self._vars:
            found += f" {name}/part_{count - 1} was not."
        elif f"{name}/part_{count}" in self._vars:
            found += f" so was the extra shard {name}/part_{count}."
        else:
            return
        raise ValueError(
            "Partitioner returned a different partitioning than what was already found.  "
            f"Partitioner returned {count} shards, {found}"
        )


def _takes(function: Callable[..., Any], argument: str) -> bool:
    parameters = inspect.signature(function).parameters.values()
    return any(p.name == argument or p.kind is p.VAR_KEYWORD for p in parameters)


def _shared(existing: Variable, request: VariableRequest) -> Variable:
    """The variable that exists; ValueError when the request does not allow it."""
    name = request.name
    if request.reuse is False:
        frames = existing.op.traceback[::-1][:_SHOWN_FRAMES]
        raise ValueError(
            f"Variable {name} already exists, disallowed. Did you mean to set reuse=True or "
            "reuse=tf.AUTO_REUSE in VarScope? Originally defined at:\n\n"
            + "".join(traceback.format_list(frames))
        )
    _check_same("share variable", existing, request)
    return existing


def _shared_parts(
    existing: PartitionedVariable, request: VariableRequest, partitions: Sequence[int] | None
) -> PartitionedVariable:
    name = request.name
    if request.reuse is False:
        raise ValueError(
            f"Partitioned variable with name {name} already exists. Did you mean to set reuse=True "
            "or reuse=tf.AUTO_REUSE in VarScope?"
        )
    _check_same("reuse partitioned variable", existing, request)
    if partitions is not None and existing._get_partitions() != partitions:
        raise ValueError(
            f"Trying to reuse partitioned variable {name}, but specified partitions {partitions} "
            f"and found partitions {existing._get_partitions()}."
        )
    return existing


def _check_same(what: str, existing: Any, request: VariableRequest) -> None:
    if not request.shape.is_compatible_with(existing.get_shape()):
        raise ValueError(
            f"Trying to {what} {request.name}, but specified shape {request.shape} "
            f"and found shape {existing.get_shape()}."
        )
    if not request.dtype.is_compatible_with(existing.dtype):
        raise ValueError(
            f"Trying to {what} {request.name}, but specified dtype {request.dtype.name} "
            f"and found dtype {existing.dtype.name}."
        )


def _initial_value(request: VariableRequest) -> tuple[Any, DType | None]:
    """What `Variable` takes: a value or a function that gives it, and the type to convert to."""
    shape: TensorShape = request.shape
    initializer = request.initializer
    if initializer is None:
        initializer = default_initializer(request.name, request.dtype)
    if not callable(initializer):
        return initializer, None
    if inspect.isclass(initializer):
        initializer = initializer()
    if shape.is_fully_defined():
        sizes, info = shape.as_list(), request.partition_info
        make = functools.partial(initializer, sizes, dtype=request.dtype, partition_info=info)
        return make, request.dtype.base_dtype
    if all(p.default is not p.empty for p in inspect.signature(initializer).parameters.values()):
        return initializer, None
    raise ValueError(
        "The initializer passed is not valid. It should be a callable with no arguments and the "
        "shape should not be provided or an instance of `tf.keras.initializers.*' and `shape` "
        f"should be fully defined. Received: initializer={initializer}, shape={shape}"
    )


def default_initializer(name: str, dtype: DType) -> Any:
    """The initializer of variables that are given none; ValueError where their type has none."""
    if dtype.is_floating:
        return glorot_uniform()
    if dtype.is_integer or dtype.is_bool or dtype == string:
        return zeros()
    raise ValueError(f"An initializer for variable {name} of {dtype.base_dtype} is required")


def _part_request(
    request: VariableRequest, number: int, offset: list[int], sizes: list[int]
) -> VariableRequest:
    """What to ask for one part of a partitioned variable."""
    name = f"{request.name}/part_{number}"
    shape: Any = sizes
    with name_scope(name + "/PartitionedInitializer"):
        initializer = request.initializer
        if initializer is None:
            initializer = default_initializer(request.name, request.dtype)
        elif not callable(initializer):
            dtype = None if isinstance(initializer, Tensor) else request.dtype
            initializer = slice_op(convert_to_tensor(initializer, dtype), offset, sizes)
            shape = None
    info = PartitionInfo(request.shape.as_list(), offset)
    return replace(request, name=name, shape=shape, initializer=initializer, partition_info=info)


def _regularize(variable: Variable, name: str, regularizer: Callable[[Any], Any]) -> None:
    """Adds the loss that `regularizer` makes of a new variable to REGULARIZATION_LOSSES."""
    graph = get_default_graph()
    with graph.colocate_with(variable), name_scope(name + "/Regularizer/"), init_scope():
        loss = regularizer(variable)
    if loss is not None:
        graph.add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)


_KEY = ("__variable_store",)


def variable_store(graph: Graph) -> VariableStore:
    """The store of a graph."""
    stores = graph.get_collection_ref(_KEY)
    if not stores:
        stores.append(VariableStore())
    store: VariableStore = stores[0]
    return store


@contextmanager
def with_variable_store(store: VariableStore) -> Iterator[VariableStore]:
    """Makes `store` that of the default graph inside."""
    stores = get_default_graph().get_collection_ref(_KEY)
    saved = list(stores)
    stores[:] = [store]
    try:
        yield store
    finally:
        stores[:] = saved

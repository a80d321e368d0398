"""Variables of models: made, found by scope and name."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from reflow import tf
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation, Tensor
from reflow.ops.zero_initializers import ZeroInitializer, ZeroVarInitializer
from reflow.tf._distribution import VariableAggregation, VariableSynchronization
from reflow.tf._resource_variable import BaseResourceVariable
from reflow.tf.contrib.framework._arg_scope import add_arg_scope


@add_arg_scope
def variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Callable[[Any], Any] | None = None,
    trainable: bool = True,
    collections: Sequence[str] | None = None,
    caching_device: Any = None,
    device: Any = None,
    partitioner: Any = None,
    custom_getter: Callable[..., Any] | None = None,
    use_resource: bool | None = None,
    synchronization: Any = VariableSynchronization.AUTO,
    aggregation: Any = VariableAggregation.NONE,
) -> Any:
    """The variable of this name, existing or new; as `tf.get_variable`.

    Args:
      collections: default [GLOBAL_VARIABLES].
      device: a device's name, or a function of operations that gives one.
      custom_getter: is asked instead of `tf.get_variable`, with its arguments and `reuse`.
    """
    getter: Callable[..., Any] = tf.get_variable
    if custom_getter is not None:
        getter = functools.partial(custom_getter, reuse=tf.get_variable_scope().reuse)
    collections = [GraphKeys.GLOBAL_VARIABLES] if collections is None else collections
    with tf.device(device or ""):
        return getter(
            name,
            shape=shape,
            dtype=dtype,
            initializer=initializer,
            regularizer=regularizer,
            trainable=trainable,
            collections=list(dict.fromkeys(collections)),
            caching_device=caching_device,
            partitioner=partitioner,
            use_resource=use_resource,
            synchronization=synchronization,
            aggregation=aggregation,
        )


@add_arg_scope
def model_variable(
    name: str,
    shape: Any = None,
    dtype: Any = tf.float32,
    initializer: Any = None,
    regularizer: Callable[[Any], Any] | None = None,
    trainable: bool = True,
    collections: Sequence[str] | None = None,
    caching_device: Any = None,
    device: Any = None,
    partitioner: Any = None,
    custom_getter: Callable[..., Any] | None = None,
    use_resource: bool | None = None,
    synchronization: Any = VariableSynchronization.AUTO,
    aggregation: Any = VariableAggregation.NONE,
) -> Any:
    """`variable`, in the collections GLOBAL_VARIABLES and MODEL_VARIABLES beside `collections`."""
    own = [GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES]
    return variable(
        name,
        shape=shape,
        dtype=dtype,
        initializer=initializer,
        regularizer=regularizer,
        trainable=trainable,
        collections=[*(collections or []), *own],
        caching_device=caching_device,
        device=device,
        partitioner=partitioner,
        custom_getter=custom_getter,
        use_resource=use_resource,
        synchronization=synchronization,
        aggregation=aggregation,
    )


def global_variable(
    initial_value: Any,
    validate_shape: bool = True,
    name: str | None = None,
    use_resource: bool | None = None,
) -> Any:
    """A variable that is not trained, in the collection GLOBAL_VARIABLES."""
    return _untrained(GraphKeys.GLOBAL_VARIABLES, initial_value, validate_shape, name, use_resource)


def local_variable(
    initial_value: Any,
    validate_shape: bool = True,
    name: str | None = None,
    use_resource: bool | None = None,
) -> Any:
    """A variable that is not trained, in the collection LOCAL_VARIABLES."""
    return _untrained(GraphKeys.LOCAL_VARIABLES, initial_value, validate_shape, name, use_resource)


def _untrained(
    collection: str,
    initial_value: Any,
    validate_shape: bool,
    name: str | None,
    use_resource: bool | None,
) -> Any:
    return tf.Variable(
        initial_value,
        trainable=False,
        collections=[collection],
        validate_shape=validate_shape,
        use_resource=use_resource,
        name=name,
    )


def add_model_variable(var: Any) -> None:
    """Adds a variable to MODEL_VARIABLES, once."""
    if var not in tf.get_collection(GraphKeys.MODEL_VARIABLES):
        tf.add_to_collection(GraphKeys.MODEL_VARIABLES, var)


# -- Finding -------------------------------------------------------------------------------------


def get_variables(
    scope: Any = None, suffix: str | None = None, collection: str = GraphKeys.GLOBAL_VARIABLES
) -> list[Any]:
    """The variables of a collection.

    Args:
      scope: a VariableScope, or a regular expression that names begin with.
      suffix: what names end with.
    """
    if isinstance(scope, tf.VariableScope):
        scope = scope.name
    if suffix is not None:
        end = suffix if ":" in suffix else f"{suffix}:"
        scope = f"{scope or ''}.*{end}"
    found: list[Any] = tf.get_collection(collection, scope)
    return found


def get_model_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """`get_variables` of MODEL_VARIABLES."""
    return get_variables(scope, suffix, GraphKeys.MODEL_VARIABLES)


def get_local_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """`get_variables` of LOCAL_VARIABLES."""
    return get_variables(scope, suffix, GraphKeys.LOCAL_VARIABLES)


def get_trainable_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """`get_variables` of TRAINABLE_VARIABLES."""
    return get_variables(scope, suffix, GraphKeys.TRAINABLE_VARIABLES)


def get_variables_by_suffix(suffix: str, scope: Any = None) -> list[Any]:
    """The variables whose names end so."""
    return get_variables(scope=scope, suffix=suffix)


def get_variables_by_name(given_name: str, scope: Any = None) -> list[Any]:
    """The variables of this name in whatever scope."""
    return get_variables(scope=scope, suffix=f"/{given_name}:|^{given_name}:")


def get_unique_variable(var_op_name: str) -> Any:
    """The variable of this full name; ValueError if there is none."""
    candidates = get_variables(scope=var_op_name)
    if not candidates:
        raise ValueError(f"Couldn't find variable {var_op_name}")
    for candidate in candidates:
        if candidate.op.name == var_op_name:
            return candidate
    raise ValueError(f"Variable {var_op_name} does not uniquely identify a variable")


def get_variable_full_name(var: Any) -> str:
    """The name of a variable; of a part of a larger one, that of the larger one."""
    info = var._get_save_slice_info()
    name: str = var.op.name if info is None else info.full_name
    return name


def get_variables_to_restore(include: Any = None, exclude: Any = None) -> list[Any]:
    """The variables of some scopes, less those of others.

    Args:
      include: a list of scopes; default: all variables.
      exclude: a list of scopes.

    Raises:
      TypeError: not a list.
    """
    return [
        found
        for found in (get_variables() if include is None else _of_scopes("include", include))
        if found not in set(_of_scopes("exclude", exclude or []))
    ]


def _of_scopes(argument: str, scopes: Any) -> list[Any]:
    if not isinstance(scopes, (list, tuple)):
        raise TypeError(f"{argument} is provided but is not a list or a tuple.")
    return [found for scope in scopes for found in get_variables(scope)]


def filter_variables(
    var_list: Iterable[Any],
    include_patterns: Iterable[str] | None = None,
    exclude_patterns: Iterable[str] | None = None,
    reg_search: bool = True,
) -> list[Any]:
    """The variables whose names match a pattern to include and none to exclude.

    Args:
      include_patterns: regular expressions; None includes all.
      reg_search: whether they may match anywhere in a name, instead of at its beginning.
    """
    matches = re.search if reg_search else re.match
    included, excluded = (
        patterns if patterns is None else list(patterns)
        for patterns in (include_patterns, exclude_patterns)
    )

    def is_wanted(name: str) -> bool:
        if included is not None and not any(matches(pattern, name) for pattern in included):
            return False
        return not any(matches(pattern, name) for pattern in excluded or ())

    return [var for var in var_list if is_wanted(var.name)]


# -- Placing -------------------------------------------------------------------------------------


class VariableDeviceChooser:
    """A device function for variables: parameter servers in turn, or one device.

    Args:
      num_tasks: how many parameter servers there are.
      job_name: their job's name.
      device_type, device_index, replica: of the device.
    """

    def __init__(
        self,
        num_tasks: int = 0,
        job_name: str = "ps",
        device_type: str = "CPU",
        device_index: int | None = 0,
        replica: int | None = None,
    ) -> None:
        self._job_name = job_name
        self._device_type = device_type
        self._device_index = device_index
        self._replica = replica
        self._num_tasks = num_tasks
        self._next_task_id = 0

    def __call__(self, op: Operation) -> str:
        job, task = None, None
        if self._num_tasks > 0:
            job, task = self._job_name, self._next_task_id
            self._next_task_id = (task + 1) % self._num_tasks
        name: str = tf.DeviceSpec(
            job=job,
            replica=self._replica,
            task=task,
            device_type=self._device_type,
            device_index=self._device_index,
        ).to_string()
        return name


def zero_initializer(ref: Any, use_locking: bool = True, name: str = "zero_initializer") -> Tensor:
    """Makes a variable that has no value yet zeros; no value is made for it first.

    Returns:
      The variable's reference or handle, after that.

    Raises:
      InvalidArgumentError: (in a run) the variable has a value.
    """
    if isinstance(ref, BaseResourceVariable):
        return ZeroVarInitializer(
            ref.handle, dtype=ref.dtype.base_dtype, shape=ref.shape, name=name
        )
    return ZeroInitializer(ref, name=name)

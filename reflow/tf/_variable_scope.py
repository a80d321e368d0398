"""tf.variable_scope and tf.get_variable: variables that are shared by name.

A variable scope prefixes the names of variables and holds defaults for `get_variable`.  It opens
a name scope, too, so that ops beside a variable are named alike; but entering it a second time
opens another name scope ("layer_1"), while the variables are those of "layer".
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, float32
from reflow.graph.execution import executing_eagerly
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.tf._distribution import VariableAggregation, VariableSynchronization
from reflow.tf._partitioned_variable import PartitionedVariable
from reflow.tf._scopes import graph_from_inputs, name_scope
from reflow.tf._variable_store import (
    AUTO_REUSE,
    ReuseMode,
    VariableRequest,
    VariableStore,
    variable_store,
)

Reuse = bool | ReuseMode | None


def no_regularizer(_: Any) -> None:
    """As a regularizer: none, even where the scope has one."""
    return None


class VariableScope:
    """What `get_variable` falls back on: a prefix for names, and defaults.

    Attributes are as in the arguments of `variable_scope`; `original_name_scope` is the name scope
    that was opened with the scope, ending in "/".
    """

    def __init__(
        self,
        reuse: Reuse,
        name: str = "",
        initializer: Any = None,
        regularizer: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        custom_getter: Any = None,
        name_scope: str = "",
        dtype: Any = float32,
        use_resource: bool | None = None,
        constraint: Any = None,
    ) -> None:
        self._name = name
        self._initializer = initializer
        self._regularizer = regularizer
        self._reuse = reuse
        self._caching_device = caching_device
        self._partitioner = partitioner
        self._custom_getter = custom_getter
        self._name_scope = name_scope
        self._dtype = dtype
        self._use_resource = use_resource
        self._constraint = constraint

    @property
    def name(self) -> str:
        return self._name

    @property
    def original_name_scope(self) -> str:
        return self._name_scope

    @property
    def reuse(self) -> Reuse:
        return self._reuse

    @property
    def initializer(self) -> Any:
        return self._initializer

    @property
    def dtype(self) -> DType:
        return self._dtype

    @property
    def use_resource(self) -> bool | None:
        return self._use_resource

    @property
    def regularizer(self) -> Any:
        return self._regularizer

    @property
    def caching_device(self) -> Any:
        return self._caching_device

    @property
    def partitioner(self) -> Any:
        return self._partitioner

    @property
    def custom_getter(self) -> Any:
        return self._custom_getter

    @property
    def constraint(self) -> Any:
        return self._constraint

    def reuse_variables(self) -> None:
        """From now on, `get_variable` in this scope gives existing variables only."""
        self._reuse = True

    def set_initializer(self, initializer: Any) -> None:
        self._initializer = initializer

    def set_dtype(self, dtype: Any) -> None:
        self._dtype = dtype

    def set_use_resource(self, use_resource: bool | None) -> None:
        self._use_resource = use_resource

    def set_regularizer(self, regularizer: Any) -> None:
        self._regularizer = regularizer

    def set_caching_device(self, caching_device: Any) -> None:
        self._caching_device = caching_device

    def set_partitioner(self, partitioner: Any) -> None:
        self._partitioner = partitioner

    def set_custom_getter(self, custom_getter: Any) -> None:
        self._custom_getter = custom_getter

    def get_collection(self, name: Any) -> list[Any]:
        """The items of a collection whose names are in this scope."""
        return get_default_graph().get_collection(name, self._name + "/" if self._name else "")

    def trainable_variables(self) -> list[Any]:
        return self.get_collection(GraphKeys.TRAINABLE_VARIABLES)

    def global_variables(self) -> list[Any]:
        return self.get_collection(GraphKeys.GLOBAL_VARIABLES)

    def local_variables(self) -> list[Any]:
        return self.get_collection(GraphKeys.LOCAL_VARIABLES)

    def get_variable(
        self,
        var_store: VariableStore,
        name: str,
        shape: Any = None,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        reuse: Reuse = None,
        trainable: bool | None = None,
        collections: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        validate_shape: bool = True,
        use_resource: bool | None = None,
        custom_getter: Any = None,
        constraint: Any = None,
        synchronization: Any = VariableSynchronization.AUTO,
        aggregation: Any = VariableAggregation.NONE,
    ) -> Any:
        """As `tf.get_variable`, of the variables in `var_store`."""
        with name_scope(None):
            if dtype is not None and initializer is not None and not callable(initializer):
                given = convert_to_tensor(initializer).dtype.base_dtype
                if given != dtype:
                    raise ValueError(
                        f"Initializer type '{given}' and explicit dtype '{dtype}' don't match."
                    )
            request = VariableRequest(
                name=f"{self._name}/{name}" if self._name else name,
                shape=shape,
                dtype=_first(dtype, self._dtype),
                initializer=_first(initializer, self._initializer),
                regularizer=_first(regularizer, self._regularizer),
                reuse=_first(reuse, self._reuse),
                trainable=trainable,
                collections=collections,
                caching_device=_first(caching_device, self._caching_device),
                partitioner=_first(partitioner, self._partitioner),
                validate_shape=validate_shape,
                use_resource=_first(use_resource, self._use_resource),
                constraint=_first(constraint, self._constraint),
                synchronization=synchronization,
                aggregation=aggregation,
            )
            return var_store.get_variable(request, _first(custom_getter, self._custom_getter))

    def _get_partitioned_variable(
        self,
        var_store: VariableStore,
        shape: Any,
        dtype: Any,
        initializer: Any,
        trainable: bool | None,
        collections: Any,
        partitioner: Any,
    ) -> PartitionedVariable:
        """A partitioned variable named like this scope itself."""
        if self._custom_getter is not None:
            raise ValueError(
                "create_partitioned_variables cannot be used when a custom getter is set: use "
                "get_variable with a partitioner instead. Received: current custom getter "
                f"{self._custom_getter}"
            )
        with name_scope(None):
            return var_store.get_partitioned_variable(
                VariableRequest(
                    name=self._name,
                    shape=shape,
                    dtype=_first(dtype, self._dtype),
                    initializer=_first(initializer, self._initializer),
                    regularizer=self._regularizer,
                    reuse=self._reuse,
                    trainable=trainable,
                    collections=collections,
                    caching_device=self._caching_device,
                    partitioner=partitioner,
                    use_resource=self._use_resource,
                    constraint=self._constraint,
                )
            )


def _first(value: Any, default: Any) -> Any:
    return default if value is None else value


# -- The current scope --------------------------------------------------------------------------


class _ScopeStore(threading.local):
    """The current variable scope of a graph, and how often each scope was opened.

    The counts make default names unique; leaving a scope forgets those of the scopes inside it.
    """

    def __init__(self) -> None:
        self.current = VariableScope(False)
        self.counts: dict[str, int] = {}

    def open(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1

    def close_inner(self, name: str) -> None:
        for inner in self.counts:
            if inner.startswith(name + "/"):
                self.counts[inner] = 0

    def unique(self, prefix: str) -> str:
        """`prefix`, or `prefix_1`, ..., whichever names no scope yet inside the current one."""
        full_name = f"{self.current.name}/{prefix}" if self.current.name else prefix
        if not self.counts.get(full_name):
            return prefix
        number = 1
        while self.counts.get(f"{full_name}_{number}"):
            number += 1
        return f"{prefix}_{number}"


_KEY = ("__varscope",)


def _scope_store() -> _ScopeStore:
    stores = get_default_graph().get_collection_ref(_KEY)
    if not stores:
        stores.append(_ScopeStore())
    store: _ScopeStore = stores[0]
    return store


def unique_scope_name(prefix: str) -> str:
    """`prefix`, with a number if it names a scope inside the current one already."""
    return _scope_store().unique(prefix)


def get_variable_scope() -> VariableScope:
    """The current variable scope of the default graph in this thread."""
    return _scope_store().current


# -- Entering a scope -----------------------------------------------------------------------------


class pure_variable_scope:
    """A variable scope without a name scope.

    Args:
      name_or_scope: a name, inside the current scope; or a scope to enter again.
      name_scope: the name scope beside it, ending in "/".
      Others: as for `variable_scope`.
    """

    def __init__(
        self,
        name_or_scope: str | VariableScope,
        reuse: Reuse = None,
        name_scope: str | None = None,
        constraint: Any = None,
        custom_getter: Any = None,
        **defaults: Any,
    ) -> None:
        self._name_or_scope = name_or_scope
        self._reuse = reuse
        self._name_scope = name_scope
        self._constraint = constraint
        self._custom_getter = custom_getter
        self._defaults = {key: value for key, value in defaults.items() if value is not None}
        self._store = _scope_store()

    def _derived(self, base: VariableScope, name: str, name_scope: str) -> VariableScope:
        """A scope with the defaults of `base` and what this one changes.

        The constraint is not inherited, as in TensorFlow.
        """
        inherited = {
            "initializer": base.initializer,
            "regularizer": base.regularizer,
            "caching_device": base.caching_device,
            "partitioner": base.partitioner,
            "dtype": base.dtype,
            "use_resource": base.use_resource,
        }
        return VariableScope(
            self._reuse or base.reuse,
            name=name,
            name_scope=name_scope,
            constraint=self._constraint,
            custom_getter=_nested_getter(self._custom_getter, base.custom_getter),
            **{**inherited, **self._defaults},
        )

    def __enter__(self) -> VariableScope:
        store = self._store
        self._outer = store.current
        again = self._name_or_scope
        if isinstance(again, VariableScope):
            store.open(again.name)
            self._saved_counts = dict(store.counts)
            self._scope = self._derived(again, again.name, again.original_name_scope)
        else:
            name = f"{self._outer.name}/{again}" if self._outer.name else again
            self._scope = self._derived(self._outer, name, _first(self._name_scope, again))
            store.open(name)
        store.current = self._scope
        return self._scope

    def __exit__(self, *exc_info: object) -> None:
        store = self._store
        if store.current is not self._scope:
            raise RuntimeError("Improper nesting of variable_scope.")
        if isinstance(self._name_or_scope, VariableScope):
            store.counts = self._saved_counts
        else:
            store.close_inner(self._scope.name)
        store.current = self._outer


def _nested_getter(inner: Any, outer: Any) -> Any:
    """A custom getter whose `getter` argument is the custom getter of the scope around."""
    if inner is None or outer is None:
        return outer if inner is None else inner

    def nested(getter: Any, *args: Any, **kwargs: Any) -> Any:
        return inner(functools.partial(outer, getter), *args, **kwargs)

    return nested


class variable_scope:
    """`with tf.variable_scope("layer") as scope:` prefixes variables and ops with "layer/".

    Args:
      name_or_scope: the scope's name, or a VariableScope to enter again.
      default_name: what to call the scope, made unique, where `name_or_scope` is None.
      values: tensors whose graph becomes the default one inside.
      initializer, regularizer, caching_device, partitioner, dtype, use_resource, constraint:
        what `get_variable` uses where it is not told.
      custom_getter: a function of (getter, name, ...) that `get_variable` asks instead; inside
        another scope's, `getter` is that one.
      reuse: True: variables must exist (and in all scopes inside); tf.AUTO_REUSE: they are made
        where they do not; None: as the scope around.
      auxiliary_name_scope: whether to open a name scope, too.

    Raises:
      TypeError, ValueError: arguments that make no scope.
    """

    def __init__(
        self,
        name_or_scope: str | VariableScope | None,
        default_name: str | None = None,
        values: Iterable[Any] | None = None,
        initializer: Any = None,
        regularizer: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        custom_getter: Any = None,
        reuse: Reuse = None,
        dtype: Any = None,
        use_resource: bool | None = None,
        constraint: Any = None,
        auxiliary_name_scope: bool = True,
    ) -> None:
        if name_or_scope is None and default_name is None:
            raise TypeError("If default_name is None then name_or_scope is required")
        if name_or_scope is not None and not isinstance(name_or_scope, (str, VariableScope)):
            raise TypeError(
                "VariableScope: name_or_scope must be a string or VariableScope. "
                f"Received: {name_or_scope!r}"
            )
        if reuse not in (True, False, None, AUTO_REUSE):
            raise ValueError(
                f"The reuse parameter must be True or False or None. Received: {reuse!r}"
            )
        if not isinstance(auxiliary_name_scope, bool):
            raise TypeError(
                "The auxiliary_name_scope must be `True` or `False`, while get "
                f"{auxiliary_name_scope}"
            )
        if reuse and name_or_scope is None:
            raise ValueError("reuse=True cannot be used without a name_or_scope")
        self._name_or_scope = name_or_scope
        self._default_name = default_name
        self._graph = (
            get_default_graph() if executing_eagerly() else graph_from_inputs(values or ())
        )
        self._auxiliary_name_scope = auxiliary_name_scope
        self._reuse = reuse or None
        self._defaults: dict[str, Any] = {
            "initializer": initializer,
            "regularizer": regularizer,
            "caching_device": caching_device,
            "partitioner": partitioner,
            "custom_getter": custom_getter,
            "dtype": dtype,
            "use_resource": use_resource,
            "constraint": constraint,
        }
        self._names: name_scope | None = None
        self._variables: pure_variable_scope | None = None

    def __enter__(self) -> VariableScope:
        with ExitStack() as stack:
            if not executing_eagerly():
                stack.enter_context(self._graph.as_default())
            if self._variables is None:
                self._names = self._name_scope()
                opened = stack.enter_context(self._names) if self._names is not None else None
                self._variables = self._variable_scope(opened)
            elif self._names is not None:
                # Entered again: ops get a name scope of their own, variables keep theirs.
                stack.enter_context(self._names)
            scope = stack.enter_context(self._variables)
            self._entered = stack.pop_all()
            return scope

    def __exit__(self, *exc_info: Any) -> None:
        self._entered.__exit__(*exc_info)

    def _name_scope(self) -> name_scope | None:
        """The name scope to open; None to stay in the current one."""
        if not self._auxiliary_name_scope:
            current = self._graph.get_name_scope()
            return name_scope(current + "/" if current else current)
        if self._name_or_scope is None:
            return name_scope(self._default_name)
        if isinstance(self._name_or_scope, VariableScope):
            name = self._name_or_scope.name.split("/")[-1]
        else:
            name = self._name_or_scope
        return name_scope(name) if name else None

    def _variable_scope(self, opened: str | None) -> pure_variable_scope:
        name_or_scope = self._name_or_scope
        if name_or_scope is None:
            assert self._default_name is not None
            name_or_scope = _scope_store().unique(self._default_name)
        return pure_variable_scope(
            name_or_scope, reuse=self._reuse, name_scope=opened, **self._defaults
        )


@contextmanager
def variable_op_scope(
    values: Iterable[Any],
    name_or_scope: str | VariableScope | None,
    default_name: str | None = None,
    initializer: Any = None,
    regularizer: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    custom_getter: Any = None,
    reuse: Reuse = None,
    dtype: Any = None,
    use_resource: bool | None = None,
    constraint: Any = None,
) -> Iterator[VariableScope]:
    """The argument order of 0.x for `variable_scope`."""
    with variable_scope(
        name_or_scope,
        default_name=default_name,
        values=values,
        initializer=initializer,
        regularizer=regularizer,
        caching_device=caching_device,
        partitioner=partitioner,
        custom_getter=custom_getter,
        reuse=reuse,
        dtype=dtype,
        use_resource=use_resource,
        constraint=constraint,
    ) as scope:
        yield scope


# -- Variables by name ----------------------------------------------------------------------------


def get_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool | None = None,
    collections: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: bool | None = None,
    custom_getter: Callable[..., Any] | None = None,
    constraint: Any = None,
    synchronization: Any = VariableSynchronization.AUTO,
    aggregation: Any = VariableAggregation.NONE,
) -> Any:
    """The variable of this name in the current variable scope, existing or new.

    Args:
      name: inside the current scope.
      shape: sizes; not with a value as `initializer`.
      dtype: default float32.
      initializer: a value, or a function: of (shape, dtype, partition_info), or of nothing where
        `shape` is not given.  Default: the scope's, else Glorot's uniform one for floats and zeros
        for integers, bools and strings.
      regularizer: a function of the new variable whose result joins REGULARIZATION_LOSSES.
      trainable, collections, caching_device, validate_shape, use_resource, constraint,
        synchronization, aggregation: as for `tf.Variable`.
      partitioner: a function of (shape, dtype) that gives the number of parts in each dimension.
      custom_getter: a function of (getter, name, ...) that is asked instead.

    Returns:
      A Variable; with a partitioner a PartitionedVariable.

    Raises:
      ValueError: the variable exists but must not, does not exist but must (see `reuse` of
        `variable_scope`), or is of another shape or type; arguments that make no variable.
    """
    return get_variable_scope().get_variable(
        variable_store(get_default_graph()),
        name,
        shape=shape,
        dtype=dtype,
        initializer=initializer,
        regularizer=regularizer,
        trainable=trainable,
        collections=collections,
        caching_device=caching_device,
        partitioner=partitioner,
        validate_shape=validate_shape,
        use_resource=use_resource,
        custom_getter=custom_getter,
        constraint=constraint,
        synchronization=synchronization,
        aggregation=aggregation,
    )


def get_local_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = False,
    collections: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: bool | None = None,
    custom_getter: Callable[..., Any] | None = None,
    constraint: Any = None,
    synchronization: Any = VariableSynchronization.AUTO,
    aggregation: Any = VariableAggregation.NONE,
) -> Any:
    """As `get_variable`, for a variable in LOCAL_VARIABLES; it is never trained."""
    return get_variable(
        name,
        shape=shape,
        dtype=dtype,
        initializer=initializer,
        regularizer=regularizer,
        trainable=False,
        collections=[*(collections or ()), GraphKeys.LOCAL_VARIABLES],
        caching_device=caching_device,
        partitioner=partitioner,
        validate_shape=validate_shape,
        use_resource=use_resource,
        custom_getter=custom_getter,
        constraint=constraint,
        synchronization=synchronization,
        aggregation=aggregation,
    )


def create_partitioned_variables(
    shape: Any,
    slicing: Any,
    initializer: Any,
    dtype: Any = float32,
    trainable: bool = True,
    collections: Any = None,
    name: str | None = None,
    reuse: Reuse = None,
) -> list[Any]:
    """The parts of a new partitioned variable, `slicing[i]` of them along dimension i.

    `get_variable` with a partitioner is the newer way.
    """
    if len(shape) != len(slicing):
        raise ValueError(
            "The 'shape' and 'slicing' of a partitioned Variable must have the length: "
            f"shape: {shape}, slicing: {slicing}"
        )
    if len(shape) < 1:
        raise ValueError(f"A partitioned Variable must have rank at least 1: shape: {shape}")
    with variable_scope(name, "PartitionedVariable", reuse=reuse) as scope:
        whole = scope._get_partitioned_variable(
            variable_store(get_default_graph()),
            shape,
            dtype,
            initializer,
            trainable,
            collections,
            lambda **unused: slicing,
        )
        return list(whole)

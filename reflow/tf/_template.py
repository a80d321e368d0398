"""tf.make_template: a function that makes its variables at the first call, and shares them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from reflow.graph.execution import executing_eagerly
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.tf._eager_variable_store import EagerVariableStore
from reflow.tf._variable_scope import VariableScope, pure_variable_scope, unique_scope_name
from reflow.tf._variable_scope import variable_scope as open_variable_scope


class Template:
    """What `make_template` gives: `func` in a variable scope of its own.

    Args:
      name: of the scope, made unique.
      func: what is called.
      create_scope_now: open the scope now, rather than at the first call.
      unique_name: a name for the scope that is taken as it is.
      custom_getter: see `tf.get_variable`.

    Raises:
      ValueError: there is no name.
    """

    def __init__(
        self,
        name: str,
        func: Callable[..., Any],
        create_scope_now: bool = False,
        unique_name: str | None = None,
        custom_getter: Callable[..., Any] | None = None,
    ) -> None:
        if name is None:
            raise ValueError("name cannot be None.")
        self._func = func
        self._name = name
        self._unique_name = unique_name
        self._custom_getter = custom_getter
        self._variables_created = False
        self._variable_scope: VariableScope | None = None
        # Where variables are kept when no graph keeps them.
        self._store = EagerVariableStore() if executing_eagerly() else None
        if create_scope_now:
            scope_name = unique_name or unique_scope_name(name)
            with pure_variable_scope(scope_name, custom_getter=custom_getter) as scope:
                self._variable_scope = scope

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the function.

        Raises:
          ValueError: a call after the first one makes trainable variables.
        """
        with self._kept_variables():
            if self._variable_scope is not None:
                with open_variable_scope(self._variable_scope, reuse=self._reuse()):
                    return self._call(args, kwargs)
            with open_variable_scope(
                self._unique_name, self._name, custom_getter=self._custom_getter
            ) as scope:
                self._variable_scope = scope
                return self._call(args, kwargs)

    def _kept_variables(self) -> AbstractContextManager[Any]:
        return nullcontext() if self._store is None else self._store.as_default()

    def _reuse(self) -> bool | None:
        # An eager store shares its variables anyway.
        return None if self._store is not None else self._variables_created

    def _call(self, args: Any, kwargs: Any) -> Any:
        before = self._all_trainable()
        result = self._func(*args, **kwargs)
        made = self._all_trainable()[len(before) :]
        if self._variables_created and made:
            raise ValueError(
                "Trainable variable created when calling a template after the first time, perhaps "
                f"you used tf.Variable when you meant tf.get_variable: {made}"
            )
        self._variables_created = True
        return result

    def _all_trainable(self) -> list[Any]:
        if self._store is not None:
            return self._store.trainable_variables()
        return get_default_graph().get_collection(GraphKeys.TRAINABLE_VARIABLES)

    # -- Properties -----------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name given to `make_template`."""
        return self._name

    @property
    def func(self) -> Callable[..., Any]:
        """The function."""
        return self._func

    @property
    def variable_scope(self) -> VariableScope | None:
        """The scope of its variables; None before the first call."""
        return self._variable_scope

    var_scope = variable_scope

    @property
    def variable_scope_name(self) -> str | None:
        """The name of that scope, ending in "/"."""
        if self._variable_scope is None:
            return None
        name = self._variable_scope.name
        return name if not name or name.endswith("/") else f"{name}/"

    def _collected(self, key: str) -> list[Any]:
        if not self._variables_created:
            return []
        return get_default_graph().get_collection(key, self.variable_scope_name)

    @property
    def global_variables(self) -> list[Any]:
        """Its variables that are global."""
        if self._store is not None:
            return self._store.variables()
        return self._collected(GraphKeys.GLOBAL_VARIABLES)

    @property
    def local_variables(self) -> list[Any]:
        """Its variables that are local."""
        return [] if self._store is not None else self._collected(GraphKeys.LOCAL_VARIABLES)

    @property
    def variables(self) -> list[Any]:
        """All its variables."""
        return self.global_variables + self.local_variables

    @property
    def trainable_variables(self) -> list[Any]:
        """Those that optimizers train."""
        if self._store is not None:
            return self._store.trainable_variables()
        return self._collected(GraphKeys.TRAINABLE_VARIABLES)

    @property
    def non_trainable_variables(self) -> list[Any]:
        """Those that optimizers leave alone."""
        trainable = {id(variable) for variable in self.trainable_variables}
        return [variable for variable in self.variables if id(variable) not in trainable]

    weights = variables
    trainable_weights = trainable_variables
    non_trainable_weights = non_trainable_variables


def make_template(
    name_: str,
    func_: Callable[..., Any],
    create_scope_now_: bool = False,
    unique_name_: str | None = None,
    custom_getter_: Callable[..., Any] | None = None,
    **kwargs: Any,
) -> Template:
    """A function that calls `func_`, whose `tf.get_variable`s give the same variables each time.

    Args:
      name_: of the variable scope, made unique.
      func_: what is called.
      create_scope_now_: open the scope now, rather than at the first call.
      unique_name_: a name for the scope that is taken as it is.
      custom_getter_: see `tf.get_variable`.
      **kwargs: arguments of `func_`.

    Raises:
      ValueError: there is no name, or `unique_name_` is given while executing eagerly.
    """
    if executing_eagerly() and unique_name_ is not None:
        raise ValueError("unique_name_ cannot be used when eager exeuction is enabled.")
    func = functools.partial(func_, **kwargs) if kwargs else func_
    return Template(name_, func, create_scope_now_, unique_name_, custom_getter_)

"""tf.Module: an object that knows the variables and modules in its attributes."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reflow.graph import nest
from reflow.tf._scopes import name_scope
from reflow.tf._variables import Variable

_IDENTIFIER = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_Path = tuple[Any, ...]
_Key = Callable[[str], Any]


class Module:
    """Base class of what has variables: a part of a model, for example.

    Its methods can put their operations in the scope `name_scope`.

    Args:
      name: a Python identifier; default: that of the class, as MyClass: "my_class".

    Raises:
      ValueError: the name is no identifier.
    """

    #: Attributes in which there is nothing to be found.
    _TF_MODULE_IGNORED_PROPERTIES: frozenset[str] = frozenset()

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = snake_case(type(self).__name__)
        elif not _IDENTIFIER.fullmatch(name):
            raise ValueError(
                f"{name!r} is not a valid module name. Module names must be valid Python "
                "identifiers (e.g. a valid class name)."
            )
        self._name = name
        with name_scope(name) as scope_name:
            self._scope_name = scope_name

    @property
    def name(self) -> str:
        """The name, without those of modules around it."""
        return self._name

    @property
    def name_scope(self) -> Any:
        """The scope that was made with the module, to be entered again."""
        return name_scope(self._scope_name)

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables in the attributes, by the attributes' names; then those of submodules."""
        return tuple(self._flatten(predicate=is_variable))

    @property
    def trainable_variables(self) -> tuple[Variable, ...]:
        """The variables that are trainable, in the order of `variables`."""
        return tuple(self._flatten(predicate=is_trainable_variable))

    @property
    def submodules(self) -> tuple[Module, ...]:
        """The modules in the attributes, then those in theirs."""
        return tuple(self._flatten(predicate=is_module))

    def _flatten(
        self,
        recursive: bool = True,
        predicate: Callable[[Any], bool] | None = None,
        attribute_traversal_key: _Key | None = None,
        with_path: bool = False,
    ) -> Iterator[Any]:
        """What is in the attributes, and in lists, tuples and dicts there.

        Args:
          recursive: then what is in the attributes of modules that were found.
          predicate: which of it.
          attribute_traversal_key: by which attributes' names are sorted, as of `sorted`.
          with_path: gives pairs of the way to an object and the object, which may come several
            times; otherwise each object comes once.
        """
        seen = {id(self)}
        modules: list[tuple[_Path, Module]] = [((), self)]
        while modules:
            path, module = modules.pop()
            inner: list[tuple[_Path, Module]] = []
            for way, leaf in _leaves(module, attribute_traversal_key):
                if not with_path:
                    if id(leaf) in seen:
                        continue
                    seen.add(id(leaf))
                if predicate is None or predicate(leaf):
                    yield (path + way, leaf) if with_path else leaf
                if recursive and isinstance(leaf, Module):
                    inner.append((path + way, leaf))
            modules.extend(reversed(inner))

    @classmethod
    def with_name_scope(cls, method: Callable[..., Any]) -> Callable[..., Any]:
        """A decorator of methods, which then run in the module's scope."""

        @functools.wraps(method)
        def in_scope(self: Module, *args: Any, **kwargs: Any) -> Any:
            with self.name_scope:
                return method(self, *args, **kwargs)

        return in_scope


def is_variable(value: Any) -> bool:
    return isinstance(value, Variable)


def is_trainable_variable(value: Any) -> bool:
    return is_variable(value) and bool(getattr(value, "trainable", False))


def is_module(value: Any) -> bool:
    return isinstance(value, Module)


def snake_case(name: str) -> str:
    """ "MLPLayer" as "mlp_layer"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?!^)(?=[A-Z][a-z])", "_", name).lower()


def _leaves(module: Module, key: _Key | None) -> Iterator[tuple[_Path, Any]]:
    attributes = vars(module)
    for name in sorted(attributes, key=key):
        if name not in module._TF_MODULE_IGNORED_PROPERTIES:
            yield from _below((name,), attributes[name])


def _below(path: _Path, value: Any) -> Iterator[tuple[_Path, Any]]:
    if not nest.is_sequence(value):
        yield path, value
        return
    for key, child in zip(_keys(value), nest._children(value)):
        yield from _below((*path, key), child)


def _keys(container: Any) -> Sequence[Any]:
    """What children are found by in a container: keys, names of fields, or positions."""
    if isinstance(container, Mapping):
        return sorted(container)
    fields = getattr(type(container), "__attrs_attrs__", None)
    if fields is not None:
        return [field.name for field in fields]
    names: Sequence[str] | None = getattr(container, "_fields", None)
    return range(len(container)) if names is None else names

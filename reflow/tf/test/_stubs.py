"""`tf.test.StubOutForTesting`: attributes replaced while a test runs."""

from __future__ import annotations

import inspect
from typing import Any


class StubOutForTesting:
    """Replaces attributes, and puts back what was there.

    with tf.test.StubOutForTesting() as stubs:
        stubs.Set(os.path, "exists", lambda path: True)
    """

    def __init__(self) -> None:
        self._smart: list[tuple[Any, str, Any]] = []
        self._plain: list[tuple[Any, str, Any]] = []

    def __enter__(self) -> StubOutForTesting:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.CleanUp()

    def CleanUp(self) -> None:
        """Undoes everything."""
        self.SmartUnsetAll()
        self.UnsetAll()

    def SmartSet(self, obj: Any, attr_name: str, new_attr: Any) -> None:
        """Replaces an attribute where it is defined: of an object, in its class.

        Raises:
          AttributeError: there is no such attribute.
        """
        owner = obj
        is_own = attr_name in vars(obj) if hasattr(obj, "__dict__") else False
        if not inspect.ismodule(obj) and not is_own:
            classes = inspect.getmro(obj if inspect.isclass(obj) else type(obj))
            owner = next((cls for cls in classes if attr_name in vars(cls)), None)
            if owner is None:
                raise AttributeError(f"Attribute not found: {obj!r} has no {attr_name!r}.")
        _replace(owner, attr_name, new_attr, self._smart)

    def SmartUnsetAll(self) -> None:
        """Undoes all calls of SmartSet."""
        _restore(self._smart)

    def Set(self, parent: Any, child_name: str, new_child: Any) -> None:
        """Replaces the attribute of a module or class; AttributeError if there is none."""
        _replace(parent, child_name, new_child, self._plain)

    def UnsetAll(self) -> None:
        """Undoes all calls of Set."""
        _restore(self._plain)


def _replace(owner: Any, name: str, value: Any, replaced: list[tuple[Any, str, Any]]) -> None:
    # Not `getattr` alone, which unwraps static methods.
    original = inspect.getattr_static(owner, name)
    replaced.append((owner, name, original))
    setattr(owner, name, value)


def _restore(replaced: list[tuple[Any, str, Any]]) -> None:
    while replaced:
        setattr(*replaced.pop())

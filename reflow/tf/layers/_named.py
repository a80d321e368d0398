"""What layers are given as it is, by its name or by a description, in Keras' way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


def described(value: Any) -> Any:
    """A function's name, an object as {"class_name": ..., "config": its arguments}, or None.

    Raises:
      ValueError: it is none of these.
    """
    if value is None:
        return None
    if hasattr(value, "get_config"):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    if hasattr(value, "__name__"):
        return value.__name__
    raise ValueError("Cannot serialize", value)


@dataclass(frozen=True)
class Kind:
    """A kind of functions that layers take, as initializers are.

    Attributes:
      name: "initializer", for errors.
      makers: what makes one of each name; calls take the arguments of a description.
    """

    name: str
    makers: Mapping[str, Callable[..., Any]]

    def __call__(self, identifier: Any) -> Any:
        """The function itself, of the name or of the description; None stays None.

        Raises:
          ValueError: no function of this kind has the name, or it is nothing to call.
        """
        if isinstance(identifier, str):
            if identifier not in self.makers:
                raise ValueError(f"Unknown {self.name}:{identifier}")
            return self.makers[identifier]()
        if isinstance(identifier, Mapping):
            if not identifier.keys() >= {"class_name", "config"}:
                raise ValueError(f"Improper config format: {identifier}")
            if identifier["class_name"] not in self.makers:
                raise ValueError(f"Unknown {self.name}: {identifier['class_name']}")
            return self.makers[identifier["class_name"]](**identifier["config"])
        if identifier is not None and not callable(identifier):
            raise ValueError(f"Could not interpret {self.name} identifier: {identifier}")
        return identifier


def by_names(makers: Mapping[tuple[str, ...], Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """{(name, other name, ...): maker} with each name for itself."""
    return {name: make for names, make in makers.items() for name in names}

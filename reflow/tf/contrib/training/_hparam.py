"""Hyperparameters: values with names, which may be given as text."""

from __future__ import annotations

import json
import numbers
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from reflow.tf.compat import as_bytes, as_str
from reflow.tf.contrib.framework._deprecation import deprecated
from reflow.tf.contrib.training import hparam_pb2

# "name = value", "name[2] = value" or "name = [value, value]", up to a comma or the end.
_ASSIGNMENT = re.compile(
    r"(?P<name>[a-zA-Z][\w.]*)(?:\[\s*(?P<index>\d+)\s*\])?"
    r"\s*=\s*(?:(?P<value>[^,\[]*)|\[(?P<values>[^\]]*)\])(?:$|,\s*)"
)

_BOOLEANS = {"true": True, "True": True, "false": False, "False": False}


class _Assignment(NamedTuple):
    """A part of the text: one value, or several for a list."""

    name: str
    index: int | None
    value: str | None
    values: str | None


def _assignments(text: str) -> Iterator[_Assignment]:
    position = 0
    while position < len(text):
        match = _ASSIGNMENT.match(text, position)
        if match is None:
            raise ValueError(f"Malformed hyperparameter value: {text[position:]}")
        position = match.end()
        name, index, value, values = match.group("name", "index", "value", "values")
        yield _Assignment(name, None if index is None else int(index), value, values)


def parse_values(
    values: str, type_map: Mapping[str, type], ignore_unknown: bool = False
) -> dict[str, Any]:
    """Values of hyperparameters from a text such as "a=1,b=[0.5,2],c[3]=true".

    Args:
      values: the text.
      type_map: the type of each hyperparameter, of a list that of its elements.
      ignore_unknown: leave out what has no type there.

    Returns:
      A value, a list of values, or a dict of values by their positions in a list, for each name.

    Raises:
      ValueError: the text is malformed, a value is not of its type, one is given twice, a list is
        given for an element of a list, or a type is missing.
    """
    found: dict[str, Any] = {}
    for name, index, value, several in _assignments(values):
        if name not in type_map:
            if ignore_unknown:
                continue
            raise ValueError(f"Unknown hyperparameter type for {name}")
        if several is not None and index is not None:
            raise ValueError("Assignment of a list to a list index.")
        parse = _parser(name, type_map[name], values)
        if index is not None:
            elements = found.setdefault(name, {})
            if not isinstance(elements, dict):
                raise _given_twice(name, values)
            if index in elements:
                raise _given_twice(f"{name}[{index}]", values)
            elements[index] = parse(value or "")
        elif name in found:
            raise _given_twice(name, values)
        elif several is None:
            found[name] = parse(value or "")
        else:
            found[name] = [parse(item) for item in re.split("[ ,]", several) if item]
    return found


def _given_twice(name: str, text: str) -> ValueError:
    return ValueError(f"Multiple assignments to variable '{name}' in {text}")


def _parser(name: str, kind: type, text: str) -> Callable[[str], Any]:
    def parse(value: str) -> Any:
        try:
            if kind is not bool:
                return kind(value)
            return _BOOLEANS[value] if value in _BOOLEANS else bool(int(value))
        except ValueError:
            raise ValueError(
                f"Could not parse hparam '{name}' of type '{kind.__name__}' with value '{value}' "
                f"in {text}"
            ) from None

    return parse


def _cast(name: str, kind: type, value: Any) -> Any:
    """A value as one of this type; ValueError if that would change what it is.

    Whole numbers may become floating-point ones, and texts bytes; nothing else may change.
    """
    # bool is a subclass of int, hence no isinstance.
    if type(value) is kind or issubclass(kind, type(None)):
        return value
    groups = ((str, bytes), numbers.Integral, numbers.Number)
    is_incompatible = issubclass(kind, bool) != isinstance(value, bool) or any(
        issubclass(kind, group) and not isinstance(value, group) for group in groups
    )
    if is_incompatible:
        raise ValueError(f"Could not cast hparam '{name}' of type '{kind}' from value {value!r}")
    return kind(value)


def _field(kind: type, is_list: bool) -> str:
    """The field of a HParamType message for values of a type."""
    suffix = "list" if is_list else "value"
    # bool comes first, as it is a subclass of int.
    for group, name in ((bool, "bool"), (int, "int64"), ((str, bytes), "bytes"), (float, "float")):
        if issubclass(kind, group):
            return f"{name}_{suffix}"
    raise ValueError(f"Unsupported parameter type: {kind}")


class HParams:
    """Hyperparameters of a model, each an attribute.

    What a hyperparameter is at first decides its type: a whole or floating-point number, a
    boolean, a text, or a list of such.

    Args:
      hparam_def: a HParamDef message that holds names and values, instead of `kwargs`.
      model_structure: kept for `get_model_structure`.
      **kwargs: names and values.

    Raises:
      ValueError: see `add_hparam`; or there are both `hparam_def` and `kwargs`.
    """

    def __init__(self, hparam_def: Any = None, model_structure: Any = None, **kwargs: Any) -> None:
        # The type of each, of a list that of its elements, and whether it is a list.
        self._hparam_types: dict[str, tuple[type, bool]] = {}
        self._model_structure = model_structure
        if hparam_def:
            self._take(hparam_def)
            if kwargs:
                raise ValueError("hparam_def and initialization values are mutually exclusive")
        for name, value in kwargs.items():
            self.add_hparam(name, value)

    def _take(self, definition: Any) -> None:
        assert isinstance(definition, hparam_pb2.HParamDef), type(definition)
        for name, item in definition.hparam.items():
            field = item.WhichOneof("kind")
            value = getattr(item, field)
            is_list = field.endswith("_list")
            values = list(value.value) if is_list else [value]
            if field.startswith("bytes"):
                values = [as_str(each) for each in values]
            self.add_hparam(name, values if is_list else values[0])

    # -- Names, values and types ------------------------------------------------------------

    def add_hparam(self, name: str, value: Any) -> None:
        """Adds a hyperparameter.

        Raises:
          ValueError: there is an attribute of this name, or the value is an empty list.
        """
        if getattr(self, name, None) is not None:
            raise ValueError(f"Hyperparameter name is reserved: {name}")
        is_list = isinstance(value, (list, tuple))
        if is_list and not value:
            raise ValueError(f"Multi-valued hyperparameters cannot be empty: {name}")
        self._hparam_types[name] = (type(value[0] if is_list else value), is_list)
        setattr(self, name, value)

    def set_hparam(self, name: str, value: Any) -> None:
        """Sets a hyperparameter that there is.

        Raises:
          KeyError: there is none of this name.
          ValueError: the value is of another type.
        """
        kind, is_list = self._hparam_types[name]
        if isinstance(value, list) and not is_list:
            raise ValueError(f"Must not pass a list for single-valued parameter: {name}")
        if is_list and not isinstance(value, list):
            raise ValueError(f"Must pass a list for multi-valued parameter: {name}.")
        cast = [_cast(name, kind, each) for each in value] if is_list else _cast(name, kind, value)
        setattr(self, name, cast)

    def del_hparam(self, name: str) -> None:
        """Removes a hyperparameter, if there is one of this name."""
        if hasattr(self, name):
            delattr(self, name)
            del self._hparam_types[name]

    def values(self) -> dict[str, Any]:
        """The values by their names."""
        return {name: getattr(self, name) for name in self._hparam_types}

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a hyperparameter, `default` without one; ValueError if they are of
        different types."""
        if key not in self._hparam_types:
            return default
        if default is not None:
            self._check_default(key, default)
        return getattr(self, key)

    def _check_default(self, key: str, default: Any) -> None:
        kind, is_list = self._hparam_types[key]
        expected = f"list<{kind}>" if is_list else str(kind)
        incompatible = f"Hparam '{key}' of type '{expected}' is incompatible with default={default}"
        if isinstance(default, list) != is_list:
            raise ValueError(incompatible)
        try:
            for value in default if is_list else [default]:
                _cast(key, kind, value)
        except ValueError as error:
            raise ValueError(f"{incompatible}. {error}") from error

    def __contains__(self, key: str) -> bool:
        return key in self._hparam_types

    # -- Other values -----------------------------------------------------------------------

    def parse(self, values: str) -> HParams:
        """Sets hyperparameters as a text says (see `parse_values`); ValueError if it is wrong."""
        types = {name: kind for name, (kind, _) in self._hparam_types.items()}
        return self.override_from_dict(parse_values(values, types))

    def parse_json(self, values_json: str) -> HParams:
        """Sets hyperparameters to what a JSON object says; see `set_hparam`."""
        return self.override_from_dict(json.loads(values_json))

    def override_from_dict(self, values_dict: Mapping[str, Any]) -> HParams:
        """Sets hyperparameters to what a dict says; see `set_hparam`."""
        for name, value in values_dict.items():
            self.set_hparam(name, value)
        return self

    @deprecated(None, "Use `override_from_dict`.")
    def set_from_map(self, values_map: Mapping[str, Any]) -> HParams:
        """`override_from_dict`, under its old name."""
        return self.override_from_dict(values_map)

    def set_model_structure(self, model_structure: Any) -> None:
        """Keeps something for `get_model_structure`."""
        self._model_structure = model_structure

    def get_model_structure(self) -> Any:
        """What was kept by `set_model_structure`."""
        return self._model_structure

    # -- As text and messages ---------------------------------------------------------------

    def to_json(
        self, indent: Any = None, separators: tuple[str, str] | None = None, sort_keys: bool = False
    ) -> str:
        """The values as a JSON object; arguments as of `json.dumps`."""
        return json.dumps(self.values(), indent=indent, separators=separators, sort_keys=sort_keys)

    def to_proto(self, export_scope: str | None = None) -> Any:
        """The HParamDef message; ValueError if a value is of a type that it does not have."""
        message = hparam_pb2.HParamDef()
        for name, (kind, is_list) in self._hparam_types.items():
            field = _field(kind, is_list)
            values = getattr(self, name) if is_list else [getattr(self, name)]
            if field.startswith("bytes"):
                values = [as_bytes(each) for each in values]
            if is_list:
                getattr(message.hparam[name], field).value.extend(values)
            else:
                setattr(message.hparam[name], field, values[0])
        return message

    @staticmethod
    def from_proto(hparam_def: Any, import_scope: str | None = None) -> HParams:
        """The hyperparameters of a HParamDef message."""
        return HParams(hparam_def=hparam_def)

    def __str__(self) -> str:
        return ",".join(f"{name}={value}" for name, value in self.values().items())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({sorted(self.values().items())})"

"""Nested structures: lists, tuples, namedtuples, dictionaries and attrs objects, and their leaves.

Source: TensorFlow 1.15, `tf.contrib.framework.nest`. Whatever is no such container is a leaf:
numbers, strings, arrays, tensors, None. The values of a dictionary come in the order of its sorted
keys, whatever the order in which it was filled, so that equal dictionaries flatten alike.

With `expand_composites`, a composite tensor (or the TypeSpec of one) is no leaf, but a container of
its components.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, MappingView, Sequence
from functools import lru_cache
from typing import Any, Final

from reflow.graph.composite_tensor import Expandable

__all__ = [
    "assert_same_structure",
    "assert_shallow_structure",
    "flatten",
    "flatten_dict_items",
    "flatten_up_to",
    "is_nested",
    "is_sequence",
    "is_sequence_or_composite",
    "map_structure",
    "map_structure_up_to",
    "pack_sequence_as",
]


def is_sequence(seq: Any) -> bool:
    """Whether `seq` is a container: a mapping, a view of one, an attrs object or a sequence.

    Strings, bytes and arrays are none.
    """
    return _is_container_type(type(seq))  # type: ignore[arg-type]


@lru_cache(maxsize=1024)
def _is_container_type(kind: type) -> bool:
    if issubclass(kind, (str, bytes)):
        return False
    return issubclass(kind, (Sequence, Mapping, MappingView)) or hasattr(kind, "__attrs_attrs__")


is_nested = is_sequence


def is_sequence_or_composite(seq: Any) -> bool:
    """Whether `seq` is a container, or is taken apart as one where composites are expanded."""
    return not seq.is_leaf if isinstance(seq, Expandable) else is_sequence(seq)


def _container_test(expand_composites: bool) -> Callable[[Any], bool]:
    return is_sequence_or_composite if expand_composites else is_sequence


def _is_attrs(value: Any) -> bool:
    return hasattr(type(value), "__attrs_attrs__")


def _is_namedtuple(value: Any) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")


def _is_plain_namedtuple(value: Any) -> bool:
    """Whether the type of `value` is what `namedtuple(...)` made, not a subclass of it."""
    return _is_namedtuple(value) and type(value).__base__ is tuple


def _same_fields(x: Any, y: Any) -> bool:
    """Whether two namedtuples have the same name and fields: then their types count as one."""
    return type(x).__name__ == type(y).__name__ and x._fields == y._fields


def _sorted_keys(mapping: Mapping[Any, Any]) -> list[Any]:
    try:
        return sorted(mapping)
    except TypeError:
        raise TypeError("nest only supports dicts with sortable keys.") from None


def _children(container: Any) -> list[Any]:
    """What a container holds, in the order in which it is flattened."""
    if isinstance(container, Mapping):
        return [container[key] for key in _sorted_keys(container)]
    if _is_attrs(container):
        return [getattr(container, field.name) for field in type(container).__attrs_attrs__]
    if isinstance(container, Expandable):
        return [container._parts()]
    return list(container)


def _like(container: Any, children: list[Any]) -> Any:
    """A container like `container` that holds `children`, which are in the order of `_children`.

    Views and ranges, which cannot be made of any children, become lists.
    """
    kind: Any = type(container)
    if isinstance(container, Mapping):
        by_key = dict(zip(_sorted_keys(container), children, strict=True))
        items = [(key, by_key[key]) for key in container]
        if kind is defaultdict:
            return defaultdict(container.default_factory, items)  # type: ignore[attr-defined]
        return kind(items)
    if isinstance(container, (MappingView, range)):
        return children
    if _is_namedtuple(container) or _is_attrs(container):
        return kind(*children)
    if isinstance(container, Expandable):
        return container._with_parts(children[0])
    return kind(children)


def flatten(structure: Any, expand_composites: bool = False) -> list[Any]:
    """The leaves of `structure`, from left to right; `[structure]` if it is a leaf itself.

    Raises:
      TypeError: a dictionary has keys that cannot be sorted.
    """
    if not _container_test(expand_composites)(structure):
        return [structure]
    leaves: list[Any] = []
    for child in _children(structure):
        leaves.extend(flatten(child, expand_composites))
    return leaves


def pack_sequence_as(structure: Any, flat_sequence: Any, expand_composites: bool = False) -> Any:
    """Puts the elements of `flat_sequence` in the places of the leaves of `structure`.

    Raises:
      TypeError: `flat_sequence` is no sequence, or a dictionary's keys cannot be sorted.
      ValueError: there are more or fewer elements than leaves.
    """
    if not is_sequence(flat_sequence):
        raise TypeError("flat_sequence must be a sequence")
    count = len(flat_sequence)
    is_container = _container_test(expand_composites)
    if not is_container(structure):
        if count != 1:
            raise ValueError(f"Structure is a scalar but len(flat_sequence) == {count} > 1")
        return flat_sequence[0]
    leaf_count = len(flatten(structure, expand_composites))
    if leaf_count != count:
        raise ValueError(
            f"Could not pack sequence. Structure had {leaf_count} elements, but flat_sequence had "
            f"{count} elements.  Structure: {structure}, flat_sequence: {flat_sequence}."
        )
    return _pack(structure, iter(flat_sequence).__next__, is_container)


def _pack(structure: Any, next_leaf: Callable[[], Any], is_container: Callable[[Any], bool]) -> Any:
    if not is_container(structure):
        return next_leaf()
    children = [_pack(child, next_leaf, is_container) for child in _children(structure)]
    return _like(structure, children)


def map_structure(
    func: Callable[..., Any],
    *structure: Any,
    check_types: bool = True,
    expand_composites: bool = False,
) -> Any:
    """Calls `func` on the leaves that stand in the same place of each structure.

    Args:
      func: takes as many arguments as there are structures.
      *structure: structures nested in the same way.
      check_types: whether their containers must be of the same types, too.

    Returns:
      What `func` returned, nested as the first structure is.

    Raises:
      TypeError: `func` cannot be called, or types differ.
      ValueError: no structure is given, or they are not nested in the same way.
    """
    if not callable(func):
        raise TypeError(f"func must be callable, got: {func}")
    if not structure:
        raise ValueError("Must provide at least one structure")
    first, *others = structure
    for other in others:
        assert_same_structure(first, other, check_types, expand_composites)
    leaves = [flatten(one, expand_composites) for one in structure]
    results = [func(*row) for row in zip(*leaves, strict=True)]
    return pack_sequence_as(first, results, expand_composites)


class _Leaf:
    """What stands for every leaf where a message shows how a structure is nested."""

    def __repr__(self) -> str:
        return "."


_LEAF: Final = _Leaf()


def assert_same_structure(
    nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False
) -> None:
    """Raises unless the two are nested in the same way.

    Args:
      nest1, nest2: structures or leaves.
      check_types: whether their containers must be of the same types, too, and dictionaries have
        the same keys. Any two subclasses of list count as one type, so do any two mappings, and
        any two namedtuples of the same name and fields.
      expand_composites: whether composite tensors are containers. Two of them must be of types
        that some values have in common.

    Raises:
      TypeError: types of containers differ.
      ValueError: the nesting, the number of elements or the keys differ.
    """
    difference = _difference(nest1, nest2, check_types, _container_test(expand_composites))
    if difference is None:
        return
    error, text = difference
    raise error(
        "The two structures don't have the same nested structure.\n\n"
        f"First structure: {_described(nest1)}\n\n"
        f"Second structure: {_described(nest2)}\n\n"
        f"More specifically: {text}\n"
        f"Entire first structure:\n{map_structure(lambda _: _LEAF, nest1)}\n"
        f"Entire second structure:\n{map_structure(lambda _: _LEAF, nest2)}"
    )


def _described(value: Any) -> str:
    return f"type={type(value).__name__} str={value}"


def _difference(
    x: Any, y: Any, check_types: bool, is_container: Callable[[Any], bool]
) -> tuple[type[Exception], str] | None:
    """The first difference in nesting: the class of its error, and the text; None if none."""
    x_nested, y_nested = is_container(x), is_container(y)
    if x_nested != y_nested:
        container, leaf = (x, y) if x_nested else (y, x)
        return ValueError, (
            f'Substructure "{_described(container)}" is a sequence, while substructure '
            f'"{_described(leaf)}" is not'
        )
    if not x_nested:
        return None
    if check_types and isinstance(x, Expandable) and isinstance(y, Expandable):
        return _difference_of_composites(x, y)
    if check_types and not _same_type(x, y):
        return TypeError, (
            "The two namedtuples don't have the same sequence type. First structure "
            f"{_described(x)} has type {type(x).__name__}, while second structure "
            f"{_described(y)} has type {type(y).__name__}"
        )
    if check_types and isinstance(x, Mapping) and x.keys() != y.keys():
        return ValueError, (
            "The two dictionaries don't have the same set of keys. First structure has keys "
            f"{_described(list(x))}, while second structure has keys {_described(list(y))}"
        )
    x_children, y_children = _children(x), _children(y)
    for x_child, y_child in zip(x_children, y_children, strict=False):
        difference = _difference(x_child, y_child, check_types, is_container)
        if difference is not None:
            return difference
    if len(x_children) != len(y_children):
        return ValueError, (
            "The two structures don't have the same number of elements. First structure: "
            f"{_described(x)}. Second structure: {_described(y)}"
        )
    return None


def _difference_of_composites(x: Expandable, y: Expandable) -> tuple[type[Exception], str] | None:
    try:
        x._described().most_specific_compatible_type(y._described())
    except (TypeError, ValueError) as error:
        return TypeError, (
            f"Incompatible CompositeTensor TypeSpecs: {_described(x)} vs. {_described(y)} -- "
            f"{error}"
        )
    return None


def _same_type(x: Any, y: Any) -> bool:
    if type(x) is type(y):
        return True
    if _is_plain_namedtuple(x) and _is_plain_namedtuple(y):
        return _same_fields(x, y)
    return any(isinstance(x, kind) and isinstance(y, kind) for kind in (list, Mapping))


def assert_shallow_structure(
    shallow_tree: Any,
    input_tree: Any,
    check_types: bool = True,
    check_subtrees_length: bool = True,
    expand_composites: bool = False,
) -> None:
    """Raises unless replacing leaves of `shallow_tree` by structures could give `input_tree`.

    Args:
      shallow_tree: a structure or a leaf.
      input_tree: a structure or a leaf.
      check_types: whether the containers must be of the types in `shallow_tree`, too.
      check_subtrees_length: whether they must be as long, too. If not, they may be longer.
      expand_composites: whether composite tensors are containers.

    Raises:
      TypeError: types differ, or a leaf stands where `shallow_tree` has a container.
      ValueError: lengths or keys differ.
    """
    is_container = _container_test(expand_composites)
    if not is_container(shallow_tree):
        return
    if not is_container(input_tree):
        raise TypeError(
            "If shallow structure is a sequence, input must also be a sequence. "
            f"Input has type: {type(input_tree)}."
        )
    if check_types and not _shallow_type_fits(shallow_tree, input_tree):
        raise TypeError(
            "The two structures don't have the same sequence type. Input structure has type "
            f"{type(input_tree)}, while shallow structure has type {type(shallow_tree)}."
        )
    shallow_children = _children(shallow_tree)
    input_length, shallow_length = len(_children(input_tree)), len(shallow_children)
    if check_subtrees_length and input_length != shallow_length:
        raise ValueError(
            "The two structures don't have the same sequence length. Input structure has length "
            f"{input_length}, while shallow structure has length {shallow_length}."
        )
    if input_length < shallow_length:
        raise ValueError(
            "The input_tree has fewer elements than the shallow_tree. Input structure has length "
            f"{input_length}, while shallow structure has length {shallow_length}."
        )
    for shallow_child, input_child in zip(
        shallow_children, _counterparts(shallow_tree, input_tree), strict=True
    ):
        assert_shallow_structure(
            shallow_child, input_child, check_types, check_subtrees_length, expand_composites
        )


def _shallow_type_fits(shallow_tree: Any, input_tree: Any) -> bool:
    if isinstance(shallow_tree, Expandable) and isinstance(input_tree, Expandable):
        return _difference_of_composites(shallow_tree, input_tree) is None
    if isinstance(input_tree, type(shallow_tree)):
        return True
    if _is_namedtuple(shallow_tree) and _is_namedtuple(input_tree):
        return _same_fields(shallow_tree, input_tree)
    return isinstance(shallow_tree, Mapping) and isinstance(input_tree, Mapping)


def _counterparts(shallow_tree: Any, input_tree: Any) -> list[Any]:
    """The children of `input_tree` that go with those of `shallow_tree`: by key, or by position.

    Raises:
      ValueError: `input_tree` lacks keys of the mapping `shallow_tree`.
    """
    if not isinstance(shallow_tree, Mapping):
        return _children(input_tree)[: len(_children(shallow_tree))]
    absent = set(shallow_tree) - set(input_tree)
    if absent:
        raise ValueError(
            "The shallow_tree's keys are not a subset of the input_tree's keys. The shallow_tree "
            f"has the following keys that are not in the input_tree: {sorted(absent)}."
        )
    return [input_tree[key] for key in _sorted_keys(shallow_tree)]


def flatten_up_to(
    shallow_tree: Any,
    input_tree: Any,
    check_types: bool = True,
    check_subtrees_length: bool = True,
    expand_composites: bool = False,
) -> list[Any]:
    """What stands in `input_tree` in the places of the leaves of `shallow_tree`.

    Arguments and errors are those of `assert_shallow_structure`.
    """
    assert_shallow_structure(
        shallow_tree, input_tree, check_types, check_subtrees_length, expand_composites
    )
    return _flatten_up_to(shallow_tree, input_tree, _container_test(expand_composites))


def _flatten_up_to(
    shallow_tree: Any, input_tree: Any, is_container: Callable[[Any], bool]
) -> list[Any]:
    if not is_container(shallow_tree):
        return [input_tree]
    found: list[Any] = []
    for shallow_child, input_child in zip(
        _children(shallow_tree), _counterparts(shallow_tree, input_tree), strict=True
    ):
        found.extend(_flatten_up_to(shallow_child, input_child, is_container))
    return found


def map_structure_up_to(
    shallow_tree: Any,
    func: Callable[..., Any],
    *inputs: Any,
    check_types: bool = True,
    check_subtrees_length: bool = True,
    expand_composites: bool = False,
) -> Any:
    """Calls `func` on what stands in each input in the places of the leaves of `shallow_tree`.

    The keyword arguments, and the errors, are those of `assert_shallow_structure`.

    Args:
      shallow_tree: a structure or a leaf.
      func: takes as many arguments as there are inputs.
      *inputs: structures or leaves.

    Returns:
      What `func` returned, nested as `shallow_tree` is.

    Raises:
      ValueError: no input is given.
    """
    if not inputs:
        raise ValueError("Cannot map over no sequences")
    columns = [
        flatten_up_to(shallow_tree, one, check_types, check_subtrees_length, expand_composites)
        for one in inputs
    ]
    results = [func(*row) for row in zip(*columns, strict=True)]
    return pack_sequence_as(shallow_tree, results, expand_composites)


def flatten_dict_items(dictionary: Mapping[Any, Any]) -> dict[Any, Any]:
    """Flattens keys together with their values: {(4, (5,)): ("a", ("b",))} to {4: "a", 5: "b"}.

    Raises:
      TypeError: `dictionary` is none.
      ValueError: a key has more or fewer leaves than its value, or a leaf occurs in two keys.
    """
    if not isinstance(dictionary, Mapping):
        raise TypeError("input must be a dictionary")
    flat: dict[Any, Any] = {}
    for key, value in dictionary.items():
        keys, values = (flatten(key), flatten(value)) if is_sequence(key) else ([key], [value])
        if len(keys) != len(values):
            raise ValueError(
                f"Could not flatten dictionary. Key had {len(keys)} elements, but value had "
                f"{len(values)} elements. Key: {keys}, value: {values}."
            )
        for flat_key, flat_value in zip(keys, values, strict=True):
            if flat_key in flat:
                raise ValueError(f"Could not flatten dictionary: key {flat_key} is not unique.")
            flat[flat_key] = flat_value
    return flat

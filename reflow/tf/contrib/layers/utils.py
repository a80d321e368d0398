"""What layers share: collections of outputs by alias, decisions, sizes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from reflow import tf
from reflow.graph.constant_value import constant_value as value_of_tensor
from reflow.graph.dtypes import DType
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.tf._cond import cond
from reflow.tf._variables import Variable


class NamedOutputs(NamedTuple):
    """Outputs and their name."""

    name: str
    outputs: Any


# -- Outputs by alias ----------------------------------------------------------------------------


def collect_named_outputs(collections: Any, alias: str, outputs: Any) -> Any:
    """Adds outputs to collections under an alias, and returns them; no collections: nothing."""
    if collections:
        append_tensor_alias(outputs, alias)
        tf.add_to_collections(collections, outputs)
    return outputs


def append_tensor_alias(tensor: Any, alias: str) -> Any:
    """Gives a tensor one more alias, in its attribute `aliases`; returns it."""
    alias = alias.removesuffix("/")
    if hasattr(tensor, "aliases"):
        tensor.aliases.append(alias)
    else:
        tensor.aliases = [alias]
    return tensor


def get_tensor_aliases(tensor: Any) -> list[str]:
    """A tensor's aliases; without any its name, of a first output the operation's."""
    if hasattr(tensor, "aliases"):
        return list(tensor.aliases)
    return [tensor.name.removesuffix(":0")]


def gather_tensors_aliases(tensors: Iterable[Any]) -> list[str]:
    """The aliases of all tensors."""
    return [alias for tensor in tensors for alias in get_tensor_aliases(tensor)]


def convert_collection_to_dict(
    collection: str, clear_collection: bool = False
) -> OrderedDict[str, Any]:
    """The tensors of a collection by their aliases.

    Args:
      clear_collection: empty the collection.
    """
    tensors = OrderedDict(
        (alias, tensor)
        for tensor in tf.get_collection(collection)
        for alias in get_tensor_aliases(tensor)
    )
    if clear_collection:
        tf.get_default_graph().clear_collection(collection)
    return tensors


# -- Decisions -----------------------------------------------------------------------------------


def constant_value(value_or_tensor_or_var: Any, dtype: DType | None = None) -> Any:
    """The value of a Python value or of a tensor where it is known; None if it is not.

    Args:
      dtype: what the tensor must be.

    Raises:
      ValueError: there is no value, or the tensor is of another type.
    """
    value = value_or_tensor_or_var
    if value is None:
        raise ValueError("value_or_tensor_or_var cannot be None")
    if not isinstance(value, (Tensor, Variable)):
        return value
    if dtype is not None and value.dtype != dtype:
        raise ValueError(f"It has the wrong type {value.dtype} instead of {dtype}")
    return None if isinstance(value, Variable) else value_of_tensor(value)


def static_cond(pred: Any, fn1: Callable[[], Any], fn2: Callable[[], Any]) -> Any:
    """fn1() if `pred` is true, else fn2(); TypeError if they cannot be called."""
    for name, function in (("fn1", fn1), ("fn2", fn2)):
        if not callable(function):
            raise TypeError(f"{name} must be callable.")
    return fn1() if pred else fn2()


def smart_cond(
    pred: Any, fn1: Callable[[], Any], fn2: Callable[[], Any], name: str | None = None
) -> Any:
    """`tf.cond`, decided at once where the value of `pred` is known."""
    known = constant_value(pred)
    if known is None:
        return cond(pred, fn1, fn2, name=name)
    return static_cond(known, fn1, fn2)


def get_variable_collections(variables_collections: Any, name: str) -> Any:
    """The collections for variables of a name: in a dict those under it, else all."""
    if isinstance(variables_collections, Mapping):
        return variables_collections.get(name)
    return variables_collections


# -- Sizes ---------------------------------------------------------------------------------------


def channel_dimension(shape: TensorShape, data_format: str, min_rank: int = 1) -> int:
    """How many channels there are; ValueError if that is unknown or the rank below `min_rank`.

    Args:
      data_format: "channels_first" or "channels_last".
    """
    return _known_size(shape, 1 if data_format == "channels_first" else -1, min_rank)


def last_dimension(shape: TensorShape, min_rank: int = 1) -> int:
    """The last size; ValueError if it is unknown or the rank below `min_rank`."""
    return _known_size(shape, -1, min_rank)


def _known_size(shape: TensorShape, axis: int, min_rank: int) -> int:
    if shape.ndims is None:
        raise ValueError("dims of shape must be known but is None")
    if shape.ndims < min_rank:
        raise ValueError(f"rank of shape must be at least {min_rank} not: {shape.ndims}")
    size: int | None = shape.as_list()[axis]
    if size is None:
        raise ValueError(f"dimension {axis} of shape must be known but is None: {shape}")
    return size


def two_element_tuple(int_or_tuple: Any) -> tuple[Any, Any]:
    """Two numbers, from them or from one that stands for both; ValueError for all else."""
    if isinstance(int_or_tuple, (list, tuple)):
        if len(int_or_tuple) != 2:
            raise ValueError(f"Must be a list with 2 elements: {int_or_tuple}")
        return int(int_or_tuple[0]), int(int_or_tuple[1])
    if isinstance(int_or_tuple, int):
        return int(int_or_tuple), int(int_or_tuple)
    if isinstance(int_or_tuple, TensorShape) and len(int_or_tuple) == 2:
        return int_or_tuple[0], int_or_tuple[1]
    raise ValueError("Must be an int, a list with 2 elements or a TensorShape of length 2")


def n_positive_integers(n: Any, value: Any) -> tuple[int, ...]:
    """n positive integers, from them or from one that stands for all; ValueError for all else."""
    count = int(n)
    if count < 1 or count != n:
        raise ValueError("n must be a positive integer")
    try:
        numbers = (int(value),) * count
    except (TypeError, ValueError):
        numbers = _integers(count, value)
    for number in numbers:
        if number < 1:
            raise ValueError(f"expected positive integer, but received {number}")
    return numbers


def _integers(count: int, values: Any) -> tuple[int, ...]:
    try:
        if len(values) == count:
            return tuple(int(value) for value in values)
    except (TypeError, ValueError):
        pass
    raise ValueError(f"Expected sequence of {count} positive integers, but received {values!r}")

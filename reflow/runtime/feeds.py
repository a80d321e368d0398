"""What programs feed: checked, and turned into runtime values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from reflow.graph import dtypes
from reflow.graph.array_values import array_of
from reflow.graph.graph import Graph
from reflow.graph.nest import flatten_dict_items
from reflow.graph.operation import Tensor
from reflow.ops.values import HOST_TYPES, to_torch, torch_type
from reflow.runtime.expansions import expansion_of
from reflow.runtime.tensor_handles import TensorHandle

Shape = tuple[int, ...]


class Feed:
    """How values for one tensor are taken: made once for each fed tensor of a session."""

    __slots__ = (
        "_device",
        "_element_type",
        "_is_text",
        "_on_host",
        "_plain",
        "_torch_type",
        "tensor",
    )

    def __init__(self, tensor: Tensor, device: torch.device) -> None:
        self.tensor = tensor
        dtype = tensor.dtype.base_dtype
        self._element_type = np.dtype(dtype.as_numpy_dtype)
        self._on_host = dtype in HOST_TYPES
        self._torch_type = None if self._on_host else torch_type(dtype)
        self._device = device
        self._is_text = dtype is dtypes.string
        self._plain = not self._on_host and dtype is not dtypes.bfloat16 and device.type == "cpu"

    def take(self, value: Any) -> tuple[Any, Shape]:
        """The runtime value and its shape, which `check_shape` judges.

        The array that is fed is not copied where that can be avoided: a run never writes to it.

        Raises:
          TypeError: the value is of a type that cannot be fed, or an integer that does not fit.
          ValueError: it cannot be read as an array of the tensor's element type.
        """
        if type(value) is np.ndarray and value.dtype is self._element_type and not self._is_text:
            array = value
        elif isinstance(value, torch.Tensor) and not self._on_host:
            tensor = value.detach().to(device=self._device, dtype=self._torch_type)
            return tensor, tuple(tensor.shape)
        elif isinstance(value, TensorHandle):
            return self.take(value.value())
        else:
            array = self._array(value)
        if self._plain and array.flags.writeable:
            try:
                return torch.from_numpy(array), array.shape
            except ValueError:  # negative strides, foreign byte order
                pass
        if self._on_host:
            return array, array.shape
        return to_torch(array, self.tensor.dtype, self._device), array.shape

    def check_shape(self, shape: Shape) -> None:
        """ValueError when a value of this shape cannot be fed."""
        sizes = self.tensor.shape.sizes
        if sizes is None:
            return
        if len(sizes) != len(shape) or any(a not in (None, b) for a, b in zip(sizes, shape)):
            raise ValueError(
                f"Cannot feed value of shape {shape} for Tensor {self.tensor.name!r}, which has "
                f"shape {str(self.tensor.shape)!r}{self._definition()}"
            )

    def _array(self, value: Any) -> np.ndarray[Any, Any]:
        if isinstance(value, Tensor) or hasattr(value, "_as_graph_element"):
            raise TypeError(
                "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include "
                "Python scalars, strings, lists, numpy ndarrays, or TensorHandles. For reference, "
                f"the tensor object was {value} which was passed to the feed with key "
                f"{self.tensor}."
            )
        if isinstance(value, int) and not self._holds(value):
            raise TypeError(
                f"Type of feed value {value} with type {type(value)} is not compatible with "
                f"Tensor type {self._element_type.type}. Try explicitly setting the type of the "
                "feed tensor to a larger type (e.g. int64)."
            )
        try:
            if self._is_text:
                return array_of(value, dtypes.string)
            return np.asarray(value, dtype=self._element_type)
        except (TypeError, ValueError, OverflowError) as error:
            error_type = TypeError if isinstance(error, TypeError) else ValueError
            raise error_type(
                f"{error} (The value of type {type(value).__name__} was fed to Tensor "
                f"{self.tensor.name!r}, which has dtype {self.tensor.dtype.base_dtype.name} and "
                f"shape {str(self.tensor.shape)!r}{self._definition()}.)"
            ) from None

    def _definition(self) -> str:
        """Where the program made the tensor, for messages."""
        line = self.tensor.op.user_line
        return "" if line is None else f" (defined at {line})"

    def _holds(self, value: int) -> bool:
        """Whether the element type has this very number."""
        if self._on_host:
            return False
        if self._element_type.kind in "iu":
            limits = np.iinfo(self._element_type)
            return bool(limits.min <= value <= limits.max)
        try:
            return bool(self._element_type.type(value).item() == value)
        except OverflowError:
            return False


def resolve(graph: Graph, key: Any, value: Any) -> Iterator[tuple[Tensor, Any]]:
    """The tensors that a key of a feed_dict stands for, each with its part of the value."""
    for part, part_value in flatten_dict_items({key: value}).items():
        expansion = expansion_of(part)
        if expansion is None:
            yield feedable(graph, part), part_value
        elif expansion.feed is None:
            raise TypeError(f"Feed argument {part!r} has invalid type {type(part)!r}")
        else:
            for tensor, tensor_value in expansion.feed(part, part_value):
                yield feedable(graph, tensor), tensor_value


def resolve_keys(graph: Graph, key: Any) -> list[Tensor]:
    """The tensors that a key of a feed list stands for."""
    if isinstance(key, (list, tuple)):
        return [tensor for part in key for tensor in resolve_keys(graph, part)]
    expansion = expansion_of(key)
    if expansion is None:
        return [feedable(graph, key)]
    if expansion.feeds is None:
        raise TypeError(f"Feed argument {key!r} has invalid type {type(key)!r}")
    return [feedable(graph, tensor) for tensor in expansion.feeds(key)]


def feedable(graph: Graph, key: Any) -> Tensor:
    """The tensor that a key names.

    Raises:
      TypeError: the key names none of `graph`.
      ValueError: it must not be fed.
    """
    try:
        tensor = graph.as_graph_element(key, allow_operation=False)
    except (TypeError, ValueError, KeyError) as error:
        raise TypeError(f"Cannot interpret feed_dict key as Tensor: {error.args[0]}") from None
    assert isinstance(tensor, Tensor)
    if not graph.is_feedable(tensor):
        raise ValueError(f"Tensor {tensor} may not be fed.")
    return tensor

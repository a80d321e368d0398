"""What programs feed: checked, and turned into runtime values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from reflow.graph import dtypes
from reflow.graph.array_values import array_of
from reflow.graph.graph import Graph
from reflow.graph.operation import Tensor
from reflow.ops.values import HOST_TYPES, to_torch, torch_type

# (type, key -> tensors, (key, value) -> [(tensor, value)]): objects that stand for several
# tensors, such as sparse ones.
_expansions: list[tuple[type, Callable[[Any, Any], list[tuple[Any, Any]]]]] = []


def register_feed_expansion(kind: type, expand: Callable[[Any, Any], list[tuple[Any, Any]]]) -> None:
    """Lets keys of a feed_dict be of `kind`: `expand(key, value)` gives [(tensor, value), ...]."""
    _expansions.append((kind, expand))


class Feed:
    """How values for one tensor are taken: made once for each fed tensor of a session."""

    __slots__ = ("tensor", "_numpy_type", "_sizes", "_on_host", "_torch_type", "_device", "_plain")

    def __init__(self, tensor: Tensor, device: torch.device) -> None:
        self.tensor = tensor
        dtype = tensor.dtype.base_dtype
        self._numpy_type = np.dtype(dtype.as_numpy_dtype)
        self._sizes = tensor.shape.sizes
        self._on_host = dtype in HOST_TYPES
        self._torch_type = None if self._on_host else torch_type(dtype)
        self._device = device
        self._plain = not self._on_host and dtype is not dtypes.bfloat16 and device.type == "cpu"

    def take(self, value: Any) -> tuple[Any, tuple[int, ...]]:
        """The runtime value and its shape.  ValueError or TypeError for what cannot be fed."""
        if type(value) is np.ndarray and value.dtype == self._numpy_type:
            array = value
        elif isinstance(value, torch.Tensor) and not self._on_host:
            return self._take_torch(value)
        else:
            array = self._convert(value)
        shape = array.shape
        if not self._fits(shape):
            raise ValueError(
                f"Cannot feed value of shape {shape} for Tensor '{self.tensor.name}', which has "
                f"shape '{self.tensor.shape}'"
            )
        if self._on_host:
            return array, shape
        if self._plain and array.flags.writeable:
            try:
                return torch.from_numpy(array), shape
            except ValueError:  # negative strides, foreign byte order
                pass
        return to_torch(array, self.tensor.dtype, self._device), shape

    def _fits(self, shape: tuple[int, ...]) -> bool:
        sizes = self._sizes
        if sizes is None or sizes == shape:
            return True
        return len(sizes) == len(shape) and all(a is None or a == b for a, b in zip(sizes, shape))

    def _take_torch(self, value: torch.Tensor) -> tuple[Any, tuple[int, ...]]:
        shape = tuple(value.shape)
        if not self._fits(shape):
            raise ValueError(
                f"Cannot feed value of shape {shape} for Tensor '{self.tensor.name}', which has "
                f"shape '{self.tensor.shape}'"
            )
        return value.detach().to(device=self._device, dtype=self._torch_type), shape

    def _convert(self, value: Any) -> np.ndarray[Any, Any]:
        dtype = self.tensor.dtype.base_dtype
        if isinstance(value, Tensor):
            raise TypeError(
                "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include "
                "Python scalars, strings, lists, numpy ndarrays, or TensorHandles. For reference, "
                f"the tensor object was {value} which was passed to the feed with key {self.tensor}."
            )
        if dtype is dtypes.string:
            return array_of(value, dtype)
        if isinstance(value, int) and not isinstance(value, bool):
            if dtype.is_integer and not dtype.is_quantized and not dtype.min <= value <= dtype.max:
                raise TypeError(
                    f"Type of feed value {value} with type {type(value)} is not compatible with Tensor "
                    f"type {self._numpy_type}. Try explicitly setting the type of the feed tensor "
                    "to a larger type (e.g. int64)."
                )
        try:
            return np.asarray(value, dtype=self._numpy_type)
        except (TypeError, ValueError) as error:
            raise type(error)(
                f"Cannot feed a value of type {type(value).__name__} for Tensor '{self.tensor.name}', "
                f"which has dtype {dtype.name} and shape '{self.tensor.shape}'. {error}"
            ) from error


def resolve(graph: Graph, key: Any, value: Any) -> list[tuple[Tensor, Any]]:
    """The tensors that a key of a feed_dict stands for, each with its part of the value."""
    for kind, expand in _expansions:
        if isinstance(key, kind):
            return [pair for k, v in expand(key, value) for pair in resolve(graph, k, v)]
    try:
        tensor = graph.as_graph_element(key, allow_operation=False)
    except (TypeError, ValueError, KeyError) as error:
        raise TypeError(f"Cannot interpret feed_dict key as Tensor: {_text(error)}") from error
    assert isinstance(tensor, Tensor)
    if not graph.is_feedable(tensor):
        raise ValueError(f"Tensor {tensor} may not be fed.")
    return [(tensor, value)]


def _text(error: Exception) -> str:
    return str(error.args[0]) if error.args else str(error)



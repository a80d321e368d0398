"""The class of eager tensors as `tensorflow.python.framework.ops` has it: it makes tensors of
values, for a device."""

from __future__ import annotations

from typing import Any

from reflow.graph import eager_tensor
from reflow.graph.dtypes import as_dtype
from reflow.graph.execution import engine

__all__ = ["EagerTensor"]


class _OfEagerTensors(type):
    """Instances and subclasses are those of the class that eager tensors have here."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, eager_tensor.EagerTensor)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, eager_tensor.EagerTensor)


class EagerTensor(metaclass=_OfEagerTensors):
    """A tensor that has its value already.

    Args:
      value: a number, a string, nested lists of these, an array, or an eager tensor.
      device: where it is to be; all numbers lie on one device.
      dtype: the type of its elements, as a DataType number; by default the one of the value.

    Raises:
      TypeError: no device is given, or the type is no number.
      ValueError, TypeError: as for tf.constant.
    """

    def __new__(cls, value: Any, device: Any = None, dtype: int | None = None) -> Any:
        if device is None:
            raise TypeError("Required argument 'device' (pos 2) not found")
        if dtype is not None and not isinstance(dtype, int):
            raise TypeError(f"Expecting a DataType value for dtype. Got {type(dtype).__name__}")
        try:
            wanted = None if dtype is None else as_dtype(dtype)
        except TypeError as error:
            raise TypeError(f"Invalid dtype argument value {dtype}") from error
        if isinstance(value, eager_tensor.EagerTensor):
            value = value.numpy()
        return engine.constant(value, wanted)

"""`tensorflow.core.framework.types_pb2`: the element types of TensorFlow 1.15.

The message classes are of a later version, which has more types.
"""

from __future__ import annotations

from tensorboard.compat.proto import types_pb2

from reflow.graph.dtypes import TYPE_NAMES

__all__ = ["DataType"]


class _DataTypes:
    """The enumeration, with the interface that protocol buffers give one."""

    Name = staticmethod(types_pb2.DataType.Name)
    Value = staticmethod(types_pb2.DataType.Value)

    def values(self) -> list[int]:
        """The numbers of all types; 0 is invalid."""
        return [0, *sorted(TYPE_NAMES)]

    def keys(self) -> list[str]:
        """The names of all types."""
        return [self.Name(number) for number in self.values()]

    def items(self) -> list[tuple[str, int]]:
        """Names and numbers."""
        return list(zip(self.keys(), self.values()))


DataType = _DataTypes()

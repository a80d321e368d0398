"""Statistics of ops, which `tensorflow.python.framework.ops` lets programs register."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["OpStats", "RegisterStatistics", "get_stats_for_node_def"]

_Statistics = Callable[[Any, Any], "OpStats"]
_Function = TypeVar("_Function", bound=_Statistics)

# By op type and kind of statistic.
_registered: dict[tuple[str, str], _Statistics] = {}


class OpStats:
    """A number that says something of an op: its "flops", the bytes of its weights.

    Attributes:
      statistic_type: what kind of statistic it is.
      value: the number, None where it is not known.
    """

    def __init__(self, statistic_type: str, value: float | None = None) -> None:
        self.statistic_type = statistic_type
        self.value = value

    def __iadd__(self, other: OpStats) -> OpStats:
        if other.statistic_type != self.statistic_type:
            raise ValueError(
                f"Can't add an OpStat of type {self.statistic_type} to one of "
                f"{other.statistic_type}."
            )
        if other.value is not None:
            self.value = other.value + (self.value or 0)
        return self


class RegisterStatistics:
    """A decorator of the function `(graph, node_def) -> OpStats` for an op type.

    Raises:
      TypeError: an argument is no string, or has a comma in it.
      KeyError: there is a function for this op type and kind already.
    """

    def __init__(self, op_type: str, statistic_type: str) -> None:
        if not isinstance(op_type, str):
            raise TypeError("op_type must be a string.")
        if "," in op_type:
            raise TypeError("op_type must not contain a comma.")
        if not isinstance(statistic_type, str):
            raise TypeError("statistic_type must be a string.")
        if "," in statistic_type:
            raise TypeError("statistic_type must not contain a comma.")
        self._key = op_type, statistic_type

    def __call__(self, function: _Function) -> _Function:
        if self._key in _registered:
            raise KeyError(f"Statistics of {','.join(self._key)} are registered twice.")
        _registered[self._key] = function
        return function


def get_stats_for_node_def(graph: Any, node: Any, statistic_type: str) -> OpStats:
    """What the function registered for a node's op type gives; of unknown value without one."""
    function = _registered.get((node.op, statistic_type))
    return OpStats(statistic_type) if function is None else function(graph, node)

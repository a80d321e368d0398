"""tf.debugging.assert_shapes: shapes that have sizes in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Rank, Shape
from reflow.ops.comparisons import Equal
from reflow.tf._checks import Assert, assert_rank, assert_rank_at_least, assert_rank_in
from reflow.tf._cond import cond
from reflow.tf._control_flow import group
from reflow.tf._scopes import control_dependencies, name_scope

_ANY_SIZE = (None, ".")
_ANY_OUTER_DIMENSIONS = (Ellipsis, "*")


def assert_shapes(
    shapes: Mapping[Tensor, Any] | Iterable[tuple[Any, Any]],
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Any:
    """An operation that fails unless tensors have the shapes that are asked of them.

        tf.debugging.assert_shapes([(x, ("N", "Q")), (y, ("N", "D")), (w, ("Q",)), (scalar, ())])

    Args:
      shapes: pairs of a tensor and its shape.  The items of a shape are numbers; names, which stand
        for the same size wherever they are; None or "." for any size; and, in the first place
        only, "*" or ... for any outer dimensions.  A scalar counts as a vector of one element.
      data: what is printed when it fails.
      summarize: how many elements of a tensor are printed.
      message: the beginning of what is said.
      name: of the operation.

    Raises:
      ValueError: a shape is no sequence, or it is known now that a tensor has another one.
    """
    pairs = shapes.items() if isinstance(shapes, Mapping) else shapes
    with name_scope(name, "assert_shapes"):
        check = _Check(data, summarize, message or "", name)
        wanted = [_Wanted(convert_to_tensor(x), s, check) for x, s in pairs if s is not None]
        ranks = [assertion for item in wanted for assertion in check.rank(item)]
        sizes = [assertion for item in wanted for assertion in check.sizes(item)]
        with control_dependencies(ranks):
            return group(sizes)


class _Wanted:
    """A tensor and the shape asked of it.

    Attributes:
      sizes: what is asked of its last dimensions.
      any_outer: whether there may be more dimensions before those.
    """

    def __init__(self, tensor: Tensor, shape: Any, check: _Check) -> None:
        self.tensor = tensor
        if not hasattr(shape, "__iter__") and not hasattr(shape, "__getitem__"):
            raise ValueError(
                f"{check.message}.  Tensor {_called(tensor)}.  Specified shape must be an iterable."
                "  An iterable has the attribute `__iter__` or `__getitem__`.  Received specified "
                f"shape: {shape}"
            )
        items = tuple(shape)
        for index, item in enumerate(items[1:], 1):
            if item in _ANY_OUTER_DIMENSIONS:
                raise ValueError(
                    f"{check.message}.  Tensor {_called(tensor)} specified shape index {index}.  "
                    "Symbol `...` or `*` for a variable number of unspecified dimensions is only "
                    "allowed as the first entry"
                )
        self.any_outer = bool(items) and items[0] in _ANY_OUTER_DIMENSIONS
        self.sizes = items[1:] if self.any_outer else items or (1,)


class _Check:
    """Compares tensors with what is asked of them; knows the sizes that names stand for."""

    def __init__(self, data: Any, summarize: int | None, message: str, name: str | None) -> None:
        self._options = {"data": data, "summarize": summarize, "message": message, "name": name}
        self.message = message
        self._named: dict[Any, tuple[Any, Tensor, int]] = {}

    def rank(self, wanted: _Wanted) -> list[Any]:
        """The assertions on a tensor's rank."""
        rank = len(wanted.sizes)
        if wanted.any_outer:
            few = rank <= 1
            return [] if few else [assert_rank_at_least(wanted.tensor, rank, **self._options)]
        if rank <= 1:
            return [assert_rank_in(wanted.tensor, [0, 1], **self._options)]
        return [assert_rank(wanted.tensor, rank, **self._options)]

    def sizes(self, wanted: _Wanted) -> list[Any]:
        """The assertions on a tensor's sizes that cannot be decided now."""
        actual = _sizes(wanted.tensor)
        assertions = []
        for index, symbol in enumerate(wanted.sizes):
            if symbol in _ANY_SIZE:
                continue
            dimension = index - len(wanted.sizes) if wanted.any_outer else index
            size = actual[dimension]
            number = _number(symbol)
            if number is None and symbol not in self._named:
                self._named[symbol] = size, wanted.tensor, dimension
                continue
            if number is not None:
                expected, why = number, "Specified explicitly"
            else:
                expected, other, at = self._named[symbol]
                why = f"Specified by tensor {_called(other)} dimension {at}"
            if isinstance(size, Tensor) or isinstance(expected, Tensor):
                assertions.append(self._compared(wanted.tensor, dimension, size, expected, why))
            elif size != expected:
                raise ValueError(
                    f"{self.message}.  {why}.  Tensor {_called(wanted.tensor)} dimension "
                    f"{dimension} must have size {expected}.  Received size {size}, shape "
                    f"{wanted.tensor.shape}"
                )
        return assertions

    def _compared(self, tensor: Tensor, dimension: int, size: Any, expected: Any, why: str) -> Any:
        data = self._options["data"]
        if data is None:
            data = [self.message, why, f"Tensor {_called(tensor)} dimension", dimension]
            data += ["must have size", expected, "Received shape: ", Shape(tensor)]
        condition = Equal(convert_to_tensor(size), convert_to_tensor(expected))
        return Assert(condition, data, summarize=self._options["summarize"])


def _sizes(tensor: Tensor) -> Any:
    """The sizes of a tensor, each a number where it is known; of a scalar [1]."""
    known = tensor.shape.sizes
    if known is None:
        return cond(Equal(Rank(tensor), 0), lambda: convert_to_tensor([1]), lambda: Shape(tensor))
    if not known:
        return [1]
    if None not in known:
        return known
    dynamic = Shape(tensor)
    return [dynamic[i] if size is None else size for i, size in enumerate(known)]


def _number(symbol: Any) -> int | None:
    try:
        return int(symbol)
    except (TypeError, ValueError):
        return None


def _called(tensor: Tensor) -> str:
    if isinstance(tensor, EagerTensor):
        return f"shape={tensor.shape} dtype={tensor.dtype.name}"
    return tensor.name

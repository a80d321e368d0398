"""Static shapes: `TensorShape`, and `Dimension`, what one element of it is.

Source: TensorFlow 1.15, `tf.TensorShape` and `tf.Dimension` with version 1 behaviour: indexing a
shape and iterating over it give `Dimension` objects.

A shape keeps its sizes as one tuple of `int | None`, which shape functions read as `shape.sizes`
and hand back with `TensorShape.of`. `Dimension` objects are made only when a program asks for them.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeAlias

from reflow.graph.dtypes import DType

if TYPE_CHECKING:
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

__all__ = [
    "Dimension",
    "Sizes",
    "TensorShape",
    "as_dimension",
    "as_shape",
    "broadcast_static_shape",
    "dimension_at_index",
    "dimension_value",
    "matrix",
    "scalar",
    "unknown_shape",
    "vector",
]

Sizes: TypeAlias = tuple[int | None, ...]


def _as_size(value: Any) -> int | None:
    """The size that `value` stands for: a whole number from 0, or None for an unknown one.

    Raises:
      TypeError: `value` is not a number.
      ValueError: it is negative, or not whole.
    """
    if value is None:
        return None
    if type(value) is not int:
        if isinstance(value, Dimension):
            return value._value
        if isinstance(value, DType):
            raise TypeError(f"Cannot convert {value} to Dimension")
        size = int(value)
        if not isinstance(value, (str, bytes)) and size != value:
            raise ValueError(f"Ambiguous dimension: {value}")
        value = size
    if value < 0:
        raise ValueError(f"Dimension {value} must be >= 0")
    return int(value)


def _arithmetic(function: Callable[[int, int], int]) -> Callable[[Dimension, Any], Any]:
    """A method of Dimension that computes `function(self, other)`, unknown if either is."""

    def method(self: Dimension, other: Any) -> Any:
        try:
            size = _as_size(other)
        except (TypeError, ValueError):
            return NotImplemented
        if self._value is None or size is None:
            return Dimension(None)
        return Dimension(function(self._value, size))

    return method


def _comparison(function: Callable[[int, int], bool]) -> Callable[[Dimension, Any], bool | None]:
    """A method of Dimension that answers `function(self, other)`, None if either is unknown."""

    def method(self: Dimension, other: Any) -> bool | None:
        size = _as_size(other)
        if self._value is None or size is None:
            return None
        return function(self._value, size)

    return method


class Dimension:
    """The size of one dimension of a shape: a whole number, or unknown.

    Arithmetic with an unknown dimension gives an unknown one, and comparison with it, `==`
    included, gives None.

    Args:
      value: a whole number from 0, None for an unknown size, or a `Dimension`.

    Raises:
      TypeError: `value` is not a number.
      ValueError: `value` is negative or not whole.
    """

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = _as_size(value)

    @property
    def value(self) -> int | None:
        """The size, or None if it is unknown."""
        return self._value

    def is_compatible_with(self, other: Any) -> bool:
        """Whether both may be the same size: one is unknown, or they are equal."""
        try:
            size = _as_size(other)
        except (TypeError, ValueError):
            return False
        return self._value is None or size is None or self._value == size

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raises ValueError unless `is_compatible_with(other)`."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Dimensions {self} and {other} are not compatible")

    def merge_with(self, other: Any) -> Dimension:
        """The dimension that both describe: the known one of the two.

        Raises:
          ValueError: both are known and differ.
        """
        self.assert_is_compatible_with(other)
        return Dimension(other if self._value is None else self._value)

    __add__ = _arithmetic(operator.add)
    __sub__ = _arithmetic(operator.sub)
    __mul__ = _arithmetic(operator.mul)
    __floordiv__ = _arithmetic(operator.floordiv)

    def __radd__(self, other: Any) -> Dimension:
        return self + other  # type: ignore[no-any-return]

    def __rsub__(self, other: Any) -> Dimension:
        return as_dimension(other) - self  # type: ignore[no-any-return]

    def __rmul__(self, other: Any) -> Dimension:
        return self * other  # type: ignore[no-any-return]

    def __rfloordiv__(self, other: Any) -> Dimension:
        return as_dimension(other) // self  # type: ignore[no-any-return]

    def __mod__(self, other: Any) -> Dimension:
        size = _as_size(other)
        return Dimension(None if self._value is None or size is None else self._value % size)

    def __rmod__(self, other: Any) -> Dimension:
        return as_dimension(other) % self

    # `/` of Python 2, in programs translated from it.

    def __div__(self, other: Any) -> Dimension:
        return self // other  # type: ignore[no-any-return]

    def __rdiv__(self, other: Any) -> Dimension:
        return self.__rtruediv__(other)

    def __truediv__(self, other: Any) -> Dimension:
        raise TypeError(
            f"unsupported operand type(s) for /: 'Dimension' and '{type(other).__name__}', "
            "please use // instead"
        )

    def __rtruediv__(self, other: Any) -> Dimension:
        raise TypeError(
            f"unsupported operand type(s) for /: '{type(other).__name__}' and 'Dimension', "
            "please use // instead"
        )

    def __eq__(self, other: Any) -> Any:
        try:
            size = _as_size(other)
        except (TypeError, ValueError):
            return NotImplemented
        return None if self._value is None or size is None else self._value == size

    def __ne__(self, other: Any) -> Any:
        equal = self.__eq__(other)
        return equal if equal is None or equal is NotImplemented else not equal

    __lt__ = _comparison(operator.lt)
    __le__ = _comparison(operator.le)
    __gt__ = _comparison(operator.gt)
    __ge__ = _comparison(operator.ge)

    def __index__(self) -> int:
        if self._value is None:
            raise TypeError("An unknown dimension is no integer. Received: Dimension(None)")
        return self._value

    def __int__(self) -> int:
        return self.__index__()

    def __repr__(self) -> str:
        return f"Dimension({self._value!r})"

    def __str__(self) -> str:
        return "?" if self._value is None else str(self._value)

    def __reduce__(self) -> tuple[Any, ...]:
        return Dimension, (self._value,)


def as_dimension(value: Any) -> Dimension:
    """`value` as a `Dimension`; itself if it is one."""
    return value if isinstance(value, Dimension) else Dimension(value)


def dimension_value(dimension: Any) -> Any:
    """The size of a `Dimension`; anything else unchanged."""
    return dimension._value if isinstance(dimension, Dimension) else dimension


class TensorShape:
    """What is known of a tensor's shape when the graph is built.

    Fully known, `TensorShape([16, 256])`; partly known, `TensorShape([None, 256])`; or unknown
    even in rank, `TensorShape(None)`, which alone is false.

    Two partly known shapes are never equal, as the sizes unknown may differ; a shape equals itself.
    So that this holds for the shapes of two tensors, each tensor needs a shape object of its own.

    Args:
      dims: None, an iterable of what `Dimension` accepts, one such value for a vector, a
        `TensorShapeProto`, or a `TensorShape`.

    Raises:
      TypeError: `dims` is a string, or an element is not a number.
      ValueError: an element is negative or not whole.
    """

    __slots__ = ("_dimensions", "_sizes")

    # Whether items are numbers, as they are in TensorFlow 2.
    _v2_behavior = False

    _sizes: Sizes | None
    _dimensions: list[Dimension] | None

    def __init__(self, dims: Any) -> None:
        self._dimensions = None
        if dims is None:
            self._sizes = None
        elif isinstance(dims, TensorShape):
            self._sizes = dims._sizes
        elif isinstance(dims, (str, bytes)):
            raise TypeError(
                "A string has ambiguous TensorShape, please wrap in a list or convert to an int: "
                f"{dims!s}"
            )
        elif hasattr(dims, "unknown_rank"):
            self._sizes = _proto_sizes(dims)
        else:
            try:
                elements = iter(dims)
            except TypeError:
                self._sizes = (_as_size(dims),)
            else:
                self._sizes = tuple([_as_size(element) for element in elements])

    @classmethod
    def of(cls, sizes: Sizes | None) -> TensorShape:
        """A shape from sizes that need no check: a tuple of `int | None`, or None."""
        shape = object.__new__(cls)
        shape._sizes = sizes
        shape._dimensions = None
        return shape

    @property
    def sizes(self) -> Sizes | None:
        """The sizes, None for each unknown one; None for an unknown rank."""
        return self._sizes

    @property
    def rank(self) -> int | None:
        """The number of dimensions, or None if it is unknown."""
        return None if self._sizes is None else len(self._sizes)

    @property
    def ndims(self) -> int | None:
        """The same as `rank`."""
        return None if self._sizes is None else len(self._sizes)

    @property
    def dims(self) -> list[Dimension] | None:
        """The dimensions in a new list, or None if the rank is unknown."""
        return None if self._sizes is None else list(self._known_dimensions(self._sizes))

    def _known_dimensions(self, sizes: Sizes) -> list[Dimension]:
        if self._dimensions is None:
            self._dimensions = [Dimension(size) for size in sizes]
        return self._dimensions

    def as_list(self) -> list[int | None]:
        """The sizes, None for each unknown one.

        Raises:
          ValueError: the rank is unknown.
        """
        if self._sizes is None:
            raise ValueError("as_list() is not defined on an unknown TensorShape.")
        return list(self._sizes)

    def as_proto(self) -> TensorShapeProto:
        """This shape as a `TensorShapeProto`, with -1 for each unknown size."""
        from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

        if self._sizes is None:
            return TensorShapeProto(unknown_rank=True)
        return TensorShapeProto(
            dim=[TensorShapeProto.Dim(size=-1 if size is None else size) for size in self._sizes]
        )

    def num_elements(self) -> int | None:
        """The product of the sizes, or None if not all are known."""
        if self._sizes is None or None in self._sizes:
            return None
        return math.prod(self._sizes)  # type: ignore[arg-type]

    def is_fully_defined(self) -> bool:
        """Whether the rank and every size are known."""
        return self._sizes is not None and None not in self._sizes

    def assert_is_fully_defined(self) -> None:
        """Raises ValueError unless `is_fully_defined()`."""
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined")

    def is_compatible_with(self, other: Any) -> bool:
        """Whether some fully known shape fits both."""
        return _compatible(self._sizes, as_shape(other)._sizes)

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raises ValueError unless `is_compatible_with(other)`."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {other} are incompatible")

    def merge_with(self, other: Any) -> TensorShape:
        """The shape that holds what is known from both.

        Raises:
          ValueError: no shape fits both.
        """
        shape = as_shape(other)
        if self._sizes is None:
            return shape
        if not _compatible(self._sizes, shape._sizes):
            raise ValueError(f"Shapes {self} and {shape} are not compatible")
        if shape._sizes is None:
            return TensorShape.of(self._sizes)
        return TensorShape.of(
            tuple([y if x is None else x for x, y in zip(self._sizes, shape._sizes, strict=True)])
        )

    def most_specific_compatible_shape(self, other: Any) -> TensorShape:
        """The most specific shape that both are instances of: only what they agree on."""
        sizes = as_shape(other)._sizes
        if self._sizes is None or sizes is None or len(self._sizes) != len(sizes):
            return TensorShape.of(None)
        return TensorShape.of(
            tuple([x if x == y else None for x, y in zip(self._sizes, sizes, strict=True)])
        )

    def concatenate(self, other: Any) -> TensorShape:
        """This shape's dimensions, then those of `other`; unknown if either rank is."""
        sizes = as_shape(other)._sizes
        if self._sizes is None or sizes is None:
            return TensorShape.of(None)
        return TensorShape.of(self._sizes + sizes)

    def __add__(self, other: Any) -> TensorShape:
        return self.concatenate(other)

    def __radd__(self, other: Any) -> TensorShape:
        return TensorShape(other).concatenate(self)

    def assert_same_rank(self, other: Any) -> None:
        """Raises ValueError if both ranks are known and differ."""
        shape = as_shape(other)
        if self._sizes is None or shape._sizes is None:
            return
        if len(self._sizes) != len(shape._sizes):
            raise ValueError(f"Shapes {self} and {shape} must have the same rank")

    def assert_has_rank(self, rank: int) -> None:
        """Raises ValueError if the rank is known and not `rank`."""
        if self._sizes is not None and len(self._sizes) != rank:
            raise ValueError(f"Shape {self} must have rank {rank}")

    def with_rank(self, rank: int) -> TensorShape:
        """This shape; if its rank is unknown, `rank` unknown dimensions.

        Raises:
          ValueError: the rank is known and not `rank`.
        """
        self.assert_has_rank(rank)
        return unknown_shape(rank) if self._sizes is None else self

    def with_rank_at_least(self, rank: int) -> TensorShape:
        """This shape.

        Raises:
          ValueError: the rank is known and below `rank`.
        """
        if self._sizes is not None and len(self._sizes) < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def with_rank_at_most(self, rank: int) -> TensorShape:
        """This shape.

        Raises:
          ValueError: the rank is known and above `rank`.
        """
        if self._sizes is not None and len(self._sizes) > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}")
        return self

    def __len__(self) -> int:
        if self._sizes is None:
            raise ValueError("Cannot take the length of shape with unknown rank.")
        return len(self._sizes)

    def __bool__(self) -> bool:
        return self._sizes is not None

    def __iter__(self) -> Iterator[Dimension]:
        if self._sizes is None:
            raise ValueError("Cannot iterate over a shape with unknown rank.")
        return iter(self._known_dimensions(self._sizes))

    def __getitem__(self, key: Any) -> Any:
        """The `Dimension` at an index, or the `TensorShape` of a slice.

        Raises:
          IndexError: the index is out of range.
          ValueError: the slice has a step and the rank is unknown.
        """
        if self._sizes is None:
            return _slice_of_unknown(key) if isinstance(key, slice) else Dimension(None)
        if isinstance(key, slice):
            return TensorShape.of(self._sizes[key])
        return self._known_dimensions(self._sizes)[key]

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        try:
            sizes = as_shape(other)._sizes
        except TypeError:
            return NotImplemented
        if self._sizes is None:
            return sizes is None
        return self._sizes == sizes and None not in self._sizes

    def __ne__(self, other: object) -> bool:
        try:
            shape = as_shape(other)
        except TypeError:
            return NotImplemented
        if self._sizes is None or shape._sizes is None:
            raise ValueError("The inequality of unknown TensorShapes is undefined.")
        return not self == shape

    def __repr__(self) -> str:
        return f"TensorShape({self.dims!r})"

    def __str__(self) -> str:
        if self._sizes is None:
            return "<unknown>"
        words = ["?" if size is None else str(size) for size in self._sizes]
        return f"({words[0]},)" if len(words) == 1 else f"({', '.join(words)})"

    def _cpp_text(self) -> str:
        """As messages of TensorFlow's runtime write it: "[2,?]", "<unknown>"."""
        if self._sizes is None:
            return "<unknown>"
        return "[" + ",".join("?" if size is None else str(size) for size in self._sizes) + "]"

    def __reduce__(self) -> tuple[Any, ...]:
        return TensorShape, (self.dims,)


def _proto_sizes(proto: TensorShapeProto) -> Sizes | None:
    """The sizes of a `TensorShapeProto`, where -1 stands for an unknown one."""
    if proto.unknown_rank:
        return None
    return tuple([None if dim.size == -1 else _as_size(dim.size) for dim in proto.dim])


def _compatible(x: Sizes | None, y: Sizes | None) -> bool:
    if x is None or y is None or x == y:
        return True
    return len(x) == len(y) and all(
        a is None or b is None or a == b for a, b in zip(x, y, strict=True)
    )


def _slice_of_unknown(key: slice) -> TensorShape:
    """A slice of a shape of unknown rank, taken to be long enough for it."""
    if key.step is not None:
        raise ValueError("Steps are not yet handled")
    start = 0 if key.start is None else operator.index(key.start)
    if key.stop is None:
        return TensorShape.of(None)
    stop = operator.index(key.stop)
    if start < 0 or stop < 0:
        return TensorShape.of(None)
    return unknown_shape(stop - start)


def as_shape(shape: Any) -> TensorShape:
    """`shape` as a `TensorShape`; itself if it is one."""
    return shape if isinstance(shape, TensorShape) else TensorShape(shape)


def unknown_shape(rank: int | None = None, ndims: int | None = None) -> TensorShape:
    """A shape of which at most the rank is known. `ndims` is the older name of `rank`."""
    if rank is None:
        rank = ndims
    return TensorShape.of(None if rank is None else (None,) * rank)


def dimension_at_index(shape: TensorShape, index: int) -> Dimension:
    """`shape[index]`."""
    dimension: Dimension = shape[index]
    return dimension


def scalar() -> TensorShape:
    """The shape of a scalar."""
    return TensorShape.of(())


def vector(length: Any) -> TensorShape:
    """The shape of a vector of `length` elements (None: unknown)."""
    return TensorShape([length])


def matrix(rows: Any, cols: Any) -> TensorShape:
    """The shape of a matrix of `rows` by `cols` elements (None: unknown)."""
    return TensorShape([rows, cols])


def broadcast_static_shape(shape_x: Any, shape_y: Any) -> TensorShape:
    """The shape of an elementwise result of two tensors, by NumPy's broadcasting.

    Where one size is unknown and the other above 1, the result has the latter: the program is
    taken to be right.

    Args:
      shape_x, shape_y: what `TensorShape` accepts.

    Raises:
      ValueError: the shapes cannot be broadcast together.
    """
    x, y = as_shape(shape_x), as_shape(shape_y)
    if x._sizes is None or y._sizes is None:
        return TensorShape.of(None)
    sizes: list[int | None] = []
    for a, b in zip_longest(reversed(x._sizes), reversed(y._sizes), fillvalue=1):
        if a == b or b == 1:
            sizes.append(a)
        elif a == 1:
            sizes.append(b)
        elif a is None or b is None:
            sizes.append(a or b or None)
        else:
            raise ValueError(f"Incompatible shapes for broadcasting: {x} and {y}")
    return TensorShape.of(tuple(reversed(sizes)))

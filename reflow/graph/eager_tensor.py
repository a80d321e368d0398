"""EagerTensor: the value of an operation that ran at once; EagerOperation: what a tape keeps of it.

Both have the interface of their counterparts in graphs, so that gradient and shape rules take
either.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reflow.graph.dtypes import DType
from reflow.graph.execution import engine
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape

if TYPE_CHECKING:
    from reflow.graph.op_definition import OpDefinition

_ids = itertools.count()


def _meaningless(name: str) -> Any:
    def refuse(self: EagerTensor) -> Any:
        raise AttributeError(f"Tensor.{name} is meaningless when eager execution is enabled.")

    return property(refuse)


class EagerTensor(Tensor):
    """A tensor that has its value already.

    Attributes:
      dtype: the type of its elements.
      _value: the value as the engine computes with it; None until somebody computes with an
        array from the host.
      _array: the value as a NumPy array, never written to; None until somebody looks at it.
      _id: grows from tensor to tensor.
    """

    __slots__ = ("_array", "_id", "_value")

    def __init__(self, dtype: DType, value: Any, array: Any = None) -> None:
        self.dtype = dtype
        self._value = value
        self._array = array
        self._id = next(_ids)

    def _on_host(self) -> np.ndarray[Any, Any]:
        """The value as an array that must not be written to."""
        array = self._array
        if array is None:
            array = self._array = engine.to_array(self._value)
        return array  # type: ignore[no-any-return]

    def numpy(self) -> Any:
        """The value as an array of the program's own; of a scalar a NumPy scalar, of text bytes.

        Raises:
          ValueError: it is a handle, which is no value for programs.
        """
        if not self.dtype.is_numpy_compatible:
            raise ValueError(f"Tensors of type {self.dtype.name} are not convertible to numpy.")
        array = self._on_host()
        return array.copy() if array.ndim else array[()]

    _numpy = _on_host

    # -- What an eager tensor does not have -----------------------------------------------------

    op = _meaningless("op")
    graph = _meaningless("graph")
    name = _meaningless("name")
    value_index = _meaningless("value_index")

    def consumers(self) -> Any:
        raise NotImplementedError("Tensor.consumers is not supported when executing eagerly.")

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        raise NotImplementedError(
            "eval is not supported when eager execution is enabled, is .numpy() what you're "
            "looking for?"
        )

    # -- Properties ---------------------------------------------------------------------------

    @property
    def _sizes(self) -> tuple[int, ...]:
        value = self._value
        return tuple(self._array.shape if value is None else value.shape)

    @property
    def shape(self) -> TensorShape:
        return TensorShape.of(self._sizes)

    _shape = shape

    def get_shape(self) -> TensorShape:
        return self.shape

    def _shape_tuple(self) -> tuple[int, ...]:
        return self._sizes

    def _shape_as_list(self) -> list[int | None] | None:
        return list(self._sizes)

    def _rank(self) -> int | None:
        return len(self._sizes)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self._sizes)

    def _num_elements(self) -> int:
        return int(np.prod(self._sizes, dtype=np.int64))

    def _datatype_enum(self) -> int:
        return self.dtype.as_datatype_enum

    def set_shape(self, shape: Any) -> None:
        """Checks the shape, which is known.

        Raises:
          ValueError: `shape` does not allow it.
        """
        if not self.shape.is_compatible_with(shape):
            raise ValueError(
                f"Tensor's shape {self.shape} is not compatible with supplied shape {shape}"
            )

    @property
    def device(self) -> str:
        """The full name of the device that holds the value."""
        return engine.device_name("")

    backing_device = device

    def cpu(self) -> EagerTensor:
        """The tensor in the host's memory."""
        return EagerTensor(self.dtype, None, self._on_host())

    def gpu(self, gpu_index: int = 0) -> EagerTensor:
        """The tensor in a GPU's memory; InvalidArgumentError without such a device."""
        engine.device_name(f"/device:GPU:{gpu_index}")
        return EagerTensor(self.dtype, self._value, self._array)

    # -- As Python's and NumPy's values ---------------------------------------------------------

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self.numpy(), dtype=dtype)

    def __int__(self) -> int:
        return int(self.numpy())

    def __index__(self) -> int:
        return self.numpy().__index__()  # type: ignore[no-any-return]

    def __float__(self) -> float:
        return float(self.numpy())

    def __complex__(self) -> complex:
        return complex(self.numpy())

    def __bool__(self) -> bool:
        return bool(self.numpy())

    def __format__(self, format_spec: str) -> str:
        return self.numpy().__format__(format_spec)  # type: ignore[no-any-return]

    def __len__(self) -> int:
        if not self._sizes:
            raise TypeError("Scalar tensor has no `len()`")
        return self._sizes[0]

    def __iter__(self) -> Iterator[Tensor]:
        if not self._sizes:
            raise TypeError("Cannot iterate over a scalar tensor.")
        return (self[i] for i in range(self._sizes[0]))  # type: ignore[index]

    def __copy__(self) -> EagerTensor:
        return EagerTensor(self.dtype, self._value, self._array)

    def __deepcopy__(self, memo: dict[int, Any]) -> EagerTensor:
        copied = memo[id(self)] = self.__copy__()
        return copied

    def __reduce__(self) -> tuple[Any, ...]:
        return _from_array, (self.numpy(), self.dtype)

    def __str__(self) -> str:
        return f"tf.Tensor({self._text(str)}, shape={self.shape}, dtype={self.dtype.name})"

    def __repr__(self) -> str:
        return (
            f"<tf.Tensor: id={self._id}, shape={self.shape}, dtype={self.dtype.name}, "
            f"numpy={self._text(repr)}>"
        )

    def _text(self, show: Any) -> str:
        """The value as text, on lines of its own where it takes several."""
        if self.dtype.name in ("resource", "variant"):
            return "<unprintable>"
        value = self.numpy()
        text = str(value) if isinstance(value, np.generic) else show(value)
        return f"\n{text}" if "\n" in text else text


def described(tensor: Tensor) -> str:
    """A tensor's name for messages; of one that was computed at once the shape and the type."""
    if isinstance(tensor, EagerTensor):
        return f"shape={tensor.shape} dtype={tensor.dtype.name}"
    return tensor.name


def _from_array(array: Any, dtype: DType) -> Tensor:
    """What a pickled tensor becomes again."""
    from reflow.graph.conversion import convert_to_tensor

    return convert_to_tensor(array, dtype)


class EagerOperation:
    """An operation that ran, as gradient and shape rules see it: an `Operation` without a graph."""

    __slots__ = ("_gradient_function", "_inputs", "_outputs", "attrs", "definition", "name")

    user_line = None
    _control_flow_context = None

    def __init__(
        self,
        definition: OpDefinition,
        inputs: list[Tensor],
        outputs: list[Tensor],
        attrs: dict[str, Any],
        name: str = "",
        gradient_function: Any = None,
    ) -> None:
        self.definition = definition
        self.name = name or definition.name
        self.attrs = attrs
        self._inputs = inputs
        self._outputs = outputs
        self._gradient_function = gradient_function

    @property
    def type(self) -> str:
        return self.definition.name

    @property
    def inputs(self) -> list[Tensor]:
        return self._inputs

    @property
    def outputs(self) -> list[Tensor]:
        return self._outputs

    @property
    def control_inputs(self) -> Sequence[Any]:
        return []

    @property
    def node_def(self) -> str:
        """What stands for the node in messages."""
        return f"'{self.name}' (op: {self.type})"

    def get_attr(self, name: str) -> Any:
        """As `Operation.get_attr`."""
        if name not in self.attrs:
            raise ValueError(f"Operation '{self.name}' has no attr named '{name}'.")
        from reflow.graph.attr_value import public_attr

        return public_attr(self.attrs[name])

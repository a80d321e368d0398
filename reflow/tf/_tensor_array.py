"""tf.TensorArray: an array of tensors that loops write to and read from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reflow.graph import dtypes
from reflow.graph.constant_value import constant_value
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.execution import executing_eagerly
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape, as_shape
from reflow.ops import tensor_arrays as ops
from reflow.ops.arrays import Identity
from reflow.tf import logging
from reflow.tf._arrays import shape
from reflow.tf._casts import cast
from reflow.tf._filling import range as range_of
from reflow.tf._scopes import name_scope


class TensorArray:
    """An array whose elements are each written once; what is read is differentiable.

    Each operation that changes it gives a new TensorArray, which is to be used from then on.

    Args:
      dtype: the type of the elements.
      size: how many there are at first, an int32 scalar.
      dynamic_size: a write beyond the end makes it longer.
      clear_after_read: an element can be read once (the default).
      tensor_array_name: for messages.
      handle, flow: those of an array that exists, instead of a size.
      infer_shape: all elements have the shape of the first that is written.
      element_shape: what is known of their shape.
      colocate_with_first_write_call: the array is placed beside the first value written.

    Raises:
      ValueError: there is neither a size nor a handle, or both; or arguments that do not go with
        a handle.
      TypeError: the handle is no tensor.
    """

    def __new__(cls, *args: Any, flow: Any = None, **kwargs: Any) -> Any:
        if cls is TensorArray and executing_eagerly():
            from reflow.tf._eager_tensor_array import EagerTensorArray

            return object.__new__(EagerTensorArray)
        return object.__new__(cls)

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: bool | None = None,
        clear_after_read: bool | None = None,
        tensor_array_name: str | None = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ) -> None:
        _check_arguments(
            handle, tensor_array_name, size, element_shape, dynamic_size, clear_after_read
        )
        self._dtype: DType = as_dtype(dtype).base_dtype
        self._dynamic_size = dynamic_size or False
        self._infer_shape = infer_shape
        # Shared with the arrays that come after this one.
        self._element_shapes = [as_shape(element_shape)]
        self._beside: list[Tensor] | None = [] if colocate_with_first_write_call else None
        graph = get_default_graph()
        with name_scope(name, "TensorArray", [handle, size, flow]) as scope:
            if handle is not None:
                if flow is None:
                    raise ValueError("flow must not be None if handle is not None.")
                self._handle, self._flow = handle, flow
                return
            attrs = {
                "element_shape": self.element_shape,
                "identical_element_shapes": infer_shape,
                "dynamic_size": self._dynamic_size,
                "clear_after_read": clear_after_read is not False,
                "tensor_array_name": tensor_array_name,
            }
            if self._beside is None:
                made = ops.TensorArrayV3(size, dtype, **attrs, name=scope)
            else:
                with graph.device(None), graph.colocate_with(None, ignore_existing=True):
                    made = ops.TensorArrayV3(size, dtype, **attrs, name=scope)
            self._handle, self._flow = made.handle, made.flow

    @property
    def flow(self) -> Tensor:
        """What puts the operations on the array in order."""
        return self._flow

    @property
    def dtype(self) -> DType:
        return self._dtype

    @property
    def handle(self) -> Tensor:
        """What refers to the array."""
        return self._handle

    @property
    def element_shape(self) -> TensorShape:
        """What is known of the shape of each element."""
        return self._element_shapes[0]

    @property
    def dynamic_size(self) -> bool:
        return self._dynamic_size

    def mark_used(self) -> None:
        """Says that this array need not be used; there is no warning to be kept silent."""

    def _with_flow(self, flow: Tensor) -> TensorArray:
        """The same array after another operation."""
        other = TensorArray(
            self._dtype,
            handle=self._handle,
            flow=flow,
            infer_shape=self._infer_shape,
            colocate_with_first_write_call=self._beside is not None,
        )
        other._dynamic_size = self._dynamic_size
        other._element_shapes = self._element_shapes
        other._beside = self._beside
        return other

    def identity(self) -> TensorArray:
        """The same array, after the control inputs that are asked for."""
        return self._with_flow(Identity(self._flow))

    def grad(self, source: str, flow: Any = None, name: str | None = None) -> TensorArray:
        """The array of the gradients that a call of tf.gradients computes.

        Args:
          source: names the call.
        """
        with name_scope(name, "TensorArrayGrad", [self._handle]):
            handle, grad_flow = ops.gradient_array(
                self._handle, self._flow if flow is None else flow, source, name
            )
            array = TensorArray(
                self._dtype,
                handle=handle,
                flow=grad_flow,
                infer_shape=self._infer_shape,
                colocate_with_first_write_call=False,
            )
        array._element_shapes = self._element_shapes
        return array

    # -- Shapes and places --------------------------------------------------------------------

    def _check_element_shape(self, shape: TensorShape) -> None:
        """Takes the shape of an element that is written; ValueError if it is another one's."""
        if not shape.is_compatible_with(self.element_shape):
            raise ValueError(f"Inconsistent shapes: saw {shape} but expected {self.element_shape} ")
        if self._infer_shape:
            self._element_shapes[0] = self.element_shape.merge_with(shape)

    @contextmanager
    def _placed(self, value: Tensor) -> Iterator[None]:
        if self._beside is None:
            yield
            return
        if not self._beside:
            self._beside.append(value)
        with get_default_graph().colocate_with(self._beside[0]):
            yield

    def _converted(self, value: Any) -> Tensor:
        tensor = convert_to_tensor(value, name="value", preferred_dtype=self._dtype)
        if tensor.dtype.base_dtype is not self._dtype:
            logging.error(
                "Input value %s has dtype %s, but expected dtype %s: a run of this is an error.",
                tensor,
                tensor.dtype.name,
                self._dtype.name,
            )
        return tensor

    # -- Elements -----------------------------------------------------------------------------

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        """Sets the element at `index`, an int32 scalar."""
        with name_scope(name, "TensorArrayWrite", [self._handle, index, value]):
            value = self._converted(value)
            self._check_element_shape(value.shape)
            with self._placed(value):
                flow = ops.TensorArrayWriteV3(self._handle, index, value, self._flow, name=name)
            return self._with_flow(flow)

    def read(self, index: Any, name: str | None = None) -> Tensor:
        """The element at `index`, an int32 scalar."""
        value: Tensor = ops.TensorArrayReadV3(
            self._handle, index, self._flow, dtype=self._dtype, name=name
        )
        value.set_shape(self.element_shape)
        return value

    def stack(self, name: str | None = None) -> Tensor:
        """All elements: [size, ...]."""
        with get_default_graph().colocate_with(self._handle):
            with name_scope(name, "TensorArrayStack", [self._handle]):
                return self.gather(range_of(0, self.size()), name=name)

    def gather(self, indices: Any, name: str | None = None) -> Tensor:
        """The elements at `indices`, an int32 vector, stacked: [indices, ...]."""
        value: Tensor = ops.TensorArrayGatherV3(
            self._handle,
            indices,
            self._flow,
            dtype=self._dtype,
            element_shape=self.element_shape,
            name=name,
        )
        if self.element_shape.ndims is not None:
            value.set_shape(TensorShape([None]).concatenate(self.element_shape))
        return value

    def concat(self, name: str | None = None) -> Tensor:
        """All elements, joined along their first dimension."""
        known = self.element_shape
        rest = known[1:] if known.ndims != 0 else TensorShape(None)
        value: Tensor = ops.TensorArrayConcatV3(
            self._handle, self._flow, dtype=self._dtype, element_shape_except0=rest, name=name
        ).value
        if known.ndims:
            value.set_shape(TensorShape([None]).concatenate(known[1:]))
        return value

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        """Sets the elements to the rows of `value`: [size, ...]."""
        with name_scope(name, "TensorArrayUnstack", [self._handle, value]):
            count = shape(value)[0]
            return self.scatter(range_of(0, count), value, name=name)

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        """Sets the elements at `indices`, an int32 vector, to the rows of `value`."""
        with name_scope(name, "TensorArrayScatter", [self._handle, value, indices]):
            value = self._converted(value)
            self._check_element_shape(value.shape[1:])
            with self._placed(value):
                flow = ops.TensorArrayScatterV3(self._handle, indices, value, self._flow, name=name)
            return self._with_flow(flow)

    def split(self, value: Any, lengths: Any, name: str | None = None) -> TensorArray:
        """Sets the elements to parts of `value` that have these lengths, an int64 vector."""
        with name_scope(name, "TensorArraySplit", [self._handle, value, lengths]):
            value = convert_to_tensor(value, self._dtype, name="value")
            with self._placed(value):
                lengths = cast(lengths, dtypes.int64)
                self._check_split(value, constant_value(lengths))
                flow = ops.TensorArraySplitV3(self._handle, value, lengths, self._flow, name=name)
            return self._with_flow(flow)

    def _check_split(self, value: Tensor, lengths: Any) -> None:
        if value.shape.ndims is not None and lengths is not None:
            if lengths.ndim and lengths.max() == lengths.min():
                first = TensorShape([int(lengths[0])])
                self._check_element_shape(first.concatenate(value.shape[1:]))

    def size(self, name: str | None = None) -> Tensor:
        """How many elements there are, an int32 scalar."""
        count: Tensor = ops.TensorArraySizeV3(self._handle, self._flow, name=name)
        return count

    def close(self, name: str | None = None) -> Operation:
        """An operation that drops the elements."""
        closed: Operation = ops.TensorArrayCloseV3(self._handle, name=name)
        return closed


def _check_arguments(
    handle: Any,
    tensor_array_name: Any,
    size: Any,
    element_shape: Any,
    dynamic_size: Any,
    clear_after_read: Any,
) -> None:
    if handle is None:
        if size is None:
            raise ValueError("Size must be provided if handle is not provided")
        return
    if tensor_array_name:
        raise ValueError("Cannot construct with both handle and tensor_array_name")
    if not isinstance(handle, Tensor):
        raise TypeError("Handle must be a Tensor")
    for value, name in (
        (size, "size"),
        (element_shape, "element_shape"),
        (dynamic_size, "dynamic_size"),
        (clear_after_read, "clear_after_read"),
    ):
        if value is not None:
            raise ValueError(f"Cannot provide both a handle and {name} at the same time")

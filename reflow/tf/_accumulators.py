"""Accumulators: gradients that several runs add up, and one takes when there are enough."""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import int64
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.data_flow import accumulator_ops as ops
from reflow.tf._casts import cast
from reflow.tf._execution_modes import executing_eagerly


class ConditionalAccumulatorBase:
    """Gradients added up.  Those of an earlier time step than the accumulator's are dropped.

    Args:
      dtype: their type.
      shape: their shape, None if it is not known.
      accumulator_ref: the handle of the accumulator.
    """

    def __init__(self, dtype: Any, shape: Any, accumulator_ref: Tensor) -> None:
        self._dtype = dtype
        self._shape = TensorShape(shape)
        self._accumulator_ref = accumulator_ref
        self._name = "" if executing_eagerly() else accumulator_ref.op.name.split("/")[-1]

    @property
    def accumulator_ref(self) -> Tensor:
        """The handle of the accumulator."""
        return self._accumulator_ref

    @property
    def name(self) -> str:
        """The last part of the name of the accumulator's node."""
        return self._name

    @property
    def dtype(self) -> Any:
        """The type of the gradients."""
        return self._dtype

    def num_accumulated(self, name: str | None = None) -> Tensor:
        """How many gradients have been added since the last time that they were taken."""
        return ops.ResourceAccumulatorNumAccumulated(
            self._accumulator_ref, name=name or f"{self._name}_NumAccumulated"
        )

    def set_global_step(self, new_global_step: Any, name: str | None = None) -> Operation:
        """The operation that moves the accumulator on to another time step."""
        return ops.ResourceAccumulatorSetGlobalStep(
            self._accumulator_ref, cast(convert_to_tensor(new_global_step), int64), name=name
        )


class ConditionalAccumulator(ConditionalAccumulatorBase):
    """Adds up tensors.

    Args:
      dtype: their type.
      shape: their shape, None if it is not known.
      shared_name: nodes of one shared name have one accumulator.
      name: of the node.
      reduction_type: "MEAN" or "SUM": what `take_grad` gives.
    """

    def __init__(
        self,
        dtype: Any,
        shape: Any = None,
        shared_name: str | None = None,
        name: str = "conditional_accumulator",
        reduction_type: str = "MEAN",
    ) -> None:
        accumulator = ops.ResourceConditionalAccumulator(
            dtype, shape, shared_name=shared_name, name=name, reduction_type=reduction_type
        )
        super().__init__(dtype, shape, accumulator)

    def apply_grad(self, grad: Any, local_step: Any = 0, name: str | None = None) -> Operation:
        """The operation that adds a gradient, unless it is of an earlier time step.

        Args:
          local_step: the time step that it was computed in.

        Raises:
          ValueError: it has another shape.
        """
        grad = convert_to_tensor(grad, self._dtype)
        grad.get_shape().assert_is_compatible_with(self._shape)
        step = cast(convert_to_tensor(local_step), int64)
        return ops.ResourceAccumulatorApplyGradient(self._accumulator_ref, step, grad, name=name)

    def take_grad(self, num_required: Any, name: str | None = None) -> Tensor:
        """The mean, or sum, of the gradients; the operation waits for `num_required` of them.

        Then the accumulator is empty, and in the next time step.  The operation raises
        tf.errors.InvalidArgumentError if `num_required` is not positive.
        """
        taken = ops.ResourceAccumulatorTakeGradient(
            self._accumulator_ref, num_required, dtype=self._dtype, name=name
        )
        taken.set_shape(self._shape)
        return taken


class SparseConditionalAccumulator(ConditionalAccumulatorBase):
    """Adds up slices (IndexedSlices).  Arguments: as for ConditionalAccumulator."""

    def __init__(
        self,
        dtype: Any,
        shape: Any = None,
        shared_name: str | None = None,
        name: str = "sparse_conditional_accumulator",
        reduction_type: str = "MEAN",
    ) -> None:
        accumulator = ops.SparseConditionalAccumulator(
            dtype, shape, shared_name=shared_name, name=name, reduction_type=reduction_type
        )
        super().__init__(dtype, shape, accumulator)

    def apply_indexed_slices_grad(
        self, grad: IndexedSlices, local_step: Any = 0, name: str | None = None
    ) -> Operation:
        """As `apply_grad`, of IndexedSlices."""
        return self.apply_grad(
            grad_indices=grad.indices,
            grad_values=grad.values,
            grad_shape=grad.dense_shape,
            local_step=local_step,
            name=name,
        )

    def apply_grad(
        self,
        grad_indices: Any,
        grad_values: Any,
        grad_shape: Any = None,
        local_step: Any = 0,
        name: str | None = None,
    ) -> Operation:
        """The operation that adds a gradient, unless it is of an earlier time step.

        Args:
          grad_indices: a vector: the places of its slices along the first axis, in order.
          grad_values: the slices.
          grad_shape: the shape of the whole, or None.
          local_step: the time step that it was computed in.

        The operation raises tf.errors.InvalidArgumentError if the gradient has another shape.
        """
        step = cast(convert_to_tensor(local_step), int64)
        return ops.SparseAccumulatorApplyGradient(
            self._accumulator_ref,
            local_step=step,
            gradient_indices=cast(grad_indices, int64),
            gradient_values=grad_values,
            gradient_shape=cast([] if grad_shape is None else grad_shape, int64),
            has_known_shape=grad_shape is not None,
            name=name,
        )

    def take_grad(self, num_required: Any, name: str | None = None) -> Any:
        """The mean, or sum, of the gradients: its indices, slices and shape.

        As ConditionalAccumulator's; the mean of a slice is that of the gradients which had it.
        """
        return ops.SparseAccumulatorTakeGradient(
            self._accumulator_ref, num_required, dtype=self._dtype, name=name
        )

    def take_indexed_slices_grad(self, num_required: Any, name: str | None = None) -> IndexedSlices:
        """As `take_grad`, as IndexedSlices."""
        taken = self.take_grad(num_required, name)
        return IndexedSlices(indices=taken.indices, values=taken.values, dense_shape=taken.shape)

    def num_accumulated(self, name: str | None = None) -> Tensor:
        return ops.AccumulatorNumAccumulated(
            self._accumulator_ref, name=name or f"{self._name}_NumAccumulated"
        )

    def set_global_step(self, new_global_step: Any, name: str | None = None) -> Operation:
        return ops.AccumulatorSetGlobalStep(
            self._accumulator_ref, cast(convert_to_tensor(new_global_step), int64), name=name
        )

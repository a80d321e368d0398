"""Barrier: values whose components come in one by one (TensorFlow's inner data_flow_ops)."""

from __future__ import annotations

from typing import Any

from reflow.graph.constant_value import constant_value
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import Dimension, TensorShape
from reflow.ops.data_flow import barriers as ops
from reflow.tf._execution_modes import executing_eagerly
from reflow.tf._queues import as_shape_list, as_type_list


class Barrier:
    """Values, each under a key, whose components come in one by one, and that are taken when they
    have them all; first those whose first component came first.

    Args:
      types: of the components.
      shapes: of the components; None if they are not known.
      shared_name: nodes of one shared name have one barrier.
      name: of the node.

    Raises:
      ValueError: a component has no elements.
    """

    def __init__(
        self, types: Any, shapes: Any = None, shared_name: str | None = None, name: str = "barrier"
    ) -> None:
        self._types = as_type_list(types)
        listed = as_shape_list(shapes)
        self._shapes = [TensorShape(None)] * len(self._types) if listed is None else listed
        for index, shape in enumerate(self._shapes):
            if shape.num_elements() == 0:
                raise ValueError(
                    f"Empty tensors are not supported, but received shape '{shape}' at index "
                    f"{index}"
                )
        self._barrier_ref = ops.Barrier(
            self._types, shapes=self._shapes, shared_name=shared_name, name=name
        )
        self._name = "" if executing_eagerly() else self._barrier_ref.op.name.split("/")[-1]

    @property
    def barrier_ref(self) -> Tensor:
        """The reference to the barrier."""
        return self._barrier_ref

    @property
    def name(self) -> str:
        """The name of the barrier's node."""
        return self._name if executing_eagerly() else self._barrier_ref.op.name

    def insert_many(
        self, component_index: int, keys: Any, values: Any, name: str | None = None
    ) -> Operation:
        """The operation that gives the values of `keys`, a vector, one of their components.

        Args:
          values: a row for each key.

        The operation raises tf.errors.InvalidArgumentError if a value has that component, and
        tf.errors.CancelledError if the barrier is closed.
        """
        return ops.BarrierInsertMany(
            self._barrier_ref,
            keys,
            values,
            component_index,
            name=name or f"{self._name}_BarrierInsertMany",
        )

    def take_many(
        self,
        num_elements: Any,
        allow_small_batch: bool = False,
        timeout: Any = None,
        name: str | None = None,
    ) -> Any:
        """The next complete values; the operation waits until there are `num_elements`.

        Args:
          allow_small_batch: of a closed barrier take what there is.
          timeout: has no meaning yet, as in TensorFlow.

        Returns:
          (indices, keys, values): of each value the number of the insertion of its first component,
          from -2**63 on; its key; a list of components.
        """
        taken = ops.BarrierTakeMany(
            self._barrier_ref,
            num_elements,
            self._types,
            allow_small_batch,
            timeout,
            name=name or f"{self._name}_BarrierTakeMany",
        )
        if not executing_eagerly():
            op = taken[0].op
            count = None if allow_small_batch else constant_value(op.inputs[1])
            batch = TensorShape([Dimension(count)])
            for output, shape in zip(op.outputs, [TensorShape([])] * 2 + self._shapes):
                output.set_shape(batch.concatenate(shape))
        return taken

    def close(self, cancel_pending_enqueues: bool = False, name: str | None = None) -> Operation:
        """The operation that has the barrier take no new keys.

        Args:
          cancel_pending_enqueues: nor components that values lack; those values are dropped.
        """
        return ops.BarrierClose(
            self._barrier_ref,
            cancel_pending_enqueues=cancel_pending_enqueues,
            name=name or f"{self._name}_BarrierClose",
        )

    def ready_size(self, name: str | None = None) -> Tensor:
        """The number of values that can be taken, an int32 scalar."""
        return ops.BarrierReadySize(
            self._barrier_ref, name=name or f"{self._name}_BarrierReadySize"
        )

    def incomplete_size(self, name: str | None = None) -> Tensor:
        """The number of values that lack components, an int32 scalar."""
        return ops.BarrierIncompleteSize(
            self._barrier_ref, name=name or f"{self._name}_BarrierIncompleteSize"
        )

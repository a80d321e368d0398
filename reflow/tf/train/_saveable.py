"""What checkpoints hold besides variables: objects that say what is to be saved of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from reflow.graph.operation import Operation, Tensor
from reflow.ops.arrays import Identity, Reshape
from reflow.ops.resource_variables import AssignVariableOp
from reflow.ops.state import Assign
from reflow.tf._resource_variable import BaseResourceVariable


class SaveSpec:
    """One tensor to be saved.

    Args:
      slice_spec: which part of a whole it is; "": the whole.
      name: in the checkpoint.
    """

    def __init__(self, tensor: Tensor, slice_spec: str, name: str) -> None:
        self.tensor = tensor
        self.slice_spec = slice_spec
        self.name = name
        self.dtype = tensor.dtype
        self.device = tensor.device


class SaveableObject(ABC):
    """Something to be saved and restored.

    Args:
      op: what it is the state of.
      specs: the tensors to be saved.
      name: under which it is saved.
    """

    def __init__(self, op: Any, specs: Sequence[SaveSpec], name: str) -> None:
        self.op = op
        self.specs = specs
        self.name = name

    @property
    def device(self) -> str:
        """Where the tensors are."""
        return self.specs[0].device

    @abstractmethod
    def restore(
        self, restored_tensors: Sequence[Tensor], restored_shapes: Sequence[Tensor] | None
    ) -> Operation:
        """The operation that gives the object the values that were read, one for each spec."""


class SaveableVariable(SaveableObject):
    """A variable, or a part of a partitioned one."""

    def __init__(self, variable: Any, name: str) -> None:
        info = variable._get_save_slice_info()
        self._is_resource = isinstance(variable, BaseResourceVariable)
        self._variable = variable
        if self._is_resource:
            tensor = variable._as_graph_element()
        else:
            tensor = variable._ref() if info is None else variable.value()
        super().__init__(variable, [SaveSpec(tensor, info.spec if info else "", name)], name)

    def restore(
        self, restored_tensors: Sequence[Tensor], restored_shapes: Sequence[Tensor] | None
    ) -> Operation:
        (value,) = restored_tensors
        if restored_shapes is not None:
            value = Reshape(value, restored_shapes[0])
        if self._is_resource:
            value = Identity(value)
            value.set_shape(self._variable.shape)
            return AssignVariableOp(self._variable.handle, value)
        checked = restored_shapes is None and self._variable.shape.is_fully_defined()
        return Assign(self._variable._ref(), value, validate_shape=checked).op

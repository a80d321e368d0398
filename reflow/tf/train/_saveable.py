"""What checkpoints hold besides variables: objects that say what is to be saved of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from reflow.graph.operation import Operation, Tensor


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

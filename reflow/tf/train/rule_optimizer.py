"""RuleOptimizer: what optimizers have in common whose step is one op for each variable."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.ops.training.update_ops import UpdateOps
from reflow.tf.train.optimizer import Optimizer


class RuleOptimizer(Optimizer):
    """An optimizer whose step is one op for each variable.

    A subclass says which ops (`_rule`), which of their inputs are slots (`_rule_slots`, names of
    inputs to names of slots), and gives the numbers for the others (`_rule_numbers`).
    """

    _rule: UpdateOps
    _rule_slots: Mapping[str, str] = MappingProxyType({})

    def _rule_numbers(self, var: Any) -> Mapping[str, Any]:
        """The hyperparameters by the names of the op's inputs, of any type."""
        raise NotImplementedError(f"{type(self).__name__} does not say what its op is given.")

    def _hyperparameter(self, value: Any, name: str) -> Tensor:
        """A number, a tensor, or a function that gives one, as a tensor."""
        return convert_to_tensor(self._call_if_callable(value), name=name)

    def _apply_dense(self, grad: Tensor, var: Any) -> Operation:
        return self._by_op(self._rule.dense, var, var.dtype.base_dtype, grad).op

    def _resource_apply_dense(self, grad: Tensor, var: Any) -> Operation:
        return self._by_op(self._rule.resource_dense, var, grad.dtype.base_dtype, grad)

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        dtype = var.dtype.base_dtype
        return self._by_op(self._rule.sparse, var, dtype, grad.values, grad.indices).op

    def _resource_apply_sparse(self, grad: Tensor, var: Any, indices: Tensor) -> Operation:
        return self._by_op(self._rule.resource_sparse, var, grad.dtype, grad, indices)

    def _by_op(
        self, definition: Any, var: Any, dtype: DType, grad: Tensor, indices: Any = None
    ) -> Any:
        """Calls the op, its inputs found by their names; numbers are cast to the gradient's type
        in the order of the inputs, as TensorFlow does it."""
        if definition is None:
            raise NotImplementedError(
                f"{type(self).__name__} has no update of some rows of such a variable."
            )
        given = {"var": var, "grad": grad, "delta": grad, "indices": indices}
        given |= {name: self.get_slot(var, slot) for name, slot in self._rule_slots.items()}
        numbers = self._rule_numbers(var)
        behind_handles = not definition.outputs
        inputs: list[Any] = []
        for arg in definition.inputs:
            if arg.name in numbers:
                number = numbers[arg.name]
                inputs.append(tf.cast(number, dtype) if arg.type_attr == "T" else number)
            elif behind_handles and (arg.name == "var" or arg.name in self._rule_slots):
                inputs.append(given[arg.name].handle)
            else:
                inputs.append(given[arg.name])
        return definition(*inputs, use_locking=self._use_locking, **self._rule_attrs())

    def _rule_attrs(self) -> Mapping[str, Any]:
        """The op's attributes beyond use_locking."""
        return {}

"""CondContext: one branch of a conditional while it is built."""

from __future__ import annotations

from typing import Any

from reflow.graph.control_flow import ControlFlowContext, is_in_context, kind_of
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Operation, Tensor
from reflow.ops.arrays import Identity
from reflow.ops.control import switch_beside


class CondContext(ControlFlowContext):
    """A branch: what it takes from outside comes through switches.

    Args:
      pred: the conditional's predicate, a boolean scalar.
      pivot: the predicate as this branch sees it, dead if the other one is taken.
      branch: 1 for the branch taken if the predicate is true, 0 for the other.
    """

    is_cond = True

    def __init__(self, pred: Tensor, pivot: Tensor, branch: int, name: str = "cond_text") -> None:
        super().__init__(name)
        self.pred = pred
        self.pivot = pivot
        self.branch = branch
        self.values.update((pred, pivot))
        self.external_values[pred] = pred
        pivot.op._set_control_flow_context(self)

    @property
    def control_pivot(self) -> Tensor:
        return self.pivot

    # -- What is inside -----------------------------------------------------------------------

    def add_value(self, value: Tensor) -> Tensor:
        if value in self.values:
            return self.external_values.get(value, value)
        self.values.add(value)
        outer = self._in_outer_context(value)
        with get_default_graph().control_dependencies(None):
            result: Tensor = switch_beside(outer, self.pred)[self.branch]
            if self.outer_context is not None:
                self.outer_context.add_inner_op(result.op)
        result.graph.prevent_fetching(result.op)
        result.op._set_control_flow_context(self)
        self._mark_as_seen([result])
        self.external_values[value] = result
        return result

    def _in_outer_context(self, value: Tensor) -> Tensor:
        if self.outer_context is None:
            return value
        outer = self.outer_context.add_value(value)
        self.values.add(outer)
        self.external_values[outer] = outer
        return outer

    def _mark_as_seen(self, tensors: list[Tensor]) -> None:
        context: ControlFlowContext | None = self
        while context is not None:
            context.values.update(tensors)
            context = context.outer_context

    def add_op(self, op: Operation) -> None:
        if op._inputs:
            for index, tensor in enumerate(list(op._inputs)):
                # The back edge of a loop that is imported into this branch: part of it soon.
                is_back_edge = kind_of(op) == "merge" and kind_of(tensor.op) == "next"
                inside = tensor if is_back_edge else self.add_value(tensor)
                if inside is not tensor:
                    op._update_input(index, inside)
            self._drop_external_controls(op)
        else:
            self._drop_external_controls(op)
            if not any(is_in_context(control, self) for control in op._control_inputs):
                op._add_control_input(self.pivot.op)
        self._mark_as_seen(op._outputs)
        if self.outer_context is not None or kind_of(op) != "exit":
            op.graph.prevent_fetching(op)
        if self.outer_context is not None:
            self.outer_context.add_inner_op(op)

    # -- What leaves --------------------------------------------------------------------------

    def output(self, value: Any) -> Tensor:
        """What a branch gives for one leaf of its result; for an operation, that it is done."""
        if isinstance(value, Operation):
            return self._after(value)
        return self._output_tensor(convert_to_tensor(value))

    def _after(self, op: Operation) -> Tensor:
        graph = get_default_graph()
        with graph.name_scope("control_dependency") as scope, graph.colocate_with(self.pivot):
            with graph.control_dependencies([op]):
                done: Tensor = Identity(self.pivot, name=scope)
                return done

    def _output_tensor(self, value: Tensor) -> Tensor:
        if value in self.values:
            return self.external_values.get(value, value)
        # A branch may give what it took from outside as it is.
        self.values.add(value)
        outer = self._in_outer_context(value)
        switched: Tensor = switch_beside(outer, self.pred)[self.branch]
        self.external_values[value] = switched
        return switched

"""Tape: records operations in the order of the program, and differentiates back through them.

It records operations that run at once as well as nodes that are added to a graph, and gradients
are made by the same rules as those of tf.gradients.  Operations are taken in TensorFlow's order
(tensorflow/c/eager/tape.h), so that sums add up in the same order too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from reflow.graph.gradients import (
    Gradient,
    input_gradients,
    is_trainable,
    output_weight,
    sum_of_gradients,
)
from reflow.graph.operation import Tensor

# An Operation, or an EagerOperation.
Recorded = Any


class Tape:
    """What one gradient tape knows: what it watches, and what was computed from that.

    Args:
      watches_variables: watch trainable variables when they are read.
    """

    def __init__(self, watches_variables: bool = True) -> None:
        self.watches_variables = watches_variables
        # What each tensor was computed by; None for what is watched itself.
        self._producers: dict[Tensor, Recorded | None] = {}
        self._variables: dict[Tensor, Any] = {}

    def watch(self, tensor: Tensor) -> None:
        self._producers.setdefault(tensor, None)

    def watch_variable(self, variable: Any) -> None:
        """Watches a resource variable, by its handle."""
        self.watch(variable.handle)
        self._variables[variable.handle] = variable

    def watched_variables(self) -> list[Any]:
        """The variables that were watched, the one made first first."""
        return [self._variables[h] for h in sorted(self._variables, key=_order_of_creation)]

    def record(self, op: Recorded) -> None:
        """Takes note of an operation if derivatives flow through it to what is watched."""
        producers = self._producers
        for tensor in op._inputs:
            if tensor in producers and is_trainable(tensor.dtype):
                for output in op._outputs:
                    producers[output] = op
                return

    def gradients(
        self,
        targets: Sequence[Tensor],
        sources: Sequence[Tensor],
        weights: Sequence[Any] | None = None,
    ) -> list[Gradient | None]:
        """The sum over the targets of their derivatives by each source.

        Args:
          targets, sources: tensors.
          weights: for each target those of its elements; None for ones.
        """
        given = [None] * len(targets) if weights is None else weights
        backward = _Backward(self._producers, targets)
        for target, weight in zip(targets, given):
            if is_trainable(target.dtype):
                backward.add(target, output_weight(target, weight))
        backward.propagate()
        return [backward.total(source) for source in sources]


def _order_of_creation(handle: Tensor) -> int:
    op = None if hasattr(handle, "_id") else handle.op
    return handle._id if op is None else op._id  # type: ignore[attr-defined]


class _Backward:
    """One way back from the targets: the gradients that reached each tensor so far."""

    def __init__(self, producers: dict[Tensor, Recorded | None], targets: Iterable[Tensor]) -> None:
        self._producers = producers
        self._received: dict[Tensor, list[Gradient]] = {}
        self._uses: Counter[Tensor] = Counter()
        operations: dict[Recorded, None] = {}
        stack = list(targets)
        while stack:
            op = producers.get(stack.pop())
            if op is None or op in operations:
                continue
            operations[op] = None
            for tensor in op._inputs:
                self._uses[tensor] += 1
                if self._uses[tensor] == 1:
                    stack.append(tensor)
        # For each operation, how many of its outputs wait for gradients still to come.
        self._waits_for = Counter(
            op for tensor in self._uses if (op := producers.get(tensor)) is not None
        )
        self._ready = [op for op in operations if not self._waits_for[op]]

    def add(self, tensor: Tensor, gradient: Gradient) -> None:
        self._received.setdefault(tensor, []).append(gradient)

    def total(self, tensor: Tensor) -> Gradient | None:
        """The sum of what reached `tensor`, None if nothing did."""
        received = self._received.get(tensor)
        if not received:
            return None
        if len(received) > 1:
            received[:] = [sum_of_gradients(received)]
        return received[0]

    def propagate(self) -> None:
        while self._ready:
            op = self._ready.pop()
            outputs = [self.total(tensor) for tensor in op._outputs]
            found = input_gradients(op, outputs)
            for tensor, gradient in zip(op._inputs, found):
                if gradient is not None:
                    self.add(tensor, gradient)
                self._used(tensor)

    def _used(self, tensor: Tensor) -> None:
        """One operation that takes `tensor` has given its gradient."""
        self._uses[tensor] -= 1
        if self._uses[tensor]:
            return
        op = self._producers.get(tensor)
        if op is not None:
            self._waits_for[op] -= 1
            if not self._waits_for[op]:
                self._ready.append(op)

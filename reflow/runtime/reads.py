"""Which reads of variables are still good for which operations.

In TensorFlow a read of a variable (`v/read`, which every use of `v` shares) gives a reference to
the variable's memory.  So an operation that runs after an update sees the updated value, even
where the read ran before:

    with tf.control_dependencies([v.assign_add(1.0)]):
        updated = tf.identity(v)

Here a read gives the value of that moment.  An operation that takes the read itself, and depends
on an update of any variable, reads again what was updated since; one that depends on none takes
the value from before.  So two steps of one Adam in one run, which each multiply a power once their
own variables are updated, multiply it twice.  What was computed from the read, if only its
identity, is a value and never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reflow.graph.operation import Operation, Tensor
from reflow.ops.variable_slot import VariableSlot


class Reads:
    """Told of all reads and updates in running order."""

    def __init__(self) -> None:
        self._updates: dict[VariableSlot, int] = {}  # how many so far
        self._awaited: dict[Operation, dict[VariableSlot, int]] = {}  # the last one it depends on
        self._read: dict[Tensor, tuple[VariableSlot, int]] = {}  # after how many
        self._replaced: set[VariableSlot] = set()  # perhaps by a value of another shape

    def enter(self, op: Operation) -> None:
        """An operation follows, all of whose predecessors were entered."""
        if not self._updates:
            return
        awaited: dict[VariableSlot, int] = {}
        for before in (*(tensor.op for tensor in op._inputs), *op._control_inputs):
            for slot, update in self._awaited.get(before, {}).items():
                awaited[slot] = max(update, awaited.get(slot, 0))
        if awaited:
            self._awaited[op] = awaited

    def read(self, tensor: Tensor, slot: VariableSlot) -> None:
        """`tensor` is the variable's value at this point."""
        self._read[tensor] = slot, self._updates.get(slot, 0)

    def forward(self, tensor: Tensor, to: Tensor) -> None:
        """`to` is `tensor` itself: if that is the read of a variable, so is this."""
        if tensor in self._read:
            self._read[to] = self._read[tensor]

    def variable_read(self, tensor: Tensor) -> VariableSlot | None:
        """The variable of which `tensor` is a read; None if it is none."""
        read = self._read.get(tensor)
        return None if read is None else read[0]

    def awaits(self, op: Operation, slots: Iterable[VariableSlot]) -> None:
        """`op` comes after all updates of these variables so far."""
        for slot in slots:
            self._awaited.setdefault(op, {})[slot] = self._updates.get(slot, 0)

    def updated(self, op: Operation, slots: Sequence[VariableSlot]) -> None:
        """`op` updates variables."""
        for slot in slots:
            self._updates[slot] = self._updates.get(slot, 0) + 1
            self._awaited.setdefault(op, {})[slot] = self._updates[slot]
        if not op.attrs.get("validate_shape", True):
            self._replaced.update(slots)

    def outdated(self, op: Operation, tensor: Tensor) -> VariableSlot | None:
        """The variable that `op` must read again rather than take `tensor`; None if it need not."""
        read = self._read.get(tensor)
        if read is None:
            return None
        slot, update = read
        return slot if op in self._awaited and self._updates.get(slot, 0) > update else None

    def may_be_replaced(self, slot: VariableSlot) -> bool:
        """Whether the variable may have got a value of another shape, which lies elsewhere: what
        was read before stays as it was."""
        return slot in self._replaced

    def has_updated(self, slot: VariableSlot) -> bool:
        """Whether any operation updated the variable."""
        return slot in self._updates

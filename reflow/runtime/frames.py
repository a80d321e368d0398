"""The frames of a run's operations: which of them belong to which loop."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

from reflow.graph import errors
from reflow.graph.control_flow import kind_of
from reflow.graph.operation import Operation, Tensor
from reflow.runtime.prune import predecessors


class Frame:
    """A loop, or (without a parent) what is outside of all loops.

    Attributes:
      name: as the Enter operations give it.
      parent: the frame that it is entered from.
      members: its operations and the frames directly inside it, in running order.
    """

    def __init__(self, name: str = "", parent: Frame | None = None) -> None:
        self.name = name
        self.parent = parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.members: list[Operation | Frame] = []
        self._inner: dict[str, Frame] = {}

    def inner(self, name: str) -> Frame:
        """The frame of that name inside this one."""
        if name not in self._inner:
            self._inner[name] = Frame(name, self)
        return self._inner[name]

    def operations(self) -> Iterable[Operation]:
        """All operations inside, those of inner frames too."""
        for member in self.members:
            if isinstance(member, Frame):
                yield from member.operations()
            else:
                yield member


def arranged(
    operations: Sequence[Operation], fed: frozenset[Tensor]
) -> Sequence[Operation | Frame]:
    """The operations in the same order as far as possible, those of a loop together.

    Raises:
      InvalidArgumentError: an operation takes inputs from several frames.
    """
    if not any(kind_of(op) == "enter" for op in operations):
        return operations
    needed = set(operations)
    before = {op: predecessors(op, fed) & needed for op in operations}
    frames: dict[Operation, Frame] = {}
    root = Frame()
    for op in operations:
        frames[op] = _frame_of(op, before[op], fed, frames, root)
    _arrange(operations, before, frames)
    return root.members


def _frame_of(
    op: Operation,
    before: set[Operation],
    fed: frozenset[Tensor],
    frames: dict[Operation, Frame],
    root: Frame,
) -> Frame:
    """Where an operation belongs: with its inputs, unless it leads into a loop.

    What leads out of a loop is the last thing in it.
    """
    sources = [tensor.op for tensor in op._inputs if tensor.op in before and tensor not in fed]
    if not sources:
        sources = sorted(before, key=lambda earlier: earlier._id)[:1]
    found = [_output_frame(source, frames) for source in sources]
    if kind_of(op) == "enter":
        return (found[0] if found else root).inner(op.attrs["frame_name"])
    for source, frame in zip(sources, found):
        if frame is not found[0]:
            raise errors.InvalidArgumentError(
                None,
                op,
                f"{{{{node {op.name}}}}} has inputs from different frames. The input "
                f"{{{{node {sources[0].name}}}}} is in frame '{found[0].name}'. The input "
                f"{{{{node {source.name}}}}} is in frame '{frame.name}'.",
            )
    return found[0] if found else root


def _output_frame(op: Operation, frames: dict[Operation, Frame]) -> Frame:
    frame = frames[op]
    return frame.parent if kind_of(op) == "exit" and frame.parent is not None else frame


def _arrange(
    operations: Sequence[Operation],
    before: dict[Operation, set[Operation]],
    frames: dict[Operation, Frame],
) -> None:
    """Fills the frames with their members, each frame in an order of its own."""
    position = {op: i for i, op in enumerate(operations)}
    waiting: dict[Operation | Frame, int] = {}
    followers: dict[Operation | Frame, list[Operation | Frame]] = {}
    first: dict[Operation | Frame, int] = {}
    parents: dict[Operation | Frame, Frame] = {}
    for op in operations:
        member: Operation | Frame = op
        home: Frame | None = frames[op]
        while home is not None:
            first[member] = min(position[op], first.get(member, position[op]))
            waiting.setdefault(member, 0)
            parents[member] = home
            member, home = home, home.parent
    edges = {
        edge
        for op in operations
        for earlier in before[op]
        if (edge := _lifted(earlier, op, frames, parents)) is not None
    }
    for earlier, later in edges:
        waiting[later] += 1
        followers.setdefault(earlier, []).append(later)
    ready = [(first[member], i, member) for i, member in enumerate(waiting) if not waiting[member]]
    heapq.heapify(ready)
    number = len(waiting)
    while ready:
        _, _, member = heapq.heappop(ready)
        parents[member].members.append(member)
        for follower in followers.get(member, ()):
            waiting[follower] -= 1
            if not waiting[follower]:
                number += 1
                heapq.heappush(ready, (first[follower], number, follower))
    caught = [member for member, count in waiting.items() if count]
    if caught:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Graph is invalid, contains a cycle with {len(caught)} nodes, one of them is "
            f"'{caught[0].name}'",
        )


def _lifted(
    earlier: Operation,
    later: Operation,
    frames: dict[Operation, Frame],
    parents: dict[Operation | Frame, Frame],
) -> tuple[Operation | Frame, Operation | Frame] | None:
    """An edge between two members of one frame; None for one that is inside a member."""
    a: Operation | Frame = earlier
    b: Operation | Frame = later
    while parents[a] is not parents[b]:
        if parents[a].depth >= parents[b].depth:
            a = parents[a]
        else:
            b = parents[b]
    return None if a is b else (a, b)

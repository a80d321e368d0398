"""Control flow constructs while they are built: the branches of conditionals, the bodies of loops.

Every operation made inside such a construct belongs to its context (`op._control_flow_context`),
which brings what the operation takes from outside to where it is used.  Contexts nest.  The two
kinds are `CondContext` and `WhileContext` in reflow/ops/control_flow/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.operation import Operation, Tensor


class ControlFlowContext:
    """A construct that is being built or was built.

    Attributes:
      name: unique in the graph.
      outer_context: the construct around this one.
      nested_contexts: those directly inside this one, in the order of creation.
      values: the tensors that need not be brought inside any more.
      external_values: for tensors from outside what stands for them inside.
    """

    is_while = False
    is_cond = False

    def __init__(self, name: str = "control_flow_context") -> None:
        self._graph = get_default_graph()
        self.name = self._graph.unique_name(name)
        self.outer_context: ControlFlowContext | None = current_context(self._graph)
        self.nested_contexts: list[ControlFlowContext] = []
        if self.outer_context is not None:
            self.outer_context.nested_contexts.append(self)
        self.values: set[Tensor] = set()
        self.external_values: dict[Tensor, Tensor] = {}
        self._entered_from: list[ControlFlowContext | None] = []

    # -- Entering and leaving -----------------------------------------------------------------

    def enter(self) -> None:
        """Operations belong to this context from now on."""
        graph = get_default_graph()
        self._entered_from.append(current_context(graph))
        graph._set_control_flow_context(self)

    def exit(self) -> None:
        """Back to the context from which this one was entered."""
        get_default_graph()._set_control_flow_context(self._entered_from.pop())

    def __enter__(self) -> ControlFlowContext:
        self.enter()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.exit()

    @contextmanager
    def left(self) -> Iterator[None]:
        """`with context.left():` is back where the context was entered from."""
        self.exit()
        try:
            yield
        finally:
            self.enter()

    # -- What is inside -----------------------------------------------------------------------

    @property
    def while_context(self) -> Any:
        """The loop that this context is, or is in."""
        return None if self.outer_context is None else self.outer_context.while_context

    @property
    def grad_state(self) -> Any:
        """The state of the differentiation that makes the loop around, None for other loops."""
        loop = self.while_context
        return None if loop is None else loop.grad_state

    @property
    def back_prop(self) -> bool:
        """Whether derivatives flow through the loop around."""
        loop = self.while_context
        return False if loop is None else loop.back_prop

    @property
    def control_pivot(self) -> Tensor | None:
        """What operations without inputs wait for, so that they run when the construct does."""
        return None

    def add_value(self, value: Tensor) -> Tensor:
        """What stands inside for a tensor from anywhere."""
        raise NotImplementedError

    def add_op(self, op: Operation) -> None:
        """Takes in a new operation: its inputs become those that stand inside for them."""
        raise NotImplementedError

    def add_inner_op(self, op: Operation) -> None:
        """Takes notice of a new operation in a construct inside this one."""
        if self.outer_context is not None:
            self.outer_context.add_inner_op(op)

    def export_results(self, results: Iterable[Tensor]) -> None:
        """What leaves the construct is known in the one around it."""
        if self.outer_context is not None:
            self.outer_context.values.update(results)

    def _drop_external_controls(self, op: Operation) -> tuple[list[Operation], list[Operation]]:
        """Takes away the control inputs that are outside of the loop around.

        Returns:
          The control inputs that stayed, and those that went.
        """
        loop = self.while_context
        if loop is None:
            return list(op._control_inputs), []
        internal: list[Operation] = []
        external: list[Operation] = []
        for control in op._control_inputs:
            context = output_context(control)
            is_inside = context is not None and context.while_context is loop
            (internal if is_inside else external).append(control)
        if external:
            op._remove_all_control_inputs()
            op._add_control_inputs(internal)
        return internal, external

    def __str__(self) -> str:
        return self.name

    # -- TensorFlow's names of the above --------------------------------------------------------

    Enter = enter
    Exit = exit

    def GetWhileContext(self) -> Any:
        return self.while_context

    def GetControlPivot(self) -> Tensor | None:
        return self.control_pivot

    def IsWhileContext(self) -> bool:
        return self.is_while

    def IsCondContext(self) -> bool:
        return self.is_cond

    def AddValue(self, value: Tensor) -> Tensor:
        return self.add_value(value)


def current_context(graph: Graph | None = None) -> Any:
    """The construct that is being built, None outside of all."""
    return (graph or get_default_graph())._get_control_flow_context()


@contextmanager
def inside(context: ControlFlowContext | None) -> Iterator[None]:
    """Enters a context; None is no construct, and nothing to enter."""
    if context is None:
        yield
    else:
        with context:
            yield


def kind_of(op: Operation) -> str:
    """What `op` does to the flow of control: "switch", "merge", "enter", ...; "" for most."""
    kind: str = getattr(op.definition.rules, "control_flow", "")
    return kind


def output_context(op: Operation) -> Any:
    """The context in which the outputs of `op` can be used."""
    context = op._control_flow_context
    return context.outer_context if context is not None and kind_of(op) == "exit" else context


def while_context_of(op: Operation) -> Any:
    """The loop that `op` belongs to; None for one outside of all loops."""
    return _loop_around(op._control_flow_context)


def is_loop_switch(op: Operation) -> bool:
    """Whether `op` decides whether a loop goes on, rather than between branches inside it."""
    context = op._control_flow_context
    if kind_of(op) != "switch" or context is None or not context.is_while:
        return False
    # A switch of a conditional is outside of the branches that it leads to.
    for tensor in op._outputs:
        for consumer in tensor._consumers:
            around = consumer._control_flow_context
            if kind_of(consumer) == "enter":
                around = around.outer_context
            if around is None or not around.is_cond:
                return True
    return False


def is_in_context(op: Operation, context: ControlFlowContext) -> bool:
    """Whether `op` belongs to `context` or to one inside it."""
    return _is_around(context, op._control_flow_context)


def check_inputs(op: Operation) -> None:
    """Checks that the inputs of an operation come from places that it can see.

    Raises:
      ValueError: one is inside of a loop that the operation is outside of.
    """
    for tensor in op._inputs:
        source = output_context(tensor.op)
        if source is not None and source is not op._control_flow_context:
            loop = while_context_of(op)
            if not _can_see(op, loop, _loop_around(source)):
                raise ValueError(_misplaced(op, tensor.op, loop))


def _can_see(op: Operation, loop: Any, source: Any) -> bool:
    """Whether `op`, which is in `loop`, may take what is made in the loop `source`."""
    if source is None:
        return True
    if loop is None:
        return kind_of(op) in ("enter", "switch")  # these are put into their context later
    if _is_around(source, loop):
        return True
    # Derivatives are taken of the loops in which the values were made.
    forward = _forward_of(loop)
    if forward is not None and (_is_around(source, forward) or source.outer_context is forward):
        return True
    differentiated = _forward_of(source)
    return loop in (differentiated, _forward_of(differentiated))


def _forward_of(loop: Any) -> Any:
    """The loop whose derivatives `loop` computes; None for other loops."""
    state = None if loop is None else loop.grad_state
    return None if state is None else state.forward_context


def _loop_around(context: Any) -> Any:
    return None if context is None else context.while_context


def _is_around(outer: Any, inner: Any) -> bool:
    while inner is not None and inner is not outer:
        inner = inner.outer_context
    return inner is outer


def _misplaced(op: Operation, source: Operation, loop: Any) -> str:
    reason = (
        f"'{source.name}' is in a while loop."
        if loop is None
        else "they are in different while loops."
    )
    return (
        f"Cannot use '{source.name}' as input to '{op.name}' because {reason} "
        "See info log for more details."
    )

"""tf.gradients: symbolic derivatives, built as more of the same graph.

Operations are differentiated in TensorFlow's order, so that sums add up in the same order too.
"""

from __future__ import annotations

import enum
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from reflow.graph.control_flow import current_context, is_loop_switch, kind_of
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.execution import executing_eagerly
from reflow.graph.gradient_registry import GradientFunction, gradient_function
from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.handles import handle_of
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor

Gradient = Tensor | IndexedSlices


class AggregationMethod:
    """How gradients of several uses of a tensor are added up.  All give the same sums."""

    ADD_N = 0
    DEFAULT = ADD_N
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


class UnconnectedGradients(enum.Enum):
    """What tf.gradients gives for an x that no y depends on."""

    NONE = "none"
    ZERO = "zero"


@dataclass(frozen=True)
class Arithmetic:
    """The few computations that differentiation itself adds, supplied by the room of ops.

    `loops` gives, for the operations on the way from ys to xs, what differentiates the loops among
    them, or None; it adds to the list what leaves these loops besides.
    """

    ones_like: Callable[[Tensor, str], Tensor]
    zeros_like: Callable[[Tensor], Tensor]
    add_n: Callable[[Sequence[Tensor]], Tensor]
    concat: Callable[[Sequence[Tensor]], Tensor]
    to_dense: Callable[[IndexedSlices], Tensor]
    identity: Callable[[Tensor, str], Tensor]
    together: Callable[[Sequence[Gradient | None]], list[Gradient | None]]
    loops: Callable[[list[Operation], bool], Any]


@dataclass(frozen=True, eq=False)
class Differentiation:
    """What one call of `gradients` found; `graph._differentiations` keeps them in order.

    Attributes:
      ys, xs: the tensors; of a resource variable its handle, of slices their values.
      results: dy/dx for each x.
      totals: for tensors between, what reached them in all: a tensor with several uses has the sum.
      is_weighted: whether the elements of some y have weights, grad_ys.
    """

    ys: tuple[Tensor, ...]
    xs: tuple[Tensor, ...]
    results: tuple[Gradient | None, ...]
    totals: Mapping[Tensor, Gradient]
    is_weighted: bool = False


_supplied: list[Arithmetic] = []


def use_arithmetic(arithmetic: Arithmetic) -> None:
    """Supplies what differentiation computes with."""
    _supplied[:] = [arithmetic]


def _arithmetic() -> Arithmetic:
    return _supplied[0]


def is_trainable(dtype: DType) -> bool:
    """Whether derivatives flow through values of this type."""
    base = dtype.base_dtype
    return base.is_floating or base.is_complex or base.name in ("resource", "variant")


def gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: str = "gradients",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: int | None = None,
    stop_gradients: Any = None,
    unconnected_gradients: UnconnectedGradients | str = UnconnectedGradients.NONE,
) -> list[Any]:
    """The sum over `ys` of dy/dx for each x, as new nodes of the graph.

    Args:
      ys, xs: tensors, or lists of them.
      grad_ys: for each y the weights of its elements (None: ones), of its shape.
      name: the name scope of the new nodes.
      colocate_gradients_with_ops: place each gradient beside its operation.
      gate_gradients: make all gradients of an operation wait for each other.
      aggregation_method: accepted for all of AggregationMethod's values.
      stop_gradients: tensors to hold constant.
      unconnected_gradients: None or zeros for an x that no y depends on.

    Returns:
      For each x a tensor, an IndexedSlices (rows only), or None.

    Raises:
      LookupError: an operation between has no gradient rule.
      ValueError: arguments that do not fit each other.
      TypeError: `grad_ys` of the wrong type.
      RuntimeError: the program executes eagerly.
    """
    if executing_eagerly():
        raise RuntimeError(
            "tf.gradients is not supported when eager execution is enabled. Use tf.GradientTape "
            "instead."
        )
    if aggregation_method not in (None, 0, 1, 2):
        raise ValueError(f"Invalid aggregation_method specified {aggregation_method}.")
    unconnected = checked_unconnected(unconnected_gradients)
    y_list, x_list = _as_list(ys), _as_list(xs)
    weights = [None] * len(y_list) if grad_ys is None else _as_list(grad_ys)
    graph = _graph_of([*y_list, *x_list])
    with graph.as_default(), graph.name_scope(name or "gradients"):
        y_tensors = [_dense(_converted(y, f"y_{i}")) for i, y in enumerate(y_list)]
        x_tensors = [_dense(_converted(x, f"x_{i}", as_ref=True)) for i, x in enumerate(x_list)]
        stopped = [
            _dense(_converted(tensor, f"stop_{i}", as_ref=True))
            for i, tensor in enumerate(_as_list(stop_gradients))
        ]
        backward = _Backward(graph, x_tensors, y_tensors, colocate_gradients_with_ops)
        backward.seed(y_tensors, _checked_weights(weights, y_tensors))
        backward.propagate(stopped, gate_gradients)
        results = [backward.total(x) for x in x_tensors]
    found = Differentiation(
        tuple(y_tensors),
        tuple(x_tensors),
        tuple(results),
        backward.totals,
        any(weight is not None for weight in weights),
    )
    graph._differentiations.append(found)
    if unconnected is UnconnectedGradients.NONE:
        return results
    with graph.as_default():
        zeros_like = _arithmetic().zeros_like
        return [zeros_like(x) if g is None else g for x, g in zip(x_tensors, results)]


def checked_unconnected(value: UnconnectedGradients | str) -> UnconnectedGradients:
    """What a program asks for; ValueError for what there is not."""
    try:
        return UnconnectedGradients(value)
    except ValueError:
        raise ValueError(f"Unknown value for unconnected_gradients: {value!r}") from None


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _graph_of(values: Sequence[Any]) -> Graph:
    """The graph that all ys and xs are in.  A function may use tensors of the graph around it."""
    found: list[tuple[Graph, Any]] = []
    for value in values:
        graph = getattr(value, "graph", None)
        if isinstance(graph, Graph) and not any(graph is other for other, _ in found):
            found.append((graph, value))
    if not found:
        raise ValueError(f"tf.gradients takes tensors or variables. Received: {values!r}")
    if len(found) > 1 and not any(graph._building_function for graph, _ in found):
        (_, first), (_, second) = found[:2]
        raise ValueError(f"{second} must be from the same graph as {first}.")
    return found[0][0]


def _converted(value: Any, name: str, as_ref: bool = False) -> Gradient:
    """`value` as a tensor; IndexedSlices stay what they are."""
    if isinstance(value, IndexedSlices):
        return value
    handle = handle_of(value) if as_ref else None
    if handle is not None:
        return handle  # where all reads of the variable start
    return convert_to_tensor(value, name=name, as_ref=as_ref)


def _dense(value: Gradient) -> Tensor:
    """The tensor at which the derivatives of slices are taken."""
    return value.values if isinstance(value, IndexedSlices) else value


def _checked_weights(weights: Sequence[Any], ys: Sequence[Tensor]) -> list[Gradient | None]:
    """The weights as tensors; errors where they do not fit the ys."""
    if len(weights) != len(ys):
        raise ValueError(f"Passed {len(weights)} grad_ys for {len(ys)} ys")
    checked: list[Gradient | None] = []
    for i, (weight, y) in enumerate(zip(weights, ys)):
        if weight is None:
            checked.append(None)
        else:
            converted = _converted(weight, f"grad_y_{i}")
            _check_weight(converted, y)
            checked.append(converted)
    return checked


def _check_weight(weight: Gradient, y: Tensor) -> None:
    kind = _number_kind(y.dtype)
    if kind and _number_kind(weight.dtype) != kind:
        raise TypeError(
            f"Gradient type {weight.dtype.name} generated for {kind} tensor {y} with type "
            f"{y.dtype.name} must be {kind}"
        )
    if not kind and y.dtype.base_dtype.name not in ("variant", "resource"):
        raise TypeError(
            f"Tensor {y} with type {y.dtype.name} must be numeric to obtain a default gradient"
        )


def _number_kind(dtype: DType) -> str:
    if dtype.is_floating or dtype.is_integer:
        return "real or integer"
    return "complex" if dtype.is_complex else ""


class _Backward:
    """One backward pass: the gradients that reached each tensor so far.

    Attributes:
      totals: their sums, for tensors whose sum was asked for.
    """

    def __init__(
        self, graph: Graph, xs: Sequence[Tensor], ys: Sequence[Tensor], colocate: bool
    ) -> None:
        self._graph = graph
        self._colocate = colocate
        self._y_ops = [y.op for y in ys]
        self._x_ops = [x.op for x in xs]
        self._received: dict[Tensor, list[Gradient]] = {}
        self.totals: dict[Tensor, Gradient] = {}
        self._loops: Any = None

    def seed(self, ys: Sequence[Tensor], weights: Sequence[Gradient | None]) -> None:
        """Takes the weights of the ys' elements as the gradients that reach them."""
        for i, (y, weight) in enumerate(zip(ys, weights)):
            with self._beside(y.op):
                self._add(y, self._seed(y, weight, f"grad_ys_{i}"))

    @staticmethod
    def _seed(y: Tensor, weight: Gradient | None, name: str) -> Gradient:
        if weight is None:
            if y.dtype.is_complex:
                raise TypeError(
                    f"Gradients of complex tensors must set grad_ys (y.dtype = {y.dtype!r})"
                )
            return _arithmetic().ones_like(y, name)
        identity = _arithmetic().identity
        if isinstance(weight, IndexedSlices):
            return IndexedSlices(
                identity(weight.values, f"{name}_values"),
                identity(weight.indices, f"{name}_indices"),
                None
                if weight.dense_shape is None
                else identity(weight.dense_shape, f"{name}_shape"),
            )
        return identity(weight, name)

    def propagate(self, stopped: Iterable[Tensor], gate: bool) -> None:
        """Takes the operations between xs and ys, each after its consumers, and differentiates."""
        reached = _reached_from(self._x_ops)
        between = _between(self._y_ops, reached)
        self._loops = _arithmetic().loops(between, self._colocate)
        waits_for = _consumers_among(between)
        ready = deque(
            op for op in dict.fromkeys(self._y_ops) if op in reached and not waits_for[op]
        )
        if self._loops is not None:
            for tensor in self._loops.unused_exits(waits_for, self._y_ops):
                self._add_zeros_for_exit(tensor)
                ready.append(tensor.op)
        stop_ops = {tensor.op for tensor in stopped}
        # Where one x depends on another, derivatives are taken through it.
        for op in self._x_ops:
            if not any(waits_for[tensor.op] for tensor in op.inputs):
                stop_ops.add(op)
        while ready:
            op = ready.popleft()
            with self._beside(op):
                self._differentiate(op, op in stop_ops, gate)
            for tensor in op.inputs:
                waits_for[tensor.op] -= 1
                left = waits_for[tensor.op]
                # What decides about a loop is met twice: before the loop's body and after it.
                if not left or (self._loops and left > 0 and is_loop_switch(tensor.op)):
                    ready += self._made_ready(tensor)
        if self._loops is not None:
            self._loops.finish()

    def _made_ready(self, tensor: Tensor) -> list[Operation]:
        """What can be differentiated once `tensor` can: of a loop all exits at the same time."""
        if self._loops is None or kind_of(tensor.op) != "exit":
            return [tensor.op]
        exits = self._loops.exits_with(tensor)
        used = [tensor for tensor in exits if self._received.get(tensor)]
        unused = [tensor for tensor in exits if not self._received.get(tensor)]
        if used:
            for tensor in unused:
                self._add_zeros_for_exit(tensor)
        return [tensor.op for tensor in (*used, *unused)]

    def _add_zeros_for_exit(self, tensor: Tensor) -> None:
        if is_trainable(tensor.dtype):
            self._add(tensor, self._loops.zeros_for_exit(tensor))

    def _inside(self, op: Operation, before: bool = False) -> AbstractContextManager[Any]:
        """The loop in which `op`, or what comes `before` its gradient, is differentiated."""
        return nullcontext() if self._loops is None else self._loops.inside(op, before)

    def _beside(self, op: Operation) -> AbstractContextManager[Any]:
        return self._graph.colocate_with(op) if self._colocate else nullcontext()

    def _differentiate(self, op: Operation, is_stopped: bool, gate: bool) -> None:
        with self._inside(op, before=True):
            outputs = [self.total(tensor) for tensor in op.outputs]
        with self._inside(op):
            function = None if is_stopped else _rule_for(op, outputs, self._loops)
            if function is None:
                return
            if kind_of(op) == "switch":
                self._check_not_initial(op)
            with self._graph.name_scope(f"{op.name}_grad"), self._graph._original_op(op):
                found = _as_gradients(op, function(op, *outputs))
                # Of the two gradients of a merge one is dead.
                several = sum(gradient is not None for gradient in found) > 1
                if gate and several and kind_of(op) != "merge":
                    with self._graph.colocate_with(None, ignore_existing=True):
                        found = _arithmetic().together(found)
            for i, (tensor, gradient) in enumerate(zip(op.inputs, found)):
                if gradient is not None:
                    _check(op, i, tensor, gradient)
                    self._add(tensor, gradient)

    def _check_not_initial(self, switch: Operation) -> None:
        """Checks that no gradient inside a loop goes back to what its variables were at first."""
        context = switch._control_flow_context
        if context is None or not context.is_while or context is not current_context():
            return
        queue, seen = deque([switch]), {switch}
        while queue:
            op = queue.popleft()
            if op in self._x_ops:
                raise ValueError(
                    f"Cannot compute gradient inside while loop with respect to op '{op.name}'. "
                    "We do not support taking the gradient wrt or through the initial value of a "
                    "loop variable. Gradients can be computed through loop invariants or wrt the "
                    "input parameters to the loop body."
                )
            for tensor in op.inputs:
                if tensor.op not in seen:
                    seen.add(tensor.op)
                    queue.append(tensor.op)

    def _add(self, tensor: Tensor, gradient: Gradient) -> None:
        self._received.setdefault(tensor, []).append(gradient)
        self.totals.pop(tensor, None)

    def total(self, tensor: Tensor) -> Gradient | None:
        """The sum of what reached `tensor`; sparse while every part is."""
        received = self._received.get(tensor)
        if not received:
            return None
        total = self.totals.get(tensor)
        if total is None:
            total = self.totals[tensor] = sum_of_gradients(received)
        return total


def _rule_for(
    op: Operation, outputs: list[Gradient | None], loops: Any = None
) -> GradientFunction | None:
    """What differentiates an operation; None where nothing flows back through it.

    Of the gradients that reached its outputs, those that are missing become zeros.
    """
    if not op.inputs or all(gradient is None for gradient in outputs):
        return None
    function = gradient_function(op)
    if function is not None:
        zeros_like = _arithmetic().zeros_like if loops is None else loops.zeros_like
        for i, (gradient, tensor) in enumerate(zip(outputs, op.outputs)):
            if gradient is None and is_trainable(tensor.dtype):
                outputs[i] = zeros_like(tensor)
    return function


def input_gradients(op: Operation, outputs: list[Gradient | None]) -> list[Gradient | None]:
    """The gradients of an operation's inputs, from those that reached its outputs.

    Raises:
      LookupError: the operation has no gradient rule.
      ValueError: the rule gives another number of gradients than there are inputs.
    """
    function = _rule_for(op, outputs)
    if function is None:
        return [None] * len(op.inputs)
    return _as_gradients(op, function(op, *outputs))


def output_weight(target: Tensor, weight: Any) -> Gradient:
    """The gradient that reaches a target: the weight given, else ones."""
    if weight is None:
        return _arithmetic().ones_like(target, "ones")
    return _converted(weight, "weight")


def zero_gradient(source: Tensor) -> Tensor:
    """The gradient of a source that nothing depends on."""
    return _arithmetic().zeros_like(source)


def dense_gradient(gradient: Gradient) -> Tensor:
    """A gradient with all its rows."""
    return gradient if isinstance(gradient, Tensor) else _arithmetic().to_dense(gradient)


def sum_of_gradients(parts: Sequence[Gradient]) -> Gradient:
    """The sum of what reached one tensor; sparse while every part is."""
    if len(parts) == 1:
        return parts[0]
    arithmetic = _arithmetic()
    slices = [part for part in parts if isinstance(part, IndexedSlices)]
    if len(slices) == len(parts):
        values = arithmetic.concat([part.values for part in slices])
        indices = arithmetic.concat([part.indices for part in slices])
        return IndexedSlices(values, indices, slices[0].dense_shape)
    if slices:
        return arithmetic.add_n(
            [arithmetic.to_dense(p) if isinstance(p, IndexedSlices) else p for p in parts]
        )
    return _dense_sum([part for part in parts if isinstance(part, Tensor)])


def _dense_sum(parts: Sequence[Tensor]) -> Tensor:
    """The sum, on each device first."""
    if executing_eagerly():
        return _arithmetic().add_n(parts)
    by_device: dict[str, list[Tensor]] = {}
    for part in parts:
        by_device.setdefault(part.device, []).append(part)
    sums = []
    for _, group in sorted(by_device.items()):
        with get_default_graph().colocate_with(group[0].op, ignore_existing=True):
            sums.append(group[0] if len(group) == 1 else _arithmetic().add_n(group))
    return sums[0] if len(sums) == 1 else _arithmetic().add_n(sums)


def _reached_from(ops: Iterable[Operation]) -> set[Operation]:
    """The operations that depend on others by values through which derivatives flow."""
    reached: set[Operation] = set()
    stack = list(ops)
    while stack:
        op = stack.pop()
        if op not in reached:
            reached.add(op)
            for tensor in op.outputs:
                if is_trainable(tensor.dtype):
                    stack += tensor._consumers
    return reached


def _between(ops: Iterable[Operation], reached: set[Operation]) -> list[Operation]:
    """The operations on the way from `ops` back through `reached`, in the order they are met."""
    between: dict[Operation, None] = {}
    queue = deque(ops)
    while queue:
        op = queue.popleft()
        if op in reached and op not in between:
            between[op] = None
            queue.extend(tensor.op for tensor in op.inputs)
    return list(between)


def _consumers_among(between: Sequence[Operation]) -> Counter[Operation]:
    """How often the others among the operations take the outputs of each."""
    among = set(between)
    return Counter(tensor.op for op in between for tensor in op.inputs if tensor.op in among)


def _as_gradients(op: Operation, found: Any) -> list[Gradient | None]:
    """What a gradient function gave, one for each input."""
    gradients = list(found) if isinstance(found, (list, tuple)) else [found]
    if len(gradients) != len(op.inputs):
        raise ValueError(
            f"Num gradients {len(gradients)} generated for op {op.node_def} do not match num "
            f"inputs {len(op.inputs)}"
        )
    return [
        g if g is None or isinstance(g, (Tensor, IndexedSlices)) else convert_to_tensor(g)
        for g in gradients
    ]


def _check(op: Operation, index: int, tensor: Tensor, gradient: Gradient) -> None:
    """A rule that gives another shape or kind of number than the input's is wrong."""
    if tensor.dtype.base_dtype.is_floating and not gradient.dtype.base_dtype.is_floating:
        raise TypeError(
            f"Gradient type {gradient.dtype.name} generated for input {index} of '{op.name}' (op "
            f"type: {op.type}), {tensor}, must be real."
        )
    if not isinstance(gradient, Tensor):
        return
    if gradient.shape.sizes == tensor.shape.sizes or tensor.dtype.base_dtype.name == "resource":
        return
    try:
        gradient.set_shape(tensor.shape)
    except ValueError as error:
        raise ValueError(
            "Incompatible shapes between op input and calculated input gradient.  "
            f"Forward operation: {op.name}.  Input index: {index}. "
            f"Original input shape: {tensor.shape}.  "
            f"Calculated input gradient shape: {gradient.shape}"
        ) from error

"""tf.gradients: symbolic derivatives, built as more of the same graph."""

from __future__ import annotations

import enum
import heapq
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from reflow.graph import log
from reflow.graph.conversion import convert_n_to_tensor, convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.gradient_registry import gradient_function
from reflow.graph.graph import Graph
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
    """The few computations that differentiation itself adds, supplied by the room of ops."""

    ones_like: Callable[[Tensor, str], Tensor]
    zeros_like: Callable[[Tensor], Tensor]
    add_n: Callable[[Sequence[Tensor]], Tensor]
    concat: Callable[[Sequence[Tensor]], Tensor]
    to_dense: Callable[[IndexedSlices], Tensor]
    identities: Callable[[Sequence[Tensor]], list[Tensor]]


_arithmetic: list[Arithmetic] = []


def use_arithmetic(arithmetic: Arithmetic) -> None:
    _arithmetic[:] = [arithmetic]


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
    """
    if aggregation_method not in (None, 0, 1, 2):
        raise ValueError(f"Invalid aggregation_method specified: {aggregation_method}.")
    try:
        unconnected = UnconnectedGradients(unconnected_gradients)
    except ValueError:
        raise ValueError(
            f"Unknown value for unconnected_gradients: '{unconnected_gradients}'"
        ) from None
    y_list = convert_n_to_tensor([_element(y) for y in _as_list(ys)], name="y")
    x_list = [_element(x) for x in _as_list(xs)]
    x_tensors = convert_n_to_tensor(
        [x.values if isinstance(x, IndexedSlices) else x for x in x_list], name="x", as_ref=True
    )
    stop = convert_n_to_tensor([_element(t) for t in _as_list(stop_gradients)], name="stop")
    graph = y_list[0].graph if y_list else x_tensors[0].graph
    weights = _as_list(grad_ys) if grad_ys is not None else [None] * len(y_list)
    if len(weights) != len(y_list):
        raise ValueError(f"Passed {len(weights)} grad_ys for {len(y_list)} ys")
    with graph.as_default(), graph.name_scope(name or "gradients") as scope:
        backward = _Backward(graph, scope, colocate_gradients_with_ops, gate_gradients)
        backward.seed(y_list, weights)
        backward.propagate(y_list, x_tensors, stop)
        results = []
        for x in x_tensors:
            gradient = backward.total(x)
            if gradient is None and unconnected is UnconnectedGradients.ZERO:
                gradient = _arithmetic[0].zeros_like(x)
            results.append(gradient)
        return results


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _element(value: Any) -> Any:
    """A variable as its reference: derivatives are taken there, not at one of its reads."""
    handle = getattr(value, "_as_graph_element", None)
    return (
        handle() if handle is not None and not isinstance(value, (Tensor, IndexedSlices)) else value
    )


class _Backward:
    """One backward pass: the gradients that reached each tensor so far."""

    def __init__(self, graph: Graph, scope: str, colocate: bool, gate: bool) -> None:
        self._graph = graph
        self._scope = scope
        self._colocate = colocate
        self._gate = gate
        self._received: dict[Tensor, list[Gradient]] = {}
        self._totals: dict[Tensor, Gradient] = {}

    def seed(self, ys: Sequence[Tensor], weights: Sequence[Any]) -> None:
        for i, (y, weight) in enumerate(zip(ys, weights)):
            if weight is None:
                if y.dtype.is_complex:
                    raise TypeError(
                        f"Gradients of complex tensors must set grad_ys (y.dtype = {y.dtype!r})"
                    )
                gradient: Gradient = _arithmetic[0].ones_like(y, f"grad_ys_{i}")
            elif isinstance(weight, IndexedSlices):
                gradient = weight
            else:
                gradient = self._checked_weight(convert_to_tensor(weight, name=f"grad_ys_{i}"), y)
            self._add(y, gradient)

    @staticmethod
    def _checked_weight(weight: Tensor, y: Tensor) -> Tensor:
        for kind, holds in (
            ("real or integer", lambda t: t.is_floating or t.is_integer),
            ("complex", lambda t: t.is_complex),
        ):
            if holds(y.dtype) and not holds(weight.dtype):
                raise TypeError(
                    f"Gradient type {weight.dtype.name} generated for {kind} tensor {y} with type "
                    f"{y.dtype.name} must be {kind}"
                )
        return weight

    def propagate(self, ys: Sequence[Tensor], xs: Sequence[Tensor], stop: Iterable[Tensor]) -> None:
        """Takes the operations between xs and ys, the latest first, and differentiates each."""
        between = _operations_between(ys, xs)
        # An operation's consumers come after it in the order of creation, and are done by then.
        queue = [-op._id for op in between]
        by_id = {op._id: op for op in between}
        heapq.heapify(queue)
        stop_ops = {t.op for t in stop}
        x_ops = {x.op for x in xs}
        while queue:
            op = by_id[-heapq.heappop(queue)]
            if op in stop_ops or (op in x_ops and not _leads_further(op, between)):
                continue
            self._differentiate(op, between)

    def _differentiate(self, op: Operation, between: set[Operation]) -> None:
        outputs: list[Gradient | None] = [self.total(tensor) for tensor in op.outputs]
        if all(gradient is None for gradient in outputs) or not op.inputs:
            return
        function = gradient_function(op)
        if function is None:
            return
        place: AbstractContextManager[Any] = (
            self._graph.colocate_with(op) if self._colocate else nullcontext()
        )
        with self._graph.name_scope(f"{op.name}_grad"), place:
            for i, (gradient, tensor) in enumerate(zip(outputs, op.outputs)):
                if gradient is None and is_trainable(tensor.dtype):
                    outputs[i] = _arithmetic[0].zeros_like(tensor)
            result = function(op, *outputs)
            gradients = list(result) if isinstance(result, (list, tuple)) else [result]
            if len(gradients) != len(op.inputs):
                raise ValueError(
                    f"Num gradients {len(gradients)} generated for op {op.node_def} do not match "
                    f"num inputs {len(op.inputs)}"
                )
            gradients = [None if g is None else _as_gradient(g) for g in gradients]
            if self._gate:
                gradients = _gated(gradients)
        for tensor, gradient in zip(op.inputs, gradients):
            if gradient is not None:
                _check(op, tensor, gradient)
                self._add(tensor, gradient)

    def _add(self, tensor: Tensor, gradient: Gradient) -> None:
        self._received.setdefault(tensor, []).append(gradient)
        self._totals.pop(tensor, None)

    def total(self, tensor: Tensor) -> Gradient | None:
        """The sum of what reached `tensor`; sparse while every part is."""
        received = self._received.get(tensor)
        if not received:
            return None
        total = self._totals.get(tensor)
        if total is None:
            total = self._totals[tensor] = _sum(received)
        return total


def _as_gradient(gradient: Any) -> Gradient:
    return (
        gradient if isinstance(gradient, (Tensor, IndexedSlices)) else convert_to_tensor(gradient)
    )


def _sum(parts: Sequence[Gradient]) -> Gradient:
    if len(parts) == 1:
        return parts[0]
    arithmetic = _arithmetic[0]
    slices = [part for part in parts if isinstance(part, IndexedSlices)]
    if len(slices) == len(parts):
        values = arithmetic.concat([part.values for part in slices])
        indices = arithmetic.concat([part.indices for part in slices])
        return IndexedSlices(values, indices, slices[0].dense_shape)
    return arithmetic.add_n(
        [arithmetic.to_dense(p) if isinstance(p, IndexedSlices) else p for p in parts]
    )


def _gated(gradients: Sequence[Gradient | None]) -> list[Gradient | None]:
    """The gradients, each available only when all are."""
    dense = [g for g in gradients if isinstance(g, Tensor)]
    if len(dense) < 2:
        return list(gradients)
    gated = iter(_arithmetic[0].identities(dense))
    return [next(gated) if isinstance(g, Tensor) else g for g in gradients]


def _check(op: Operation, tensor: Tensor, gradient: Gradient) -> None:
    """A rule that gives another shape or kind of number than the input's is wrong."""
    if tensor.dtype.base_dtype.is_floating and not gradient.dtype.base_dtype.is_floating:
        raise TypeError(
            f"Gradient type {gradient.dtype.name} generated for input {tensor} of '{op.name}' (op "
            f"type: {op.type}) must be real."
        )
    if not isinstance(gradient, Tensor):
        return
    if gradient.shape.sizes == tensor.shape.sizes or tensor.dtype.base_dtype.name == "resource":
        return
    try:
        gradient.set_shape(tensor.shape)
    except ValueError as error:
        raise ValueError(
            "Incompatible shapes between op input and calculated input gradient. "
            f"Forward operation: {op.name} (op type: {op.type}). Input: {tensor.name}. "
            f"Original input shape: {tensor.shape}. Calculated input gradient shape: {gradient.shape}"
        ) from error


def _operations_between(ys: Sequence[Tensor], xs: Sequence[Tensor]) -> set[Operation]:
    """The operations on a differentiable path from an x to a y."""
    reached: set[Operation] = set()
    stack = [y.op for y in ys if is_trainable(y.dtype)]
    for y in ys:
        if not is_trainable(y.dtype):
            log.warn(
                f"The dtype of the target tensor must be floating (e.g. tf.float32) when calling "
                f"tf.gradients. Received: {y}"
            )
    while stack:
        op = stack.pop()
        if op not in reached:
            reached.add(op)
            stack += [t.op for t in op.inputs if is_trainable(t.dtype)]
    from_xs: set[Operation] = {x.op for x in xs}
    for op in sorted(reached, key=lambda op: op._id):
        if any(t.op in from_xs for t in op.inputs if is_trainable(t.dtype)):
            from_xs.add(op)
    return reached & from_xs


def _leads_further(op: Operation, between: set[Operation]) -> bool:
    """Whether an x's own operation lies on the way to another x."""
    return any(tensor.op in between for tensor in op.inputs)

"""tf.while_loop: a loop in the graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph import composites, nest
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.execution import executing_eagerly
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.arrays import Identity, RefIdentity
from reflow.ops.comparisons import Less
from reflow.ops.constants import constant
from reflow.ops.control import merge, switch_beside
from reflow.ops.control_flow.back_edges import add_back_edge
from reflow.ops.control_flow.while_context import WhileContext
from reflow.ops.frames import LoopCond, enter, exit
from reflow.ops.logic import LogicalAnd
from reflow.tf._cond import after_summaries
from reflow.tf._flows import as_flow, is_tensor_array, with_flow
from reflow.tf._scopes import name_scope
from reflow.tf._shape_invariants import invariants_of, set_invariants


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
    maximum_iterations: Any = None,
    return_same_structure: bool = False,
) -> Any:
    """Repeats `body` while `cond` is true; gives the loop variables as they are then.

    Both functions are called once, to build the loop, with the loop variables as arguments.

    Args:
      cond: gives a boolean scalar.
      body: gives the next values of the loop variables, nested as these are.
      loop_vars: a list or tuple of tensors, TensorArrays, sparse values, or structures of them.
      shape_invariants: the shapes that the variables have in every iteration, nested as they are;
        by default those with which they enter.
      parallel_iterations, swap_memory: hints for the runtime.
      back_prop: derivatives flow through the loop.
      maximum_iterations: an integer scalar; the loop ends after as many iterations.
      return_same_structure: of a single variable, a list of it is given rather than itself.

    Raises:
      TypeError: `cond` or `body` is no function, or the structures differ.
      ValueError: there are no variables, or one comes back with another shape.
    """
    if not callable(cond):
        raise TypeError("cond must be callable.")
    if not callable(body):
        raise TypeError("body must be callable.")
    if parallel_iterations < 1:
        raise TypeError("parallel_iterations must be a positive integer.")
    with name_scope(name, "while", composites.flatten(loop_vars)):
        if not loop_vars:
            raise ValueError("No loop variables provided")
        if maximum_iterations is not None:
            is_single = len(loop_vars) == 1 and not return_same_structure
            cond, body, loop_vars = _counted(cond, body, loop_vars, maximum_iterations, is_single)
            if shape_invariants is not None:
                shape_invariants = (TensorShape([]), shape_invariants)
        if executing_eagerly():
            result = _run(cond, body, loop_vars, return_same_structure)
        else:
            if shape_invariants is not None:
                nest.assert_same_structure(loop_vars, shape_invariants)
            context = WhileContext(maximum_iterations, parallel_iterations, back_prop, swap_memory)
            if context.outer_context is None:
                get_default_graph().add_to_collection(GraphKeys.WHILE_CONTEXT, context)
            result = _build(context, cond, body, loop_vars, shape_invariants)
            if not return_same_structure and len(composites.flatten(result)) == 1:
                result = result[0]
        return result if maximum_iterations is None else result[1]


def _counted(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    maximum_iterations: Any,
    is_single: bool,
) -> tuple[Callable[..., Any], Callable[..., Any], Any]:
    """The loop with one more variable, the number of iterations so far."""
    from reflow.ops.math import AddV2

    maximum = convert_to_tensor(maximum_iterations, name="maximum_iterations")
    if maximum.shape.ndims != 0:
        raise ValueError(f"maximum_iterations must be a scalar, saw shape: {maximum.shape}")
    counter = constant(0, maximum.dtype, name="iteration_counter")

    def go_on(i: Any, given: Any) -> Any:
        is_below = Less(i, maximum)
        return LogicalAnd(is_below, cond(given) if is_single else cond(*given))

    def step(i: Any, given: Any) -> Any:
        following = AddV2(i, 1, name="add")
        return following, body(given) if is_single else body(*given)

    return go_on, step, (counter, loop_vars[0] if is_single else loop_vars)


def _run(
    cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, same_structure: bool
) -> Any:
    """The loop in eager mode: a Python loop."""
    is_single = len(loop_vars) == 1 and not same_structure
    structure = list(loop_vars)
    packed = False
    while cond(*loop_vars):
        loop_vars = body(*loop_vars)
        if is_single and not isinstance(loop_vars, (list, tuple)):
            packed = True
            loop_vars = (loop_vars,)
        composites.assert_same_structure(structure, list(loop_vars))
    result = composites.map_tensors(
        lambda leaf: leaf if is_tensor_array(leaf) else convert_to_tensor(leaf), loop_vars
    )
    return result[0] if packed else result


def _build(
    context: WhileContext,
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any,
) -> Any:
    """The loop in the graph."""
    flat = _as_tensors([as_flow(leaf) for leaf in nest.flatten(loop_vars)])
    invariants = invariants_of(flat, shape_invariants)
    tensors = composites.flatten(flat)
    with context:
        given, exits = _build_inside(context, cond, body, loop_vars, tensors, invariants)
    return composites.pack(given, _with_flows(given, exits))


def _as_tensors(values: list[Any]) -> list[Any]:
    """The leaves as tensors, composites as they are."""
    return [
        value if isinstance(value, composites.Composite) else convert_to_tensor(value)
        for value in values
    ]


def _with_flows(structure: Any, tensors: list[Tensor]) -> list[Any]:
    return [with_flow(like, t) for like, t in zip(composites.flatten(structure), tensors)]


def _build_inside(
    context: WhileContext,
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    tensors: list[Tensor],
    invariants: list[TensorShape] | None,
) -> tuple[Any, list[Tensor]]:
    """What the body gave, and what leaves the loop."""
    merged = _entered_and_merged(context, tensors, invariants)
    context.pivot_for_pred = merged[0]
    condition = cond(*composites.pack(loop_vars, _with_flows(loop_vars, merged)))
    context.pivot = LoopCond(convert_to_tensor(condition), name="LoopCond")
    switched = [switch_beside(tensor, context.pivot) for tensor in merged]
    in_body = [identity(if_true) for _, if_true in switched]
    context.pivot_for_body = in_body[0]
    arguments = composites.pack(loop_vars, _with_flows(loop_vars, in_body))
    given = after_summaries(lambda: _sequence(body(*arguments)))
    composites.assert_same_structure(list(arguments), list(given))
    results = [_as_result(leaf) for leaf in composites.flatten(given)]
    if len(results) != len(merged):
        raise ValueError(
            "Number of inputs and outputs of body must match loop_vars: "
            f"{len(merged)}, {len(results)}"
        )
    for variable, result in zip(merged, results):
        add_back_edge(variable, result)
    exits = [exit(if_false) for if_false, _ in switched]
    context.loop_exits = exits
    context.export_results(exits)
    return given, exits


def _as_result(leaf: Any) -> Tensor:
    return convert_to_tensor(as_flow(leaf))


def _sequence(result: Any) -> Any:
    return result if nest.is_sequence(result) else [result]


def identity(data: Any, name: str | None = None) -> Any:
    """The tensor itself, of a reference to a variable the reference; composites by components."""
    parts = [convert_to_tensor(part, as_ref=True) for part in composites.components(data)]
    name = name if len(parts) == 1 else None
    return composites.composed(
        data,
        [
            (RefIdentity if part.dtype._is_ref_dtype else Identity)(part, name=name)
            for part in parts
        ],
    )


def _entered_and_merged(
    context: WhileContext, tensors: list[Tensor], invariants: list[TensorShape] | None
) -> list[Tensor]:
    """The loop variables at the start of an iteration."""
    graph = get_default_graph()
    context.values = set(tensors)
    outer = context.outer_context
    if outer is not None:
        tensors = [outer.add_value(tensor) for tensor in tensors]
    with graph.control_dependencies(None):
        entered: list[Tensor] = [
            enter(tensor, context.name, False, context.parallel_iterations, invariants is None)
            for tensor in tensors
        ]
        for tensor in entered:
            graph.prevent_feeding(tensor)
            if outer is not None:
                outer.add_inner_op(tensor.op)
    _wait_for_pivot(context, entered)
    if invariants is not None:
        set_invariants(tensors, entered, invariants)
    context.take_enters(entered)
    context.values = set(entered)
    context.loop_enters = list(entered)
    return [merge([tensor, tensor])[0] for tensor in entered]


def _wait_for_pivot(context: WhileContext, entered: list[Tensor]) -> None:
    """An inner loop that starts from constants of the loop around runs only when that does."""
    outer = context.outer_context
    pivot = None
    while outer is not None and pivot is None:
        pivot = outer.control_pivot
        outer = outer.outer_context
    if pivot is None:
        return
    for tensor in entered:
        source = tensor.op._inputs[0].op
        if source.definition.name in ("Enter", "RefEnter") and source.attrs["is_constant"]:
            tensor.op._add_control_input(pivot.op)

"""tf.cond: one of two functions, chosen when the graph runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph import composites, nest
from reflow.graph.dtypes import int64
from reflow.graph.execution import executing_eagerly
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.indexed_slices import IndexedSlices
from reflow.ops.arrays import Identity
from reflow.ops.casts import Cast
from reflow.ops.control import NoOp, merge, switch
from reflow.ops.control_flow.cond_context import CondContext
from reflow.tf._flows import as_flow, with_flow
from reflow.tf._scopes import name_scope


def cond(
    pred: Any,
    true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None,
    strict: bool = False,
    name: str | None = None,
    fn1: Callable[[], Any] | None = None,
    fn2: Callable[[], Any] | None = None,
) -> Any:
    """What `true_fn()` gives if `pred` is true, else what `false_fn()` gives.

    Both functions are called, once, to build their branch; a run executes one of the branches.
    What they use from outside is computed in any case.

    Args:
      pred: a boolean scalar tensor.
      true_fn, false_fn: give tensors or operations, or structures of them that are nested alike.
      strict: a list of one tensor stays a list; otherwise it becomes the tensor.
      fn1, fn2: the names of 1.0 for `true_fn` and `false_fn`.

    Raises:
      TypeError: no functions, a Python bool for `pred`, or structures that are not alike.
      ValueError: a function gives nothing, or the two give different types.
    """
    true_fn = _function(true_fn, fn1, "true_fn", "fn1")
    false_fn = _function(false_fn, fn2, "false_fn", "fn2")
    for function, its_name in ((true_fn, "true_fn"), (false_fn, "false_fn")):
        if not callable(function):
            raise TypeError(f"{its_name} must be callable.")
    with name_scope(name, "cond", [pred]):
        if executing_eagerly():
            result = true_fn() if pred else false_fn()
            return result if strict else _unpacked(result)
        return _built(pred, true_fn, false_fn, strict)


def _function(given: Any, old: Any, name: str, old_name: str) -> Any:
    if old is None:
        if given is None:
            raise TypeError(f"cond(): {name} argument required")
        return given
    if given is not None:
        raise TypeError(f"cond(): {name} and {old_name} may not be set simultaneously.")
    return old


def _built(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any], strict: bool) -> Any:
    if isinstance(pred, bool):
        raise TypeError("pred must not be a Python bool")
    if_false, if_true = switch(pred, pred)
    pivot_true = Identity(if_true, name="switch_t")
    pivot_false = Identity(if_false, name="switch_f")
    pred = Identity(pred, name="pred_id")
    graph = get_default_graph()
    for tensor in (if_true, pivot_true, pivot_false, pred):
        graph.prevent_fetching(tensor.op)
    context_true = CondContext(pred, pivot_true, branch=1)
    given_true, results_true = _branch(context_true, true_fn, "true_fn")
    context_false = CondContext(pred, pivot_false, branch=0)
    given_false, results_false = _branch(context_false, false_fn, "false_fn")
    if not strict:
        given_true, given_false = _unpacked(given_true), _unpacked(given_false)
    _check_alike(given_true, given_false, results_true, results_false)
    flat_true, flat_false = (
        composites.flatten(results) for results in (results_true, results_false)
    )
    if not flat_true:
        raise ValueError("true_fn and false_fn must return at least one result.")
    for x, y in zip(flat_true, flat_false):
        if x.dtype.base_dtype is not y.dtype.base_dtype:
            raise ValueError(
                "Outputs of true_fn and false_fn must have the same type: "
                f"{x.dtype.name}, {y.dtype.name}"
            )
    merged = [merge(pair)[0] for pair in zip(flat_false, flat_true)]
    merged = [with_flow(like, m) for like, m in zip(composites.flatten(given_true), merged)]
    if context_true.outer_context is None:
        graph.add_to_collection(GraphKeys.COND_CONTEXT, context_true)
        graph.add_to_collection(GraphKeys.COND_CONTEXT, context_false)
    result = composites.pack(given_true, merged)
    return result if strict else _unpacked(result)


def _branch(context: CondContext, function: Callable[[], Any], name: str) -> tuple[Any, Any]:
    """What a function gave, and the structure of tensors that leave its branch."""
    with context:
        given = after_summaries(function)
        if given is None:
            raise ValueError(f"{name} must have a return value.")
        results = composites.map_tensors(lambda leaf: context.output(as_flow(leaf)), given)
        context.export_results(composites.flatten(results))
    return given, results


def after_summaries(function: Callable[[], Any]) -> Any:
    """What a function gives, once the summaries are written that were made in it."""
    graph = get_default_graph()
    before = graph.get_collection(GraphKeys._SUMMARY_COLLECTION)
    given = function()
    made = graph.get_collection(GraphKeys._SUMMARY_COLLECTION)[len(before) :]
    if not made:
        return given
    graph.get_collection_ref(GraphKeys._SUMMARY_COLLECTION)[:] = before
    with graph.control_dependencies(made):
        if given is None:
            return NoOp()
        return composites.map_tensors(Identity, given)


def _unpacked(result: Any) -> Any:
    """The item of a list or tuple that has one."""
    return result[0] if isinstance(result, (list, tuple)) and len(result) == 1 else result


def _check_alike(given_true: Any, given_false: Any, *results: Any) -> None:
    _cast_indices(given_true, given_false)
    _cast_indices(*results)
    try:
        composites.assert_same_structure(given_true, given_false)
    except TypeError as error:
        raise TypeError(f"Incompatible return types of true_fn and false_fn: {error}") from error
    except ValueError as error:
        raise ValueError(f"Incompatible return values of true_fn and false_fn: {error}") from error


def _cast_indices(first: Any, second: Any) -> None:
    """Gives IndexedSlices at the same place indices of the same type."""
    for a, b in zip(nest.flatten(first), nest.flatten(second)):
        is_slices = isinstance(a, IndexedSlices) and isinstance(b, IndexedSlices)
        if is_slices and a.indices.dtype is not b.indices.dtype:
            a._indices = Cast(a.indices, DstT=int64)
            b._indices = Cast(b.indices, DstT=int64)

"""tf.case: the first of several functions whose condition holds when the graph runs."""

from __future__ import annotations

import collections
import functools
from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph import dtypes
from reflow.graph.execution import executing_eagerly
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Operation, Tensor
from reflow.ops.casts import Cast
from reflow.ops.comparisons import LessEqual
from reflow.ops.constants import constant
from reflow.tf import logging
from reflow.tf._checks import Assert
from reflow.tf._cond import cond
from reflow.tf._joining import stack
from reflow.tf._reductions import reduce_sum
from reflow.tf._scopes import name_scope

Action = Callable[[], Any]


def case(
    pred_fn_pairs: Any,
    default: Action | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str = "case",
) -> Any:
    """What the first function gives whose predicate is true, else what `default()` gives.

    Args:
      pred_fn_pairs: (boolean scalar, function) pairs in a list, or a dictionary of them.
      default: without it a run in which no predicate is true is an error.
      exclusive: a run in which several predicates are true is an error.
      strict: as of `tf.cond`.

    Raises:
      TypeError: the pairs are none, or their parts not of these types.
    """
    return case_of(
        functools.partial(cond, strict=strict), pred_fn_pairs, default, exclusive, name, False
    )


def case_of(
    choose: Callable[..., Any],
    pred_fn_pairs: Any,
    default: Action | None,
    exclusive: bool,
    name: str,
    allow_python_preds: bool,
) -> Any:
    """As `case`, with `choose` in place of `tf.cond`."""
    pairs = _checked(pred_fn_pairs, exclusive, name, allow_python_preds)
    predicates, actions = [pred for pred, _ in pairs], [action for _, action in pairs]
    with name_scope(name, "case", predicates):
        if default is None:
            default = _last_action(predicates, actions)
            predicates, actions = predicates[:-1], actions[:-1]
        function = default
        for predicate, action in reversed(list(zip(predicates, actions))):
            function = functools.partial(choose, predicate, true_fn=action, false_fn=function)
        if not exclusive:
            return function()
        check = _assert_at_most_true(predicates, 1, "Input error: exclusive=True")
        with get_default_graph().control_dependencies([check]):
            return function()


def _checked(
    pairs: Any, exclusive: bool, name: str, allow_python_preds: bool
) -> list[tuple[Any, Action]]:
    if not isinstance(pairs, (list, tuple, dict)):
        raise TypeError("fns must be a list, tuple, or dict")
    if isinstance(pairs, dict):
        pairs = _ordered(pairs, exclusive, name)
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError("Each entry in pred_fn_pairs must be a 2-tuple")
        pred, function = pair
        if isinstance(pred, Tensor):
            if pred.dtype is not dtypes.bool:
                raise TypeError(f"pred must be Tensor of type bool: {pred.name}")
        elif not allow_python_preds:
            raise TypeError(f"pred must be a Tensor, got: {pred}")
        elif not isinstance(pred, bool):
            raise TypeError(f"pred must be a Tensor or bool, got: {pred}")
        if not callable(function):
            raise TypeError(f"fn for pred {getattr(pred, 'name', pred)} must be callable.")
    return list(pairs)


def _ordered(pairs: dict[Any, Action], exclusive: bool, name: str) -> list[tuple[Any, Action]]:
    """The items of a dictionary, by the names of the predicates if it has no order of its own."""
    if isinstance(pairs, collections.OrderedDict):
        return list(pairs.items())
    if executing_eagerly():
        if not exclusive:
            raise ValueError(
                "Unordered dictionaries are not supported for the `pred_fn_pairs` argument when "
                "`exclusive=False` and eager mode is enabled."
            )
        return list(pairs.items())
    if not exclusive:
        logging.warn(
            "%s: An unordered dictionary of predicate/fn pairs was provided, but exclusive=False. "
            "The order of conditional tests is deterministic but not guaranteed.",
            name,
        )
    return sorted(pairs.items(), key=lambda item: item[0].name)


def _last_action(predicates: Sequence[Any], actions: Sequence[Action]) -> Action:
    """The last action, run if no other is: an error unless its own predicate is true."""
    last = len(predicates) - 1

    def default_action() -> Any:
        message = (
            f"Implementation error: selected default action #{last} was called, but some of other "
            "predicates are True: "
        )
        data = (
            "Input error: None of conditions evaluated as True:",
            stack(predicates, name="preds_c"),
        )
        checks = [
            _assert_at_most_true(predicates[:last], 0, message),
            Assert(predicates[last], data),
        ]
        with get_default_graph().control_dependencies(checks):
            return actions[last]()

    return default_action


def _assert_at_most_true(predicates: Sequence[Any], count: int, message: str) -> Operation:
    """An operation that fails if more than `count` of the predicates are true."""
    stacked = stack(predicates, name="preds_c")
    number = reduce_sum(Cast(stacked, DstT=dtypes.int32, name="Cast"), name="num_true_conds")
    condition = LessEqual(number, constant(count, name="n_true_conds"))
    names = ", ".join(getattr(predicate, "name", "?") for predicate in predicates)
    text = f"{message}: more than {count} conditions ({names}) evaluated as True:"
    check: Operation = Assert(condition, [text, stacked], summarize=len(predicates))
    return check

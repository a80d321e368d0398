"""tf.switch_case: one of several functions, chosen by number when the graph runs.

TensorFlow makes a function of each branch and one `Case` operation of them all; here they are
conditionals one in the other, which derivatives flow through in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph.execution import executing_eagerly
from reflow.graph.operation import Tensor
from reflow.ops.comparisons import Equal
from reflow.tf._cond import cond
from reflow.tf._scopes import name_scope

Action = Callable[[], Any]


def switch_case(
    branch_index: Any, branch_fns: Any, default: Action | None = None, name: str = "switch_case"
) -> Any:
    """What the function with the number `branch_index` gives.

    Args:
      branch_index: an integer scalar.
      branch_fns: functions; or pairs of a number and a function, or a dictionary of them, the
        numbers being 0, 1, 2, ...
      default: what is called for other numbers; without it the last of the functions.

    Raises:
      TypeError: `branch_index` is no integer tensor, or the functions are none.
      ValueError: there are no functions, or the numbers have gaps.
    """
    actions = _checked(branch_index, branch_fns, default)
    with name_scope(name, "switch_case", [branch_index]):
        if executing_eagerly():
            index = int(branch_index.numpy())
            return actions[index if 0 <= index < len(actions) else -1]()
        return _chosen(branch_index, 0, actions)


def _chosen(branch_index: Tensor, number: int, actions: Sequence[Action]) -> Any:
    if number == len(actions) - 1:
        return actions[number]()
    return cond(
        Equal(branch_index, number),
        actions[number],
        lambda: _chosen(branch_index, number + 1, actions),
        strict=True,
    )


def _checked(branch_index: Any, branch_fns: Any, default: Action | None) -> list[Action]:
    """The functions in the order of their numbers, the default last."""
    if not isinstance(branch_index, Tensor):
        raise TypeError(f"branch_index must a Tensor, got {type(branch_index)}")
    if not branch_index.dtype.is_integer:
        raise TypeError(f"branch_index must an integer Tensor, got {branch_index.dtype}")
    if not branch_fns:
        raise ValueError("Must provide at least one item in branch_fns")
    if not isinstance(branch_fns, (list, tuple, dict)):
        raise TypeError("branch_fns must be a list, tuple, or dict")
    pairs = list(branch_fns.items()) if isinstance(branch_fns, dict) else list(branch_fns)
    if all(callable(item) for item in pairs):
        pairs = list(enumerate(pairs))
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError("Each entry in branch_fns must be a 2-tuple")
        key, function = pair
        if not isinstance(key, int):
            raise TypeError(f"key must be a Python `int`, got {type(key)}")
        if not callable(function):
            raise TypeError(f"fn for key {key} must be callable.")
    numbers = [key for key, _ in pairs]
    if sorted(numbers) != list(range(len(numbers))):
        found = ",".join(str(number) for number in sorted(numbers))
        raise ValueError(
            f"branch indices (keys) must form contiguous range of [0 to {len(numbers)}) but found "
            f"{{{found}}}"
        )
    actions = [function for _, function in sorted(pairs, key=lambda pair: pair[0])]
    return actions if default is None else [*actions, default]

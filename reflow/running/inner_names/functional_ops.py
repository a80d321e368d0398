"""`tensorflow.python.ops.functional_ops`: conditionals and loops of functions made by `Defun`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph.function import Function
from reflow.graph.operation import Tensor
from reflow.ops import function_branches as ops
from reflow.ops import function_calls as calls
from reflow.tf._defun import DefinedFunction, traced

__all__ = ["For", "If", "While", "partitioned_call"]


def _function(defined: DefinedFunction) -> Function:
    """The function of the graph, for arguments of the types that it declares."""
    types = defined.declared_input_types
    if types is None:
        raise ValueError(f"Function {defined.name} must declare the types of its arguments.")
    return traced(defined.name, defined._build, types)


def If(
    cond: Any,
    inputs: Sequence[Any],
    then_branch: DefinedFunction,
    else_branch: DefinedFunction,
    name: str | None = None,
) -> list[Tensor]:
    """What `then_branch` gives for the inputs if `cond` is true, else what `else_branch` gives."""
    chosen, other = _function(then_branch), _function(else_branch)
    types = [tensor.dtype for tensor in chosen.graph.outputs]
    return ops.If(  # type: ignore[no-any-return]
        cond, list(inputs), types, then_branch=chosen, else_branch=other, name=name
    )


def While(
    input_: Sequence[Any],
    cond: DefinedFunction,
    body: DefinedFunction,
    name: str | None = None,
    hostmem: Any = None,
) -> list[Tensor]:
    """The input, replaced by what `body` gives for it while `cond` gives true for it.

    Raises:
      ValueError: `cond` uses tensors from outside, or the two take different types.
    """
    condition, step = _function(cond), _function(body)
    if condition.captured_inputs:
        raise ValueError(
            "While op 'cond' argument must be a function without implicitly captured inputs."
        )
    if cond.declared_input_types != body.declared_input_types:
        raise ValueError(
            f"While op 'cond' and 'body' signatures do not match. {cond.declared_input_types!r} "
            f"vs {body.declared_input_types!r}"
        )
    return ops.While(list(input_), cond=condition, body=step, name=name)  # type: ignore[no-any-return]


def For(
    start: Any,
    limit: Any,
    delta: Any,
    inputs: Sequence[Any],
    body: DefinedFunction,
    name: str | None = None,
    hostmem: Any = None,
    rewrite_with_while: bool | None = None,
) -> list[Tensor]:
    """The inputs, replaced by what `body` gives for each number of a range and for them."""
    return ops.For(  # type: ignore[no-any-return]
        start, limit, delta, list(inputs), body=_function(body), name=name
    )


def partitioned_call(
    args: Sequence[Any],
    f: DefinedFunction,
    tout: Any = None,
    executing_eagerly: bool | None = None,
    config: Any = None,
    executor_type: str | None = None,
) -> Any:
    """What a function gives for these arguments."""
    function = _function(f)
    call: Any = calls.PartitionedCall if function.stateless else calls.StatefulPartitionedCall
    types = [tensor.dtype.base_dtype for tensor in function.graph.outputs]
    op = call.apply([[*args, *function.captured_inputs]], {"Tout": types, "f": function}, None)
    return op.outputs or op

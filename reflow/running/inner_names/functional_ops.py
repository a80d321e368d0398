"""`tensorflow.python.ops.functional_ops`: conditionals and loops of functions made by `Defun`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph import dtypes
from reflow.graph.function import Function
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Operation, Tensor
from reflow.ops import function_branches as ops
from reflow.ops import function_calls as calls
from reflow.ops.function_gradients import SymbolicGradient
from reflow.tf import math
from reflow.tf._defun import DefinedFunction

__all__ = ["For", "Gradient", "If", "While", "partitioned_call", "symbolic_gradient"]

symbolic_gradient = SymbolicGradient


def Gradient(inputs: Sequence[Any], f: DefinedFunction, name: str | None = None) -> list[Tensor]:
    """The gradients of a function's arguments.

    Args:
      inputs: the arguments, then the gradients of the results.
      f: the function.
      name: of the node.
    """
    types = [tensor.dtype for tensor in _function(f).graph.inputs]
    found: list[Tensor] = SymbolicGradient(list(inputs), Tout=types, f=f.function, name=name)
    return found


def _function(defined: DefinedFunction) -> Function:
    """The function of the graph, for arguments of the types that it declares."""
    defined.add_to_graph(get_default_graph())
    return defined.function


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

    Args:
      input_: the first values.
      cond, body: functions of the graph.
      name: of the node.
      hostmem: positions of what is kept on the host, as all of it is here.

    Raises:
      ValueError: `cond` uses tensors from outside, or the two take different types.
    """
    if cond.captured_inputs:
        raise ValueError(
            "While op 'cond' argument must be a function without implicitly captured inputs."
        )
    if cond.declared_input_types != body.declared_input_types:
        raise ValueError(
            f"While op 'cond' and 'body' signatures do not match. {cond.declared_input_types!r} "
            f"vs {body.declared_input_types!r}"
        )
    captured = body.captured_inputs
    if captured:
        types = [*body.declared_input_types, *(tensor.dtype for tensor in captured)]
        count = len(body.declared_input_types)
        plain_cond = cond
        cond = DefinedFunction(
            lambda *args: plain_cond(*args[:count]), [], types, f"{cond.name}_Wrapper"
        )
        body = _passing_captures_on(body)
    inputs = [*input_, *captured]
    found = ops.While(inputs, cond=_function(cond), body=_function(body), name=name)
    return list(found[: len(found) - len(captured)])


def _passing_captures_on(body: DefinedFunction) -> DefinedFunction:
    """A function that takes what `body` captures as arguments, too, and gives them back."""
    captured = body.captured_inputs
    types = [*body.declared_input_types, *(tensor.dtype for tensor in captured)]

    def wrapper(*args: Tensor) -> list[Tensor]:
        body.add_to_graph(get_default_graph())
        op = body.function.call.apply(list(args), {}, None)
        return [*op.outputs, *args[len(args) - len(captured) :]]

    return DefinedFunction(wrapper, [], types, f"{body.name}_Wrapper")


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
    """The inputs, replaced by what `body` gives for each number of a range and for them.

    Args:
      start, limit, delta: of the range, of type int32.
      inputs: the first values.
      body: a function of the number and the values.
      name: of the node.
      hostmem: positions of what is kept on the host, as all of it is here.
      rewrite_with_while: whether to make a While of it.
    """
    if rewrite_with_while:
        return _for_as_while(start, limit, delta, inputs, body, name)
    captured = body.captured_inputs
    step = _function(_passing_captures_on(body) if captured else body)
    found = ops.For(start, limit, delta, [*inputs, *captured], body=step, name=name)
    return list(found[: len(found) - len(captured)])


def _for_as_while(
    start: Any, limit: Any, delta: Any, inputs: Sequence[Any], body: DefinedFunction, name: Any
) -> list[Tensor]:
    """A loop that counts rounds: range(start, limit, delta)[i] is i * delta + start."""
    step = math.abs(delta)
    distance = math.cast(math.abs(math.subtract(limit, start)) + step - 1, dtypes.float32)
    rounds = math.cast(distance / math.cast(step, dtypes.float32), dtypes.int32)
    types = [dtypes.int32] * 4 + list(body.declared_input_types[1:])

    def goes_on(i: Any, rounds: Any, *args: Any) -> Any:
        return i < rounds

    def next_round(i: Any, rounds: Any, start: Any, delta: Any, *args: Any) -> Any:
        result = body(start + i * delta, *args)
        if isinstance(result, Operation):
            result = ()
        elif isinstance(result, Tensor):
            result = (result,)
        return (i + 1, rounds, start, delta, *result)

    cond = DefinedFunction(goes_on, [], types, f"{body.name}_Cond")
    step_body = DefinedFunction(next_round, [], types, f"{body.name}_Body")
    return While([0, rounds, start, delta, *inputs], cond, step_body, name)[4:]


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
    op = call.apply([list(args)], {"Tout": types, "f": function}, None)
    return op.outputs or op

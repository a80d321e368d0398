"""Whether a graph is well-formed: what every node, edge and index of one must agree on.

Building keeps all this true; the check is for tests and for those who change how graphs are
built.  It looks and changes nothing.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterator
from typing import Any

from reflow.graph.constant_value import constant_value, constant_value_as_shape
from reflow.graph.device import DeviceSpec
from reflow.graph.graph import Graph
from reflow.graph.op_definition import registered
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape

# The one op whose input may be made after it: in loops, by the next iteration.
_CLOSES_LOOPS = "NextIteration"


def problems(graph: Graph) -> list[str]:
    """What is wrong with a graph, one line for each finding; nothing for a well-formed one."""
    found = list(_index_problems(graph))
    known = set(graph._nodes.values())
    for op in graph.get_operations():
        for check in _NODE_CHECKS:
            found_here = [f"'{op.name}': {text}" for text in check(op, known)]
            found += found_here
            if found_here:
                break  # The checks that follow rely on what this one found wrong.
    found += _cycles(graph)
    return found


def check(graph: Graph) -> None:
    """Raises ValueError unless the graph is well-formed, with all that is wrong with it."""
    found = problems(graph)
    if found:
        raise ValueError(f"{graph!r} is not well-formed:\n  " + "\n  ".join(found))


# -- The graph's own books ----------------------------------------------------------------------


def _index_problems(graph: Graph) -> Iterator[str]:
    """Names, order and numbers of the operations, and what the graph says of some of them."""
    ordered = graph.get_operations()
    for name, op in graph._nodes.items():
        if op.name != name:
            yield f"'{op.name}': the graph knows it as '{name}'"
    known = set(graph._nodes.values())
    for op in known.symmetric_difference(ordered):
        yield f"'{op.name}': it is either only among the names or only in the order"
    if len(ordered) != len(set(ordered)):
        yield "an operation stands in the order more than once"
    last = 0
    for op in ordered:
        if not last < op._id <= graph._last_id:
            yield (
                f"'{op.name}': expected a number above {last} and at most {graph._last_id}. "
                f"Received: {op._id}"
            )
        last = op._id
    for tensor in graph._unfeedable:
        if tensor.op not in known:
            yield f"'{tensor.name}': it may not be fed, but is not in the graph"
    for op in graph._unfetchable:
        if op not in known:
            yield f"'{op.name}': it may not be fetched, but is not in the graph"


def _cycles(graph: Graph) -> Iterator[str]:
    """An operation that waits for itself, if there is one."""
    waits_for = {
        op: {producer for producer in _producers(op) if producer.type != _CLOSES_LOOPS}
        for op in graph.get_operations()
    }
    followers = collections.defaultdict(list)
    for op, producers in waits_for.items():
        for producer in producers:
            followers[producer].append(op)
    # Producers that are not in the graph are a finding of their own.
    count = {op: len(producers & waits_for.keys()) for op, producers in waits_for.items()}
    ready = [op for op, number in count.items() if not number]
    for op in ready:
        for follower in followers[op]:
            count[follower] -= 1
            if not count[follower]:
                ready.append(follower)
    if len(ready) < len(waits_for):
        caught = next(op for op, number in count.items() if number)
        yield f"'{caught.name}': it waits for itself"


def _producers(op: Operation) -> Iterator[Operation]:
    for tensor in op._inputs:
        yield tensor.op
    yield from op._control_inputs


# -- One operation ------------------------------------------------------------------------------


def _definition(op: Operation, known: set[Operation]) -> Iterator[str]:
    """Its op type, graph and device."""
    function = op.graph._functions.get(op.type)
    if op.definition is not (registered().get(op.type) if function is None else function.call):
        yield f"its definition is not the one of op type '{op.type}'"
    if op.graph._nodes.get(op.name) is not op:
        yield "the graph that it belongs to does not know it"
    try:
        DeviceSpec.from_string(op.device)
    except (TypeError, ValueError) as error:
        yield f"its device has no valid name: {error}"


def _attributes(op: Operation, known: set[Operation]) -> Iterator[str]:
    """Attributes that are missing, unknown or not of their kind."""
    signature = op.definition.attrs
    for name in signature.keys() - op.attrs.keys():
        yield f"attribute '{name}' is missing"
    for name, value in op.attrs.items():
        if name.startswith("_"):
            continue
        if name not in signature:
            yield f"attribute '{name}' is not in the signature of {op.type}"
            continue
        try:
            signature[name].coerce(value, op.type)
        except (TypeError, ValueError) as error:
            yield f"attribute '{name}': {error}"


def _inputs(op: Operation, known: set[Operation]) -> Iterator[str]:
    """Number and types of its inputs, and whether their makers know of them."""
    expected = op.definition.input_types(op.attrs)
    if len(op._inputs) != len(expected):
        yield f"expected {len(expected)} inputs. Received: {len(op._inputs)}"
        return
    for i, (tensor, dtype) in enumerate(zip(op._inputs, expected)):
        if tensor.op not in known:
            yield f"input {i}, '{tensor.name}', is not in the graph"
        elif not _is_output(tensor):
            yield f"input {i} is not among the outputs of '{tensor.op.name}'"
        elif not dtype.is_compatible_with(tensor.dtype):
            yield f"expected {dtype.name} as input {i}. Received: {tensor.dtype.name}"
        elif tensor._consumers.count(op) != op._inputs.count(tensor):
            yield f"input {i}, '{tensor.name}', does not know it as its consumer"


def _is_output(tensor: Tensor) -> bool:
    outputs = tensor.op._outputs
    return tensor.value_index < len(outputs) and outputs[tensor.value_index] is tensor


def _control_edges(op: Operation, known: set[Operation]) -> Iterator[str]:
    """Control inputs and outputs: in the graph, once each, known at both ends."""
    if len(set(op._control_inputs)) != len(op._control_inputs):
        yield "a control input is there twice"
    for control in op._control_inputs:
        if control not in known:
            yield f"control input '{control.name}' is not in the graph"
        elif control._control_outputs.count(op) != 1:
            yield f"control input '{control.name}' does not know it"
    for follower in op._control_outputs:
        if follower not in known or op not in follower._control_inputs:
            yield f"'{follower.name}' does not wait for it, as its control outputs say"


def _outputs(op: Operation, known: set[Operation]) -> Iterator[str]:
    """Number, positions and types of its outputs, and whether their consumers know of them."""
    expected = op.definition.output_types(op.attrs)
    if len(op._outputs) != len(expected):
        yield f"expected {len(expected)} outputs. Received: {len(op._outputs)}"
        return
    for i, (tensor, dtype) in enumerate(zip(op._outputs, expected)):
        if tensor.op is not op or tensor.value_index != i:
            yield f"output {i} says that it is '{tensor.name}'"
        elif tensor.dtype is not dtype:
            yield f"expected {dtype.name} as output {i}. Received: {tensor.dtype.name}"
        for consumer in tensor._consumers:
            if consumer not in known or tensor not in consumer._inputs:
                yield f"'{consumer.name}' does not take output {i}, as its consumers say"


def _shapes(op: Operation, known: set[Operation]) -> Iterator[str]:
    """Static shapes that contradict what follows from the inputs."""
    inputs = op._inputs
    if not all(isinstance(tensor._shape, TensorShape) for tensor in inputs):
        return  # The operation that makes it is at fault.
    for i, tensor in enumerate(op._outputs):
        if not isinstance(tensor._shape, TensorShape):
            yield f"output {i} has no static shape. Received: {tensor._shape!r}"
            return
    if not op._outputs:
        return
    try:
        expected = op.definition.output_shapes(
            op,
            [tensor._shape for tensor in inputs],
            lambda i: constant_value(inputs[i]),
            lambda i: constant_value_as_shape(inputs[i]),
        )
    except ValueError as error:
        yield f"its inputs have shapes that do not fit: {error}"
        return
    for i, (tensor, shape) in enumerate(zip(op._outputs, expected)):
        if not tensor._shape.is_compatible_with(shape):
            yield f"expected a shape like {shape} of output {i}. Received: {tensor._shape}"


# In this order: each relies on what those before it found right.
_NODE_CHECKS: tuple[Callable[[Operation, set[Operation]], Any], ...] = (
    _definition,
    _attributes,
    _inputs,
    _control_edges,
    _outputs,
    _shapes,
)

"""Functions that carry a state from element to element: reduce and scan."""

from __future__ import annotations

import dataclasses
from typing import Any

from reflow.graph import errors
from reflow.graph.dtypes import DType
from reflow.graph.function import Function
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data.base import (
    BoundFunction,
    CapturedFunction,
    Compiler,
    Context,
    Dataset,
    Iterator,
    given_away,
    handle,
    invalid,
)
from reflow.ops.data.blocks import Array, Block, Element
from reflow.ops.data.signatures import ELEMENTS
from reflow.ops.kernels import Host
from reflow.ops.op import op

# So many elements are asked for at once.
_AT_ONCE = 1024


@op
class ReduceDataset:
    """What `f` makes of a state and each element in turn, beginning with `initial_state`."""

    inputs = "input_dataset: variant, initial_state: Tstate, other_arguments: Targuments"
    outputs = "components: output_types"
    attrs = (
        "f: func",
        "Tstate: list(type) >= 1",
        "Targuments: list(type) >= 0",
        *ELEMENTS,
        "use_inter_op_parallelism: bool = true",
    )
    stateful = True
    gradient = None

    def shape(
        input_dataset: TensorShape,
        initial_state: list[TensorShape],
        other_arguments: list[TensorShape],
        *,
        output_shapes: list[TensorShape],
    ) -> list[TensorShape]:
        return output_shapes

    def kernel(
        input_dataset: Host,
        initial_state: list[Host],
        other_arguments: list[Host],
        *,
        f: Function,
        output_types: list[DType],
        compile_function: Compiler,
        device: Any,
    ) -> list[Any]:
        context = Context(compile_function)
        iterator = input_dataset.item().iterate(context.of_input())
        function = context.function(CapturedFunction(f, tuple(other_arguments)))
        state: Element = tuple(initial_state)
        while (block := iterator.next(_AT_ONCE)) is not None:
            for index in range(len(block)):
                state = function((*state, *block.element(index)))
        return [given_away(value, dtype, device) for value, dtype in zip(state, output_types)]


@dataclasses.dataclass(frozen=True, eq=False)
class Scan(Dataset):
    """What `function` makes of a state and each element in turn: the next state, and a result."""

    inputs = ("source",)
    source: Dataset
    initial_state: Element
    function: CapturedFunction
    preserve_cardinality: bool

    def iterate(self, context: Context) -> Iterator:
        return ScanIterator(
            self.source.iterate(context.of_input()), context.function(self.function), self
        )


class ScanIterator(Iterator):
    def __init__(self, source: Iterator, function: BoundFunction, dataset: Scan) -> None:
        self._source = source
        self._function = function
        self._state = dataset.initial_state
        self._preserve_cardinality = dataset.preserve_cardinality

    def _next(self, limit: int) -> Block | None:
        block = self._source.next(1)
        if block is None:
            return None
        try:
            results = self._function((*self._state, *block.element(0)))
        except errors.OutOfRangeError as error:
            if self._preserve_cardinality:
                raise invalid(
                    f"Function invocation produced OutOfRangeError: {error.message}"
                ) from error
            return None
        count = len(self._state)
        self._state = results[:count]
        return Block.of_one(results[count:])


@op
class ScanDataset:
    """A dataset of what the function `f` makes of a state and each element."""

    inputs = "input_dataset: variant, initial_state: Tstate, other_arguments: Targuments"
    outputs = "handle: variant"
    attrs = (
        "f: func",
        "Tstate: list(type) >= 1",
        "Targuments: list(type) >= 0",
        *ELEMENTS,
        "preserve_cardinality: bool = false",
    )
    gradient = None

    def shape(
        input_dataset: TensorShape,
        initial_state: list[TensorShape],
        other_arguments: list[TensorShape],
    ) -> TensorShape:
        return shapes.SCALAR

    def kernel(
        input_dataset: Host,
        initial_state: list[Host],
        other_arguments: list[Host],
        *,
        f: Function,
        preserve_cardinality: bool,
    ) -> Array:
        function = CapturedFunction(f, tuple(other_arguments))
        return handle(
            Scan(input_dataset.item(), tuple(initial_state), function, preserve_cardinality)
        )

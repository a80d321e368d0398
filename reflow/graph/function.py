"""Functions: graphs that other graphs call, such as what `Dataset.map` does with an element.

A function's body is a graph of its own whose arguments are placeholders.  Tensors of the graph
around it can be used inside: each becomes one more argument (`FuncGraph`), or is copied with all
that it is computed from (`CopyingFuncGraph`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

from reflow.graph import errors
from reflow.graph.dtypes import DType
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.execution import NoScope, executing_eagerly
from reflow.graph.graph import ControlDependencies, Graph, get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.op_definition import OpDefinition, lookup
from reflow.graph.operation import Operation, Tensor
from reflow.graph.seeds import eager_seeds
from reflow.graph.tensor_shape import TensorShape

_numbers = itertools.count()

# What a body shares with the graph around it; of other collections it gets copies.
_SHARED_COLLECTIONS = frozenset(
    (
        GraphKeys.GLOBAL_VARIABLES,
        GraphKeys.LOCAL_VARIABLES,
        GraphKeys.TRAINABLE_VARIABLES,
        ("__variable_store",),
        ("__varscope",),
    )
)


def unique_number() -> int:
    """A number for the name of a function, given once in this process."""
    return next(_numbers)


class FuncGraph(Graph):
    """The body of a function.

    Attributes:
      name: for messages.
      outer_graph: the graph in which the function is defined.
      inputs: placeholders, those of the arguments first, then those of the captures.
      outputs: what the function gives.
      control_outputs: what runs at every call even if no output depends on it.
      captures: tensors of the graphs around, and the placeholders that stand for them.
      made_eagerly: whether the function is defined while executing eagerly.
    """

    def __init__(self, name: str, outer_graph: Graph | None = None) -> None:
        super().__init__()
        self.name = name
        self.made_eagerly = executing_eagerly()
        self.outer_graph = get_default_graph() if outer_graph is None else outer_graph
        self.inputs: list[Tensor] = []
        self.outputs: list[Tensor] = []
        self.control_outputs: list[Operation] = []
        self.captures: dict[Tensor, Tensor] = {}
        self.seed = eager_seeds.seed if self.made_eagerly else self.outer_graph.seed
        for key in self.outer_graph.collections:
            if key not in _SHARED_COLLECTIONS:
                self._collections[key] = self.outer_graph.get_collection(key)
        for key in _SHARED_COLLECTIONS:
            self._collections[key] = self.outer_graph.get_collection_ref(key)

    _building_function = True

    def add_argument(self, dtype: DType, shape: TensorShape, name: str) -> Tensor:
        """A placeholder for the next argument."""
        argument = self._placeholder(dtype, shape, name)
        argument.op.attrs["_user_specified_name"] = name
        self.inputs.append(argument)
        return argument

    def add_node(
        self,
        definition: OpDefinition,
        inputs: list[Tensor],
        attrs: dict[str, Any],
        name: str,
        output_types: Sequence[DType],
    ) -> Operation:
        scopes = self._scopes
        saved, scopes.name_stack = scopes.name_stack, name
        try:
            inputs = [t if t.op.graph is self else self.capture(t) for t in inputs]
        finally:
            scopes.name_stack = saved
        return super().add_node(definition, inputs, attrs, name, output_types)

    def capture(self, tensor: Tensor) -> Tensor:
        """The tensor of this graph that stands for `tensor`, which may be one of a graph around."""
        is_eager = isinstance(tensor, EagerTensor)
        if not is_eager and tensor.graph is self:
            return tensor
        captured = self.captures.get(tensor)
        if captured is None:
            if not is_eager:
                self._check_is_around(tensor)
            name = "captured" if is_eager else tensor.op.name
            captured = self._placeholder(tensor.dtype.base_dtype, tensor.shape, name)
            self.captures[tensor] = captured
            self.inputs.append(captured)
        return captured

    def captured_by(self, placeholder: Tensor) -> Tensor | None:
        """The tensor of a graph around that a placeholder stands for; None for an argument."""
        return next((outer for outer, own in self.captures.items() if own is placeholder), None)

    def _check_is_around(self, tensor: Tensor) -> None:
        graph: Graph = self
        while isinstance(graph, FuncGraph):
            graph = graph.outer_graph
            if graph is tensor.graph:
                return
        raise ValueError(
            f"The tensor '{tensor}' cannot be accessed here: it is defined in another function or "
            "code block. Use return values, explicit Python locals or TensorFlow collections to "
            f"access it. Defined in: {_name_of(tensor.graph)}; accessed from: {self.name}."
        )

    def _placeholder(self, dtype: DType, shape: TensorShape, name: str) -> Tensor:
        with self.control_dependencies(None):
            attrs = {"dtype": dtype, "shape": shape}
            definition = lookup("Placeholder")
            return (
                super().add_node(definition, [], attrs, self.unique_name(name), [dtype]).outputs[0]
            )

    def control_dependencies(
        self, control_inputs: Sequence[Any] | None
    ) -> ControlDependencies | NoScope:
        """As Graph's; operations of other graphs, which have run before, need no edge."""
        if control_inputs is not None:
            control_inputs = [item for item in control_inputs if _graph_of(item) in (self, None)]
        return super().control_dependencies(control_inputs)

    def __repr__(self) -> str:
        return f"<FuncGraph {self.name}>"


class CopyingFuncGraph(FuncGraph):
    """A body that depends on nothing outside: what it uses of the graph around it is copied.

    Args:
      copied: stateful operations that may be copied all the same.
    """

    def __init__(self, name: str, copied: Iterable[Operation] = ()) -> None:
        super().__init__(name)
        self._may_be_copied = frozenset(copied)
        self._copies: dict[Tensor, Tensor] = {}

    def capture(self, tensor: Tensor) -> Tensor:
        """The copy of `tensor` in this graph."""
        if tensor.graph is self:
            return tensor
        if tensor not in self._copies:
            self._copy(tensor.op)
        return self._copies[tensor]

    def _copy(self, op: Operation) -> Operation:
        if op.definition.stateful and op not in self._may_be_copied:
            kind = "placeholder" if op.type == "Placeholder" else "stateful node"
            raise ValueError(f"Cannot capture a {kind} (name:{op.name}, type:{op.type}) by value.")
        # An input that several operations share is copied for each of them, as TensorFlow does.
        inputs = [self._copy(tensor.op).outputs[tensor.value_index] for tensor in op.inputs]
        types = [tensor.dtype for tensor in op.outputs]
        name = self.unique_name(op.name)
        copy = self.add_node(op.definition, inputs, dict(op.attrs), name, types)
        self._copies.update(zip(op.outputs, copy.outputs))
        return copy


class Function:
    """A body under the name by which the nodes that call it refer to it.

    It is the value of such a node's attribute of kind `func`, or its very type.

    Args:
      name: unique in the libraries that hold it.
      graph: the body.
      result_names: of what it gives; by default they follow from the nodes.
      attrs: of the function itself.
      description: what it is for.

    Attributes:
      gradient: the function that is declared to give the gradients of the arguments.
      derived_gradient: what follows from the body, once it is asked for.
    """

    def __init__(
        self,
        name: str,
        graph: FuncGraph,
        result_names: Sequence[str] = (),
        attrs: Mapping[str, Any] = MappingProxyType({}),
        description: str = "",
    ) -> None:
        self.name = name
        self.graph = graph
        self.result_names = result_names
        self.attrs = attrs
        self.description = description
        self.gradient: Function | None = None
        self.derived_gradient: Function | None = None

    @property
    def captured_inputs(self) -> list[Tensor]:
        """What a call passes after the arguments: tensors of the graphs around."""
        return list(self.graph.captures)

    @cached_property
    def stateless(self) -> bool:
        """Whether two calls with the same arguments are sure to give the same values."""
        arguments = {tensor.op for tensor in self.graph.inputs}
        return not any(
            op.definition.stateful for op in self.graph.get_operations() if op not in arguments
        )

    @cached_property
    def call(self) -> OpDefinition:
        """The op type of nodes that call the function by being of its name."""
        rules: Any = lookup("PartitionedCall").rules
        definition: OpDefinition = rules.calling(self)
        return definition

    @cached_property
    def function_def(self) -> Any:
        """The function as a FunctionDef message."""
        from reflow.graph.function_def import function_def_of

        return function_def_of(self)

    def add_to_graph(self, graph: Graph) -> None:
        """Puts the function, and those that it calls, into the library of `graph`.

        Raises:
          InvalidArgumentError: a different function is there under its name.
        """
        known = graph._functions.get(self.name)
        if known is None:
            graph._functions[self.name] = self
            for inner in self.graph._functions.values():
                inner.add_to_graph(graph)
            if self.gradient is not None:
                self.gradient.add_to_graph(graph)
        elif known is not self and known.function_def != self.function_def:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Cannot add function '{self.name}' because a different function with the same "
                "name already exists.",
            )

    def __repr__(self) -> str:
        return f"<Function {self.name}>"


def _graph_of(item: Any) -> Graph | None:
    convert = getattr(item, "_as_graph_element", None)
    element = item if convert is None else convert()
    graph = getattr(element, "graph", None)
    return graph if isinstance(graph, Graph) else None


def _name_of(graph: Graph) -> str:
    return graph.name if isinstance(graph, FuncGraph) else "the graph"

"""`tf.wrap_function`: code that builds a graph as a function that is called eagerly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph import nest
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph import Graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_spec import TensorSpec
from reflow.runtime.session import Session
from reflow.tf._arrays import placeholder
from reflow.tf._collections import variables_initializer


class WrappedFunction:
    """A part of a graph as a function: what is fed are its arguments, what is fetched its results.

    Its variables live as long as it does; they get their initial values before the first call.

    Attributes:
      graph: the graph.
      inputs: the tensors that the arguments stand for.
      structured_outputs: what is fetched.
    """

    def __init__(
        self, graph: Graph, inputs: Sequence[Tensor], outputs: Any, session: Session
    ) -> None:
        self.graph = graph
        self.inputs = list(inputs)
        self.structured_outputs = outputs
        self._session = session

    @property
    def outputs(self) -> list[Tensor]:
        """The tensors among the results, in one list."""
        leaves = nest.flatten(self.structured_outputs)
        return [leaf for leaf in leaves if isinstance(leaf, Tensor)]

    @property
    def variables(self) -> list[Any]:
        """The variables of the graph."""
        return self.graph.get_collection(GraphKeys.GLOBAL_VARIABLES)

    def __call__(self, *args: Any) -> Any:
        """Runs the part of the graph.

        Raises:
          ValueError: there are more arguments than inputs, or fewer.
        """
        if len(args) != len(self.inputs):
            raise ValueError(
                f"The function takes {len(self.inputs)} arguments. Received: {len(args)}"
            )
        leaves = [leaf for leaf in nest.flatten(self.structured_outputs) if leaf is not None]
        feeds = {
            tensor: convert_to_tensor(value).numpy() for tensor, value in zip(self.inputs, args)
        }
        values = iter(self._session.run(leaves, feeds)) if leaves else iter(())

        def result(leaf: Any) -> Any:
            if leaf is None:
                return None
            value = next(values)
            return None if isinstance(leaf, Operation) else convert_to_tensor(value)

        return nest.map_structure(result, self.structured_outputs)

    def prune(self, feeds: Any, fetches: Any) -> WrappedFunction:
        """Another part of the graph as a function, with the same variables.

        Args:
          feeds: the tensors that its arguments stand for, or their names.
          fetches: a structure of tensors and operations, or of their names.
        """
        element = self.graph.as_graph_element
        inputs = [element(feed) for feed in nest.flatten(feeds)]
        outputs = nest.map_structure(element, fetches)
        return WrappedFunction(self.graph, inputs, outputs, self._session)


def wrap_function(
    fn: Callable[..., Any], signature: Sequence[Any], name: str | None = None
) -> WrappedFunction:
    """Builds a graph by calling `fn`, once, and gives it as a function.

    Args:
      fn: makes operations and variables as programs of TensorFlow 1 do; what it returns are the
        results.
      signature: its arguments: a tf.TensorSpec for a tensor, anything else is passed as it is.
      name: without effect.
    """
    graph = Graph()
    with graph.as_default():
        arguments = nest.map_structure(_argument, list(signature))
        outputs = fn(*arguments)
        inputs = [leaf for leaf in nest.flatten(arguments) if isinstance(leaf, Tensor)]
        variables = graph.get_collection(GraphKeys.GLOBAL_VARIABLES)
        initialize = variables_initializer(variables) if variables else None
    session = Session(graph=graph)
    if initialize is not None:
        session.run(initialize)
    return WrappedFunction(graph, inputs, outputs, session)


def _argument(spec: Any) -> Any:
    return placeholder(spec.dtype, spec.shape) if isinstance(spec, TensorSpec) else spec

"""Functions of elements: what programs give to map, filter and their like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Tensor
from reflow.tf._tracing import function_name, trace
from reflow.tf.data import _structure


class StructuredFunction:
    """A Python function of an element, called once to build the function of the graph.

    An element that is a tuple comes as one argument for each of its parts.

    Args:
      function: gives an element of any structure.
      transformation: what the function is for, such as "Dataset.map()".
      input_spec: the structure of the elements it is called with.
      add_to_graph: whether to put the function into the default graph's library now.

    Attributes:
      function: the function, in the library of the default graph.
      output_spec: the structure of what it gives.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        transformation: str,
        input_spec: Any,
        add_to_graph: bool = True,
    ) -> None:
        self.output_spec: Any = None
        self._python_function = function
        self._transformation = transformation
        self._input_spec = input_spec
        # A part of the function's name in the graph, which is TensorFlow's.
        name = f"{transformation.replace('.', '_')[:-2]}_{function_name(function)}"
        self.function = trace(self._build, _structure.flat_specs(input_spec), name)
        if add_to_graph:
            self.function.add_to_graph(get_default_graph())

    def _build(self, *tensors: Tensor) -> Sequence[Tensor]:
        element = _structure.from_tensors(self._input_spec, tensors)
        arguments = element if type(element) is tuple else (element,)
        result = self._python_function(*arguments)
        if isinstance(result, list):
            result = tuple(result)
        try:
            self.output_spec = _structure.spec_of(result)
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"Unsupported return value from function passed to {self._transformation}: "
                f"{result}."
            ) from error
        return _structure.to_tensors(self.output_spec, result)

    @property
    def captured_inputs(self) -> list[Tensor]:
        """The tensors of the graph around that the function uses."""
        return self.function.captured_inputs

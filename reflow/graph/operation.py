"""Operation and Tensor: the nodes of a graph and the values that run along its edges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from reflow.graph import source
from reflow.graph.dtypes import DType
from reflow.graph.tensor_shape import TensorShape, as_shape

if TYPE_CHECKING:
    from reflow.graph.graph import Graph
    from reflow.graph.op_definition import OpDefinition


class Tensor:
    """One output of an operation: a symbolic value with an element type and a static shape.

    Operators (`+`, `[...]`, ...) are attached by the public namespace, which owns their names.
    """

    __slots__ = (
        "op",
        "value_index",
        "dtype",
        "_shape",
        "_consumers",
        "_constant",
        "__weakref__",
        "__dict__",
    )

    # NumPy arrays leave `array + tensor` to the tensor.
    __array_priority__ = 100

    def __init__(self, op: Operation, value_index: int, dtype: DType) -> None:
        self.op = op
        self.value_index = value_index
        self.dtype = dtype
        self._shape: TensorShape = _UNKNOWN
        self._consumers: list[Operation] = []
        self._constant: Any = None

    @property
    def name(self) -> str:
        return f"{self.op.name}:{self.value_index}"

    @property
    def graph(self) -> Graph:
        return self.op.graph

    @property
    def device(self) -> str:
        return self.op.device

    @property
    def shape(self) -> TensorShape:
        return self._shape

    def get_shape(self) -> TensorShape:
        return self._shape

    def _shape_as_list(self) -> list[int | None] | None:
        return None if self._shape.ndims is None else self._shape.as_list()

    def set_shape(self, shape: Any) -> None:
        """Merges `shape` into the static shape; ValueError when the two are incompatible."""
        self._shape = self._shape.merge_with(as_shape(shape))

    def consumers(self) -> list[Operation]:
        """The operations that take this tensor as an input, in the order of creation."""
        return list(self._consumers)

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """This tensor's value in `session` (default: the default session)."""
        from reflow.graph.default_session import session_for

        return session_for(self.graph, session, "eval()").run(self, feed_dict)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __copy__(self) -> Tensor:
        return self

    def __iter__(self) -> Iterator[Tensor]:
        raise TypeError(
            "Tensor objects are only iterable when eager execution is enabled. To iterate over "
            f"this tensor use tf.map_fn, or tf.unstack when its size is known. Received: {self}"
        )

    def __len__(self) -> int:
        raise TypeError(
            f"len is not well defined for symbolic Tensors. ({self.name}) "
            "Please call `x.shape` rather than `len(x)` for shape information."
        )

    def __bool__(self) -> bool:
        raise TypeError(
            "Using a `tf.Tensor` as a Python `bool` is not allowed. Use `if t is not None:` instead "
            "of `if t:` to test if a tensor is defined, and use TensorFlow ops such as tf.cond to "
            f"execute subgraphs conditioned on the value of a tensor. Received: {self}"
        )

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(
            f"Cannot convert a symbolic Tensor ({self.name}) to a numpy array. "
            "Use `session.run` to get its value."
        )

    def __str__(self) -> str:
        shape = "" if self._shape.ndims is None else f", shape={self._shape}"
        device = f", device={self.device}" if self.device else ""
        return f'Tensor("{self.name}"{shape}, dtype={self.dtype.name}{device})'

    def __repr__(self) -> str:
        return f"<tf.Tensor '{self.name}' shape={self._shape} dtype={self.dtype.name}>"


_UNKNOWN = TensorShape(None)


class Operation:
    """A node: an op type applied to tensors, with attributes, control inputs and a device.

    Made by `Graph.create_op`, never directly.
    """

    __slots__ = (
        "graph",
        "type",
        "name",
        "_id",
        "_inputs",
        "_outputs",
        "_control_inputs",
        "attrs",
        "definition",
        "device",
        "trace",
        "_control_outputs",
        "_original_op",
        "_gradient_function",
        "_control_flow_context",
        "__weakref__",
    )

    def __init__(
        self,
        graph: Graph,
        definition: OpDefinition,
        name: str,
        op_id: int,
        inputs: list[Tensor],
        output_types: Sequence[DType],
        attrs: dict[str, Any],
        control_inputs: list[Operation],
    ) -> None:
        self.graph = graph
        self.definition = definition
        self.type = definition.name
        self.name = name
        self._id = op_id
        self._inputs = inputs
        self._control_inputs = control_inputs
        self._control_outputs: list[Operation] = []
        self.attrs = attrs
        self.device = ""
        self.trace = source.capture()
        self._original_op: Operation | None = None
        # Set by tf.custom_gradient: a gradient rule for this very node.
        self._gradient_function: Any = None
        self._control_flow_context: Any = None
        self._outputs = [Tensor(self, i, dtype) for i, dtype in enumerate(output_types)]
        for tensor in inputs:
            tensor._consumers.append(self)
        for control in control_inputs:
            control._control_outputs.append(self)

    @property
    def inputs(self) -> list[Tensor]:
        return self._inputs

    @property
    def outputs(self) -> list[Tensor]:
        return self._outputs

    @property
    def control_inputs(self) -> list[Operation]:
        return self._control_inputs

    def values(self) -> tuple[Tensor, ...]:
        return tuple(self._outputs)

    @property
    def op_def(self) -> Any:
        """The op's signature as an OpDef message."""
        from reflow.graph.graph_def import op_def_of

        return op_def_of(self.definition)

    @property
    def node_def(self) -> Any:
        """This node as a NodeDef message."""
        from reflow.graph.graph_def import node_def_of

        return node_def_of(self)

    def get_attr(self, name: str) -> Any:
        """An attribute's value; text as bytes, as TensorFlow gives it.  ValueError if absent."""
        if name not in self.attrs:
            raise ValueError(f"Operation '{self.name}' has no attr named '{name}'.")
        value = self.attrs[name]
        if isinstance(value, str):
            return value.encode()
        if isinstance(value, list):
            return [item.encode() if isinstance(item, str) else item for item in value]
        if name in self.definition.attrs and self.definition.attrs[name].kind == "shape":
            return value.as_proto()
        if name in self.definition.attrs and self.definition.attrs[name].kind == "tensor":
            from reflow.graph.tensor_proto import make_tensor_proto

            return make_tensor_proto(value, dtype=self.attrs.get("dtype"))
        return value

    def colocation_groups(self) -> list[bytes]:
        groups = self.attrs.get("_class")
        return [g.encode() for g in groups] if groups else [b"loc:@" + self.name.encode()]

    def _set_device(self, device: Any) -> None:
        from reflow.graph.device import canonical_name

        self.device = canonical_name(device)

    def _set_attr(self, name: str, value: Any) -> None:
        """Sets an attribute, given as an AttrValue message or as its plain value."""
        from reflow.graph.graph_def import plain_attr

        self.attrs[name] = plain_attr(value)

    def _add_control_input(self, op: Operation) -> None:
        self._add_control_inputs([op])

    def _add_control_inputs(self, ops: Sequence[Operation]) -> None:
        for op in ops:
            if not isinstance(op, Operation):
                raise TypeError(f"op must be an Operation. Received: {op!r}")
            if op.graph is not self.graph:
                raise ValueError(f"{op.name} must be from the same graph as {self.name}.")
            if op not in self._control_inputs:
                self._control_inputs.append(op)
                op._control_outputs.append(self)
        self.graph._rewired += 1

    def _update_input(self, index: int, tensor: Tensor) -> None:
        """Rewires one input (graph editing)."""
        if tensor.graph is not self.graph:
            raise ValueError(f"{tensor} must be from the same graph as {self.name}.")
        self._inputs[index]._consumers.remove(self)
        self._inputs[index] = tensor
        tensor._consumers.append(self)
        self.graph._rewired += 1

    def run(self, feed_dict: Any = None, session: Any = None) -> None:
        """Runs this operation in `session` (default: the default session)."""
        from reflow.graph.default_session import session_for

        session_for(self.graph, session, "run()").run(self, feed_dict)

    @property
    def traceback(self) -> list[tuple[str, int, str, str]]:
        """The user's frames that made this op, outermost first: (file, line, function, text)."""
        return [
            (s.filename, s.lineno, s.function, s.text) for s in reversed(source.resolve(self.trace))
        ]

    @property
    def user_line(self) -> source.SourceLine | None:
        return source.user_line(self.trace)

    def __str__(self) -> str:
        return str(self.node_def)

    def __repr__(self) -> str:
        return f"<tf.Operation '{self.name}' type={self.type}>"

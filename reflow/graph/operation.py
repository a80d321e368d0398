"""Operation and Tensor: the nodes of a graph and the values that run along its edges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from reflow.graph import source
from reflow.graph.device import DeviceSpec
from reflow.graph.dtypes import DType
from reflow.graph.errors import (
    InvalidArgumentError,
    OperatorNotAllowedInGraphError,
    OutOfRangeError,
)
from reflow.graph.tensor_shape import TensorShape, as_shape

if TYPE_CHECKING:
    from reflow.graph.graph import Graph
    from reflow.graph.op_definition import OpDefinition

_UNKNOWN = TensorShape(None)


class Tensor:
    """One output of an operation: a symbolic value with an element type and a static shape.

    Operators (`+`, `[...]`, ...) are attached by the public namespace, which owns their names.

    Attributes:
      op: the operation that makes this tensor.
      value_index: its position among the operation's outputs.
      dtype: the type of its elements; a reference type for what refers to a variable.
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
    # `==` tells whether two tensors are the same one.
    _USE_EQUALITY = False

    def __init__(self, op: Operation, value_index: int, dtype: DType) -> None:
        self.op = op
        self.value_index = value_index
        self.dtype = dtype
        self._shape = _UNKNOWN
        self._consumers: list[Operation] = []
        # What is known of the value: see constant_value.py.
        self._constant: Any = None

    @property
    def name(self) -> str:
        """The operation's name, a colon and the position: "MatMul:0"."""
        return f"{self.op.name}:{self.value_index}"

    @property
    def graph(self) -> Graph:
        """The graph that contains this tensor."""
        return self.op.graph

    @property
    def device(self) -> str:
        """The device on which this tensor is made, "" if none is asked for."""
        return self.op.device

    @property
    def shape(self) -> TensorShape:
        """What is known of the shape before a run."""
        return self._shape

    def get_shape(self) -> TensorShape:
        """The same as `shape`."""
        return self._shape

    def _shape_as_list(self) -> list[int | None] | None:
        return None if self._shape.ndims is None else self._shape.as_list()

    def _rank(self) -> int | None:
        return self._shape.ndims

    def _shape_tuple(self) -> tuple[int | None, ...] | None:
        return self._shape.sizes

    @property
    def _value_index(self) -> int:
        return self.value_index

    def _as_node_def_input(self) -> str:
        """How a NodeDef names this tensor as an input: "MatMul", "Unstack:1"."""
        return self.name.removesuffix(":0")

    def set_shape(self, shape: Any) -> None:
        """Adds `shape` to what is known of the static shape.

        Raises:
          ValueError: the two are not compatible.
        """
        before = self._shape.sizes
        # A shape object of its own: partly known shapes are equal only to themselves.
        self._shape = TensorShape(self._shape.merge_with(as_shape(shape)))
        if self._shape.sizes != before:
            self.op.graph._shape_knowledge = object()

    def consumers(self) -> list[Operation]:
        """The operations that take this tensor as an input, in the order of creation."""
        return list(self._consumers)

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """This tensor's value in `session` (default: the default session)."""
        from reflow.graph.default_session import session_for

        return session_for(self.graph, session, "eval").run(self, feed_dict)

    def experimental_ref(self) -> Reference:
        """A hashable object that stands for this very tensor in sets and dictionaries."""
        return Reference(self)

    __hash__ = object.__hash__  # by identity, and quick

    def __eq__(self, other: object) -> bool:
        return self is other

    def __copy__(self) -> Tensor:
        return self

    def __iter__(self) -> Iterator[Tensor]:
        raise OperatorNotAllowedInGraphError(
            "iterating over `tf.Tensor` is not allowed in Graph execution: use tf.map_fn, or "
            f"tf.unstack when its size is known. Received: {self}"
        )

    def __len__(self) -> int:
        raise TypeError(
            f"len is not well defined for symbolic Tensors. ({self.name}) "
            "Please call `x.shape` rather than `len(x)` for shape information."
        )

    def __bool__(self) -> bool:
        raise OperatorNotAllowedInGraphError(
            "Using a `tf.Tensor` as a Python `bool` is not allowed. Use `if t is not None:` "
            "instead of `if t:` to test if a tensor is defined, and use TensorFlow ops such as "
            "tf.cond to execute subgraphs conditioned on the value of a tensor. "
            f"Received: {self}"
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


class Reference:
    """Stands for one object: equal to another if both stand for the same object."""

    __slots__ = ("_referent", "__weakref__")

    def __init__(self, referent: Any) -> None:
        self._referent = referent

    def deref(self) -> Any:
        """The object itself."""
        return self._referent

    def __hash__(self) -> int:
        return id(self._referent)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Reference):
            return NotImplemented
        return self._referent is other._referent

    def __repr__(self) -> str:
        return f"<Reference to {self._referent!r}>"


class Operation:
    """A node: an op type applied to tensors, with attributes, control inputs and a device.

    Made by `Graph.create_op` or by calling an op, never directly.

    Attributes:
      type: such as "MatMul".
      name: unique in its graph.
      graph: the graph that contains it.
      device: the device asked for, "" if none.
      definition: its signature and rules.
      attrs: plain values by name, those of the signature in its order.
      trace: where the program made it.
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
        control_inputs: Sequence[Operation],
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
        self.trace = source.capture(skip=3)
        self._original_op: Operation | None = None
        # Set by tf.custom_gradient: a gradient rule for this very node.
        self._gradient_function: Any = None
        self._control_flow_context: Any = None
        if len(output_types) == 1:
            self._outputs = [Tensor(self, 0, output_types[0])]
        else:
            self._outputs = [Tensor(self, i, dtype) for i, dtype in enumerate(output_types)]
        for tensor in inputs:
            tensor._consumers.append(self)
        for control in control_inputs:
            control._control_outputs.append(self)

    @property
    def inputs(self) -> list[Tensor]:
        """The tensors it takes, lists of them laid out flat."""
        return self._inputs

    @property
    def outputs(self) -> list[Tensor]:
        """The tensors it makes, lists of them laid out flat."""
        return self._outputs

    @property
    def control_inputs(self) -> list[Operation]:
        """The operations that it runs after, besides those that make its inputs."""
        return list(self._control_inputs)

    @property
    def _input_types(self) -> list[DType]:
        """The types that the op takes its inputs as."""
        return self.definition.input_types(self.attrs)

    def values(self) -> tuple[Tensor, ...]:
        """The outputs, as a tuple."""
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
        """An attribute's value as TensorFlow gives it.

        Returns:
          Text as bytes, a type as a `DType`; a shape, tensor or function as its message; a list
          of these as a list.

        Raises:
          ValueError: there is no such attribute.
        """
        if name not in self.attrs:
            raise ValueError(f"Operation '{self.name}' has no attr named '{name}'.")
        from reflow.graph.attr_value import public_attr

        return public_attr(self.attrs[name])

    def colocation_groups(self) -> list[bytes]:
        """The groups of operations that belong together, of which it is one."""
        return [group.encode() for group in self._colocation_groups()]

    def _colocation_groups(self) -> list[str]:
        groups = [group for group in self.attrs.get("_class", ()) if group.startswith("loc:@")]
        return groups or [f"loc:@{self.name}"]

    def _set_device(self, device: Any) -> None:
        """Asks for a device, given by name or as a DeviceSpec; TypeError for anything else."""
        if not isinstance(device, str | DeviceSpec):
            raise TypeError(f"A device is named by a string or a DeviceSpec. Received: {device!r}")
        self.device = device if isinstance(device, str) else device.to_string()

    def _set_attr(self, name: str, value: Any) -> None:
        """Sets an attribute, given as an AttrValue message or as its plain value."""
        from reflow.graph.attr_value import plain_attr
        from reflow.graph.constant_value import forget

        self.attrs[name] = plain_attr(value, self.graph._functions)
        forget(self)

    def _add_control_input(self, op: Operation) -> None:
        self._add_control_inputs([op])

    def _add_control_inputs(self, ops: Sequence[Operation]) -> None:
        """Adds control inputs.

        Raises:
          TypeError: one is no operation.
          ValueError: one belongs to another graph.
        """
        for op in ops:
            if not isinstance(op, Operation):
                raise TypeError(f"op must be an Operation: {op}")
            if op.graph is not self.graph:
                raise ValueError(f"{op.name} must be from the same graph as {self.name}.")
        self._link_control_inputs(ops)
        self.graph._rewired += 1

    def _link_control_inputs(self, ops: Sequence[Operation]) -> None:
        for op in ops:
            if op not in self._control_inputs:
                self._control_inputs = (*self._control_inputs, op)
                op._control_outputs.append(self)

    def _remove_all_control_inputs(self) -> None:
        for control in self._control_inputs:
            control._control_outputs.remove(self)
        self._control_inputs = ()
        self.graph._rewired += 1

    def _update_input(self, index: int, tensor: Tensor) -> None:
        """Rewires one input (graph editing).

        Raises:
          TypeError: `tensor` is none, or not of the type that the op takes there.
          ValueError: it belongs to another graph.
          OutOfRangeError: there is no such input.
          InvalidArgumentError: the shape cannot be that of the input before.
        """
        from reflow.graph.constant_value import forget

        if not isinstance(tensor, Tensor):
            raise TypeError(f"tensor must be a Tensor: {tensor}")
        if tensor.graph is not self.graph:
            raise ValueError(f"{tensor} must be from the same graph as {self.name}.")
        if index >= len(self._inputs):
            raise OutOfRangeError(
                None,
                None,
                f"Cannot update edge. Input index [{index}] is greater than the number of total "
                f"inputs [{len(self._inputs)}].",
            )
        before = self._inputs[index]
        if not tensor.shape.is_compatible_with(before.shape):
            raise InvalidArgumentError(
                None,
                None,
                f"Cannot update edge, incompatible shapes: {tensor.shape._cpp_text()} and "
                f"{before.shape._cpp_text()}.",
            )
        if tensor.dtype.base_dtype is not before.dtype.base_dtype:
            raise TypeError(
                f"Input {index} of '{self.name}' has type {before.dtype.base_dtype.name}. "
                f"Received: {tensor}"
            )
        before._consumers.remove(self)
        self._inputs[index] = tensor
        tensor._consumers.append(self)
        forget(self)
        self.graph._rewired += 1

    def _disconnect(self) -> None:
        """Takes back the edges of a node that was refused, so that nothing half-made stays."""
        for tensor in self._inputs:
            tensor._consumers.remove(self)
        for control in self._control_inputs:
            control._control_outputs.remove(self)

    def _get_control_flow_context(self) -> Any:
        """The control flow construct that it belongs to, None outside of all."""
        return self._control_flow_context

    def _set_control_flow_context(self, context: Any) -> None:
        self._control_flow_context = context

    def run(self, feed_dict: Any = None, session: Any = None) -> None:
        """Runs this operation in `session` (default: the default session)."""
        from reflow.graph.default_session import session_for

        session_for(self.graph, session, "run").run(self, feed_dict)

    @property
    def traceback(self) -> list[tuple[str, int, str, str]]:
        """The user's frames that made it, outermost first: (file, line, function, text)."""
        return [
            (line.filename, line.lineno, line.function, line.text)
            for line in reversed(source.resolve(self.trace))
        ]

    @property
    def traceback_with_start_lines(self) -> list[tuple[str, int, str, str, int]]:
        """As `traceback`, with the line where each function starts."""
        return [
            (line.filename, line.lineno, line.function, line.text, line.function_lineno)
            for line in reversed(source.resolve(self.trace))
        ]

    @property
    def user_line(self) -> source.SourceLine | None:
        """The line of the user's program that made it."""
        return source.user_line(self.trace)

    def __str__(self) -> str:
        return str(self.node_def)

    def __repr__(self) -> str:
        return f"<tf.Operation '{self.name}' type={self.type}>"

"""`tensorflow.python.framework.ops`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from tensorboard.compat.proto.node_def_pb2 import NodeDef

from reflow.graph import default_session, graph
from reflow.graph.device import DeviceSpec
from reflow.graph.execution import executing_eagerly
from reflow.graph.function import FuncGraph
from reflow.graph.gradient_registry import gradient_function as get_gradient_function
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Tensor
from reflow.running.inner_names.eager_tensors import EagerTensor
from reflow.running.inner_names.op_statistics import (
    OpStats,
    RegisterStatistics,
    get_stats_for_node_def,
)
from reflow.running.inner_names.operations import Operation
from reflow.tf._execution_modes import enable_eager_execution as enable_eager_execution_internal
from reflow.tf._save_slices import prepend_name_scope, strip_name_scope
from reflow.tf._scopes import name_scope as name_scope_v1
from reflow.tf._variables import Variable

__all__ = [
    "EagerTensor",
    "OpStats",
    "Operation",
    "RegisterShape",
    "RegisterStatistics",
    "enable_eager_execution_internal",
    "executing_eagerly_outside_functions",
    "get_gradient_function",
    "get_name_scope",
    "get_stats_for_node_def",
    "has_default_graph",
    "is_dense_tensor_like",
    "name_scope_v1",
    "name_scope_v2",
    "prepend_name_scope",
    "register_dense_tensor_like_type",
    "strip_name_scope",
]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def has_default_graph() -> bool:
    """Whether a graph is entered in this thread."""
    return bool(_default_graph_stack.stack)


def is_dense_tensor_like(t: Any) -> bool:
    """Whether it is a tensor, or what `register_dense_tensor_like_type` lets stand for one."""
    return isinstance(t, (Tensor, Variable, *_dense_tensor_like_types))


def register_dense_tensor_like_type(tensor_type: type) -> None:
    """Lets the instances of a class stand for tensors.

    Raises:
      TypeError: it has not the properties `name` and `dtype`.
    """
    for name in ("name", "dtype"):
        if not isinstance(getattr(tensor_type, name, None), property):
            raise TypeError(f"Type {tensor_type.__name__} does not define a `{name}` property")
    _dense_tensor_like_types.append(tensor_type)


_dense_tensor_like_types: list[type] = []


class name_scope_v2:
    """TensorFlow 2's `tf.name_scope`, which may be entered again, also inside itself."""

    def __init__(self, name: str) -> None:
        if name is None or not isinstance(name, str):
            raise ValueError("name for name_scope must be a string.")
        self.name = name
        self._entered: list[name_scope_v1] = []

    def __enter__(self) -> str:
        self._entered.append(name_scope_v1(self.name))
        return self._entered[-1].__enter__()

    def __exit__(self, *exc_info: Any) -> None:
        self._entered.pop().__exit__(*exc_info)


class _DefaultStack:
    """A thread's stack of default graphs or sessions, for tests that look into it.

    Attributes:
      stack: the stack itself, the outermost first.
      get_default: gives what is the default one.
      reset: empties the stack.
    """

    def __init__(
        self,
        stack: Callable[[], list[Any]],
        get_default: Callable[[], Any],
        reset: Callable[[], None],
    ) -> None:
        self._stack = stack
        self.get_default = get_default
        self.reset = reset

    @property
    def stack(self) -> list[Any]:
        return self._stack()


_default_graph_stack = _DefaultStack(
    lambda: graph._default_graphs.stack, get_default_graph, graph.leave_all_graphs
)
_default_session_stack = _DefaultStack(
    lambda: default_session._stack.sessions,
    default_session.get_default_session,
    default_session.leave_all,
)


def executing_eagerly_outside_functions() -> bool:
    """Whether the program executes eagerly, if only outside the functions being built."""
    if executing_eagerly():
        return True
    current = get_default_graph()
    while isinstance(current, FuncGraph):
        if current.made_eagerly:
            return True
        current = current.outer_graph
    return False


def get_name_scope() -> str:
    """The name scope of the default graph, without a slash at the end."""
    return get_default_graph().get_name_scope()


class RegisterShape:
    """A decorator without effect: as in TensorFlow 1.15, an op's shape rule comes with the op."""

    def __init__(self, op_type: str) -> None:
        self._op_type = op_type

    def __call__(self, function: _Function) -> _Function:
        return function


def _set_call_cpp_shape_fn(call_cpp_shape_fn: Any) -> None:
    """Without effect: shape rules are called by themselves."""


def _NodeDef(
    op_type: str, name: str, device: Any = None, attrs: dict[str, Any] | None = None
) -> NodeDef:
    """A NodeDef message.

    Args:
      op_type, name: the op and its name.
      device: a name, a DeviceSpec, or a function from the message to one.
      attrs: AttrValue messages by their names.
    """
    node = NodeDef(op=op_type, name=name)
    for key, value in (attrs or {}).items():
        node.attr[key].CopyFrom(value)
    place = device(node) if callable(device) else device
    if place is not None:
        node.device = place.to_string() if isinstance(place, DeviceSpec) else str(place)
    return node

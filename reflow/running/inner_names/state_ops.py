"""`tensorflow.python.ops.state_ops`."""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import temporary_variables
from reflow.ops.state import Assign, IsVariableInitialized, VariableV2
from reflow.tf._scopes import name_scope

__all__ = ["init_variable", "is_variable_initialized", "variable_op", "variable_op_v2"]


def variable_op(
    shape: Any,
    dtype: Any,
    name: str = "Variable",
    set_shape: bool = True,
    container: str = "",
    shared_name: str = "",
) -> Tensor:
    """A reference to a variable of the first releases' kind; without `set_shape` of any shape."""
    declared = TensorShape(shape if set_shape else None)
    ref: Tensor = temporary_variables.Variable(
        shape=declared, dtype=dtype, container=container, shared_name=shared_name, name=name
    )
    if set_shape:
        ref.set_shape(declared)
    return ref


def variable_op_v2(
    shape: Any, dtype: Any, name: str = "Variable", container: str = "", shared_name: str = ""
) -> Tensor:
    """A reference to a variable, as `tf.Variable` makes it."""
    ref: Tensor = VariableV2(
        shape=shape, dtype=dtype, container=container, shared_name=shared_name, name=name
    )
    return ref


def init_variable(v: Any, init: Any, name: str = "init") -> Tensor:
    """Assigns an initial value.

    Args:
      v: a reference, or a variable.
      init: a value, or a function of a shape and a type that gives one.
      name: inside the name scope of the variable.
    """
    with name_scope(f"{v.op.name}/"), name_scope(name) as scope:
        with get_default_graph().colocate_with(v):
            if callable(init):
                init = init(v.get_shape().as_list(), v.dtype.base_dtype)
            assigned: Tensor = Assign(v, convert_to_tensor(init, name="init"), name=scope)
            return assigned


def is_variable_initialized(ref: Any, name: str | None = None) -> Tensor:
    """Whether a variable, given by a reference or as it is, has a value."""
    if ref.dtype._is_ref_dtype:
        is_initialized: Tensor = IsVariableInitialized(ref, name=name)
        return is_initialized
    return ref.is_initialized(name=name)  # type: ignore[no-any-return]

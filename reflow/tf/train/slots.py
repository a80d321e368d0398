"""Slots: variables that an optimizer keeps beside each variable it trains.

A slot is named after its variable, "W/Adam", which is how checkpoints know it.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from reflow import tf
from reflow.graph.dtypes import DType
from reflow.graph.graph import get_default_graph
from reflow.graph.tensor_shape import TensorShape
from reflow.tf._resource_variable import BaseResourceVariable
from reflow.tf._save_slices import SaveSliceInfo
from reflow.tf._variable_scope import get_variable, get_variable_scope, variable_scope
from reflow.tf._variables import Variable
from reflow.tf.initializers import Zeros


def create_slot(
    primary: Any, value: Any, name: str, colocate_with_primary: bool = True
) -> Variable:
    """A slot whose first value is the tensor `value`."""
    validate_shape = value.get_shape().is_fully_defined()
    return _create(primary, value, name, validate_shape, None, None, colocate_with_primary)


def create_slot_with_initializer(
    primary: Any,
    initializer: Any,
    shape: TensorShape,
    dtype: DType,
    name: str,
    colocate_with_primary: bool = True,
) -> Variable:
    """A slot of the given shape and type whose first value an initializer makes."""
    validate_shape = shape.is_fully_defined()
    return _create(primary, initializer, name, validate_shape, shape, dtype, colocate_with_primary)


def create_zeros_slot(
    primary: Any, name: str, dtype: DType | None = None, colocate_with_primary: bool = True
) -> Variable:
    """A slot of zeros, like `primary` in shape (and in type, unless `dtype` is given)."""
    dtype = primary.dtype.base_dtype if dtype is None else dtype
    shape = primary.get_shape()
    if shape.is_fully_defined():
        return create_slot_with_initializer(
            primary, Zeros(), shape, dtype, name, colocate_with_primary
        )
    value = primary.initialized_value() if isinstance(primary, Variable) else primary
    return create_slot(primary, tf.zeros(tf.shape(value), dtype=dtype), name, colocate_with_primary)


def _create(
    primary: Any,
    value: Any,
    name: str,
    validate_shape: bool,
    shape: TensorShape | None,
    dtype: DType | None,
    colocate_with_primary: bool,
) -> Variable:
    # What accompanies a tensor is of the kind that the scope asks for.
    is_variable = isinstance(primary, Variable)
    use_resource = isinstance(primary, BaseResourceVariable) if is_variable else None
    primary_name = primary._shared_name if is_variable else primary.op.name
    with ExitStack() as stack:
        stack.enter_context(variable_scope(None, f"{primary_name}/{name}"))
        if colocate_with_primary:
            stack.enter_context(get_default_graph().colocate_with(primary))
        slot = _get_variable(value, validate_shape, shape, dtype, use_resource)
    info = primary._get_save_slice_info() if is_variable else None
    if info is not None:
        # A slot of a part is the same part of the whole variable's slot.
        own_name = slot.op.name.removeprefix(f"{primary.op.name}/")
        slot._set_save_slice_info(
            SaveSliceInfo(
                f"{info.full_name}/{own_name}", info.full_shape, info.var_offset, info.var_shape
            )
        )
    return slot


def _get_variable(
    value: Any,
    validate_shape: bool,
    shape: TensorShape | None,
    dtype: DType | None,
    use_resource: bool | None,
) -> Variable:
    """The variable named by the scope alone, whole even where the scope partitions variables."""
    scope = get_variable_scope()
    partitioner = scope.partitioner
    scope.set_partitioner(None)
    try:
        return get_variable(
            "",
            shape=shape if callable(value) else None,
            dtype=dtype,
            initializer=value,
            trainable=False,
            validate_shape=validate_shape,
            use_resource=use_resource,
        )
    finally:
        scope.set_partitioner(partitioner)

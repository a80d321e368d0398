"""tf.cast and its like.  Source of the names in tf.dtypes and at the top level."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph import dtypes, log
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dispatch import add_dispatch_support
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.handles import handle_of
from reflow.graph.indexed_slices import IndexedSlices, SparseTensor
from reflow.graph.operation import Tensor
from reflow.ops.casts import Cast
from reflow.ops.math import Maximum, Minimum
from reflow.tf._scopes import name_scope


@add_dispatch_support
def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    """x with elements of another type; x itself if it has that type.

    Floats are cut towards zero; complex numbers lose their imaginary part.  Of sparse values,
    the values are cast.
    """
    base = as_dtype(dtype).base_dtype
    if (isinstance(x, Tensor) or handle_of(x) is not None) and x.dtype is base:
        return x
    with name_scope(name, "Cast", [x]) as scope:
        if isinstance(x, SparseTensor):
            return SparseTensor(x.indices, cast(x.values, base, scope), x.dense_shape)
        if isinstance(x, IndexedSlices):
            return IndexedSlices(cast(x.values, base, scope), x.indices, x.dense_shape)
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex and base.is_floating:
            log.warn("Casting complex to real discards imaginary part.")
        return x if x.dtype.base_dtype is base else Cast(x, DstT=base, name=scope)


@add_dispatch_support
def saturate_cast(value: Any, dtype: Any, name: str | None = None) -> Tensor:
    """`value` as another type; what that type cannot hold becomes its least or largest value."""
    with name_scope(name, "saturate_cast", [value]) as scope:
        value = convert_to_tensor(value, name="value")
        wanted, given = as_dtype(dtype).base_dtype, value.dtype.base_dtype
        if float(given.min) < float(wanted.min):
            value = Maximum(value, convert_to_tensor(wanted.min, given, name="min"))
        if float(given.max) > float(wanted.max):
            value = Minimum(value, convert_to_tensor(wanted.max, given, name="max"))
        return cast(value, wanted, scope)


def _cast_to(dtype: DType, default_name: str) -> Callable[..., Any]:
    def to_type(x: Any, name: str = default_name) -> Any:
        return cast(x, dtype, name)

    to_type.__name__ = to_type.__qualname__ = f"to_{dtype.name}"
    to_type.__doc__ = f"tf.cast(x, tf.{dtype.name})."
    return to_type


to_float = _cast_to(dtypes.float32, "ToFloat")
to_double = _cast_to(dtypes.float64, "ToDouble")
to_int32 = _cast_to(dtypes.int32, "ToInt32")
to_int64 = _cast_to(dtypes.int64, "ToInt64")
to_bfloat16 = _cast_to(dtypes.bfloat16, "ToBFloat16")
to_complex64 = _cast_to(dtypes.complex64, "ToComplex64")
to_complex128 = _cast_to(dtypes.complex128, "ToComplex128")

"""TensorFlow's functions on ragged tensors: which do, and how."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from reflow.graph import dispatch, dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.op_definition import lookup
from reflow.graph.operation import Tensor
from reflow.tf import _arrays as arrays
from reflow.tf import _casts as casts
from reflow.tf import _clip as clip
from reflow.tf import _filling as filling
from reflow.tf import _gathering as gathering
from reflow.tf import _joining as tensor_joining
from reflow.tf import _reductions as reductions
from reflow.tf import _segments as segment_means
from reflow.tf import math, strings
from reflow.tf._scopes import control_dependencies
from reflow.tf._variables import Variable
from reflow.tf.ragged import _arrays as ragged_arrays
from reflow.tf.ragged import _math as ragged_math
from reflow.tf.ragged._batch_gather import batch_gather
from reflow.tf.ragged._concat import concat, stack
from reflow.tf.ragged._gather import gather
from reflow.tf.ragged._gather_nd import gather_nd
from reflow.tf.ragged._ngrams import reduce_join
from reflow.tf.ragged._rows import assert_splits_match
from reflow.tf.ragged._shape import (
    RaggedTensorDynamicShape,
    broadcast_dynamic_shape,
    broadcast_to,
)
from reflow.tf.ragged._squeeze import squeeze
from reflow.tf.ragged._tensor import RaggedTensor, is_ragged, match_row_splits_dtypes
from reflow.tf.ragged._tile import tile
from reflow.tf.ragged._where import where

Function = Callable[..., Any]

# Each element of the result comes from the one in its place: ops that are public functions, and
# functions.
_UNARY_OPS = """
    Acos Acosh AsString Asin Asinh Atan Atanh Ceil CheckNumerics Cos Cosh DecodeBase64
    DecodeCompressed Digamma EncodeBase64 Erf Erfc Exp Expm1 Floor Identity Invert IsFinite
    IsInf IsNan Lgamma Log Log1p LogicalNot Neg Reciprocal Rint Rsqrt Sign Sin Sinh Sqrt Square
    StringStrip StringToHashBucketFast StringToHashBucketStrong Tan UnicodeScript
"""
_UNARY: tuple[Function, ...] = (
    filling.ones_like,
    filling.zeros_like,
    clip.clip_by_value,
    math.abs,
    math.angle,
    casts.cast,
    math.conj,
    math.imag,
    math.log_sigmoid,
    math.real,
    math.round,
    casts.saturate_cast,
    strings.to_number,
    strings.to_hash_bucket,
    strings.regex_full_match,
    strings.regex_replace,
    strings.substr,
    strings.length,
)

_UNARY_OF_LISTS: tuple[Function, ...] = (math.add_n, lookup("StringJoin"))

# Each element of the result comes from two in its place; tensors broadcast.
_BINARY_OPS = """
    Atan2 BitwiseAnd BitwiseOr BitwiseXor FloorMod Greater GreaterEqual LeftShift Less LessEqual
    LogicalAnd LogicalOr Maximum Minimum RealDiv RightShift SquaredDifference TruncateDiv
    TruncateMod
"""
_BINARY: tuple[Function, ...] = (
    math.add,
    math.complex,
    math.divide_no_nan,
    math.divide,
    math.equal,
    math.floordiv,
    math.logical_xor,
    math.multiply,
    math.not_equal,
    math.pow,
    math.subtract,
    math.truediv,
)


def _gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    name: str | None = None,
    axis: Any = None,
    batch_dims: Any = 0,
) -> Any:
    return gather(params, indices, validate_indices, axis or 0, batch_dims, name)


def _gather_nd(params: Any, indices: Any, name: str | None = None, batch_dims: Any = 0) -> Any:
    return gather_nd(params, indices, batch_dims, name)


def _expand_dims(input: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Any:
    return ragged_arrays.expand_dims(input, axis if dim is None else dim, name)


def _size(input: Any, name: str | None = None, out_type: Any = dtypes.int32) -> Any:
    return ragged_arrays.size(input, out_type, name)


def _reduction(function: Function) -> Function:
    """A reduction, with the argument names of every version."""

    def reduce(
        input_tensor: Any,
        axis: Any = None,
        keepdims: bool | None = None,
        name: str | None = None,
        reduction_indices: Any = None,
        keep_dims: bool | None = None,
    ) -> Any:
        axis = reduction_indices if axis is None else axis
        return function(input_tensor, axis, keep_dims if keepdims is None else keepdims, name)

    return reduce


def _reduce_join(
    inputs: Any,
    axis: Any = None,
    keep_dims: bool | None = None,
    separator: str = "",
    name: str | None = None,
    reduction_indices: Any = None,
    keepdims: bool | None = None,
) -> Any:
    axis = reduction_indices if axis is None else axis
    return reduce_join(inputs, axis, keep_dims if keepdims is None else keepdims, separator, name)


# A function, what does it on ragged tensors, with the same arguments, and those of them that may be
# ragged ("[values]": a list of them).
_OTHERS: tuple[tuple[Function, Function, tuple[str, ...]], ...] = (
    (gathering.batch_gather, batch_gather, ("params", "indices")),
    (tensor_joining.concat, concat, ("[values]",)),
    (arrays.expand_dims, _expand_dims, ("input",)),
    (gathering.gather, _gather, ("params", "indices")),
    (gathering.gather_nd, _gather_nd, ("params", "indices")),
    (filling.one_hot, ragged_arrays.one_hot, ("indices",)),
    (arrays.rank, ragged_arrays.rank, ("input",)),
    (arrays.size, _size, ("input",)),
    (arrays.squeeze, squeeze, ("input",)),
    (tensor_joining.stack, stack, ("[values]",)),
    (lookup("Tile"), tile, ("input",)),
    (gathering.where, where, ("condition", "x", "y")),
    (lookup("DynamicPartition"), ragged_arrays.dynamic_partition, ("data", "partitions")),
    (lookup("UnsortedSegmentSum"), ragged_math.segment_sum, ("data", "segment_ids")),
    (lookup("UnsortedSegmentProd"), ragged_math.segment_prod, ("data", "segment_ids")),
    (lookup("UnsortedSegmentMin"), ragged_math.segment_min, ("data", "segment_ids")),
    (lookup("UnsortedSegmentMax"), ragged_math.segment_max, ("data", "segment_ids")),
    (segment_means.unsorted_segment_mean, ragged_math.segment_mean, ("data", "segment_ids")),
    (segment_means.unsorted_segment_sqrt_n, ragged_math.segment_sqrt_n, ("data", "segment_ids")),
    (strings.reduce_join, _reduce_join, ("inputs",)),
    (reductions.reduce_sum, _reduction(ragged_math.reduce_sum), ("input_tensor",)),
    (reductions.reduce_prod, _reduction(ragged_math.reduce_prod), ("input_tensor",)),
    (reductions.reduce_min, _reduction(ragged_math.reduce_min), ("input_tensor",)),
    (reductions.reduce_max, _reduction(ragged_math.reduce_max), ("input_tensor",)),
    (reductions.reduce_mean, _reduction(ragged_math.reduce_mean), ("input_tensor",)),
    (reductions.reduce_any, _reduction(ragged_math.reduce_any), ("input_tensor",)),
    (reductions.reduce_all, _reduction(ragged_math.reduce_all), ("input_tensor",)),
)


# -- How -----------------------------------------------------------------------------------------


def _parameters(function: Function) -> list[str]:
    return list(inspect.signature(function).parameters)


def _split(names: Sequence[str], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """The values of the first parameters, and the other arguments, by position and by name."""
    rest = dict(kwargs)
    values = list(args[: len(names)])
    values += [rest.pop(name, None) for name in names[len(values) :]]
    return values, args[len(names) :], rest


def _unary(function: Function) -> dispatch.Handler:
    names = _parameters(function)[:1]

    def handle(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        (x,), args, kwargs = _split(names, args, kwargs)
        if not is_ragged(x):
            return dispatch.NOT_SUPPORTED
        return x.with_flat_values(function(x.flat_values, *args, **kwargs))

    return handle


def _unary_of_list(function: Function) -> dispatch.Handler:
    names = _parameters(function)[:1]

    def handle(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        (xs,), args, kwargs = _split(names, args, kwargs)
        if not isinstance(xs, (list, tuple)) or not any(map(is_ragged, xs)):
            return dispatch.NOT_SUPPORTED
        if not all(is_ragged(x) or _is_convertible(x) for x in xs):
            return dispatch.NOT_SUPPORTED
        xs = match_row_splits_dtypes(*xs)
        nested_splits_lists = [x.nested_row_splits for x in xs if is_ragged(x)]
        flat_values = [x.flat_values if is_ragged(x) else x for x in xs]
        with control_dependencies(assert_splits_match(nested_splits_lists)):
            return RaggedTensor.from_nested_row_splits(
                function(flat_values, *args, **kwargs), nested_splits_lists[0], validate=False
            )

    return handle


def _binary(function: Function) -> dispatch.Handler:
    names = _parameters(function)[:2]

    def handle(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        (x, y), args, kwargs = _split(names, args, kwargs)
        if not (is_ragged(x) or is_ragged(y)):
            return dispatch.NOT_SUPPORTED
        try:
            if not is_ragged(x):
                x = convert_to_tensor(x, name=names[0], preferred_dtype=y.dtype)
            if not is_ragged(y):
                y = convert_to_tensor(y, name=names[1], preferred_dtype=x.dtype)
        except (TypeError, ValueError):
            return dispatch.NOT_SUPPORTED
        if is_ragged(x) and is_ragged(y):
            x, y = match_row_splits_dtypes(x, y)
        if _must_broadcast(x, y) or _must_broadcast(y, x):
            shape = broadcast_dynamic_shape(
                RaggedTensorDynamicShape.from_tensor(x), RaggedTensorDynamicShape.from_tensor(y)
            )
            x = broadcast_to(x, shape, broadcast_inner_dimensions=False)
            y = broadcast_to(y, shape, broadcast_inner_dimensions=False)
        flat = [value.flat_values if is_ragged(value) else value for value in (x, y)]
        values = function(*flat, *args, **kwargs)
        return (x if is_ragged(x) else y).with_flat_values(values)

    return handle


def _must_broadcast(ragged: Any, other: Any) -> bool:
    """Whether elements come together whose places in the flat values differ."""
    if not is_ragged(ragged):
        return False
    return is_ragged(other) or ragged.flat_values.shape.ndims <= other.shape.ndims


def _other(function: Function, arguments: Sequence[str]) -> dispatch.Handler:
    places = [
        (name.strip("[]"), _parameters(function).index(name.strip("[]")), name.startswith("["))
        for name in arguments
    ]

    def handle(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        values: list[Any] = []
        for name, position, is_list in places:
            value = args[position] if position < len(args) else kwargs.get(name)
            if is_list and not isinstance(value, (list, tuple)):
                return dispatch.NOT_SUPPORTED
            values += value if is_list else [value]
        if not any(map(is_ragged, values)):
            return dispatch.NOT_SUPPORTED
        if not all(is_ragged(value) or _is_convertible(value) for value in values):
            return dispatch.NOT_SUPPORTED
        return function(*args, **kwargs)

    return handle


def _is_convertible(value: Any) -> bool:
    """Whether a tensor can be made of it."""
    if value is None or isinstance(value, (Tensor, Variable, np.ndarray, int, float, str)):
        return True
    if isinstance(value, SparseTensor):
        return False
    try:
        convert_to_tensor(value)
    except (TypeError, ValueError):
        return False
    return True


def register_ragged_dispatch() -> None:
    """Makes TensorFlow's functions work on ragged tensors."""
    for function in (*map(lookup, _UNARY_OPS.split()), *_UNARY):
        dispatch.register(function, _unary(function))
    for function in _UNARY_OF_LISTS:
        dispatch.register(function, _unary_of_list(function))
    for function in (*map(lookup, _BINARY_OPS.split()), *_BINARY):
        dispatch.register(function, _binary(function))
    for function, ragged_function, arguments in _OTHERS:
        dispatch.register(function, _other(ragged_function, arguments))

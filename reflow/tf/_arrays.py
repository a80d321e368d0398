"""Top-level names of `tf` for tensors as they are: placeholders, shapes, other arrangements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reflow.graph import dtypes, log
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dispatch import add_dispatch_support
from reflow.graph.dtypes import as_dtype
from reflow.graph.execution import executing_eagerly
from reflow.graph.indexed_slices import SparseTensor, SparseTensorValue
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import arrays, padding, permuting, slicing
from reflow.ops import shapes as shape_rules
from reflow.ops.casts import Cast
from reflow.ops.constants import Placeholder, PlaceholderWithDefault, constant
from reflow.ops.filling import Range
from reflow.ops.joining import ConcatV2
from reflow.ops.repeating import BroadcastArgs
from reflow.ops.shape_tensors import rank_of, shape_of, size_of
from reflow.tf._arguments import renamed
from reflow.tf._old_orders import is_boolean, takes_old_order
from reflow.tf._scopes import name_scope


def placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> Tensor:
    """A tensor whose value every run must feed.

    Args:
      shape: what is known of the value's shape; None if nothing is.

    Raises:
      RuntimeError: the program executes eagerly.
    """
    if executing_eagerly():
        raise RuntimeError("tf.placeholder() is not compatible with eager execution.")
    return Placeholder(dtype=dtype, shape=TensorShape(shape), name=name)


def placeholder_with_default(input: Any, shape: Any, name: str | None = None) -> Tensor:
    """`input`, unless a run feeds another value, of (partly known) shape `shape`."""
    return PlaceholderWithDefault(input, shape=TensorShape(shape), name=name)


# -- Shapes as values ---------------------------------------------------------------------------


def shape(input: Any, name: str | None = None, out_type: Any = dtypes.int32) -> Tensor:
    """The shape of `input`, as a vector: a constant if it is known when the graph is built."""
    with name_scope(name, "Shape", [input]) as scope:
        if isinstance(input, (SparseTensor, SparseTensorValue)):
            return Cast(input.dense_shape, DstT=as_dtype(out_type))
        return shape_of(convert_to_tensor(input), as_dtype(out_type), scope)


def shape_n(input: Sequence[Any], out_type: Any = dtypes.int32, name: str | None = None) -> Any:
    """The shapes of several tensors."""
    return arrays.ShapeN(input, out_type=out_type, name=name)


@add_dispatch_support
def size(input: Any, name: str | None = None, out_type: Any = dtypes.int32) -> Tensor:
    """The number of elements of `input`: a constant if its shape is known."""
    with name_scope(name, "Size", [input]) as scope:
        if isinstance(input, (SparseTensor, SparseTensorValue)):
            from reflow.ops.reductions import Prod

            return Prod(Cast(input.dense_shape, DstT=as_dtype(out_type)), 0, name=scope)
        return size_of(convert_to_tensor(input), as_dtype(out_type), scope)


@add_dispatch_support
def rank(input: Any, name: str | None = None) -> Tensor:
    """The number of dimensions of `input`: a constant if it is known."""
    with name_scope(name, "Rank", [input]) as scope:
        if isinstance(input, (SparseTensor, SparseTensorValue)):
            return arrays.Size(input.dense_shape, name=scope)
        return rank_of(convert_to_tensor(input), scope)


def broadcast_dynamic_shape(shape_x: Any, shape_y: Any) -> Tensor:
    """The shape that tensors of these shapes (vectors) broadcast to."""
    return BroadcastArgs(shape_x, shape_y)


def broadcast_static_shape(shape_x: TensorShape, shape_y: TensorShape) -> TensorShape:
    """The shape that tensors of these TensorShapes broadcast to; ValueError if they do not."""
    try:
        return shape_rules.broadcast(shape_x, shape_y)
    except ValueError:
        raise ValueError(f"Incompatible shapes for broadcasting: {shape_x} and {shape_y}") from None


def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Tensor:
    """`x`, of which every run checks that it has (partly known) shape `shape`."""
    return arrays.EnsureShape(x, shape=TensorShape(shape), name=name)


# -- The same elements, arranged otherwise --------------------------------------------------------


@add_dispatch_support
def expand_dims(input: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """`input` with a dimension of size 1 before `axis` (`dim` is its old name)."""
    axis = renamed("axis", axis, "dim", dim)
    if axis is None:
        raise ValueError("Must specify an axis argument to tf.expand_dims()")
    return arrays.ExpandDims(input, axis, name=name)


@add_dispatch_support
def squeeze(
    input: Any, axis: Any = None, name: str | None = None, squeeze_dims: Any = None
) -> Tensor:
    """`input` without its dimensions of size 1, or those among `axis`, which must be of size 1
    (`squeeze_dims` is the old name of `axis`)."""
    axis = renamed("axis", axis, "squeeze_dims", squeeze_dims)
    if np.isscalar(axis):
        axis = [axis]
    return arrays.Squeeze(input, squeeze_dims=axis, name=name)


def transpose(
    a: Any, perm: Any = None, name: str | None = "transpose", conjugate: bool = False
) -> Tensor:
    """`a` with its axes in the order `perm`; without `perm`, in reverse order.

    `conjugate` gives the complex conjugate of every element too.
    """
    with name_scope(name, "transpose", [a]) as scope:
        conjugated = conjugate and a.dtype.is_complex
        op = permuting.ConjugateTranspose if conjugated else permuting.Transpose
        if perm is not None:
            return op(a, perm, name=scope)
        a = convert_to_tensor(a, name="a")
        if a.shape.ndims:
            order: Any = a.shape.ndims - 1 - np.arange(a.shape.ndims)
        else:
            count = arrays.Rank(a)
            order = (count - 1) - Range(0, count, 1)
        transposed = op(a, order, name=scope)
        if a.shape.sizes is not None:
            transposed.set_shape(a.shape.sizes[::-1])
        return transposed


def matrix_transpose(
    a: Any, name: str | None = "matrix_transpose", conjugate: bool = False
) -> Tensor:
    """`a`, [..., m, n], with its last two axes exchanged."""
    with name_scope(name, values=[a]):
        a = convert_to_tensor(a, name="a")
        ndims = a.shape.ndims
        if ndims is None:
            count = rank(a)
            perm: Any = ConcatV2([Range(0, count - 2, 1), [count - 1, count - 2]], 0, name="concat")
        elif ndims < 2:
            raise ValueError(
                f"Argument 'a' should be a (batch) matrix, with rank >= 2.  Found: {a.shape}"
            )
        else:
            perm = [*range(ndims - 2), ndims - 1, ndims - 2]
        return transpose(a, perm=perm, conjugate=conjugate)


@takes_old_order("tensor axis name", lambda *_: False, dims="axis")
def reverse(tensor: Any, axis: Any, name: str | None = None) -> Tensor:
    """`tensor` with the order of its elements reversed along the given axes.

    A truth for each axis, as TensorFlow took before 1.0, does as well.
    """
    if is_boolean(axis):
        log.advise("reverse(tensor, truths) is of TensorFlow 0.x: pass the numbers of the axes")
        return permuting.Reverse(tensor, axis, name=name)
    return permuting.ReverseV2(tensor, axis, name=name)


def reverse_sequence(
    input: Any,
    seq_lengths: Any,
    seq_axis: int | None = None,
    batch_axis: int | None = None,
    name: str | None = None,
    seq_dim: int | None = None,
    batch_dim: int | None = None,
) -> Tensor:
    """`input` with the first seq_lengths[b] steps of each entry b of the batch reversed.

    `seq_dim` and `batch_dim` are old names of `seq_axis` and `batch_axis`.
    """
    return permuting.ReverseSequence(
        input,
        seq_lengths,
        seq_dim=renamed("seq_axis", seq_axis, "seq_dim", seq_dim),
        batch_dim=renamed("batch_axis", batch_axis, "batch_dim", batch_dim),
        name=name,
    )


def space_to_depth(
    input: Any, block_size: int, name: str | None = None, data_format: str = "NHWC"
) -> Tensor:
    """Blocks of block_size x block_size pixels become one pixel of as many more channels."""
    return permuting.SpaceToDepth(input, block_size=block_size, data_format=data_format, name=name)


def depth_to_space(
    input: Any, block_size: int, name: str | None = None, data_format: str = "NHWC"
) -> Tensor:
    """The inverse of space_to_depth."""
    return permuting.DepthToSpace(input, block_size=block_size, data_format=data_format, name=name)


def slice(input_: Any, begin: Any, size: Any, name: str | None = None) -> Tensor:
    """The box of `size` elements at `begin`; a size of -1 means all the rest of that axis."""
    return slicing.Slice(input_, begin, size, name=name)


def pad(
    tensor: Any,
    paddings: Any,
    mode: str = "CONSTANT",
    name: str | None = None,
    constant_values: Any = 0,
) -> Tensor:
    """`tensor` with paddings[i] = (before, after) elements added along each axis i.

    Args:
      mode: what is added: "CONSTANT" adds `constant_values`; "REFLECT" mirrors what is inside,
        without the outermost element; "SYMMETRIC" with it.
    """
    match mode.upper():
        case "CONSTANT":
            if not isinstance(constant_values, Tensor) and constant_values == 0:
                return padding.Pad(tensor, paddings, name=name)
            return padding.PadV2(tensor, paddings, constant_values, name=name)
        case "REFLECT" | "SYMMETRIC":
            return padding.MirrorPad(tensor, paddings, mode=mode.upper(), name=name)
        case _:
            raise ValueError(f"Unknown padding mode: {mode}")

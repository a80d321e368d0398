"""Sparse tensors made dense, and put together with dense ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import ExpandDims, Shape, Size
from reflow.ops.casts import Cast
from reflow.ops.constants import constant
from reflow.ops.elements import any_elements
from reflow.ops.filling import Fill, ZerosLike, sum_of_all
from reflow.ops.gathering import GatherNd, added, slices_at
from reflow.ops.joining import ConcatV2
from reflow.ops.kernels import Dims, Host
from reflow.ops.math import FloorDiv, Mul, Neg, RealDiv, Square, Sub
from reflow.ops.op import op
from reflow.ops.slicing import Slice
from reflow.ops.sparse.parts import (
    check_order,
    check_sparse,
    check_within,
    invalid,
    like,
    text,
)
from reflow.ops.unsigned import widened


@op
class SparseToDense:
    """The tensor of shape `output_shape` that holds the values at the indices, else the default.

    sparse_indices: a scalar, [n] (of a vector) or [n, rank]; sparse_values: a scalar or [n].
    """

    inputs = "sparse_indices: Tindices, output_shape: Tindices, sparse_values: T, default_value: T"
    outputs = "dense: T"
    attrs = ("validate_indices: bool = true", "T: type", "Tindices: {int32, int64}")

    def shape(
        sparse_indices: TensorShape,
        output_shape: Dims,
        sparse_values: TensorShape,
        default_value: TensorShape,
        *,
        input_shapes: list[TensorShape],
    ) -> TensorShape:
        shapes.with_rank(input_shapes[1], 1)
        return output_shape

    def kernel(
        sparse_indices: Host,
        output_shape: Host,
        sparse_values: Any,
        default_value: Any,
        *,
        validate_indices: bool,
    ) -> Any:
        if sparse_indices.ndim > 2:
            raise invalid(
                "sparse_indices should be a scalar, vector, or matrix, got shape "
                f"{text(sparse_indices.shape)}"
            )
        if output_shape.ndim != 1:
            raise invalid(f"output_shape should be a vector, got shape {text(output_shape.shape)}")
        indices = sparse_indices.astype(np.int64)
        if indices.ndim < 2:
            indices = indices.reshape(-1, 1)
        count, rank = indices.shape
        if len(output_shape) != rank:
            raise invalid(
                f"output_shape has incorrect number of elements: {len(output_shape)} should be: "
                f"{rank}"
            )
        if tuple(sparse_values.shape) not in ((), (count,)):
            raise invalid(
                f"sparse_values has incorrect shape {text(sparse_values.shape)}, should be [] or "
                f"[{count}]"
            )
        if default_value.ndim:
            raise invalid("default_value should be a scalar.")
        if (output_shape < 0).any():
            raise invalid(f"output_shape must not be negative. Received: {text(output_shape)}")
        (check_order if validate_indices else check_within)(indices, output_shape)
        return _scattered(default_value, sparse_values, indices, output_shape.tolist())

    def gradient(op: Operation, dy: Tensor) -> tuple[None, None, Tensor, Tensor]:
        found = GatherNd(dy, op.inputs[0])
        return None, None, found, Sub(sum_of_all(dy), sum_of_all(found))


@any_elements
def _scattered(
    default: torch.Tensor, values: torch.Tensor, indices: np.ndarray[Any, Any], sizes: list[int]
) -> torch.Tensor:
    dense = default.expand(sizes).clone(memory_format=torch.contiguous_format)
    where = tuple(like(dense, column) for column in indices.T)
    dense[where] = values
    return dense


@op
class SparseTensorDenseAdd:
    """The sum of a sparse and a dense tensor of one shape, dense."""

    inputs = "a_indices: Tindices, a_values: T, a_shape: Tindices, b: T"
    outputs = "output: T"
    attrs = ("T: numbertype", "Tindices: {int32, int64}")

    def shape(
        a_indices: TensorShape, a_values: TensorShape, a_shape: TensorShape, b: TensorShape
    ) -> TensorShape:
        return b

    @widened
    def kernel(a_indices: Host, a_values: torch.Tensor, a_shape: Host, b: torch.Tensor) -> Any:
        check_sparse(a_indices, a_values, a_shape, "a_")
        if len(a_shape) != b.ndim:
            raise invalid(
                f"Two operands have different ranks; received: {len(a_shape)} and {b.ndim}"
            )
        for axis, (size, other) in enumerate(zip(a_shape, b.shape)):
            if size != other:
                raise invalid(
                    f"Dimension {axis} does not equal (no broadcasting is supported): sparse side "
                    f"{size} vs dense side {other}"
                )
        outside = ((a_indices < 0) | (a_indices >= a_shape)).any(axis=0)
        if outside.any():
            raise invalid(
                f"Sparse tensor has some invalid index on dimension {outside.argmax()}; dense "
                f"tensor shape: {text(b.shape)}"
            )
        dense = b.clone(memory_format=torch.contiguous_format)
        return added(dense, like(b, a_indices), a_values)

    def gradient(op: Operation, dy: Tensor) -> tuple[None, Tensor, None, Tensor]:
        return None, GatherNd(dy, op.inputs[0]), None, dy


# -- Elementwise, the dense tensor broadcast to the sparse one ------------------------------------


def _places_in_dense(indices: Host, dense_shape: Host, dense: torch.Tensor) -> torch.Tensor:
    """Of each element of a sparse tensor the place in what is broadcast to it."""
    sizes = dense_shape.tolist()
    missing = len(sizes) - dense.ndim
    behind = sizes[max(missing, 0) :]
    if missing < 0 or any(d not in (1, size) for d, size in zip(dense.shape, behind)):
        raise invalid(
            "SparseDenseBinaryOpShared broadcasts dense to sparse only; got incompatible shapes: "
            f"{text(sizes)} vs. {text(dense.shape)}"
        )
    repeated = np.array([d == 1 for d in dense.shape], bool)
    return like(dense, np.where(repeated, 0, indices[:, missing:]))


def _elementwise(
    name: str, doc: str, compute: Callable[..., torch.Tensor], gradient: Callable[..., Any]
) -> OpDefinition:
    def shape(
        sp_indices: TensorShape, sp_values: TensorShape, sp_shape: TensorShape, dense: TensorShape
    ) -> TensorShape:
        return shapes.of(shapes.with_rank(sp_indices, 2).as_list()[0])

    @widened
    def kernel(
        sp_indices: Host, sp_values: torch.Tensor, sp_shape: Host, dense: torch.Tensor
    ) -> torch.Tensor:
        check_sparse(sp_indices, sp_values, sp_shape, "sp_")
        check_within(sp_indices, sp_shape)
        others = slices_at(dense, _places_in_dense(sp_indices, sp_shape, dense))
        return compute(sp_values, others)

    rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": "sp_indices: int64, sp_values: T, sp_shape: int64, dense: T",
        "outputs": "output: T",
        "attrs": ("T: numbertype",),
        "shape": shape,
        "kernel": kernel,
        "gradient": gradient,
    }
    return op(type(name, (), rules))


def _quotient(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if x.is_floating_point() or x.is_complex():
        return x / y
    if bool((y == 0).any()):
        raise invalid("Integer division by zero")
    return torch.div(x, y, rounding_mode="trunc")


def _dense_values(op: Operation) -> tuple[Tensor, Tensor, Tensor]:
    """Of each sparse element its place in the dense tensor, the value there; the dense shape."""
    indices, _, sp_shape, dense = op.inputs
    dense_shape = Cast(Shape(dense), DstT="int64")
    added_axes = ExpandDims(Sub(Size(sp_shape), Size(dense_shape)), constant(0))
    ones = Fill(added_axes, constant(1, "int64"))
    scale = FloorDiv(sp_shape, ConcatV2([ones, dense_shape], constant(0)))
    begin = ConcatV2([constant([0]), added_axes], constant(0))
    places = Slice(FloorDiv(indices, scale), begin, constant([-1, -1]))
    return places, GatherNd(dense, places), dense_shape


def _of_dense(op: Operation, places: Tensor, values: Tensor, dense_shape: Tensor) -> Tensor:
    """The sum of the values that met each element of the dense tensor."""
    return SparseTensorDenseAdd(places, values, dense_shape, ZerosLike(op.inputs[3]))


def _product_gradient(op: Operation, dy: Tensor) -> tuple[None, Tensor, None, Tensor]:
    places, others, dense_shape = _dense_values(op)
    products = Mul(dy, op.inputs[1])
    return None, Mul(dy, others), None, _of_dense(op, places, products, dense_shape)


def _quotient_gradient(op: Operation, dy: Tensor) -> tuple[None, Tensor, None, Tensor]:
    places, others, dense_shape = _dense_values(op)
    slopes = Mul(dy, RealDiv(Neg(op.inputs[1]), Square(others)))
    return None, RealDiv(dy, others), None, _of_dense(op, places, slopes, dense_shape)


def _no_sum_gradient(op: Operation, dy: Tensor) -> Any:
    raise NotImplementedError("Gradient for SparseDenseCwiseAdd is currently not implemented yet.")


SparseDenseCwiseMul: OpDefinition = _elementwise(
    "SparseDenseCwiseMul",
    "The values of a sparse tensor times the elements of a dense one at their places.",
    torch.mul,
    _product_gradient,
)
SparseDenseCwiseDiv: OpDefinition = _elementwise(
    "SparseDenseCwiseDiv",
    "The values of a sparse tensor divided by the elements of a dense one at their places.",
    _quotient,
    _quotient_gradient,
)
SparseDenseCwiseAdd: OpDefinition = _elementwise(
    "SparseDenseCwiseAdd",
    """The values of a sparse tensor plus the elements of a dense one at their places.

    What is not in the sparse tensor stays 0.  TensorFlow has no gradient of it.
    """,
    torch.add,
    _no_sum_gradient,
)

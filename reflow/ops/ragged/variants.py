"""Ragged tensors as variants: elements of data sets."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import torch

from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.ragged.splits import (
    Array,
    check_exact,
    even_splits,
    invalid,
    on_device,
    row_splits,
)
from reflow.ops.values import HOST_TYPES, handle, to_torch


class RaggedParts(NamedTuple):
    """What a variant keeps of a ragged tensor; without splits, of a tensor."""

    splits: tuple[Array, ...]
    values: Array

    @property
    def row_count(self) -> int:
        return len(self.splits[0]) - 1 if self.splits else len(self.values)


@op
class RaggedTensorToVariant:
    """A ragged tensor as a scalar variant; its rows as a vector of variants if `batched_input`."""

    inputs = "rt_nested_splits: RAGGED_RANK * Tsplits, rt_dense_values: Tvalues"
    outputs = "encoded_ragged: variant"
    attrs = (
        "RAGGED_RANK: int >= 1",
        "Tvalues: type",
        "Tsplits: {int32, int64}",
        "batched_input: bool",
    )
    gradient = None

    def shape(
        rt_nested_splits: list[TensorShape], rt_dense_values: TensorShape, *, batched_input: bool
    ) -> TensorShape:
        shapes.with_rank_at_least(rt_dense_values, 1)
        sizes = [shapes.with_rank(splits, 1).as_list()[0] for splits in rt_nested_splits]
        if not batched_input:
            return shapes.SCALAR
        if sizes[0] == 0:
            raise ValueError("Negative dimension size caused by subtracting 1 from 0")
        return shapes.of(None if sizes[0] is None else sizes[0] - 1)

    def kernel(
        rt_nested_splits: list[Host], rt_dense_values: Host, *, batched_input: bool
    ) -> Array:
        check_exact(rt_nested_splits, len(rt_dense_values))
        whole = RaggedParts(tuple(map(np.array, rt_nested_splits)), np.array(rt_dense_values))
        if not batched_input:
            return handle(whole)
        rows = np.empty(whole.row_count, object)
        for i in range(whole.row_count):
            rows[i] = _row(whole, i)
        return rows


def _row(ragged: RaggedParts, i: int) -> RaggedParts:
    start, end = ragged.splits[0][i : i + 2]
    inner = []
    for splits in ragged.splits[1:]:
        part = splits[start : end + 1]
        inner.append(part - part[0])
        start, end = part[0], part[-1]
    return RaggedParts(tuple(inner), ragged.values[start:end])


@op
class RaggedTensorFromVariant:
    """The ragged tensor that a variant keeps; of more variants, one with their axes in front.

    input_ragged_rank: how many ragged axes each variant has; -1: what is left for them.
    """

    inputs = "encoded_ragged: variant"
    outputs = "output_nested_splits: output_ragged_rank * Tsplits, output_dense_values: Tvalues"
    attrs = (
        "input_ragged_rank: int >= -1",
        "output_ragged_rank: int >= 1",
        "Tvalues: type",
        "Tsplits: {int32, int64}",
    )
    gradient = None

    def shape(
        encoded_ragged: TensorShape, *, input_ragged_rank: int, output_ragged_rank: int
    ) -> list[TensorShape]:
        if input_ragged_rank >= 0:
            shapes.with_rank(encoded_ragged, output_ragged_rank - input_ragged_rank)
        return [*[shapes.of(None)] * output_ragged_rank, shapes.UNKNOWN]

    def kernel(
        encoded_ragged: Host,
        *,
        input_ragged_rank: int,
        output_ragged_rank: int,
        Tvalues: DType,
        Tsplits: DType,
        device: torch.device,
    ) -> list[Any]:
        rank = _ragged_rank(encoded_ragged.ndim, input_ragged_rank, output_ragged_rank)
        parts = [_checked(part, rank, Tvalues, Tsplits) for part in encoded_ragged.ravel().tolist()]
        dtype = Tsplits.as_numpy_dtype
        inner, values = _joined(parts, rank, Tvalues, dtype)
        outer: list[Array] = []
        if encoded_ragged.ndim:
            sizes = encoded_ragged.shape
            outer = [
                even_splits(math.prod(sizes[:axis]), sizes[axis], dtype)
                for axis in range(1, len(sizes))
            ]
            outer.append(row_splits(np.array([part.row_count for part in parts], int), dtype))
        splits = on_device([*outer, *inner], device)
        if Tvalues not in HOST_TYPES:
            return [*splits, to_torch(values, Tvalues, device)]
        return [*splits, values]


def _ragged_rank(dims: int, given: int, output: int) -> int:
    """The ragged axes of each variant."""
    if given < 0:
        if output < dims:
            raise invalid(
                "Inferred input_ragged_rank (output_ragged_rank - encoded_variant.dims()) must be "
                f">= 0, found output_ragged_rank: {output}, encoded_variant.dims(): {dims}, "
                f"inferred input_ragged_rank: {output - dims}"
            )
        return output - dims
    if output != given + dims:
        raise invalid(
            "output_ragged_rank must be equal to input_ragged_rank + encoded_ragged.dims(); "
            f"output_ragged_rank: {output}, input_ragged_rank: {given}, encoded_variant.dims(): "
            f"{dims}."
        )
    return given


def _checked(part: Any, rank: int, values_type: DType, splits_type: DType) -> RaggedParts:
    if not isinstance(part, RaggedParts):
        raise invalid(f"Expected a ragged tensor in a variant. Received: {type(part).__name__}")
    if len(part.splits) not in (0, rank):
        raise invalid(
            "Encoded input Variant must hold either input_ragged_rank + 1 Tensors or an empty "
            "Tensor (zero splits Tensors, 1 values Tensor), input_ragged_rank: "
            f"{rank}, encoded input Variant: {len(part.splits)} splits Tensors"
        )
    for splits in part.splits:
        found = as_dtype(splits.dtype)
        if found is not splits_type:
            raise invalid(
                f"Expected splits Tensor dtype: {splits_type.as_datatype_enum}, found: "
                f"{found.as_datatype_enum}"
            )
    found = as_dtype(part.values.dtype)
    if found is not values_type:
        raise invalid(
            f"Expected values Tensor dtype: {values_type.as_datatype_enum}, found: "
            f"{found.as_datatype_enum}"
        )
    if rank and not part.splits:
        # Nothing was kept but the type.
        return RaggedParts(tuple(np.zeros(1, np.int64) for _ in range(rank)), part.values)
    return part


def _joined(
    parts: list[RaggedParts], rank: int, values_type: DType, dtype: Any
) -> tuple[list[Array], Array]:
    """The splits and the values of all variants, one after the other."""
    if not parts:
        empty = np.zeros(0, values_type.as_numpy_dtype)
        return [np.zeros(1, dtype) for _ in range(rank)], empty
    if len({part.values.shape[1:] for part in parts}) > 1:
        raise invalid("Expected values of one shape in all variants but for their numbers.")
    nested = [
        row_splits(np.concatenate([np.diff(part.splits[axis]) for part in parts]), dtype)
        for axis in range(rank)
    ]
    return nested, np.concatenate([part.values for part in parts])

"""Crosses of features: every combination of one value from each column, row by row.

Source: TensorFlow 1.15's core/kernels/sparse_cross_op.cc and core/platform/fingerprint.h.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph.tensor_shape import TensorShape
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.sparse.parts import (
    Array,
    check_sparse,
    check_within,
    invalid,
    on,
    sparse_output,
    text,
)
from reflow.ops.text.hashes import Texts, fingerprint64

Column = dict[int, list[Any]]  # of each row that has some, the values

_WORD = (1 << 64) - 1
_MULTIPLIER = 0xC6A4A7935BD1E995
_LARGEST = (1 << 63) - 1


def _row_count(dense_shapes: Sequence[Array], dense_inputs: Sequence[Array]) -> int:
    first = [*dense_shapes, *(np.array(dense.shape) for dense in dense_inputs)][:1]
    if not first or first[0].shape != (2,):
        raise invalid(f"Expected at least one column of shape [rows, ?]. Received: {first}")
    return int(first[0][0])


def _sparse_column(indices: Array, values: Array, dense_shape: Array, rows: int) -> Column:
    check_sparse(indices, values, dense_shape)
    if len(dense_shape) != 2 or dense_shape[0] != rows:
        raise invalid(f"Expected sparse inputs of shape [{rows}, ?]. Received: {text(dense_shape)}")
    check_within(indices, dense_shape)
    column: Column = {}
    for row, value in zip(indices[:, 0].tolist(), values.tolist()):
        column.setdefault(row, []).append(value)
    return column


def _dense_column(values: Array, rows: int) -> Column:
    if values.ndim != 2 or len(values) != rows:
        raise invalid(f"Expected dense inputs of shape [{rows}, ?]. Received: {text(values.shape)}")
    return dict(enumerate(values.tolist()))


def _as_text(values: list[Any]) -> list[bytes]:
    return [value if isinstance(value, bytes) else str(value).encode() for value in values]


def _as_numbers(values: list[Any]) -> list[int]:
    if values and isinstance(values[0], bytes):
        return list(map(int, fingerprint64(Texts.of_strings(values))))
    return values


def _mixed(value: int) -> int:
    return value ^ (value >> 47)


def _joined_fingerprint(first: int, second: int) -> int:
    """FingerprintCat64."""
    result = first ^ _MULTIPLIER ^ (_mixed(second * _MULTIPLIER & _WORD) * _MULTIPLIER & _WORD)
    result = result * _MULTIPLIER & _WORD
    return _mixed(_mixed(result) * _MULTIPLIER & _WORD)


def _hashed(combination: Sequence[int], hash_key: int, num_buckets: int) -> int:
    result = hash_key & _WORD
    for number in combination:
        result = _joined_fingerprint(result, number & _WORD)
    return result % (num_buckets or _LARGEST)


@op
class SparseCross:
    """Every combination of one value from each column, row by row: as text, or hashed.

    indices, values, shapes: N sparse columns [rows, ...]; dense_inputs: dense ones [rows, n].
    Text is joined by "_X_"; hashes are in [0, num_buckets), or any from 0 on if that is 0.
    """

    inputs = (
        "indices: N * int64, values: sparse_types, shapes: N * int64, dense_inputs: dense_types"
    )
    outputs = "output_indices: int64, output_values: out_type, output_shape: int64"
    attrs = (
        "N: int >= 0",
        "hashed_output: bool",
        "num_buckets: int >= 0",
        "hash_key: int",
        "sparse_types: list({int64, string}) >= 0",
        "dense_types: list({int64, string}) >= 0",
        "out_type: {int64, string}",
        "internal_type: {int64, string}",
    )
    gradient = None

    def shape(
        indices: list[TensorShape],
        values: list[TensorShape],
        shapes: list[TensorShape],
        dense_inputs: list[TensorShape],
    ) -> list[TensorShape]:
        return sparse_output(2)

    def kernel(
        indices: list[Host],
        values: list[Host],
        shapes: list[Host],
        dense_inputs: list[Host],
        *,
        hashed_output: bool,
        num_buckets: int,
        hash_key: int,
        device: torch.device,
    ) -> list[Any]:
        if len(values) != len(indices):
            raise invalid(f"Expected {len(indices)} sparse columns. Received: {len(values)} values")
        rows = _row_count(shapes, dense_inputs)
        columns = [_sparse_column(*part, rows) for part in zip(indices, values, shapes)]
        columns += [_dense_column(dense, rows) for dense in dense_inputs]
        convert: Callable[[list[Any]], list[Any]] = _as_numbers if hashed_output else _as_text
        crossed = [
            (row, list(itertools.product(*(convert(column[row]) for column in columns))))
            for row in sorted(set.intersection(*(set(column) for column in columns)))
        ]
        flat = [combination for _, combinations in crossed for combination in combinations]
        found: Any
        if hashed_output:
            found = on(device, [_hashed(numbers, hash_key, num_buckets) for numbers in flat])
        else:
            found = np.array([b"_X_".join(words) for words in flat], object)
        places = [(row, i) for row, combinations in crossed for i in range(len(combinations))]
        widest = max((len(combinations) for _, combinations in crossed), default=0)
        return [on(device, np.reshape(places, (-1, 2))), found, on(device, [rows, widest])]

"""Crosses of features: every combination of one value from each column, row by row.

Source: TensorFlow 1.15's core/kernels/sparse_cross_op.cc and core/platform/fingerprint.h.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph.tensor_shape import TensorShape
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.sparse.parts import Array, check_sparse, invalid, on, sparse_output, text
from reflow.ops.text.hashes import fingerprint64, hash_strings

Column = list[list[Any]]  # of each row the values

_WORD = (1 << 64) - 1
_MULTIPLIER = 0xC6A4A7935BD1E995
_LARGEST = (1 << 63) - 1


def _sparse_columns(
    indices: Sequence[Array], values: Sequence[Array], shapes: Sequence[Array], rows: int
) -> list[Column]:
    columns = []
    for part in zip(indices, values, shapes):
        check_sparse(*part)
        places, elements, dense_shape = part
        if len(dense_shape) != 2 or dense_shape[0] != rows:
            raise invalid(
                f"Expected sparse inputs of shape [{rows}, ?]. Received: {text(dense_shape)}"
            )
        column: Column = [[] for _ in range(rows)]
        for row, element in zip(places[:, 0].tolist(), elements.tolist()):
            if not 0 <= row < rows:
                raise invalid(f"Expected rows in [0, {rows}). Received: {row}")
            column[row].append(element)
        columns.append(column)
    return columns


def _dense_columns(dense_inputs: Sequence[Array], rows: int) -> list[Column]:
    for dense in dense_inputs:
        if dense.ndim != 2 or len(dense) != rows:
            raise invalid(
                f"Expected dense inputs of shape [{rows}, ?]. Received: {text(dense.shape)}"
            )
    return [dense.tolist() for dense in dense_inputs]


def _as_text(column: Column) -> Column:
    return [[v if isinstance(v, bytes) else str(v).encode() for v in row] for row in column]


def _as_numbers(column: Column) -> Column:
    return [
        hash_strings(row, fingerprint64).tolist() if row and isinstance(row[0], bytes) else row
        for row in column
    ]


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
        if not shapes and not dense_inputs:
            raise invalid("Expected at least one column. Received: none")
        rows = int(shapes[0][0]) if shapes else len(dense_inputs[0])
        columns = _sparse_columns(indices, values, shapes, rows) + _dense_columns(
            dense_inputs, rows
        )
        columns = [(_as_numbers if hashed_output else _as_text)(column) for column in columns]
        crossed = [
            list(itertools.product(*(column[row] for column in columns))) for row in range(rows)
        ]
        flat = [combination for combinations in crossed for combination in combinations]
        found: Any
        if hashed_output:
            found = on(device, [_hashed(numbers, hash_key, num_buckets) for numbers in flat])
        else:
            found = np.array([b"_X_".join(words) for words in flat], object)
        places = [(row, i) for row in range(rows) for i in range(len(crossed[row]))]
        widest = max(map(len, crossed), default=0)
        return [on(device, np.reshape(places, (-1, 2))), found, on(device, [rows, widest])]

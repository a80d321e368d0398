"""Matrices from checkpoints whose rows and columns belong to the entries of vocabularies."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from reflow.files.tensor_bundle import BundleReader
from reflow.graph import errors
from reflow.graph.dtypes import float32, int64, string
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.lookup.tables import Array, StaticTable, invalid
from reflow.ops.lookup.vocabulary_files import LINE_NUMBER, WHOLE_LINE, fill_from_file
from reflow.ops.op import op
from reflow.ops.values import to_torch


@op
class GenerateVocabRemapping:
    """Where the entries of a new vocabulary stood in an old one: their lines, -1 for new entries.

    new_vocab_file, old_vocab_file: scalars -> remapping: [num_new_vocab], of the entries from
    `new_vocab_offset` on; num_present: how many are not new.  Of the old vocabulary only the first
    `old_vocab_size` entries count (-1: all).
    """

    inputs = "new_vocab_file: string, old_vocab_file: string"
    outputs = "remapping: int64, num_present: int32"
    attrs = (
        "new_vocab_offset: int >= 0",
        "num_new_vocab: int >= 0",
        "old_vocab_size: int >= -1 = -1",
    )
    host = True
    stateful = True
    gradient = None

    def shape(
        new_vocab_file: TensorShape, old_vocab_file: TensorShape, *, num_new_vocab: int
    ) -> list[TensorShape]:
        for file in (new_vocab_file, old_vocab_file):
            shapes.with_rank(file, 0)
        return [shapes.of(num_new_vocab), shapes.SCALAR]

    def kernel(
        new_vocab_file: Host,
        old_vocab_file: Host,
        *,
        new_vocab_offset: int,
        num_new_vocab: int,
        old_vocab_size: int,
    ) -> list[Array]:
        new = StaticTable(int64, string)
        fill_from_file(new, _filename(new_vocab_file), (LINE_NUMBER, WHOLE_LINE), -1, "\t")
        if new_vocab_offset + num_new_vocab > new.size():
            raise invalid(
                f"lookup table size must be larger than last new vocab entry's line: "
                f"{new_vocab_offset} + {num_new_vocab} entries are wanted of {new.size()}"
            )
        old = StaticTable(string, int64)
        columns = (WHOLE_LINE, LINE_NUMBER)
        fill_from_file(old, _filename(old_vocab_file), columns, old_vocab_size, "\t")
        lines = np.arange(new_vocab_offset, new_vocab_offset + num_new_vocab, dtype=np.int64)
        entries = new.find(lines, np.array(b"", object))
        remapping = old.find(entries, np.array(-1, np.int64))
        return [remapping, np.array(np.count_nonzero(remapping != -1), np.int32)]


def _filename(file: Host) -> bytes:
    name: bytes = file.item()
    if not name:
        raise invalid("vocab filename cannot be empty.")
    return name


@op
class LoadAndRemapMatrix:
    """A matrix from a checkpoint with its rows and columns in another order.

    ckpt_path, old_tensor_name: scalars; row_remapping: [num_rows], the old row for each new one,
    -1 for none; col_remapping: [num_cols], or [0] for the columns as they are;
    initializing_values: what the elements without an old row or column are, row by row
    -> [num_rows, num_cols].  `max_rows_in_memory` is accepted: the matrix is read at once.
    """

    inputs = (
        "ckpt_path: string, old_tensor_name: string, row_remapping: int64, col_remapping: int64, "
        "initializing_values: float"
    )
    outputs = "output_matrix: float"
    attrs = ("num_rows: int >= 0", "num_cols: int >= 1", "max_rows_in_memory: int = -1")
    stateful = True
    gradient = None

    def shape(
        ckpt_path: TensorShape,
        old_tensor_name: TensorShape,
        row_remapping: TensorShape,
        col_remapping: TensorShape,
        initializing_values: TensorShape,
        *,
        num_rows: int,
        num_cols: int,
    ) -> TensorShape:
        shapes.with_rank(old_tensor_name, 0)
        return shapes.of(num_rows, num_cols)

    def kernel(
        ckpt_path: Host,
        old_tensor_name: Host,
        row_remapping: Host,
        col_remapping: Host,
        initializing_values: Host,
        *,
        num_rows: int,
        num_cols: int,
        device: torch.device,
    ) -> Any:
        rows = _old_places(row_remapping, num_rows, "row_remapping", "num_rows")
        columns = np.arange(num_cols)
        if col_remapping.size:
            columns = _old_places(col_remapping, num_cols, "col_remapping", "num_cols")
        old = _matrix(ckpt_path.item().decode(), old_tensor_name.item().decode())
        if not col_remapping.size and old.shape[1] != num_cols:
            raise invalid(
                f"Tensor {old_tensor_name.item().decode()} has shape {list(old.shape)}, where the "
                f"size of its 2nd dimension is {old.shape[1]} instead of being equal to "
                f"num_cols={num_cols}"
            )
        new = np.zeros((num_rows, num_cols), np.float32)
        # An old column that the checkpoint lacks leaves zeros, where TensorFlow leaves any value.
        kept_rows = np.flatnonzero(rows >= 0)
        kept_columns = np.flatnonzero((columns >= 0) & (columns < old.shape[1]))
        if rows.max(initial=-1) >= old.shape[0]:
            raise invalid(
                f"row_remapping has the old row {rows.max()}, of a matrix of {old.shape[0]} rows"
            )
        new[np.ix_(kept_rows, kept_columns)] = old[np.ix_(rows[kept_rows], columns[kept_columns])]
        missing = (rows < 0)[:, None] | (columns < 0)[None, :]
        _fill(new, missing, initializing_values.ravel())
        return to_torch(new, float32, device)


def _old_places(remapping: Array, size: int, name: str, attribute: str) -> Array:
    """The old rows or columns; they must be as many as the attribute says, and none twice."""
    if remapping.size != size:
        raise invalid(
            f"Size of {name} is {remapping.size} instead of being equal to {attribute}={size}"
        )
    old, counts = np.unique(remapping[remapping >= 0], return_counts=True)
    for place in old[counts > 1]:
        first, second = np.flatnonzero(remapping == place)[:2]
        raise errors.UnimplementedError(
            None,
            None,
            f"Old ID {place} is mapped to both new ID {first} and {second}, which is not "
            "supported.",
        )
    return remapping


def _matrix(prefix: str, name: str) -> Array:
    """The matrix `name` of a checkpoint."""
    reader = BundleReader(prefix)
    dtype, shape = reader.dtype(name), reader.shape(name)
    if dtype != float32:
        raise invalid(
            f"Tensor {name} has invalid type {dtype.name} instead of expected type float32"
        )
    if len(shape) != 2:
        raise invalid(
            f"Tensor {name} has shape {list(shape)} of invalid rank {len(shape)} instead of "
            "expected shape of rank 2."
        )
    return reader.read(name)


def _fill(matrix: Array, missing: Array, values: Array) -> None:
    """Puts values, which must be just enough, where elements are missing."""
    count = np.count_nonzero(missing)
    if values.size < count:
        raise invalid(
            f"initializing_values contained {values.size} elements, but more missing values remain."
        )
    if values.size > count:
        raise invalid(
            f"initializing_values contained {values.size} elements, but only {count} elements were "
            "used to fill in missing values."
        )
    matrix[missing] = values

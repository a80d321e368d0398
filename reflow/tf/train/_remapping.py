"""Initializers of matrices that take rows and columns from a checkpoint, by vocabularies."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import float32, int64
from reflow.graph.operation import Tensor
from reflow.ops.remapping import GenerateVocabRemapping, LoadAndRemapMatrix
from reflow.tf import initializers
from reflow.tf._filling import range as range_of
from reflow.tf._joining import concat
from reflow.tf._partitions import PartitionInfo

Initializer = Callable[..., Any]


def load_and_remap_matrix(
    ckpt_path: str,
    old_tensor_name: str,
    new_row_vocab_offset: int,
    num_rows_to_load: int,
    new_col_vocab_size: int,
    initializer: Initializer,
    old_row_vocab_size: int = -1,
    old_row_vocab_file: str | None = None,
    new_row_vocab_file: str | None = None,
    old_col_vocab_file: str | None = None,
    new_col_vocab_file: str | None = None,
    num_row_oov_buckets: int = 0,
    num_col_oov_buckets: int = 0,
    max_rows_in_memory: int = -1,
) -> Tensor:
    """A matrix from a checkpoint whose rows or columns follow new vocabularies.

    Args:
      new_row_vocab_offset: the line of the new row vocabulary that the first row is for.
      num_rows_to_load: how many rows.
      initializer: gives the rest, as a function of a shape.
      others: see `load_and_remap_matrix_initializer`.

    Returns:
      [num_rows_to_load + num_row_oov_buckets, new_col_vocab_size + num_col_oov_buckets]
    """
    for name, buckets in (
        ("num_row_oov_buckets", num_row_oov_buckets),
        ("num_col_oov_buckets", num_col_oov_buckets),
    ):
        if buckets < 0:
            raise ValueError(f"{name} must be >= 0, but received {buckets}")
    remaps_rows = _are_given("row", old_row_vocab_file, new_row_vocab_file)
    remaps_columns = _are_given("col", old_col_vocab_file, new_col_vocab_file)
    if not (remaps_rows or remaps_columns):
        raise ValueError(
            "Must provide either row or column vocab files. If no remapping is necessary, consider "
            "using `tf.contrib.framework.init_from_checkpoint` instead."
        )
    rows_present: Any = num_rows_to_load
    if remaps_rows:
        row_remapping, rows_present = GenerateVocabRemapping(
            new_row_vocab_file,
            old_row_vocab_file,
            new_vocab_offset=new_row_vocab_offset,
            num_new_vocab=num_rows_to_load,
            old_vocab_size=old_row_vocab_size,
        )
    else:  # a part of a matrix has some of its rows only
        last = new_row_vocab_offset + num_rows_to_load
        row_remapping = range_of(new_row_vocab_offset, last, dtype=int64)
    col_remapping: Any = []
    columns_present: Any = new_col_vocab_size
    if remaps_columns:
        col_remapping, columns_present = GenerateVocabRemapping(
            new_col_vocab_file,
            old_col_vocab_file,
            new_vocab_offset=0,
            num_new_vocab=new_col_vocab_size,
        )
    missing = num_rows_to_load * new_col_vocab_size - rows_present * columns_present
    matrix = LoadAndRemapMatrix(
        ckpt_path,
        old_tensor_name,
        row_remapping,
        col_remapping,
        initializer([missing, 1]),
        num_rows=num_rows_to_load,
        num_cols=new_col_vocab_size,
        max_rows_in_memory=max_rows_in_memory,
    )
    if num_row_oov_buckets > 0:
        rows = convert_to_tensor(initializer([num_row_oov_buckets, new_col_vocab_size]))
        matrix = concat([matrix, rows], 0)
    if num_col_oov_buckets > 0:
        count = num_rows_to_load + num_row_oov_buckets
        columns = convert_to_tensor(initializer([count, num_col_oov_buckets]))
        matrix = concat([matrix, columns], 1)
    return matrix


def _are_given(axis: str, old: str | None, new: str | None) -> bool:
    """Whether the vocabularies of an axis are given: both or none."""
    if bool(old) != bool(new):
        raise ValueError(
            f"old_{axis}_vocab_file and new_{axis}_vocab_file must both be specified or left "
            f"unspecified. old_{axis}_vocab_file='{old}', new_{axis}_vocab_file='{new}'"
        )
    return bool(new)


def load_and_remap_matrix_initializer(
    ckpt_path: str,
    old_tensor_name: str,
    new_row_vocab_size: int,
    new_col_vocab_size: int,
    old_row_vocab_size: int = -1,
    old_row_vocab_file: str | None = None,
    new_row_vocab_file: str | None = None,
    old_col_vocab_file: str | None = None,
    new_col_vocab_file: str | None = None,
    num_row_oov_buckets: int = 0,
    num_col_oov_buckets: int = 0,
    initializer: Initializer | None = None,
    max_rows_in_memory: int = -1,
) -> Initializer:
    """An initializer that takes a matrix from a checkpoint by the lines of vocabulary files.

    A row is that of the same entry in the old vocabulary; so are columns.  Without files an axis
    stays as it is.  A variable may be partitioned along its rows, in blocks.

    Args:
      ckpt_path: the checkpoint.
      old_tensor_name: the matrix in it.
      new_row_vocab_size, new_col_vocab_size: how many entries the new vocabularies have; without
        files how many rows and columns are taken.
      old_row_vocab_size: how many entries of the old row vocabulary count; -1: all.
      num_row_oov_buckets, num_col_oov_buckets: how many rows and columns follow that have no
        entries.
      initializer: gives what is not in the checkpoint, as a function of a shape; default: zeros.
      max_rows_in_memory: accepted.

    Raises:
      TypeError: `initializer` is no function; (of what is returned) the type is not float32.
      ValueError: (of what is returned) the shape does not fit; an axis has one file only, or
        neither axis has any.
    """
    if initializer is None:
        initializer = initializers.Zeros()
    if not callable(initializer):
        raise TypeError(
            f"initializer must be callable, instead of being {initializer} of type "
            f"{type(initializer)}."
        )
    columns = new_col_vocab_size + num_col_oov_buckets

    def initialize(
        shape: Sequence[int], dtype: Any = float32, partition_info: PartitionInfo | None = None
    ) -> Any:
        if dtype != float32:
            raise TypeError(f"Currently, only float32 is supported. Received dtype: {dtype}")
        _check_shape(shape, columns, f"{new_col_vocab_size} + {num_col_oov_buckets}")
        offset = 0 if partition_info is None else partition_info.single_offset(shape)
        last = offset + shape[0]
        if last > new_row_vocab_size + num_row_oov_buckets:
            raise ValueError(
                f"Trying to initialize {shape[0]} additional rows after {offset} rows have already "
                "been initialized, which would exceed expected total row count of "
                f"new_row_vocab_size ({new_row_vocab_size}) + num_row_oov_buckets "
                f"({num_row_oov_buckets}) = {new_row_vocab_size + num_row_oov_buckets}."
            )
        if offset > new_row_vocab_size:  # rows without entries only
            return initializer(shape)
        without_entry = min(shape[0], max(0, last - new_row_vocab_size))
        return load_and_remap_matrix(
            ckpt_path=ckpt_path,
            old_tensor_name=old_tensor_name,
            new_row_vocab_offset=offset,
            num_rows_to_load=shape[0] - without_entry,
            new_col_vocab_size=new_col_vocab_size,
            initializer=initializer,
            old_row_vocab_size=old_row_vocab_size,
            old_row_vocab_file=old_row_vocab_file,
            new_row_vocab_file=new_row_vocab_file,
            old_col_vocab_file=old_col_vocab_file,
            new_col_vocab_file=new_col_vocab_file,
            num_row_oov_buckets=without_entry,
            num_col_oov_buckets=num_col_oov_buckets,
            max_rows_in_memory=max_rows_in_memory,
        )

    return initialize


def _check_shape(shape: Sequence[int], columns: int, sum_of_columns: str) -> None:
    if len(shape) != 2:
        raise ValueError(f"Expected 2-dim shape, but received: {shape}")
    if shape[0] <= 0:
        raise ValueError(f"Expected 1st dim of shape to be > 0, but received shape: {shape}")
    if shape[1] != columns:
        raise ValueError(
            "Expected 2nd dim of shape to be new_col_vocab_size + num_col_oov_buckets = "
            f"{sum_of_columns} = {columns}, but received shape: {shape}"
        )


def load_embedding_initializer(
    ckpt_path: str,
    embedding_tensor_name: str,
    new_vocab_size: int,
    embedding_dim: int,
    old_vocab_file: str,
    new_vocab_file: str,
    old_vocab_size: int = -1,
    num_oov_buckets: int = 0,
    initializer: Initializer | None = None,
    max_rows_in_memory: int = -1,
) -> Initializer:
    """`load_and_remap_matrix_initializer` for an embedding: a row for each entry.

    Args:
      embedding_dim: the length of a row.
      initializer: default: a truncated normal distribution of deviation 1 / sqrt(embedding_dim).
    """
    if initializer is None:
        initializer = initializers.TruncatedNormal(stddev=1.0 / math.sqrt(embedding_dim))
    return load_and_remap_matrix_initializer(
        ckpt_path,
        embedding_tensor_name,
        new_row_vocab_size=new_vocab_size,
        new_col_vocab_size=embedding_dim,
        old_row_vocab_size=old_vocab_size,
        old_row_vocab_file=old_vocab_file,
        new_row_vocab_file=new_vocab_file,
        num_row_oov_buckets=num_oov_buckets,
        initializer=initializer,
        max_rows_in_memory=max_rows_in_memory,
    )

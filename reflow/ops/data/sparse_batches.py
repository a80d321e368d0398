"""Datasets of sparse tensors, each a batch of dense elements of different sizes."""

from __future__ import annotations

import dataclasses

import numpy as np

from reflow.graph import errors
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data.base import Context, Dataset, Iterator, handle, invalid
from reflow.ops.data.blocks import Array, Block, shape_text
from reflow.ops.data.signatures import ELEMENTS
from reflow.ops.kernels import Host
from reflow.ops.op import op


@dataclasses.dataclass(frozen=True, eq=False)
class DenseToSparseBatch(Dataset):
    """Sparse tensors of `size` elements of `source` each; the last one may hold fewer.

    Attributes:
      row_shape: the dense shape of an element; -1: the largest size of the batch.
    """

    inputs = ("source",)
    source: Dataset
    size: int
    row_shape: tuple[int, ...]

    def iterate(self, context: Context) -> Iterator:
        return DenseToSparseBatchIterator(self.source.iterate(context.of_input()), self)


class DenseToSparseBatchIterator(Iterator):
    def __init__(self, source: Iterator, dataset: DenseToSparseBatch) -> None:
        self._source = source
        self._size = dataset.size
        self._row_shape = dataset.row_shape

    def _next(self, limit: int) -> Block | None:
        rows: list[Array] = []
        while len(rows) < self._size:
            block = self._source.next(1)
            if block is None:
                break
            (row,) = block.element(0)
            self._check(row)
            rows.append(row)
        return Block.of_one([self._joined(rows)]) if rows else None

    def _check(self, row: Array) -> None:
        """That an element is not larger than a row may be."""
        if row.ndim != len(self._row_shape):
            raise invalid(
                f"Input element had shape ({shape_text(row.shape)}) that is incompatible with the "
                f"row shape ({_partial_shape_text(self._row_shape)})."
            )
        if any(-1 != wanted < size for size, wanted in zip(row.shape, self._row_shape)):
            raise errors.DataLossError(
                None,
                None,
                f"Input element had shape ({shape_text(row.shape)}) that is larger than the row "
                f"shape ({_partial_shape_text(self._row_shape)}).",
            )

    def _joined(self, rows: list[Array]) -> Array:
        """Indices, values and the dense shape of all rows, as a vector of three variants."""
        sizes = [
            max(row.shape[axis] for row in rows) if wanted == -1 else wanted
            for axis, wanted in enumerate(self._row_shape)
        ]
        sparse = np.empty(3, object)
        sparse[0] = np.concatenate([_indices(number, row) for number, row in enumerate(rows)])
        sparse[1] = np.concatenate([row.ravel() for row in rows])
        sparse[2] = np.array([len(rows), *sizes], np.int64)
        return sparse


def _indices(number: int, row: Array) -> Array:
    """Of all elements of a row in a batch.  [elements, 1 + axes]"""
    axes = [axis.ravel() for axis in np.indices(row.shape, np.int64)]
    return np.column_stack([np.full(row.size, number, np.int64), *axes])


def _partial_shape_text(shape: tuple[int, ...]) -> str:
    return f"[{','.join('?' if size == -1 else str(size) for size in shape)}]"


@op
class DenseToSparseBatchDataset:
    """A dataset of sparse tensors [batch, *row_shape] of `batch_size` dense elements each."""

    inputs = "input_dataset: variant, batch_size: int64, row_shape: int64"
    outputs = "handle: variant"
    attrs = ELEMENTS
    gradient = None

    def shape(
        input_dataset: TensorShape, batch_size: TensorShape, row_shape: TensorShape
    ) -> TensorShape:
        shapes.with_rank(batch_size, 0)
        shapes.with_rank(row_shape, 1)
        return shapes.SCALAR

    def kernel(input_dataset: Host, batch_size: Host, row_shape: Host) -> Array:
        if batch_size <= 0:
            raise invalid("Batch size must be greater than zero.")
        return handle(
            DenseToSparseBatch(input_dataset.item(), int(batch_size), tuple(row_shape.tolist()))
        )

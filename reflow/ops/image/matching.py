"""Rows of a matrix of distances matched to columns.

Source: tensorflow/contrib/image/kernels/bipartite_match_op.cc of TensorFlow 1.15.
"""

from __future__ import annotations

import numpy as np

from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.image.heap import MaxHeap
from reflow.ops.image.resizing import invalid
from reflow.ops.kernels import Host
from reflow.ops.op import op

Pairs = list[tuple[int, int]]


def _matched(distances: Host, limit: int) -> Pairs:
    """(row, column) of elements of a matrix, no two of one row or column, the least first."""
    given = distances
    limit = min(limit, *distances.shape)
    rows, columns = (np.arange(size) for size in distances.shape)
    pairs: Pairs = []
    while len(pairs) < limit:
        row, column = (distances == distances.min()).nonzero()
        count = len(row)
        if len(pairs) + count > limit or not _are_apart(row, column):
            return _matched_by_queue(given, limit)
        pairs.extend(zip(rows[row].tolist(), columns[column].tolist()))
        distances = np.delete(np.delete(distances, row, 0), column, 1)
        rows, columns = np.delete(rows, row), np.delete(columns, column)
    return pairs


def _are_apart(rows: Host, columns: Host) -> bool:
    """Whether these elements, one at least, may come in any order: none is in another's way."""
    count = len(rows)
    return count == 1 or (count > 0 and len(set(rows)) == len(set(columns)) == count)


def _matched_by_queue(distances: Host, limit: int) -> Pairs:
    """The same where distances are equal, or no numbers: in the order of a C++ queue."""
    queue = MaxHeap()
    for position, distance in enumerate(distances.ravel().tolist()):
        queue.push(-distance, position)
    free_rows, free_columns = ([True] * size for size in distances.shape)
    pairs: Pairs = []
    while len(pairs) < limit:
        row, column = divmod(queue.pop()[1], distances.shape[1])
        if free_rows[row] and free_columns[column]:
            free_rows[row] = free_columns[column] = False
            pairs.append((row, column))
    return pairs


@op
class BipartiteMatch:
    """The least distance of a matrix matches its row to its column, then the least one of the
    other rows and columns, and so on.

    distance_mat [rows, columns]; num_valid_rows, one number: only so many rows are matched, all if
    it is negative; at most `top_k` matches if that is positive -> for each row its column, for each
    column its row, -1 for those without.
    """

    inputs = "distance_mat: float, num_valid_rows: float"
    outputs = "row_to_col_match_indices: int32, col_to_row_match_indices: int32"
    attrs = ("top_k: int = -1",)
    host = True
    stateful = True
    gradient = None

    def shape(distance_mat: TensorShape, num_valid_rows: TensorShape) -> list[TensorShape]:
        rows, columns = shapes.with_rank(distance_mat, 2).as_list()
        return [shapes.of(rows), shapes.of(columns)]

    def kernel(distance_mat: Host, num_valid_rows: Host, *, top_k: int) -> tuple[Host, Host]:
        if distance_mat.ndim != 2:
            received = shapes.text(shapes.of(*distance_mat.shape))
            raise invalid(f"distance_mat should be 2-dimensional, but got {received}")
        if num_valid_rows.size != 1:
            raise invalid(
                "num_valid_rows argument should be a tensor with 1 element, "
                f"but got {num_valid_rows.size}"
            )
        rows, columns = distance_mat.shape
        asked = float(num_valid_rows.item())
        valid = int(asked + 0.1) if asked >= 0 else rows
        if valid > rows:
            raise invalid(
                f"There should be at least {valid} rows in distance_mat, but only got {rows} rows."
            )
        of_rows, of_columns = np.full(rows, -1, np.int32), np.full(columns, -1, np.int32)
        limit = top_k if top_k > 0 else rows
        for row, column in _matched(distance_mat[:valid], limit):
            of_rows[row], of_columns[column] = column, row
        return of_rows, of_columns

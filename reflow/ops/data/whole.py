"""What is asked of a dataset as a whole: how many elements it has, its only element."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph.dtypes import DType
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.data.base import Compiler, Context, Dataset, given_away, invalid
from reflow.ops.data.blocks import Array
from reflow.ops.data.buffering import Cache, Prefetch
from reflow.ops.data.combining import Batch, Concatenate, PaddedBatch, Zip
from reflow.ops.data.folding import Scan
from reflow.ops.data.functional import Map
from reflow.ops.data.selecting import Repeat, Shard, Skip, Take
from reflow.ops.data.shuffling import Shuffle, ShuffleAndRepeat
from reflow.ops.data.signatures import ELEMENTS, of_scalars
from reflow.ops.data.sources import Range, Tensors
from reflow.ops.data.sparse_batches import DenseToSparseBatch
from reflow.ops.data.windows import SlidingWindow, Window
from reflow.ops.kernels import Host
from reflow.ops.op import op

INFINITE = -1
UNKNOWN = -2

# Those that have as many elements as their input allows, and so are as long as that where it is
# infinite or unknown.
_COUNTED = (Batch, DenseToSparseBatch, PaddedBatch, Shard, SlidingWindow, Window)


def cardinality(dataset: Dataset) -> int:
    """The number of elements, INFINITE or UNKNOWN, without iterating: as TensorFlow tells it."""
    match dataset:
        case Tensors(blocks):
            return sum(map(len, blocks))
        case Range(start, stop, step):
            return len(range(start, stop, step))
        case Zip(sources):
            return _least([cardinality(source) for source in sources])
        case Concatenate(first, second):
            return _sum(cardinality(first), cardinality(second))
        case Repeat(source, count) | ShuffleAndRepeat(source=source, count=count):
            return _repeated(cardinality(source), count)
    if not dataset.inputs:
        return UNKNOWN
    (name,) = dataset.inputs
    count = cardinality(getattr(dataset, name))
    match dataset:
        case Cache() | Map() | Prefetch() | Shuffle() | Scan(preserve_cardinality=True):
            return count
        case Take(_, limit) if limit >= 0:
            return limit if count == INFINITE else min(count, limit)
        case Take():
            return count
        case Skip(_, skipped):
            return count if count < 0 else 0 if skipped < 0 else max(0, count - skipped)
    if count < 0:
        return count if isinstance(dataset, _COUNTED) else UNKNOWN
    match dataset:
        case DenseToSparseBatch(_, size):
            return -(-count // size)
        case SlidingWindow(_, _, shift):
            return count // shift  # TensorFlow's answer, though windows need more elements
        case Batch(_, size, drop) | PaddedBatch(_, size, drop):
            return count // size if drop else -(-count // size)
        case Shard(_, shards, index):
            return len(range(index, count, shards))
        case Window(_, _, shift, _, False):
            return -(-count // shift)
        case Window(_, size, shift, stride, True):
            return max(0, (count - (size - 1) * stride - 1) // shift + 1)
    return UNKNOWN


def _least(counts: list[int]) -> int:
    if UNKNOWN in counts:
        return UNKNOWN
    return min((count for count in counts if count != INFINITE), default=INFINITE)


def _sum(first: int, second: int) -> int:
    if INFINITE in (first, second):
        return INFINITE
    return UNKNOWN if UNKNOWN in (first, second) else first + second


def _repeated(count: int, times: int) -> int:
    if times == 0 or count == 0:
        return 0
    if times < 0:
        return INFINITE
    return count if count < 0 else count * times


@op
class DatasetCardinality:
    """The number of elements; -1: infinite, -2: unknown."""

    inputs = "input_dataset: variant"
    outputs = "cardinality: int64"
    gradient = None
    host = True

    def shape(input_dataset: TensorShape) -> TensorShape:
        return of_scalars(input_dataset)

    def kernel(input_dataset: Host) -> Array:
        return np.array(cardinality(input_dataset.item()), np.int64)


@op
class DatasetToSingleElement:
    """The element of a dataset that has exactly one."""

    inputs = "dataset: variant"
    outputs = "components: output_types"
    attrs = ELEMENTS
    stateful = True
    gradient = None

    def shape(dataset: TensorShape, *, output_shapes: list[TensorShape]) -> list[TensorShape]:
        of_scalars(dataset)
        return output_shapes

    def kernel(
        dataset: Host, *, output_types: list[DType], compile_function: Compiler, device: Any
    ) -> list[Any]:
        iterator = dataset.item().iterate(Context(compile_function))
        block = iterator.next(1)
        if block is None:
            raise invalid("Dataset was empty.")
        if iterator.next(1) is not None:
            raise invalid("Dataset had more than one element.")
        return [
            given_away(value, dtype, device) for value, dtype in zip(block.element(0), output_types)
        ]

"""What happens to a dataset as a whole before it is iterated.

Of TensorFlow's rewritings two change what a program sees: steps that do nothing are left out, and
a shuffling that is repeated does both at once, in another order.  The others (fusing maps,
vectorising them) only make it faster, as this package does by itself.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

from reflow.graph.tensor_shape import TensorShape
from reflow.ops.data.base import Dataset, handle, invalid
from reflow.ops.data.blocks import Array
from reflow.ops.data.buffering import Prefetch
from reflow.ops.data.functional import Interleave
from reflow.ops.data.grouping import GroupByWindow
from reflow.ops.data.selecting import Repeat, Skip, Take
from reflow.ops.data.shuffling import Shuffle, fused
from reflow.ops.data.signatures import ELEMENTS, of_scalars
from reflow.ops.kernels import Host
from reflow.ops.op import op

Rewriting = Callable[[Dataset], Dataset]


def without_noop(dataset: Dataset) -> Dataset:
    """The dataset itself, or its input if it gives just that."""
    match dataset:
        case Take(source, count) if count < 0:
            return source
        case Skip(source, 0) | Repeat(source, 1) | Prefetch(source, 0):
            return source
    return dataset


def with_fused_shuffle(dataset: Dataset) -> Dataset:
    """The dataset itself, or one that shuffles and repeats if it repeats a shuffling."""
    match dataset:
        case Repeat(Shuffle(source, buffer_size, seed, seed2, True), count):
            return fused(source, buffer_size, seed, seed2, count)
    return dataset


# In the order in which they are done, whatever the order of the names.
_REWRITINGS: dict[str, Rewriting] = {
    "noop_elimination": without_noop,
    "shuffle_and_repeat_fusion": with_fused_shuffle,
}


def optimize(dataset: Dataset, names: frozenset[str]) -> Dataset:
    """The dataset after the rewritings of these names.

    They also apply to the datasets that its functions will make.
    """
    for name, rewriting in _REWRITINGS.items():
        if name in names:
            dataset = _rewrite(dataset, rewriting)
    return _prepare_functions(dataset, functools.partial(optimize, names=names))


def _rewrite(dataset: Dataset, rewriting: Rewriting) -> Dataset:
    return rewriting(dataset.with_inputs(lambda source: _rewrite(source, rewriting)))


def _prepare_functions(dataset: Dataset, rewriting: Rewriting) -> Dataset:
    dataset = dataset.with_inputs(lambda source: _prepare_functions(source, rewriting))
    if isinstance(dataset, (Interleave, GroupByWindow)):
        return dataclasses.replace(dataset, rewrite=rewriting)
    return dataset


@op
class OptimizeDataset:
    """The dataset, rewritten."""

    inputs = "input_dataset: variant, optimizations: string"
    outputs = "handle: variant"
    attrs = (*ELEMENTS, "optimization_configs: list(string) = []")
    gradient = None

    def shape(input_dataset: TensorShape, optimizations: TensorShape) -> TensorShape:
        return of_scalars(input_dataset)

    def kernel(input_dataset: Host, optimizations: Host) -> Array:
        names = frozenset(name.decode() for name in optimizations.ravel())
        return handle(optimize(input_dataset.item(), names))


# -- Steps that only tell TensorFlow's runtime how to work ----------------------------------------


@op
class ModelDataset:
    """The dataset as it is; TensorFlow tunes its buffers and threads here."""

    inputs = "input_dataset: variant"
    outputs = "handle: variant"
    attrs = ("algorithm: int = 0", "cpu_budget: int = 0", *ELEMENTS)
    gradient = None

    def shape(input_dataset: TensorShape) -> TensorShape:
        return of_scalars(input_dataset)

    def kernel(input_dataset: Host) -> Array:
        return input_dataset


@op
class MaxIntraOpParallelismDataset:
    """The dataset as it is: how many threads a kernel uses is torch's business."""

    inputs = "input_dataset: variant, max_intra_op_parallelism: int64"
    outputs = "handle: variant"
    attrs = ELEMENTS
    gradient = None

    def shape(input_dataset: TensorShape, max_intra_op_parallelism: TensorShape) -> TensorShape:
        return of_scalars(input_dataset, max_intra_op_parallelism)

    def kernel(input_dataset: Host, max_intra_op_parallelism: Host) -> Array:
        if max_intra_op_parallelism <= 0:
            raise invalid("`max_intra_op_parallelism` must be greater than zero.")
        return input_dataset


@op
class PrivateThreadPoolDataset:
    """The dataset as it is: there is no pool of threads to choose."""

    inputs = "input_dataset: variant, num_threads: int64"
    outputs = "handle: variant"
    attrs = ELEMENTS
    gradient = None

    def shape(input_dataset: TensorShape, num_threads: TensorShape) -> TensorShape:
        return of_scalars(input_dataset, num_threads)

    def kernel(input_dataset: Host, num_threads: Host) -> Array:
        if num_threads <= 0:
            raise invalid("`num_threads` must be greater than zero.")
        return input_dataset

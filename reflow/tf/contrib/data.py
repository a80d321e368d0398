"""tf.contrib.data: what of tf.data.experimental was here first, and what stayed behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.ops.data.windows import SlidingWindowDataset
from reflow.tf._absence import part_or_error
from reflow.tf.contrib.framework import with_shape
from reflow.tf.data import _nest, _structure, experimental
from reflow.tf.data._dataset import AUTOTUNE, Dataset
from reflow.tf.data.experimental import (
    Counter,
    RandomDataset,
    Reducer,
    choose_from_datasets,
    dense_to_sparse_batch,
    enumerate_dataset,
    get_single_element,
    group_by_reducer,
    group_by_window,
    ignore_errors,
    map_and_batch,
    parallel_interleave,
    rejection_resample,
    sample_from_datasets,
    scan,
    shuffle_and_repeat,
    unbatch,
    unique,
)

__all__ = [
    "AUTOTUNE",
    "Counter",
    "RandomDataset",
    "Reducer",
    "assert_element_shape",
    "batch_and_drop_remainder",
    "bucket_by_sequence_length",
    "choose_from_datasets",
    "dense_to_sparse_batch",
    "enumerate_dataset",
    "get_single_element",
    "group_by_reducer",
    "group_by_window",
    "ignore_errors",
    "map_and_batch",
    "padded_batch_and_drop_remainder",
    "parallel_interleave",
    "reduce_dataset",
    "rejection_resample",
    "sample_from_datasets",
    "scan",
    "shuffle_and_repeat",
    "sliding_window_batch",
    "sloppy_interleave",
    "unbatch",
    "unique",
]

Transformation = Callable[[Dataset], Dataset]


# -- Batches --------------------------------------------------------------------------------------


def batch_and_drop_remainder(batch_size: Any) -> Transformation:
    """`Dataset.batch` without a last batch of fewer elements."""
    return lambda dataset: dataset.batch(batch_size, drop_remainder=True)


def padded_batch_and_drop_remainder(
    batch_size: Any, padded_shapes: Any, padding_values: Any = None
) -> Transformation:
    """`Dataset.padded_batch` without a last batch of fewer elements."""
    return lambda dataset: dataset.padded_batch(
        batch_size, padded_shapes, padding_values, drop_remainder=True
    )


def bucket_by_sequence_length(
    element_length_func: Callable[..., Any],
    bucket_boundaries: Sequence[int],
    bucket_batch_sizes: Sequence[int],
    padded_shapes: Any = None,
    padding_values: Any = None,
    pad_to_bucket_boundary: bool = False,
    no_padding: bool = False,
) -> Transformation:
    """`tf.data.experimental.bucket_by_sequence_length` that keeps batches of fewer elements."""
    return experimental.bucket_by_sequence_length(
        element_length_func,
        bucket_boundaries,
        bucket_batch_sizes,
        padded_shapes,
        padding_values,
        pad_to_bucket_boundary,
        no_padding,
    )


def sliding_window_batch(
    window_size: Any, stride: Any = None, window_shift: Any = None, window_stride: Any = 1
) -> Transformation:
    """Batches of `window_size` elements, of which consecutive ones may share some.

    Windows that would hold fewer elements are left out.

    Args:
      window_size: how many elements a window holds.
      stride: the old name of `window_shift`.
      window_shift: how far the next window starts after the start of one (default: 1).
      window_stride: how far apart the elements of a window are.

    Raises:
      ValueError: both `stride` and `window_shift` are given.
    """
    if stride is not None and window_shift is not None:
        raise ValueError(
            f"Cannot specify both `stride` and `window_shift`. Received: {stride}, {window_shift}"
        )
    given = stride if window_shift is None else window_shift
    shift = 1 if given is None else given

    def apply(dataset: Dataset) -> Dataset:
        # The size's name is TensorFlow's.
        size = convert_to_tensor(window_size, dtype=dtypes.int64, name="window_stride")
        apart = convert_to_tensor(window_stride, dtype=dtypes.int64, name="window_stride")
        onward = convert_to_tensor(shift, dtype=dtypes.int64, name="window_shift")
        spec = _nest.map_structure(lambda component: component._batch(None), dataset.element_spec)
        variant = SlidingWindowDataset(
            dataset._variant_tensor, size, onward, apart, **_structure.flat_attributes(spec)
        )
        return Dataset(variant, spec, [dataset])

    return apply


# -- Other transformations ------------------------------------------------------------------------


def sloppy_interleave(
    map_func: Callable[..., Dataset], cycle_length: Any, block_length: Any = 1
) -> Transformation:
    """`parallel_interleave` in any order."""
    return parallel_interleave(map_func, cycle_length, block_length, sloppy=True)


def assert_element_shape(expected_shapes: Any) -> Transformation:
    """The same elements, checked to have these shapes: at once as far as they are known.

    Args:
      expected_shapes: the structure of TensorShapes; what they leave open is not checked.

    Raises:
      ValueError: a shape is known to be another.

    Running raises:
      tf.errors.InvalidArgumentError: a shape is another.
    """

    def _check_shape(*element: Any) -> Any:
        pairs = zip(_nest.flatten(expected_shapes), _nest.flatten(element))
        tensors = [with_shape(shape, tensor) if shape else tensor for shape, tensor in pairs]
        return _nest.pack_sequence_as(element, tensors)

    def apply(dataset: Dataset) -> Dataset:
        shapes = dataset.output_shapes
        pairs = zip(_nest.flatten(shapes), _nest.flatten_up_to(shapes, expected_shapes))
        merged = [shape.merge_with(expected) for shape, expected in pairs]
        spec = _structure.spec_of_outputs(
            dataset.output_types, _nest.pack_sequence_as(shapes, merged), dataset.output_classes
        )
        mapped = dataset.map(_check_shape)
        return Dataset(mapped._variant_tensor, spec, [mapped])

    return apply


def reduce_dataset(dataset: Dataset, reducer: Reducer) -> Any:
    """What a reducer makes of all elements: its last state.

    Its `init_func` is called with the key 0; its `finalize_func` is not.
    """
    if not isinstance(dataset, Dataset):
        raise TypeError(f"`dataset` must be a `tf.data.Dataset` object. Received: {dataset!r}")
    return dataset.reduce(reducer.init_func(np.int64(0)), reducer.reduce_func)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

"""Elements in groups of one key: windows of them, or one result of each group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape, dimension_value
from reflow.graph.tensor_spec import TensorSpec
from reflow.graph.type_spec import TypeSpec
from reflow.ops.constants import constant
from reflow.ops.data import grouping
from reflow.tf._scopes import name_scope
from reflow.tf.data import _nest, _structure
from reflow.tf.data._dataset import Dataset, DatasetSpec
from reflow.tf.data._folding import folding_function
from reflow.tf.data._structured_function import StructuredFunction
from reflow.tf.data.experimental._transformations import Transformation

_NUMBER = TensorSpec([], dtypes.int64)
_INT32 = np.iinfo(np.int32)


# -- Windows --------------------------------------------------------------------------------------


def group_by_window(
    key_func: Callable[..., Any],
    reduce_func: Callable[[Tensor, Dataset], Dataset],
    window_size: Any = None,
    window_size_func: Callable[[Tensor], Any] | None = None,
) -> Transformation:
    """The elements of what `reduce_func` makes of windows: consecutive elements of one key.

    Args:
      key_func: gives the key of an element, an integer.
      reduce_func: makes a dataset of a key and the dataset of a window.
      window_size: how many elements a window has; the last one of each key may have fewer.
      window_size_func: gives that for a key; in the place of `window_size`.

    Raises:
      ValueError: there is no window size, or two; or a function gives no single integer.
      TypeError: `reduce_func` gives no dataset.
    """
    if (window_size is not None) == bool(window_size_func):
        raise ValueError(
            "Must pass either window_size or window_size_func. Received: "
            f"{window_size} and {window_size_func}"
        )
    size_of = window_size_func or (lambda _: convert_to_tensor(window_size, dtype=dtypes.int64))

    # The functions' names are parts of those in the graph.

    def key_func_wrapper(*element: Any) -> Tensor:
        key: Tensor = convert_to_tensor(key_func(*element), dtype=dtypes.int64)
        return key

    def window_size_func_wrapper(key: Tensor) -> Tensor:
        size: Tensor = convert_to_tensor(size_of(key), dtype=dtypes.int64)
        return size

    def apply(dataset: Dataset) -> Dataset:
        transformation = "tf.data.experimental.group_by_window()"
        key = StructuredFunction(key_func_wrapper, transformation, dataset.element_spec)
        _check_number("key_func", key.output_spec)
        window = (_NUMBER, DatasetSpec(dataset.element_spec))
        reduce = StructuredFunction(reduce_func, transformation, window)
        if not isinstance(reduce.output_spec, DatasetSpec):
            raise TypeError(
                f"`reduce_func` must return a `Dataset` object. Received: {reduce.output_spec}"
            )
        size = StructuredFunction(window_size_func_wrapper, transformation, _NUMBER)
        _check_number("window_size_func", size.output_spec)
        spec = reduce.output_spec.element_spec
        variant = grouping.GroupByWindowDataset(
            dataset._variant_tensor,
            key.captured_inputs,
            reduce.captured_inputs,
            size.captured_inputs,
            key_func=key.function,
            reduce_func=reduce.function,
            window_size_func=size.function,
            **_structure.flat_attributes(spec),
        )
        return Dataset(variant, spec, [dataset], [key, reduce, size])

    return apply


def _check_number(role: str, spec: Any) -> None:
    if not (isinstance(spec, TypeSpec) and spec.is_compatible_with(_NUMBER)):
        raise ValueError(f"`{role}` must return a single tf.int64 scalar tensor. Received: {spec}")


def bucket_by_sequence_length(
    element_length_func: Callable[..., Any],
    bucket_boundaries: Sequence[int],
    bucket_batch_sizes: Sequence[int],
    padded_shapes: Any = None,
    padding_values: Any = None,
    pad_to_bucket_boundary: bool = False,
    no_padding: bool = False,
    drop_remainder: bool = False,
) -> Transformation:
    """Batches of elements of about the same length.

    Args:
      element_length_func: gives the length of an element, int32.
      bucket_boundaries: increasing; an element of the length of one is in the bucket behind it.
      bucket_batch_sizes: for each bucket, one more than there are boundaries.
      padded_shapes, padding_values: as in Dataset.padded_batch; by default elements are filled up
        to the longest of the batch.
      pad_to_bucket_boundary: whether unknown sizes are filled up to one below the bucket's upper
        boundary, and no element may be as long as the last one.
      no_padding: whether elements are not filled up at all; they must be equally long then.
      drop_remainder: whether batches of fewer elements are left out.

    Raises:
      ValueError: there is not one batch size for each bucket.
    """
    with name_scope("bucket_by_seq_length"):
        if len(bucket_batch_sizes) != len(bucket_boundaries) + 1:
            raise ValueError(
                "len(bucket_batch_sizes) must equal len(bucket_boundaries) + 1. Received: "
                f"{len(bucket_batch_sizes)} and {len(bucket_boundaries)}"
            )
        batch_sizes = constant(bucket_batch_sizes, dtypes.int64)
    lower = [_INT32.min, *bucket_boundaries]
    upper = [*bucket_boundaries, _INT32.max]

    def bucket_of(*element: Any) -> Tensor:
        length = element_length_func(*element)
        is_within = tf.logical_and(tf.less_equal(lower, length), tf.less(length, upper))
        return tf.reduce_min(tf.where(is_within))

    def batch_size_of(bucket: Tensor) -> Tensor:
        return batch_sizes[bucket]

    def batching_fn(bucket: Tensor, elements: Dataset) -> Dataset:
        size = batch_size_of(bucket)
        if no_padding:
            return elements.batch(size, drop_remainder=drop_remainder)
        fill = _largest_length(bucket, bucket_boundaries) if pad_to_bucket_boundary else None
        shapes = _filled(padded_shapes or elements.output_shapes, fill)
        return elements.padded_batch(size, shapes, padding_values, drop_remainder)

    return lambda dataset: dataset.apply(
        group_by_window(bucket_of, batching_fn, window_size_func=batch_size_of)
    )


def _largest_length(bucket: Tensor, bucket_boundaries: Sequence[int]) -> Tensor:
    """One below a bucket's upper boundary; the last bucket has none."""
    checked = tf.assert_less(
        bucket,
        constant(len(bucket_boundaries), dtypes.int64),
        message="When pad_to_bucket_boundary=True, elements must have length < "
        "max(bucket_boundaries).",
    )
    with tf.control_dependencies([checked]):
        return constant(bucket_boundaries, dtypes.int64)[bucket] - 1


def _filled(shapes: Any, size: Any) -> Any:
    """The structure of shapes with `size` in the places of unknown ones."""

    def filled(shape: Any) -> list[Any]:
        return [size if dimension_value(each) is None else each for each in TensorShape(shape).dims]

    return _nest.map_structure(filled, shapes)


# -- One result of each group ---------------------------------------------------------------------


class Reducer:
    """How the elements of a group become one.

    Args:
      init_func: gives the first state for a key, an int64 scalar.
      reduce_func: gives the next state, of a state and an element.
      finalize_func: gives the result, of the last state.
    """

    def __init__(
        self,
        init_func: Callable[[Tensor], Any],
        reduce_func: Callable[[Any, Any], Any],
        finalize_func: Callable[..., Any],
    ) -> None:
        self._init_func = init_func
        self._reduce_func = reduce_func
        self._finalize_func = finalize_func

    @property
    def init_func(self) -> Callable[[Tensor], Any]:
        return self._init_func

    @property
    def reduce_func(self) -> Callable[[Any, Any], Any]:
        return self._reduce_func

    @property
    def finalize_func(self) -> Callable[..., Any]:
        return self._finalize_func


def group_by_reducer(key_func: Callable[..., Any], reducer: Reducer) -> Transformation:
    """For each key, from the least on, what `reducer` makes of the elements that have it.

    Args:
      key_func: gives the key of an element, an int64 scalar.

    Raises:
      ValueError: `key_func` gives something else.
      TypeError: the reducer's states are of different types.
    """

    def apply(dataset: Dataset) -> Dataset:
        transformation = "tf.data.experimental.group_by_reducer()"
        key = StructuredFunction(key_func, transformation, dataset.element_spec)
        if not (
            isinstance(key.output_spec, TypeSpec) and key.output_spec.is_compatible_with(_NUMBER)
        ):
            raise ValueError(
                f"`key_func` must return a single tf.int64 tensor. Received: {key.output_spec}"
            )
        init = StructuredFunction(reducer.init_func, transformation, _NUMBER)
        reduce, state_spec = folding_function(
            reducer.reduce_func,
            transformation,
            init.output_spec,
            dataset.element_spec,
            lambda state: state,
        )
        finalize = StructuredFunction(reducer.finalize_func, transformation, state_spec)
        spec = finalize.output_spec
        variant = grouping.ExperimentalGroupByReducerDataset(
            dataset._variant_tensor,
            key.captured_inputs,
            init.captured_inputs,
            reduce.captured_inputs,
            finalize.captured_inputs,
            key_func=key.function,
            init_func=init.function,
            reduce_func=reduce.function,
            finalize_func=finalize.function,
            **_structure.flat_attributes(spec),
        )
        return Dataset(variant, spec, [dataset], [key, init, reduce, finalize])

    return apply

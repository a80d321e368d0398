"""Functions for Dataset.apply, and datasets, of tf.data.experimental."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.graph.tensor_spec import TensorSpec
from reflow.graph.type_spec import TypeSpec
from reflow.ops.constants import constant
from reflow.ops.data import folding, functional, selecting, shuffling, sources, whole
from reflow.tf.data import _nest, _structure
from reflow.tf.data._dataset import Dataset, known_batch_size, seed_tensors
from reflow.tf.data._folding import folding_function
from reflow.tf.data._readers import interleaved_by_turns
from reflow.tf.data._structured_function import StructuredFunction

Transformation: TypeAlias = Callable[[Dataset], Dataset]

_SCALAR_BOOL = TensorSpec([], dtypes.bool)


def unbatch() -> Transformation:
    """`Dataset.unbatch` for Dataset.apply."""
    return lambda dataset: dataset.unbatch()


def enumerate_dataset(start: Any = 0) -> Transformation:
    """`Dataset.enumerate` for Dataset.apply."""
    return lambda dataset: dataset.enumerate(start)


def shuffle_and_repeat(buffer_size: Any, count: Any = None, seed: Any = None) -> Transformation:
    """Shuffles and repeats at once: the end of an epoch mixes with the start of the next.

    Args:
      buffer_size: of the buffer, in elements.
      count: how many times; None or -1: without end.
      seed: see tf.set_random_seed.
    """

    def apply(dataset: Dataset) -> Dataset:
        size = convert_to_tensor(buffer_size, dtype=dtypes.int64, name="buffer_size")
        if count is None:
            times = constant(-1, dtypes.int64, name="count")
        else:
            times = convert_to_tensor(count, dtype=dtypes.int64, name="count")
        return dataset._same_elements(
            shuffling.ShuffleAndRepeatDataset, size, *seed_tensors(seed), times
        )

    return apply


def map_and_batch(
    map_func: Callable[..., Any],
    batch_size: Any,
    num_parallel_batches: int | None = None,
    drop_remainder: Any = False,
    num_parallel_calls: Any = None,
) -> Transformation:
    """`map` and `batch` in one.

    Args:
      map_func: as in Dataset.map.
      batch_size: elements in a batch.
      num_parallel_batches: how many batches TensorFlow works on at once.
      drop_remainder: whether a last batch of fewer elements is left out.
      num_parallel_calls: at least 1, or AUTOTUNE; not together with `num_parallel_batches`.
    """
    if num_parallel_batches is not None and num_parallel_calls is not None:
        raise ValueError(
            "The `num_parallel_batches` and `num_parallel_calls` arguments are mutually exclusive."
        )
    if num_parallel_calls is None:
        num_parallel_calls = batch_size * (num_parallel_batches or 1)

    def apply(dataset: Dataset) -> Dataset:
        function = StructuredFunction(
            map_func, "tf.data.experimental.map_and_batch()", dataset.element_spec
        )
        size = convert_to_tensor(batch_size, dtype=dtypes.int64, name="batch_size")
        calls = convert_to_tensor(num_parallel_calls, dtype=dtypes.int64, name="num_parallel_calls")
        drop = convert_to_tensor(drop_remainder, dtype=dtypes.bool, name="drop_remainder")
        known = known_batch_size(size, drop)
        spec = _nest.map_structure(lambda component: component._batch(known), function.output_spec)
        variant = functional.MapAndBatchDataset(
            dataset._variant_tensor,
            function.captured_inputs,
            size,
            calls,
            drop,
            f=function.function,
            preserve_cardinality=True,
            **_structure.flat_attributes(spec),
        )
        return Dataset(variant, spec, [dataset], [function])

    return apply


def take_while(predicate: Callable[..., Any]) -> Transformation:
    """The elements before the first for which `predicate` gives false."""

    def apply(dataset: Dataset) -> Dataset:
        function = StructuredFunction(
            predicate, "tf.data.experimental.take_while()", dataset.element_spec
        )
        result = function.output_spec
        if not (isinstance(result, TypeSpec) and result.is_compatible_with(_SCALAR_BOOL)):
            raise ValueError(f"`predicate` must return a scalar boolean tensor. Received: {result}")
        variant = functional.TakeWhileDataset(
            dataset._variant_tensor,
            function.captured_inputs,
            predicate=function.function,
            **_structure.flat_attributes(dataset.element_spec),
        )
        return Dataset(variant, dataset.element_spec, [dataset], [function])

    return apply


def scan(initial_state: Any, scan_func: Callable[[Any, Any], Any]) -> Transformation:
    """As `map`, with a state that goes from element to element.

    Args:
      initial_state: a structure of tensors.
      scan_func: takes a state and an element, and gives the next state and a result.

    Raises:
      TypeError: `scan_func` gives no such pair, or a state with other element types.
    """

    def state_of(pair: Any) -> Any:
        if not (isinstance(pair, tuple) and len(pair) == 2):
            raise TypeError(
                "The scan function must return a pair comprising the new state and the output "
                f"value. Received: {pair}"
            )
        return pair[0]

    def apply(dataset: Dataset) -> Dataset:
        state = _structure.normalize_element(initial_state)
        function, state_spec = folding_function(
            scan_func,
            "tf.data.experimental.scan()",
            _structure.spec_of(state),
            dataset.element_spec,
            state_of,
        )
        spec = function.output_spec[1]
        variant = folding.ScanDataset(
            dataset._variant_tensor,
            _structure.to_tensors(state_spec, state),
            function.captured_inputs,
            f=function.function,
            preserve_cardinality=True,
            **_structure.flat_attributes(spec),
        )
        return Dataset(variant, spec, [dataset], [function])

    return apply


def unique() -> Transformation:
    """Of equal elements the first.  Elements are int32, int64 or string tensors."""

    def apply(dataset: Dataset) -> Dataset:
        if dataset.output_types not in (dtypes.int32, dtypes.int64, dtypes.string):
            raise TypeError(
                "`tf.data.experimental.unique()` only supports inputs with a single `tf.int32`, "
                f"`tf.int64`, or `tf.string` component. Received: {dataset.output_types}"
            )
        return dataset._same_elements(selecting.UniqueDataset)

    return apply


def ignore_errors() -> Transformation:
    """The elements that can be computed."""
    return lambda dataset: dataset._same_elements(selecting.IgnoreErrorsDataset)


def parallel_interleave(
    map_func: Callable[..., Dataset],
    cycle_length: Any,
    block_length: Any = 1,
    sloppy: Any = False,
    buffer_output_elements: Any = None,
    prefetch_input_elements: Any = None,
) -> Transformation:
    """As Dataset.interleave; the order is that of `interleave` even where it may be `sloppy`."""
    return lambda dataset: interleaved_by_turns(
        dataset,
        map_func,
        cycle_length,
        block_length,
        sloppy,
        buffer_output_elements,
        prefetch_input_elements,
    )


def Counter(start: Any = 0, step: Any = 1, dtype: Any = dtypes.int64) -> Dataset:
    """A dataset of `start`, `start + step`, `start + 2 * step`, ... without end."""
    first = convert_to_tensor(start, dtype=dtype, name="start")
    difference = convert_to_tensor(step, dtype=dtype, name="step")
    endless = Dataset.from_tensors(0).repeat(None)
    return endless.apply(scan(first, lambda state, _: (state + difference, state)))


class RandomDataset(Dataset):
    """Random int64 numbers, from 0 to 2**32 - 1, without end.

    Args:
      seed: see tf.set_random_seed.
    """

    def __init__(self, seed: Any = None) -> None:
        spec = TensorSpec([], dtypes.int64)
        variant = sources.RandomDataset(*seed_tensors(seed), **_structure.flat_attributes(spec))
        super().__init__(variant, spec)


def cardinality(dataset: Dataset) -> Tensor:
    """The number of elements, INFINITE_CARDINALITY or UNKNOWN_CARDINALITY: an int64 scalar."""
    count: Tensor = whole.DatasetCardinality(dataset._variant_tensor)
    return count


def get_single_element(dataset: Dataset) -> Any:
    """The element of a dataset that has exactly one.

    Running raises:
      tf.errors.InvalidArgumentError: there are none, or several.
    """
    if not isinstance(dataset, Dataset):
        raise TypeError(f"`dataset` must be a `tf.data.Dataset` object. Received: {dataset!r}")
    components = whole.DatasetToSingleElement(
        dataset._variant_tensor, **_structure.flat_attributes(dataset.element_spec)
    )
    return _structure.from_tensors(dataset.element_spec, components)

"""tf.data.Dataset: descriptions of elements, and what can be made of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.constant_value import constant_value, constant_value_as_shape
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.execution import executing_eagerly
from reflow.graph.function import CopyingFuncGraph, Function, unique_number
from reflow.graph.graph import get_default_graph
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Operation, Tensor
from reflow.graph.seeds import get_seed
from reflow.graph.tensor_shape import Dimension, TensorShape
from reflow.graph.tensor_spec import TensorSpec
from reflow.graph.type_spec import BatchableTypeSpec, TypeSpec
from reflow.ops.arrays import Identity
from reflow.ops.constants import constant
from reflow.ops.data import (
    buffering,
    combining,
    folding,
    functional,
    iterators,
    optimizing,
    selecting,
    shuffling,
    sources,
    windows,
)
from reflow.ops.files import MatchingFiles
from reflow.ops.selection import Select
from reflow.tf import math, strings
from reflow.tf._arrays import shape
from reflow.tf._checks import Assert
from reflow.tf._scopes import name_scope
from reflow.tf.data import _nest, _structure
from reflow.tf.data._eager_iterator import EagerIterator
from reflow.tf.data._elements import DescribesElements
from reflow.tf.data._folding import folding_function
from reflow.tf.data._generator import generator_dataset
from reflow.tf.data._iterator import Iterator
from reflow.tf.data._options import Options
from reflow.tf.data._padding import default_padding, padded_shape_tensor, padding_value_tensor
from reflow.tf.data._structured_function import StructuredFunction

# Leaves the number of parallel calls, or the size of a buffer, to the runtime.
AUTOTUNE = -1


class Dataset(DescribesElements):
    """A sequence of elements, each a nested structure (tuples, dictionaries) of tensors.

    Its methods give new datasets.  Nothing is computed until an iterator takes elements.

    Args:
      variant_tensor: the dataset in the graph, a scalar of type variant.
      element_spec: the structure of `TensorSpec`s (or other TypeSpecs) of an element.
      inputs: the datasets that it is made of.
      functions: those that it calls for its elements.
    """

    # TensorFlow's own name of the class.
    _shown_as = "DatasetV1Adapter"

    def __init__(
        self,
        variant_tensor: Tensor,
        element_spec: Any,
        inputs: Sequence[Dataset] = (),
        functions: Sequence[StructuredFunction] = (),
    ) -> None:
        self._variant_tensor = variant_tensor
        self._element_spec = element_spec
        self._inputs = list(inputs)
        self._functions = list(functions)
        self._options: Options | None = None

    # -- What it is ------------------------------------------------------------------------------

    @property
    def _type_spec(self) -> DatasetSpec:
        return DatasetSpec(self._element_spec)

    def __repr__(self) -> str:
        shapes = str(_nest.map_structure(str, self.output_shapes)).replace("'", "")
        types = str(_nest.map_structure(repr, self.output_types)).replace("'", "")
        return f"<{self._shown_as} shapes: {shapes}, types: {types}>"

    def __iter__(self) -> Any:
        if executing_eagerly():
            return EagerIterator(self)
        raise RuntimeError(
            "__iter__() is only supported inside of tf.function or when eager execution is enabled."
        )

    # -- Sources ------------------------------------------------------------------------------

    @staticmethod
    def from_tensors(tensors: Any) -> Dataset:
        """A dataset of one element."""
        element = _structure.normalize_element(tensors)
        spec = _structure.spec_of(element)
        components = _structure.to_tensors(spec, element)
        shapes = [tensor.shape for tensor in _structure.flat_specs(spec)]
        return Dataset(sources.TensorDataset(components, output_shapes=shapes), spec)

    @staticmethod
    def from_tensor_slices(tensors: Any) -> Dataset:
        """A dataset of the slices of `tensors` along their first axes, which are equally long."""
        element = _structure.normalize_element(tensors)
        batched = _structure.spec_of(element)
        components = _structure.to_batched_tensors(batched, element)
        spec = _nest.map_structure(lambda component: component._unbatch(), batched)
        length = Dimension(components[0].shape[0])
        for component in components[1:]:
            length.assert_is_compatible_with(Dimension(component.shape[0]))
        shapes = [tensor.shape for tensor in _structure.flat_specs(spec)]
        return Dataset(sources.TensorSliceDataset(components, output_shapes=shapes), spec)

    @staticmethod
    def from_sparse_tensor_slices(sparse_tensor: SparseTensor) -> Dataset:
        """A dataset of the rows of a sparse tensor: tuples of indices, values and dense shape."""
        if not isinstance(sparse_tensor, SparseTensor):
            raise TypeError(
                f"`sparse_tensor` must be a `tf.SparseTensor` object. Was {sparse_tensor}."
            )
        rank = Dimension(sparse_tensor.indices.shape[1]) - 1
        rank = rank.merge_with(Dimension(sparse_tensor.dense_shape.shape[0]) - 1)
        spec = (
            TensorSpec([None, rank], dtypes.int64),
            TensorSpec([None], sparse_tensor.dtype),
            TensorSpec([rank], dtypes.int64),
        )
        variant = sources.SparseTensorSliceDataset(
            sparse_tensor.indices, sparse_tensor.values, sparse_tensor.dense_shape
        )
        return Dataset(variant, spec)

    @staticmethod
    def from_generator(
        generator: Callable[..., Iterable[Any]],
        output_types: Any,
        output_shapes: Any = None,
        args: Iterable[Any] | None = None,
    ) -> Dataset:
        """A dataset of what a Python generator yields, called anew for each iteration.

        Args:
          generator: gives something that can be iterated over.
          output_types: the structure of element types of what it yields.
          output_shapes: the structure of shapes; by default unknown.
          args: tensors, whose values `generator` is called with.
        """
        if not callable(generator):
            raise TypeError("`generator` must be callable.")
        spec = _structure.spec_of_outputs(output_types, output_shapes)
        tensors = [] if args is None else [convert_to_tensor(a, name="args") for a in args]
        return Dataset.from_tensors(0).flat_map(generator_dataset(generator, spec, tensors))

    @staticmethod
    def range(*args: Any) -> Dataset:
        """A dataset of int64 numbers: range(stop), range(start, stop), range(start, stop, step)."""
        if not 1 <= len(args) <= 3:
            raise ValueError(f"Invalid arguments to RangeDataset: {args}")
        start, stop, step = (0, *args, 1) if len(args) == 1 else (*args, 1)[:3]
        bounds = [
            convert_to_tensor(value, dtype=dtypes.int64, name=name)
            for value, name in ((start, "start"), (stop, "stop"), (step, "step"))
        ]
        spec = TensorSpec([], dtypes.int64)
        return Dataset(sources.RangeDataset(*bounds, **_structure.flat_attributes(spec)), spec)

    @staticmethod
    def list_files(file_pattern: Any, shuffle: bool | None = None, seed: Any = None) -> Dataset:
        """The names of the files that match a pattern, or any of several.

        Args:
          file_pattern: strings of any shape.
          shuffle: whether to shuffle the names (the default); else they are sorted.
          seed: see `shuffle`.

        Running raises:
          tf.errors.InvalidArgumentError: no file matches (except by one-shot iterators, which find
            nothing then).
        """
        with name_scope("list_files"):
            pattern = convert_to_tensor(file_pattern, dtype=dtypes.string, name="file_pattern")
            names = MatchingFiles(pattern)
            found = math.greater(shape(names)[0], 0, name="match_not_empty")
            message = math.add(
                "No files matched pattern: ",
                strings.reduce_join(pattern, separator=", "),
                name="message",
            )
            checked = Assert(found, [message], summarize=1, name="assert_not_empty")
            with get_default_graph().control_dependencies([checked]):
                names = Identity(names)
            dataset = Dataset.from_tensor_slices(names)
            if shuffle is None or shuffle:
                count = math.maximum(shape(names, out_type=dtypes.int64)[0], 1)
                dataset = dataset.shuffle(count, seed=seed)
            return dataset

    @staticmethod
    def zip(datasets: Any) -> Dataset:
        """A dataset whose elements hold one element of each of a nested structure of datasets."""
        flat = _nest.flatten(datasets)
        for dataset in flat:
            if not isinstance(dataset, Dataset):
                advice = (
                    " Nested structures do not support Python lists; please use a tuple instead."
                    if isinstance(dataset, list)
                    else f" Received: {dataset!r}"
                )
                raise TypeError(
                    "The argument to `Dataset.zip()` must be a nested structure of `Dataset` "
                    f"objects.{advice}"
                )
        spec = _nest.pack_sequence_as(datasets, [dataset.element_spec for dataset in flat])
        variants = [dataset._variant_tensor for dataset in flat]
        return Dataset(
            combining.ZipDataset(variants, **_structure.flat_attributes(spec)), spec, flat
        )

    # -- Datasets of the same elements ----------------------------------------------------------

    def _same_elements(self, op: Any, *arguments: Tensor, **attrs: Any) -> Dataset:
        """What `op` makes of this dataset, with elements of the same structure."""
        variant = op(
            self._variant_tensor,
            *arguments,
            **attrs,
            **_structure.flat_attributes(self._element_spec),
        )
        return Dataset(variant, self._element_spec, [self])

    def concatenate(self, dataset: Dataset) -> Dataset:
        """The elements of this dataset, then those of another of the same types."""
        types, other_types = self.output_types, dataset.output_types
        if types != other_types:
            raise TypeError(
                f"Two datasets to concatenate have different types {types} and {other_types}"
            )
        classes, other_classes = self.output_classes, dataset.output_classes
        if classes != other_classes:
            raise TypeError(
                f"Two datasets to concatenate have different classes {classes} and {other_classes}"
            )
        pairs = zip(_nest.flatten(self._element_spec), _nest.flatten(dataset._element_spec))
        spec = _nest.pack_sequence_as(
            self._element_spec, [_structure.common_spec(*pair) for pair in pairs]
        )
        variant = combining.ConcatenateDataset(
            self._variant_tensor, dataset._variant_tensor, **_structure.flat_attributes(spec)
        )
        return Dataset(variant, spec, [self, dataset])

    def repeat(self, count: Any = None) -> Dataset:
        """The elements `count` times over; for ever if it is None or -1."""
        if count is None:
            tensor = constant(-1, dtypes.int64, name="count")
        else:
            tensor = convert_to_tensor(count, dtype=dtypes.int64, name="count")
        return self._same_elements(selecting.RepeatDataset, tensor)

    def enumerate(self, start: Any = 0) -> Dataset:
        """Pairs of a number, from `start` on, and an element."""
        return Dataset.zip((Dataset.range(start, np.iinfo(np.int64).max), self))

    def shuffle(
        self, buffer_size: Any, seed: Any = None, reshuffle_each_iteration: bool | None = None
    ) -> Dataset:
        """The elements in random order, each picked from a buffer of the next `buffer_size`.

        Args:
          buffer_size: for a perfect shuffle, at least the number of elements.
          seed: see tf.set_random_seed.
          reshuffle_each_iteration: whether each iteration has its own order (the default).
        """
        size = convert_to_tensor(buffer_size, dtype=dtypes.int64, name="buffer_size")
        seeds = seed_tensors(seed)
        reshuffle = reshuffle_each_iteration is None or reshuffle_each_iteration
        return self._same_elements(
            shuffling.ShuffleDataset, size, *seeds, reshuffle_each_iteration=reshuffle
        )

    def cache(self, filename: Any = "") -> Dataset:
        """The same elements, kept in memory during the first iteration.

        Caches in files are not there yet: running one is an UnimplementedError.
        """
        tensor = convert_to_tensor(filename, dtype=dtypes.string, name="filename")
        return self._same_elements(buffering.CacheDataset, tensor)

    def take(self, count: Any) -> Dataset:
        """The first `count` elements; all if it is -1."""
        tensor = convert_to_tensor(count, dtype=dtypes.int64, name="count")
        return self._same_elements(selecting.TakeDataset, tensor)

    def skip(self, count: Any) -> Dataset:
        """All but the first `count` elements; none if it is -1."""
        tensor = convert_to_tensor(count, dtype=dtypes.int64, name="count")
        return self._same_elements(selecting.SkipDataset, tensor)

    def shard(self, num_shards: Any, index: Any) -> Dataset:
        """Of each `num_shards` consecutive elements the one at `index`."""
        shards = convert_to_tensor(num_shards, dtype=dtypes.int64, name="num_shards")
        position = convert_to_tensor(index, dtype=dtypes.int64, name="index")
        return self._same_elements(selecting.ShardDataset, shards, position)

    def prefetch(self, buffer_size: Any) -> Dataset:
        """The same elements, up to `buffer_size` of which are computed ahead."""
        if buffer_size is None:
            buffer_size = AUTOTUNE
        tensor = convert_to_tensor(buffer_size, dtype=dtypes.int64, name="buffer_size")
        return self._same_elements(buffering.PrefetchDataset, tensor)

    # -- Batches --------------------------------------------------------------------------------

    def batch(self, batch_size: Any, drop_remainder: Any = False) -> Dataset:
        """`batch_size` elements at a time, stacked along a new first axis.

        With `drop_remainder`, a last batch of fewer elements is left out.
        """
        size = convert_to_tensor(batch_size, dtype=dtypes.int64, name="batch_size")
        drop = convert_to_tensor(drop_remainder, dtype=dtypes.bool, name="drop_remainder")
        known = known_batch_size(size, drop)
        spec = _nest.map_structure(lambda component: component._batch(known), self._element_spec)
        variant = combining.BatchDatasetV2(
            self._variant_tensor, size, drop, **_structure.flat_attributes(spec)
        )
        return Dataset(variant, spec, [self])

    def padded_batch(
        self,
        batch_size: Any,
        padded_shapes: Any,
        padding_values: Any = None,
        drop_remainder: Any = False,
    ) -> Dataset:
        """As `batch`, of elements that are filled up to one shape.

        Args:
          batch_size: elements in a batch.
          padded_shapes: the structure of the shapes to fill up to; an unknown size (None or -1)
            is the largest in the batch.
          padding_values: the structure of scalars to fill up with; by default 0 and "".
          drop_remainder: whether a last batch of fewer elements is left out.
        """
        size = convert_to_tensor(batch_size, dtype=dtypes.int64, name="batch_size")
        types, shapes = self.output_types, self.output_shapes
        if any(kind is not Tensor for kind in _nest.flatten(self.output_classes)):
            raise TypeError(
                "Only batches of dense tensors can be padded. Received elements of "
                f"{self.output_classes}"
            )
        if padding_values is None:
            padding_values = _nest.map_structure(default_padding, types)
        wanted = zip(_nest.flatten_up_to(shapes, padded_shapes), _nest.flatten(shapes))
        sizes = [padded_shape_tensor(padded, shape) for padded, shape in wanted]
        pairs = zip(_nest.flatten_up_to(shapes, padding_values), _nest.flatten(types))
        values = [padding_value_tensor(value, dtype) for value, dtype in pairs]
        drop = convert_to_tensor(drop_remainder, dtype=dtypes.bool, name="drop_remainder")
        first = TensorShape([known_batch_size(size, drop)])
        components = [
            TensorSpec(first.concatenate(constant_value_as_shape(shape)), dtype)
            for shape, dtype in zip(sizes, _nest.flatten(types))
        ]
        spec = _nest.pack_sequence_as(self._element_spec, components)
        variant = combining.PaddedBatchDatasetV2(
            self._variant_tensor,
            size,
            sizes,
            values,
            drop,
            output_shapes=[component.shape for component in components],
        )
        return Dataset(variant, spec, [self])

    def unbatch(self) -> Dataset:
        """The slices of the elements along their first axes: the opposite of `batch`.

        Raises:
          ValueError: elements are known to be scalars, or not to be equally long.
        """

        def normalize(*arguments: Any) -> Any:
            element = arguments if len(arguments) > 1 else arguments[0]
            return tuple(_structure.to_batched_tensors(self._element_spec, element))

        dense = self.map(normalize)
        known = Dimension(None)
        for tensor in _structure.flat_specs(dense._element_spec):
            if tensor.shape.ndims == 0:
                raise ValueError("Cannot unbatch an input with scalar components.")
            if not known.is_compatible_with(Dimension(tensor.shape[0])):
                raise ValueError(
                    "Cannot unbatch an input whose components have different batch sizes. "
                    f"Received: {self.output_shapes}"
                )
            known = known.merge_with(Dimension(tensor.shape[0]))
        spec = _nest.map_structure(lambda component: component._unbatch(), self._element_spec)
        variant = combining.UnbatchDataset(
            dense._variant_tensor, **_structure.flat_attributes(spec)
        )
        return Dataset(variant, spec, [dense])

    def window(
        self, size: Any, shift: Any = None, stride: Any = 1, drop_remainder: Any = False
    ) -> Dataset:
        """Datasets of `size` elements each: one for each component of the elements.

        Args:
          size: how many elements a window holds; the last ones may hold fewer.
          shift: how far the next window starts after the start of one (default: `size`).
          stride: how far apart the elements of a window are.
          drop_remainder: whether windows of fewer elements are left out.
        """
        numbers = {"size": size, "shift": size if shift is None else shift, "stride": stride}
        tensors = [
            convert_to_tensor(value, dtype=dtypes.int64, name=name)
            for name, value in numbers.items()
        ]
        drop = convert_to_tensor(drop_remainder, dtype=dtypes.bool, name="drop_remainder")
        spec = _nest.map_structure(DatasetSpec, self._element_spec)
        variant = windows.WindowDataset(
            self._variant_tensor, *tensors, drop, **_structure.flat_attributes(spec)
        )
        return Dataset(variant, spec, [self])

    # -- Functions of elements ------------------------------------------------------------------

    def map(self, map_func: Callable[..., Any], num_parallel_calls: Any = None) -> Dataset:
        """What `map_func` makes of each element, in the same order.

        Args:
          map_func: called once, with tensors that stand for an element (one argument for each part
            of a tuple); gives tensors in any structure.
          num_parallel_calls: at least 1, or AUTOTUNE.
        """
        function = StructuredFunction(map_func, "Dataset.map()", self._element_spec)
        spec = function.output_spec
        arguments: list[Any] = [self._variant_tensor, function.captured_inputs]
        op = functional.MapDataset
        if num_parallel_calls is not None:
            op = functional.ParallelMapDataset
            arguments.append(
                convert_to_tensor(num_parallel_calls, dtype=dtypes.int32, name="num_parallel_calls")
            )
        variant = op(*arguments, f=function.function, **_structure.flat_attributes(spec))
        return Dataset(variant, spec, [self], [function])

    map_with_legacy_function = map

    def flat_map(self, map_func: Callable[..., Dataset]) -> Dataset:
        """The elements of the datasets that `map_func` makes of each element, one by one."""
        function, spec = self._dataset_function(map_func, "Dataset.flat_map()")
        variant = functional.FlatMapDataset(
            self._variant_tensor,
            function.captured_inputs,
            f=function.function,
            **_structure.flat_attributes(spec),
        )
        return Dataset(variant, spec, [self], [function])

    def interleave(
        self,
        map_func: Callable[..., Dataset],
        cycle_length: Any = AUTOTUNE,
        block_length: Any = 1,
        num_parallel_calls: Any = None,
    ) -> Dataset:
        """The elements of the datasets that `map_func` makes of each element, by turns.

        Args:
          map_func: gives a dataset.
          cycle_length: how many datasets take turns; AUTOTUNE: as many as there are cores.
          block_length: how many elements each gives at its turn.
          num_parallel_calls: at least 1, or AUTOTUNE.  The order does not depend on it.
        """
        function, spec = self._dataset_function(map_func, "Dataset.interleave()")
        numbers = {"cycle_length": cycle_length, "block_length": block_length}
        op = functional.InterleaveDataset
        if num_parallel_calls is not None:
            numbers["num_parallel_calls"] = num_parallel_calls
            op = functional.ParallelInterleaveDatasetV2
        tensors = [
            convert_to_tensor(value, dtype=dtypes.int64, name=name)
            for name, value in numbers.items()
        ]
        variant = op(
            self._variant_tensor,
            function.captured_inputs,
            *tensors,
            f=function.function,
            **_structure.flat_attributes(spec),
        )
        return Dataset(variant, spec, [self], [function])

    def _dataset_function(
        self, map_func: Callable[..., Dataset], transformation: str
    ) -> tuple[StructuredFunction, Any]:
        """The function, and the structure of the elements of the datasets that it gives."""
        function = StructuredFunction(map_func, transformation, self._element_spec)
        if not isinstance(function.output_spec, DatasetSpec):
            raise TypeError(
                f"`map_func` must return a `Dataset` object. Got {type(function.output_spec)}"
            )
        return function, function.output_spec.element_spec

    def filter(self, predicate: Callable[..., Any]) -> Dataset:
        """The elements for which `predicate` gives true."""
        function = StructuredFunction(predicate, "Dataset.filter()", self._element_spec)
        result = function.output_spec
        if not (isinstance(result, TypeSpec) and result.is_compatible_with(_SCALAR_BOOL)):
            raise ValueError(
                "`predicate` return type must be convertible to a scalar boolean tensor. Was "
                f"{result}."
            )
        variant = functional.FilterDataset(
            self._variant_tensor,
            function.captured_inputs,
            predicate=function.function,
            **_structure.flat_attributes(self._element_spec),
        )
        return Dataset(variant, self._element_spec, [self], [function])

    filter_with_legacy_function = filter

    def reduce(self, initial_state: Any, reduce_func: Callable[[Any, Any], Any]) -> Any:
        """What `reduce_func` makes of a state and each element in turn: the last state.

        Args:
          initial_state: a structure of tensors.
          reduce_func: takes a state and an element, and gives the next state.

        Raises:
          TypeError: a state that it gives has other element types.
        """
        with name_scope("initial_state"):
            initial_state = _structure.normalize_element(initial_state)
        function, spec = folding_function(
            reduce_func,
            "reduce()",
            _structure.spec_of(initial_state),
            self._element_spec,
            lambda state: state,
        )
        components = folding.ReduceDataset(
            self._variant_tensor,
            _structure.to_tensors(spec, initial_state),
            function.captured_inputs,
            f=function.function,
            **_structure.flat_attributes(spec),
        )
        return _structure.from_tensors(spec, components)

    def apply(self, transformation_func: Callable[[Dataset], Dataset]) -> Dataset:
        """What a function of datasets makes of this one."""
        dataset = transformation_func(self)
        if not isinstance(dataset, Dataset):
            raise TypeError(f"`transformation_func` must return a Dataset. Got {dataset}.")
        return dataset

    # -- Iterators --------------------------------------------------------------------------------

    def make_one_shot_iterator(self) -> Iterator | EagerIterator:
        """An iterator that starts by itself, once in a session; while executing eagerly, at once.

        Raises:
          ValueError: the dataset depends on a variable or a placeholder.
        """
        if executing_eagerly():
            return EagerIterator(self)
        body = CopyingFuncGraph("_make_dataset", _dataset_ops(self._variant_tensor))
        try:
            with body.as_default():
                body.outputs = [body.capture(self._with_options_applied()._variant_tensor)]
        except ValueError as error:
            if "Cannot capture a stateful node" not in str(error):
                raise
            raise ValueError(
                "Failed to create a one-shot iterator for a dataset. "
                "`Dataset.make_one_shot_iterator()` does not support datasets that capture "
                "stateful objects, such as a `Variable` or `LookupTable`. In these cases, use "
                f"`Dataset.make_initializable_iterator()`. (Original error: {error})"
            ) from error
        function = Function(f"_make_dataset_{unique_number()}", body)
        function.add_to_graph(get_default_graph())
        resource = iterators.OneShotIterator(
            dataset_factory=function, **_structure.flat_attributes(self._element_spec)
        )
        return Iterator._of_spec(resource, None, self._element_spec)

    def make_initializable_iterator(self, shared_name: str | None = None) -> Iterator:
        """An iterator that `sess.run(iterator.initializer)` starts, as often as one likes."""
        if executing_eagerly():
            raise RuntimeError(
                "dataset.make_initializable_iterator is not supported when eager execution is "
                "enabled."
            )
        dataset = self._with_options_applied()
        resource = iterators.IteratorV2(
            shared_name or "", "", **_structure.flat_attributes(self._element_spec)
        )
        with get_default_graph().colocate_with(resource):
            initializer = iterators.MakeIterator(dataset._variant_tensor, resource)
        return Iterator._of_spec(resource, initializer, self._element_spec)

    # -- Options ----------------------------------------------------------------------------------

    def options(self) -> Options:
        """The options of this dataset and of those that it is made of."""
        merged = self._options or Options()
        for dataset in self._inputs:
            merged = dataset.options().merge(merged)
        return merged

    def with_options(self, options: Options) -> Dataset:
        """The same dataset with some options set.

        Raises:
          ValueError: an option is set already, to something else.
        """
        merged = self.options().merge(options)
        dataset = Dataset(self._variant_tensor, self._element_spec, [self])
        dataset._options = merged
        return dataset

    def _with_options_applied(self) -> Dataset:
        """The dataset as an iterator walks through it."""
        dataset, options = self, self.options()
        threads = options.experimental_threading
        if threads.max_intra_op_parallelism is not None:
            limit = convert_to_tensor(
                threads.max_intra_op_parallelism, dtypes.int64, "max_intra_op_parallelism"
            )
            dataset = dataset._same_elements(optimizing.MaxIntraOpParallelismDataset, limit)
        if threads.private_threadpool_size is not None:
            size = convert_to_tensor(threads.private_threadpool_size, dtypes.int64, "num_threads")
            dataset = dataset._same_elements(optimizing.PrivateThreadPoolDataset, size)
        rewritings = options.rewritings()
        if rewritings and not executing_eagerly() and self._captures_reference():
            warnings.warn(
                "tf.data static optimizations are not compatible with tf.Variable. The following "
                f"optimizations will be disabled: {', '.join(rewritings)}. To enable "
                "optimizations, use resource variables instead by calling "
                "`tf.enable_resource_variables()` at the start of the program.",
                stacklevel=3,
            )
        elif rewritings:
            dataset = dataset._same_elements(
                optimizing.OptimizeDataset,
                convert_to_tensor(rewritings, dtypes.string, "optimizations"),
                optimization_configs=options.configurations(),
            )
        tuning = options.experimental_optimization
        if tuning.autotune is False:
            return dataset
        return dataset._same_elements(
            optimizing.ModelDataset,
            algorithm=tuning.autotune_algorithm or 0,
            cpu_budget=tuning.autotune_cpu_budget or 0,
        )

    def _captures_reference(self) -> bool:
        """Whether a function of it, or of its inputs, uses a variable."""
        captured = [t for function in self._functions for t in function.captured_inputs]
        return any(_depends_on_reference(tensor) for tensor in captured) or any(
            dataset._captures_reference() for dataset in self._inputs
        )


class DatasetSpec(BatchableTypeSpec):
    """The type of datasets whose elements are of one structure (tf.data.DatasetSpec).

    Args:
      element_spec: the structure of their elements.
      dataset_shape: the shape of a tensor of such datasets.
    """

    def __init__(self, element_spec: Any, dataset_shape: Any = ()) -> None:
        self.element_spec = element_spec
        self._shape = TensorShape(dataset_shape)

    @property
    def value_type(self) -> type:
        return Dataset

    def _serialize(self) -> tuple[Any, ...]:
        return self.element_spec, self._shape

    @property
    def _component_specs(self) -> TensorSpec:
        return TensorSpec(self._shape, dtypes.variant)

    def _to_components(self, value: Any) -> Tensor:
        return value._variant_tensor

    def _from_components(self, components: Any) -> Dataset:
        return Dataset(components, self.element_spec)

    @property
    def _flat_tensor_specs(self) -> list[TensorSpec]:
        return [self._component_specs]

    def _to_tensor_list(self, value: Any) -> list[Tensor]:
        return [self._to_components(value)]

    def _to_batched_tensor_list(self, value: Any) -> list[Tensor]:
        raise ValueError(f"A dataset has no first axis to be taken apart along. Received: {value}")

    def _from_tensor_list(self, tensors: Sequence[Tensor]) -> Dataset:
        (variant,) = tensors
        return self._from_components(variant)

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        other = spec_or_value._type_spec if isinstance(spec_or_value, Dataset) else spec_or_value
        return self == other

    def _batch(self, batch_size: int | None) -> DatasetSpec:
        return DatasetSpec(self.element_spec, TensorShape([batch_size]).concatenate(self._shape))

    def _unbatch(self) -> DatasetSpec:
        if self._shape.ndims == 0:
            raise ValueError("Unbatching a dataset is only supported for rank >= 1")
        return DatasetSpec(self.element_spec, self._shape[1:])

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, DatasetSpec)
            and self.element_spec == other.element_spec
            and self._shape.sizes == other._shape.sizes
        )

    def __hash__(self) -> int:
        return hash((DatasetSpec, self._shape.sizes))

    def __repr__(self) -> str:
        return f"DatasetSpec({self.element_spec!r}, {self._shape!r})"

    # What programs describe elements by stands for itself where an element is a dataset.

    def _to_legacy_output_types(self) -> DatasetSpec:
        return self

    _to_legacy_output_shapes = _to_legacy_output_classes = _to_legacy_output_types


_SCALAR_BOOL = TensorSpec([], dtypes.bool)


def known_batch_size(size: Tensor, drop_remainder: Tensor) -> int | None:
    """The first dimension of all batches, if they are sure to have the same."""
    known, dropped = constant_value(size), constant_value(drop_remainder)
    return int(known) if known is not None and dropped is not None and dropped else None


def seed_tensors(seed: Any) -> tuple[Tensor, Tensor]:
    """The two seeds of a dataset, made as TensorFlow makes them, node for node."""
    first, second = get_seed(seed)
    if first is None:
        seed_tensor = constant(0, dtypes.int64, name="seed")
    else:
        seed_tensor = convert_to_tensor(first, dtype=dtypes.int64, name="seed")
    if second is None:
        return seed_tensor, constant(0, dtypes.int64, name="seed2")
    with name_scope("seed2") as scope:
        tensor = convert_to_tensor(second, dtype=dtypes.int64)
        # Two zeros would mean that there is no seed.
        both_zero = math.logical_and(math.equal(seed_tensor, 0), math.equal(tensor, 0))
        other = constant(2**31 - 1, dtypes.int64)
        return seed_tensor, Select(both_zero, other, tensor, name=scope)


def _dataset_ops(variant: Tensor) -> set[Operation]:
    """The operations that make a dataset and the datasets that it is made of."""
    found: set[Operation] = set()
    waiting = [variant.op]
    while waiting:
        op = waiting.pop()
        if op not in found:
            found.add(op)
            waiting += [t.op for t in op.inputs if t.dtype is dtypes.variant]
    return found


def _depends_on_reference(tensor: Tensor) -> bool:
    waiting, seen = [tensor], {tensor}
    while waiting:
        here = waiting.pop()
        if here.dtype._is_ref_dtype:
            return True
        new = [t for t in here.op.inputs if t not in seen]
        seen.update(new)
        waiting += new
    return False

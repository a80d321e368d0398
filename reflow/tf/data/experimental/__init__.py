"""tf.data.experimental"""

from __future__ import annotations

from typing import Any

from reflow.graph.sparse_tensor_spec import SparseTensorSpec as SparseTensorStructure
from reflow.graph.tensor_spec import TensorSpec as TensorStructure
from reflow.graph.type_spec import TypeSpec as Structure
from reflow.ops.data.whole import INFINITE as INFINITE_CARDINALITY
from reflow.ops.data.whole import UNKNOWN as UNKNOWN_CARDINALITY
from reflow.tf._absence import part_or_error
from reflow.tf.data._dataset import AUTOTUNE, Dataset
from reflow.tf.data._dataset import DatasetSpec as DatasetStructure
from reflow.tf.data._iterator import Iterator
from reflow.tf.data._options import (
    MapVectorizationOptions,
    OptimizationOptions,
    ThreadingOptions,
)
from reflow.tf.data.experimental._choosing import choose_from_datasets, sample_from_datasets
from reflow.tf.data.experimental._grouping import (
    Reducer,
    bucket_by_sequence_length,
    group_by_reducer,
    group_by_window,
)
from reflow.tf.data.experimental._resampling import rejection_resample
from reflow.tf.data.experimental._sparse_batches import dense_to_sparse_batch
from reflow.tf.data.experimental._transformations import (
    Counter,
    RandomDataset,
    cardinality,
    enumerate_dataset,
    get_single_element,
    ignore_errors,
    map_and_batch,
    parallel_interleave,
    scan,
    shuffle_and_repeat,
    take_while,
    unbatch,
    unique,
)


def get_structure(dataset_or_iterator: Dataset | Iterator) -> Any:
    """The structure of an element, with a TypeSpec for each component."""
    if not isinstance(dataset_or_iterator, (Dataset, Iterator)):
        raise TypeError(
            "`dataset_or_iterator` must be a Dataset or Iterator object, but got "
            f"{type(dataset_or_iterator)}."
        )
    return dataset_or_iterator.element_spec


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

"""tf.data.experimental"""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.data._dataset import AUTOTUNE, Dataset
from reflow.tf.data._dataset import DatasetSpec as DatasetStructure
from reflow.tf.data._iterator import Iterator
from reflow.tf.data._options import (
    MapVectorizationOptions,
    OptimizationOptions,
    ThreadingOptions,
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

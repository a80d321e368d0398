"""tf.data: input pipelines."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.data._dataset import Dataset, DatasetSpec
from reflow.tf.data._iterator import Iterator
from reflow.tf.data._options import Options
from reflow.tf.data._readers import FixedLengthRecordDataset, TextLineDataset


def make_one_shot_iterator(dataset: Dataset) -> Iterator:
    """`dataset.make_one_shot_iterator()`"""
    return dataset.make_one_shot_iterator()


def make_initializable_iterator(dataset: Dataset, shared_name: str | None = None) -> Iterator:
    """`dataset.make_initializable_iterator(shared_name)`"""
    return dataset.make_initializable_iterator(shared_name)


def get_output_types(dataset_or_iterator: Dataset | Iterator) -> Any:
    """The structure of an element, with the DType of each component."""
    return dataset_or_iterator.output_types


def get_output_shapes(dataset_or_iterator: Dataset | Iterator) -> Any:
    """The structure of an element, with the TensorShape of each component."""
    return dataset_or_iterator.output_shapes


def get_output_classes(dataset_or_iterator: Dataset | Iterator) -> Any:
    """The structure of an element, with the class of each component."""
    return dataset_or_iterator.output_classes


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

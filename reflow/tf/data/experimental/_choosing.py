"""Datasets whose elements come from several others, chosen by numbers or at random."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.graph.tensor_spec import TensorSpec
from reflow.graph.type_spec import TypeSpec
from reflow.ops.data import directing, functional
from reflow.ops.stateless_random import StatelessMultinomial
from reflow.tf.data import _nest, _structure
from reflow.tf.data._dataset import Dataset
from reflow.tf.data._structured_function import StructuredFunction
from reflow.tf.data.experimental._transformations import RandomDataset

_NUMBER = TensorSpec([], dtypes.int64)


def choose_from_datasets(datasets: Sequence[Dataset], choice_dataset: Dataset) -> Dataset:
    """Elements of the datasets whose numbers `choice_dataset` gives.

    Args:
      datasets: of elements of the same types.
      choice_dataset: int64 scalars, from 0 to len(datasets) - 1.  One of a dataset that has ended
        is passed over.

    Raises:
      TypeError: the choices are no int64 scalars, or the datasets have different elements.
    """
    spec = choice_dataset.element_spec
    if not (isinstance(spec, TypeSpec) and spec.is_compatible_with(_NUMBER)):
        raise TypeError(
            f"`choice_dataset` must be a dataset of scalar `tf.int64` tensors. Received: {spec}"
        )
    return _directed(choice_dataset, datasets)


def sample_from_datasets(
    datasets: Sequence[Dataset], weights: Any = None, seed: Any = None
) -> Dataset:
    """Elements of datasets that are chosen at random, until all of them have ended.

    Args:
      datasets: of elements of the same types.
      weights: how likely each of them is: [len(datasets)], float32 or float64, or a dataset of
        such; by default all are equally likely.
      seed: see tf.set_random_seed.

    Raises:
      TypeError: weights are of another type, or the datasets have different elements.
      ValueError: there is not one weight for each dataset.
    """
    if isinstance(weights, Dataset):
        logits_of_elements = weights.map(lambda *p: tf.log(p, name="logits"))
        pairs = Dataset.zip((logits_of_elements, _seeds(seed)))
        return _directed(_mapped(pairs, select_dataset_varying_logits), datasets)
    logits: Any = [[1.0] * len(datasets)]
    if weights is not None:
        logits = _logits(weights, len(datasets))
    if len(datasets) == 1:
        return datasets[0]

    def select_dataset_constant_logits(seed: Tensor) -> Tensor:
        return _drawn(logits, seed)

    return _directed(_mapped(_seeds(seed), select_dataset_constant_logits), datasets)


def select_dataset_varying_logits(logits: Tensor, seed: Tensor) -> Tensor:
    return _drawn(logits, seed)


def _logits(weights: Any, count: int) -> Tensor:
    weights = convert_to_tensor(weights, name="weights")
    if weights.dtype not in (dtypes.float32, dtypes.float64):
        raise TypeError(
            "`weights` must be convertible to a tensor of `tf.float32` or `tf.float64` elements. "
            f"Received: {weights.dtype.name}"
        )
    if not weights.shape.is_compatible_with([count]):
        raise ValueError(
            "`weights` must be a vector of length `len(datasets)`. Received: "
            f"{weights.shape} for {count} datasets"
        )
    return tf.expand_dims(tf.log(weights, name="logits"), 0)


def _drawn(logits: Any, seed: Tensor) -> Tensor:
    """A class drawn by [1, classes] logits."""
    return tf.squeeze(StatelessMultinomial(logits, 1, seed), axis=[0, 1])


def _seeds(seed: Any) -> Dataset:
    return RandomDataset(seed).batch(2)


def _mapped(dataset: Dataset, function: Any) -> Dataset:
    """`map` on one thread, as TensorFlow has it for what takes so little time."""
    traced = StructuredFunction(function, "Dataset.map()", dataset.element_spec)
    variant = functional.MapDataset(
        dataset._variant_tensor,
        traced.captured_inputs,
        f=traced.function,
        use_inter_op_parallelism=False,
        **_structure.flat_attributes(traced.output_spec),
    )
    return Dataset(variant, traced.output_spec, [dataset], [traced])


def _directed(selector: Dataset, datasets: Sequence[Dataset]) -> Dataset:
    first = datasets[0]
    spec = _nest.flatten(first.element_spec)
    for dataset in datasets[1:]:
        if (
            dataset.output_types != first.output_types
            or dataset.output_classes != first.output_classes
        ):
            raise TypeError(
                "All datasets must have the same type and class. Received: "
                f"{first.element_spec} and {dataset.element_spec}"
            )
        pairs = zip(spec, _nest.flatten(dataset.element_spec))
        spec = [_structure.common_spec(*pair) for pair in pairs]
    common = _nest.pack_sequence_as(first.element_spec, spec)
    variant = directing.DirectedInterleaveDataset(
        selector._variant_tensor,
        [dataset._variant_tensor for dataset in datasets],
        **_structure.flat_attributes(common),
    )
    return Dataset(variant, common, [selector, *datasets])

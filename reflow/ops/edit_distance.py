"""How far apart sequences are."""

from __future__ import annotations

import itertools
import math

import numpy as np
import torch

from reflow.graph.constant_value import constant_value
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.sparse.parts import Array, check_sparse, invalid, sparse_shapes, text
from reflow.ops.values import placed

Row = tuple[int, ...]


def _levenshtein(a: Array, b: Array) -> int:
    """How many elements must be put in, taken out or replaced to make b of a."""
    columns = np.arange(len(b) + 1)
    distances = columns
    for i, element in enumerate(a, start=1):
        without_insertions = np.minimum(distances[1:] + 1, distances[:-1] + (b != element))
        # Insertions cost 1 for each step to the right.
        started = np.concatenate([[i], without_insertions]) - columns
        distances = np.minimum.accumulate(started) + columns
    return int(distances[-1])


def _sequences(which: str, indices: Array, values: Array, dense_shape: Array) -> dict[Row, Array]:
    """The values along the last axis that each row has."""
    if indices.ndim != 2:
        raise invalid(f"{which}_indices should be a matrix, but got shape: {text(indices.shape)}")
    check_sparse(indices, values, dense_shape, f"{which}_")
    found: dict[Row, Array] = {}
    rows = enumerate(map(tuple, indices[:, :-1].tolist()))
    for row, members in itertools.groupby(rows, key=lambda member: member[1]):
        found[row] = values[[i for i, _ in members]]
    return found


@op
class EditDistance:
    """The Levenshtein distance of each sequence to the true one, along the last axis.

    normalize: divided by the length of the true one; infinite where that is 0 and the other is
    not.
    """

    inputs = (
        "hypothesis_indices: int64, hypothesis_values: T, hypothesis_shape: int64, "
        "truth_indices: int64, truth_values: T, truth_shape: int64"
    )
    outputs = "output: float"
    attrs = ("normalize: bool = true", "T: type")
    gradient = None

    def shape(
        hypothesis_indices: TensorShape,
        hypothesis_values: TensorShape,
        hypothesis_shape: TensorShape,
        truth_indices: TensorShape,
        truth_values: TensorShape,
        truth_shape: TensorShape,
        *,
        op: Operation,
    ) -> TensorShape:
        sparse_shapes(hypothesis_indices, hypothesis_values, hypothesis_shape)
        sparse_shapes(truth_indices, truth_values, truth_shape)
        found, true = constant_value(op.inputs[2]), constant_value(op.inputs[5])
        if found is None or true is None:
            return shapes.UNKNOWN
        if len(found) != len(true):
            raise ValueError(
                "Num elements of hypothesis_shape does not match truth_shape: "
                f"{len(found)} vs. {len(true)}"
            )
        return shapes.of(*np.maximum(found, true)[:-1].tolist())

    def kernel(
        hypothesis_indices: Host,
        hypothesis_values: Host,
        hypothesis_shape: Host,
        truth_indices: Host,
        truth_values: Host,
        truth_shape: Host,
        *,
        normalize: bool,
        device: torch.device,
    ) -> torch.Tensor:
        found = _sequences("hypothesis", hypothesis_indices, hypothesis_values, hypothesis_shape)
        true = _sequences("truth", truth_indices, truth_values, truth_shape)
        if len(hypothesis_shape) != len(truth_shape):
            raise invalid(
                "Expected truth and hypothesis to have matching ranks, but their shapes are: "
                f"{text(truth_shape)} and {text(hypothesis_shape)}"
            )
        if len(truth_shape) < 2:
            raise invalid(
                "Input SparseTensors must have rank at least 2, but truth_shape rank is: "
                f"{len(truth_shape)}"
            )
        sizes = np.maximum(hypothesis_shape, truth_shape)[:-1].tolist()
        distances = torch.zeros(sizes, dtype=torch.float32)
        for row in found.keys() | true.keys():
            if not all(0 <= i < size for i, size in zip(row, sizes)):
                raise invalid(f"The sequence {text(row)} is not in the shape {text(sizes)}")
            sequence, truth = (sequences.get(row, np.empty(0)) for sequences in (found, true))
            distance: float = _levenshtein(sequence, truth)
            if normalize and distance:
                distance = distance / len(truth) if len(truth) else math.inf
            distances[row] = distance
        return placed(distances, device)

"""tf.tile of ragged tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph.operation import Tensor
from reflow.ops.repeating import Tile
from reflow.tf import _filling as filling
from reflow.tf._gathering import gather
from reflow.tf._joining import concat
from reflow.tf._scopes import name_scope
from reflow.tf._static_values import get_static_value
from reflow.tf.ragged._rows import convert_to_int_tensor, lengths_to_splits, repeat_ranges
from reflow.tf.ragged._tensor import RaggedTensor, convert_to_tensor_or_ragged_tensor

_Known = np.ndarray[Any, Any] | None


def tile(input: Any, multiples: Any, name: str | None = None) -> Any:
    """A ragged tensor several times along each axis, as the vector `multiples` says."""
    with name_scope(name, "RaggedTile", [input, multiples]):
        ragged = convert_to_tensor_or_ragged_tensor(input, name="input")
        if not isinstance(ragged, RaggedTensor):
            return Tile(ragged, multiples, name=name)
        multiples = convert_to_int_tensor(multiples, "multiples", ragged.row_splits.dtype)
        multiples.shape.assert_has_rank(1)
        # Where it is known that an axis stays as it is, nothing is computed for it.
        known = get_static_value(multiples)
        return RaggedTensor.from_nested_row_splits(
            _tiled_values(ragged, multiples, known),
            _tiled_splits(ragged, multiples, known),
            validate=False,
        )


def _changes(known: _Known, axis: int) -> bool:
    return known is None or bool(known[axis] != 1)


def _tiled_values(ragged: RaggedTensor, multiples: Tensor, known: _Known) -> Tensor:
    ragged_rank, nested_splits = ragged.ragged_rank, ragged.nested_row_splits
    # Where the tiled values are among the innermost ones: from the innermost axis outwards.
    positions = filling.range(nested_splits[-1][-1])
    inner_splits = None
    for axis in range(ragged_rank, 0, -1):
        splits = nested_splits[axis - 1]
        if inner_splits is not None:
            splits = gather(inner_splits * multiples[axis + 1], splits)
        if _changes(known, axis):
            positions = repeat_ranges(positions, splits, multiples[axis])
        inner_splits = splits
    values = gather(ragged.flat_values, positions)
    uniform = concat([multiples[:1], multiples[ragged_rank + 1 :]], axis=0)
    return Tile(values, uniform)


def _tiled_splits(ragged: RaggedTensor, multiples: Tensor, known: _Known) -> list[Tensor]:
    ragged_rank, nested_splits = ragged.ragged_rank, ragged.nested_row_splits
    # projected[a][b] parts the rows of axis b as the rows of axis a do.
    projected = [{axis: nested_splits[axis]} for axis in range(ragged_rank)]
    for outer in range(ragged_rank):
        for inner in range(outer + 1, ragged_rank - 1):
            projected[outer][inner] = gather(nested_splits[inner], projected[outer][inner - 1])
    tiled = []
    for axis in range(ragged_rank):
        lengths = nested_splits[axis][1:] - nested_splits[axis][:-1]
        lengths = lengths * multiples[axis + 1]
        repeats: Any = 1
        for outer in range(axis - 1, -1, -1):
            if _changes(known, outer + 1):
                splits = projected[outer][axis - 1] * repeats
                lengths = repeat_ranges(lengths, splits, multiples[outer + 1])
            repeats = repeats * multiples[outer + 1]
        tiled.append(lengths_to_splits(Tile(lengths, multiples[:1])))
    return tiled

"""Blocks of space moved into the batch, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.constant_value import constant_value
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.space_batches import BatchToSpaceND, SpaceToBatchND
from reflow.tf._arguments import renamed
from reflow.tf._filling import zeros
from reflow.tf._joining import stack
from reflow.tf._scopes import name_scope


def space_to_batch(
    input: Any,
    paddings: Any,
    block_size: int | None = None,
    name: str | None = None,
    block_shape: Any = None,
) -> Tensor:
    """Images with every place within a block as an entry of the batch of its own.

    [b, h, w, c], paddings [2, 2], n -> [b * n * n, (padded h) / n, (padded w) / n, c].
    """
    size = renamed("block_shape", block_shape, "block_size", block_size)
    batches: Tensor = SpaceToBatchND(input, np.array([size, size], np.int64), paddings, name=name)
    batches.set_shape(batches.shape.with_rank(4))
    return batches


def batch_to_space(
    input: Any,
    crops: Any,
    block_size: int | None = None,
    name: str | None = None,
    block_shape: Any = None,
) -> Tensor:
    """The inverse of space_to_batch; `crops` [2, 2] is cut off afterwards."""
    size = renamed("block_shape", block_shape, "block_size", block_size)
    images: Tensor = BatchToSpaceND(input, np.array([size, size], np.int64), crops, name=name)
    images.set_shape(images.shape.with_rank(4))
    return images


def required_space_to_batch_paddings(
    input_shape: Any, block_shape: Any, base_paddings: Any = None, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The paddings that make `input_shape` a multiple of `block_shape`, and the crops that take
    them away again.  [n], [n], [n, 2] -> [n, 2], [n, 2]."""
    with name_scope(name, "required_space_to_batch_paddings", [input_shape, block_shape]):
        sizes: Any = convert_to_tensor(input_shape, dtypes.int32, "input_shape")
        blocks: Any = convert_to_tensor(block_shape, dtypes.int32, "block_shape")
        blocks.shape.assert_is_fully_defined()
        blocks.shape.assert_has_rank(1)
        count = blocks.shape.as_list()[0]
        if count == 0:
            return zeros([0, 2], dtypes.int32), zeros([0, 2], dtypes.int32)
        sizes.shape.assert_is_compatible_with([count])
        paddings: Any
        if base_paddings is None:
            paddings = zeros([count, 2], dtypes.int32)
        else:
            paddings = convert_to_tensor(base_paddings, dtypes.int32, "base_paddings")
            paddings.shape.assert_is_compatible_with([count, 2])
        known = [constant_value(tensor) for tensor in (blocks, sizes, paddings)]
        if all(value is not None for value in known):
            blocks, sizes, paddings = known
        before, after = paddings[:, 0], paddings[:, 1]
        padded = sizes + before + after
        extra = (blocks - padded % blocks) % blocks
        after = after + extra
        return (
            stack([[before[i], after[i]] for i in range(count)], name="paddings"),
            stack([[0, extra[i]] for i in range(count)], name="crops"),
        )

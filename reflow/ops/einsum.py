"""Products and sums written as indices: the op.  tf.einsum of TensorFlow 1 does without it."""

from __future__ import annotations

import string
from collections.abc import Sequence

import torch

from reflow.graph import errors
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.op import op

Size = int | None


def _parsed(equation: str | bytes, count: int) -> tuple[list[str], str]:
    """The letters of each of `count` inputs, and of the output; "..." among them."""
    text = equation.decode() if isinstance(equation, bytes) else equation
    left, arrow, output = text.replace(" ", "").partition("->")
    labels = left.split(",")
    if not arrow:
        raise ValueError(f"Expecting exactly one '->' in einsum equation: {text}")
    if not 1 <= count <= 2:
        raise ValueError(f"Expected either 1 or 2 inputs but got: {count}")
    if len(labels) != count:
        raise ValueError(f"Expected {len(labels)} inputs for equation {text} but got: {count}")
    for letters in (*labels, output):
        rest = letters.replace("...", "", 1)
        if rest and not (rest.isascii() and rest.isalpha()):
            raise ValueError(
                "Expected letters and at most one ellipsis (...). Received: "
                f"'{letters}' in equation {text}"
            )
    return labels, output


def _split(letters: str, rank: int) -> tuple[str, int, str]:
    """The letters before and after the ellipsis, and how many dimensions it stands for."""
    before, ellipsis, after = letters.partition("...")
    hidden = rank - len(before) - len(after)
    if hidden < 0 or (hidden and not ellipsis):
        raise ValueError(f"'{letters}' does not fit a tensor of rank {rank}")
    return before, hidden, after


@op
class Einsum:
    """The inputs multiplied, and summed over the indices that the output lacks.

    `equation` names the dimensions of the one or two inputs and of the output: "ij,jk->ik".  An
    index that an input has twice means its diagonal; one that the output has twice puts the
    values on a diagonal.  "..." stands for dimensions that broadcast.
    """

    inputs = "inputs: N * T"
    outputs = "output: T"
    attrs = ("equation: string", "N: int >= 1", "T: type")

    def shape(inputs: Sequence[TensorShape], *, equation: str) -> TensorShape:
        labels, output = _parsed(equation, len(inputs))
        size_of: dict[str, Size] = {}
        hidden = shapes.SCALAR
        for letters, shape in zip(labels, inputs):
            if shape.sizes is None:
                hidden = shapes.UNKNOWN if "..." in letters else hidden
                continue
            before, count, after = _split(letters, len(shape.sizes))
            middle = shape.sizes[len(before) : len(before) + count]
            named = (*shape.sizes[: len(before)], *shape.sizes[len(before) + count :])
            for letter, size in zip(before + after, named):
                size_of[letter] = shapes.merge_sizes(size_of.get(letter), size)
            hidden = shapes.broadcast(hidden, shapes.of(*middle))
        if any(letter not in "".join(labels) for letter in output.replace("...", "")):
            raise ValueError(f"The output has an index that no input has: {equation!r}")
        if "..." not in output:
            shapes.with_rank_at_most(hidden, 0)
            return shapes.of(*map(size_of.get, output))
        if hidden.sizes is None:
            return shapes.UNKNOWN
        before, _, after = output.partition("...")
        return shapes.of(*map(size_of.get, before), *hidden.sizes, *map(size_of.get, after))

    def kernel(inputs: Sequence[torch.Tensor], *, equation: str) -> torch.Tensor:
        labels, output = _parsed(equation, len(inputs))
        hidden = [
            _split(letters, x.ndim)[1] if "..." in letters else 0
            for letters, x in zip(labels, inputs)
        ]
        if max(hidden) and "..." not in output:
            raise errors.InvalidArgumentError(
                None, None, f"The output needs an ellipsis for dimensions of: {equation!r}"
            )
        # Letters instead of "...", the same ones for the last dimensions of both inputs.
        free = "".join(c for c in string.ascii_letters if c not in "".join(labels) + output)
        names = free[: max(hidden)]
        named = [
            letters.replace("...", names[len(names) - count :])
            for letters, count in zip(labels, hidden)
        ]
        target = output.replace("...", names)
        once = "".join(dict.fromkeys(target))
        product = torch.einsum(f"{','.join(named)}->{once}", *inputs)
        return product if once == target else _on_diagonals(product, once, target)


def _on_diagonals(x: torch.Tensor, letters: str, target: str) -> torch.Tensor:
    """x with dimensions `letters` where the repeated ones of `target` are equal, else zeros."""
    sizes = dict(zip(letters, x.shape))
    result = x.new_zeros([sizes[letter] for letter in target])
    strides = dict.fromkeys(letters, 0)
    for letter, stride in zip(target, result.stride()):
        strides[letter] += stride
    result.as_strided(x.shape, [strides[letter] for letter in letters]).copy_(x)
    return result

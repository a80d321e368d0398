"""tf.einsum: products and sums written as indices."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from typing import Any

from reflow.graph import log
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.ops.math import Mul
from reflow.tf._arrays import expand_dims, transpose
from reflow.tf._arrays import shape as shape_of
from reflow.tf._diagonals import trace
from reflow.tf._reductions import reduce_sum
from reflow.tf._scopes import name_scope

_EQUATION = re.compile(r"^([a-zA-Z,.]+)(->[a-zA-Z.]*)?$")


def einsum(equation: str, *inputs: Any, **kwargs: Any) -> Tensor:
    """Multiplies the inputs and sums over the indices that the output lacks.

    `einsum("bij,bjk->bik", a, b)` is a product of matrices, batch by batch.  Without "->" the
    output has the indices that appear once, in alphabetical order.  "..." stands for the axes
    that no letter names.

    Raises:
      ValueError: an equation that is malformed or does not fit the inputs, or an index that
        appears twice in one input, unless that is the only one and its trace is asked for: "ii".
      TypeError: a keyword argument other than `name`.
    """
    name = kwargs.pop("name", None)
    if kwargs:
        raise TypeError(f"invalid keyword arguments for this function: {', '.join(sorted(kwargs))}")
    with name_scope(name, "einsum", inputs):
        labels, output = _parsed(equation, inputs)
        if len(labels) == 1 and "->" not in equation and _is_trace(labels[0]):
            return trace(inputs[0])
        for letters in labels:
            if len(set(letters)) != len(letters):
                raise ValueError(
                    f"Subscript not supported: an axis appears more than once: {letters}"
                )
        for letter in sorted(set("".join(labels))):
            if sum(letter in letters for letters in labels) > 2 and letter not in output:
                log.warn(
                    "Falling back to exponential-space implementation of einsum() because index "
                    f'"{letter}" is summed over more than two inputs.'
                )
                return _all_at_once(inputs, labels, output)
        result, letters = inputs[0], labels[0]
        for factor, factor_letters in zip(inputs[1:], labels[1:]):
            summed = set(letters) & set(factor_letters) - set(output)
            result, letters = _product(result, letters, factor, factor_letters, summed)
        return _arranged(equation, result, letters, output)


def _is_trace(letters: str) -> bool:
    """Whether TensorFlow takes these letters of the only input for a trace: "ii" or "ijji"."""
    return letters == letters[::-1] and any(letters.count(letter) == 2 for letter in letters)


def _arranged(equation: str, result: Tensor, letters: str, output: str) -> Tensor:
    """Sums over what the output lacks and brings the axes in its order."""
    missing = [i for i, letter in enumerate(letters) if letter not in output]
    if missing:
        result = reduce_sum(result, axis=missing)
        letters = "".join(letter for letter in letters if letter in output)
    if sorted(letters) != sorted(output):
        raise ValueError(f"Invalid equation: {equation}")
    return _transposed(result, letters, output)


# -- The equation --------------------------------------------------------------------------------


def _parsed(equation: str, inputs: Sequence[Tensor]) -> tuple[list[str], str]:
    """The letters of each input's axes and of the output's, with letters for "..."."""
    equation = equation.replace(" ", "")
    match = _EQUATION.match(equation)
    if match is None:
        raise ValueError(f"Indices have incorrect format: {equation}")
    labels = match.group(1).split(",")
    output = match.group(2)
    if len(inputs) != len(labels):
        raise ValueError(
            f'Got {len(inputs)} arguments for equation "{equation}", expecting {len(labels)}'
        )
    unused = "".join(c for c in string.ascii_letters if c not in match.group(1))
    named = [_name_ellipsis(part, x, unused) for part, x in zip(labels, inputs)]
    ellipsis = max((letters for _, letters in named), key=len)
    labels = [part for part, _ in named]
    if output is not None:
        output = output[2:].replace("...", ellipsis)
        if "." in output:
            raise ValueError('period "." found outside of ellipsis')
        return labels, output
    counted = "".join(labels)
    once = sorted(c for c in set(counted) - set(ellipsis) if counted.count(c) == 1)
    return labels, ellipsis + "".join(once)


def _name_ellipsis(letters: str, x: Tensor, unused: str) -> tuple[str, str]:
    """`letters` with "..." replaced by unused ones, and which those are."""
    if "..." not in letters:
        if "." in letters:
            raise ValueError('period "." found outside of ellipsis')
        return letters, ""
    parts = letters.split("...")
    if len(parts) != 2:
        raise ValueError("Unable to resolve ellipsis. Excess number found.")
    if x.shape.ndims is None:
        raise ValueError("Unable to statically infer ellipsis axes.")
    count = x.shape.ndims - len("".join(parts))
    if count < 0:
        raise ValueError("Ellipses lengths do not match.")
    if len(unused) < count:
        raise ValueError("Unable to resolve ellipsis, too many distinct labels.")
    stand_in = unused[len(unused) - count :]
    return stand_in.join(parts), stand_in


# -- Two factors ---------------------------------------------------------------------------------


def _product(
    x: Tensor, letters_x: str, y: Tensor, letters_y: str, summed: set[str]
) -> tuple[Tensor, str]:
    """x * y summed over `summed`, and the letters of the result: kept, of x alone, of y alone."""
    for factor, letters in ((x, letters_x), (y, letters_y)):
        if len(letters) != len(factor.shape):
            raise ValueError(
                f"Tensor {factor} of rank {len(factor.shape)} does not match einsum reduction of "
                f"length {len(letters)}"
            )
    kept = sorted(set(letters_x) & set(letters_y) - summed)
    over = sorted(summed)
    only_x = sorted(set(letters_x) - set(letters_y))
    only_y = sorted(set(letters_y) - set(letters_x))
    x = _transposed(x, letters_x, kept + only_x + over)
    y = _transposed(y, letters_y, kept + over + only_y)
    result = "".join(kept + only_x + only_y)
    if not over:
        for _ in only_y:
            x = expand_dims(x, -1)
        for _ in only_x:
            y = expand_dims(y, len(kept))
        return Mul(x, y), result
    return _as_matrices(x, y, len(kept), len(over)), result


def _as_matrices(x: Tensor, y: Tensor, kept: int, over: int) -> Tensor:
    """x [kept, only x, over] times y [kept, over, only y], as batches of matrices."""
    from reflow.tf._matmul import matmul

    sizes_x = _sizes(x)
    split = len(sizes_x) - over
    rows, inner = _total(sizes_x[kept:split]), _total(sizes_x[split:])
    x = _reshaped(x, [*sizes_x[:kept], rows, inner])
    sizes_y = _sizes(y)
    columns = _total(sizes_y[kept + over :])
    y = _reshaped(y, [*sizes_y[:kept], inner, columns])
    return _reshaped(matmul(x, y), [*sizes_x[:split], *sizes_y[kept + over :]])


def _transposed(x: Tensor, letters: str, wanted: Sequence[str]) -> Tensor:
    order = [letters.index(letter) for letter in wanted]
    return x if order == sorted(order) else transpose(x, perm=order)


def _sizes(x: Tensor) -> list[Any]:
    """The sizes of x's axes: numbers, or tensors where they are not known."""
    sizes: list[Any] = x.shape.as_list()
    if None in sizes:
        known_later = shape_of(x)
        sizes = [known_later[i] if size is None else size for i, size in enumerate(sizes)]
    return sizes


def _total(sizes: Sequence[Any]) -> Any:
    total: Any = 1
    for size in sizes:
        total *= size
    return total


def _reshaped(x: Tensor, sizes: Sequence[Any]) -> Tensor:
    current = x.shape.as_list()
    same = all(not isinstance(new, Tensor) and old == new for old, new in zip(current, sizes))
    return x if same and len(current) == len(sizes) else Reshape(x, tuple(sizes))


# -- Many factors --------------------------------------------------------------------------------


def _all_at_once(inputs: Sequence[Tensor], labels: Sequence[str], output: str) -> Tensor:
    """All inputs stretched over all indices, multiplied and summed: takes much memory."""
    letters = sorted(set("".join(labels)) - set(output)) + list(output)
    product: Any = 1
    sizes_of: dict[str, int] = {}
    stretched = []
    for x, own in zip(inputs, labels):
        if x.shape.ndims != len(own):
            raise ValueError(
                f"Input {x} with axes {own} has incorrect number of dimensions "
                f"(expected {len(own)}, got {x.shape.ndims})"
            )
        ordered = [letter for letter in letters if letter in own]
        x = _transposed(x, own, ordered)
        sizes = dict(zip(ordered, (size or -1 for size in x.shape.as_list())))
        for letter, size in sizes.items():
            if size > 1 and sizes_of.setdefault(letter, size) != size:
                raise ValueError(f"Dimension mismatch on axis: {letter}")
        stretched.append((x, [sizes.get(letter, 1) for letter in letters]))
    for factor in [Reshape(x, sizes) for x, sizes in stretched]:
        product *= factor
    return reduce_sum(product, [i for i, letter in enumerate(letters) if letter not in output])

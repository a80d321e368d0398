"""tf.foldl, tf.foldr and tf.scan: a function of each row and of what it gave for the one before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph import nest
from reflow.graph.conversion import convert_to_tensor
from reflow.ops.constants import constant
from reflow.tf._elements import (
    arrays_of,
    as_elements,
    number_of_rows,
    stacked,
    variables_read_once,
)
from reflow.tf._scopes import name_scope
from reflow.tf._tensor_array import TensorArray
from reflow.tf._while_loop import while_loop


def foldl(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """fn(...fn(fn(initializer, row 0), row 1)..., last row).

    Args:
      fn: takes what it gave before, and a row (a structure of rows as `elems` is one of tensors).
      initializer: by default the first row, the loop beginning at the second.

    Raises:
      TypeError: `fn` is no function.
    """
    return _fold("foldl", fn, elems, initializer, parallel_iterations, back_prop, swap_memory, name)


def foldr(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """As `foldl`, from the last row to the first."""
    return _fold("foldr", fn, elems, initializer, parallel_iterations, back_prop, swap_memory, name)


def _fold(
    function: str,
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any,
    parallel_iterations: int,
    back_prop: bool,
    swap_memory: bool,
    name: str | None,
) -> Any:
    if not callable(fn):
        raise TypeError("fn must be callable.")
    is_right = function == "foldr"
    with name_scope(name, function, nest.flatten(elems)), variables_read_once():
        elements = as_elements(nest.flatten(elems))
        count = number_of_rows(elements[0])
        rows = [arrays_of([element], count)[0] for element in elements]

        def row(i: Any) -> Any:
            return nest.pack_sequence_as(elems, [array.read(i) for array in rows])

        if is_right:
            start = count - 1 if initializer is None else count
            first = row(start) if initializer is None else initializer
        else:
            first = row(0) if initializer is None else initializer
            start = constant(1 if initializer is None else 0)

        def forward(i: Any, folded: Any) -> Any:
            following = fn(folded, row(i))
            return [i + 1, following]

        def backward(i: Any, folded: Any) -> Any:
            i = i - 1
            return [i, fn(folded, row(i))]

        _, result = while_loop(
            (lambda i, _: i > 0) if is_right else (lambda i, _: i < count),
            backward if is_right else forward,
            [start, first],
            parallel_iterations=parallel_iterations,
            back_prop=back_prop,
            swap_memory=swap_memory,
            maximum_iterations=count,
        )
        return result


def scan(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
) -> Any:
    """All that `foldl` computes on its way, stacked.

    Args:
      fn: takes what it gave before (nested as `initializer`, or as `elems` without one), and a
        row; gives the same structure.
      infer_shape: all results have the same shape.
      reverse: from the last row to the first.

    Raises:
      TypeError: `fn` is no function, or its results are nested in another way.
    """
    if not callable(fn):
        raise TypeError("fn must be callable.")
    structure = elems if initializer is None else initializer
    flat = nest.flatten(elems)
    with name_scope(name, "scan", flat), variables_read_once():
        elements = as_elements(flat)
        count = number_of_rows(elements[0], even_if_none=True)
        rows = arrays_of(elements, count, element_shape=lambda element: element.shape[1:])
        if initializer is None:
            first = [array.read(count - 1 if reverse else 0) for array in rows]
        else:
            first = [convert_to_tensor(value) for value in nest.flatten(initializer)]
        start = 1 if initializer is None else 0
        results = [
            TensorArray(
                value.dtype,
                size=count,
                element_shape=value.shape if infer_shape else None,
                dynamic_size=False,
                infer_shape=infer_shape,
            )
            for value in first
        ]
        if initializer is None:
            results = [
                array.write(count - 1 if reverse else 0, value)
                for array, value in zip(results, first)
            ]

        def step(i: Any, folded: list[Any], results: list[TensorArray]) -> Any:
            row = nest.pack_sequence_as(elems, [array.read(i) for array in rows])
            given = fn(nest.pack_sequence_as(structure, folded), row)
            nest.assert_same_structure(structure, given)
            folded = nest.flatten(given)
            written = [array.write(i, value) for array, value in zip(results, folded)]
            return (i - 1 if reverse else i + 1), folded, written

        _, _, results = while_loop(
            (lambda i, _1, _2: i >= 0) if reverse else (lambda i, _1, _2: i < count),
            step,
            (count - 1 - start if reverse else start, first, results),
            parallel_iterations=parallel_iterations,
            back_prop=back_prop,
            swap_memory=swap_memory,
            maximum_iterations=count,
        )
        return nest.pack_sequence_as(structure, stacked(results, elements))

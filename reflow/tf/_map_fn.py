"""tf.map_fn: a function of each row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph import nest
from reflow.graph.execution import executing_eagerly
from reflow.graph.indexed_slices import SparseTensor
from reflow.ops.constants import constant
from reflow.tf import logging
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


def map_fn(
    fn: Callable[[Any], Any],
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
) -> Any:
    """What `fn` gives for each row of `elems`, stacked.

    Args:
      fn: takes a row, or a structure of rows as `elems` is one of tensors.
      elems: a tensor, or a structure of tensors with the same number of rows.
      dtype: the types of what `fn` gives, nested as that is; by default those of `elems`.
      parallel_iterations, back_prop, swap_memory: as of `tf.while_loop`.
      infer_shape: all results have the same shape.

    Raises:
      TypeError: `fn` is no function, its results are nested in another way, or `elems` is sparse.
      ValueError: a tensor has no rows, being a scalar.
    """
    if not callable(fn):
        raise TypeError("fn must be callable.")
    if isinstance(elems, SparseTensor):
        raise TypeError(
            "To perform a map on the values of a sparse tensor use either  "
            "SparseTensor(input.indices, fn(input.values), input.dense_shape) or  "
            "SparseTensor(input.indices, map_fn(fn, input.values), input.dense_shape)"
        )
    flat = nest.flatten(elems)
    with name_scope(name, "map", flat), variables_read_once():
        elements = as_elements(flat)
        dtype = dtype or nest.pack_sequence_as(elems, [element.dtype for element in elements])
        check_not_scalar(elements)
        count = number_of_rows(elements[0])
        rows = arrays_of(elements, count)
        i = constant(0)
        results = [
            TensorArray(its_dtype, size=count, dynamic_size=False, infer_shape=infer_shape)
            for its_dtype in nest.flatten(dtype)
        ]

        def step(i: Any, results: list[TensorArray]) -> Any:
            given = fn(nest.pack_sequence_as(elems, [array.read(i) for array in rows]))
            nest.assert_same_structure(dtype, given)
            written = [array.write(i, value) for array, value in zip(results, nest.flatten(given))]
            return i + 1, written

        _, results = while_loop(
            lambda i, _: i < count,
            step,
            (i, results),
            parallel_iterations=parallel(parallel_iterations),
            back_prop=back_prop,
            swap_memory=swap_memory,
            maximum_iterations=count,
        )
        return nest.pack_sequence_as(dtype, stacked(results, elements))


def check_not_scalar(elements: list[Any]) -> None:
    if elements[0].shape.ndims == 0:
        raise ValueError(
            "elems must be a 1+ dimensional Tensor, not a scalar"
            if len(elements) == 1
            else "elements in elems must be 1+ dimensional Tensors, not scalars"
        )


def parallel(given: int | None) -> int:
    if not executing_eagerly():
        return given or 10
    if given and given > 1:
        logging.log_first_n(
            logging.WARN,
            "Setting parallel_iterations > 1 has no effect when executing eagerly. Consider "
            "calling map_fn with tf.contrib.eager.defun to execute fn in parallel.",
            1,
        )
    return 1

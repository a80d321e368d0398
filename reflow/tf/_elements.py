"""What tf.map_fn, tf.scan, tf.foldl and tf.foldr have in common: loops over the rows of tensors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.execution import executing_eagerly
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape, dimension_value
from reflow.tf._arrays import shape
from reflow.tf._tensor_array import TensorArray
from reflow.tf._variable_scope import get_variable_scope


@contextmanager
def variables_read_once() -> Iterator[None]:
    """Variables that are made inside are cached where they are used."""
    scope = None if executing_eagerly() else get_variable_scope()
    if scope is None or scope.caching_device is not None:
        yield
        return
    scope.set_caching_device(lambda op: op.device)
    yield
    scope.set_caching_device(None)


def as_elements(values: Sequence[Any]) -> list[Tensor]:
    """The tensors over whose rows a loop goes."""
    return [convert_to_tensor(value, name="elem") for value in values]


def number_of_rows(tensor: Tensor, even_if_none: bool = False) -> Any:
    """How many rows there are: a number if it is known, else a tensor.

    Args:
      even_if_none: that there are 0 is known too.
    """
    known = dimension_value(tensor.shape[0])
    if known or (even_if_none and known is not None):
        return known
    return shape(tensor)[0]


def arrays_of(elements: Sequence[Tensor], size: Any, **options: Any) -> list[TensorArray]:
    """For each tensor an array of its rows."""
    arrays = [
        TensorArray(
            element.dtype,
            size=size,
            dynamic_size=False,
            infer_shape=True,
            **{name: option(element) for name, option in options.items()},
        )
        for element in elements
    ]
    return [array.unstack(element) for array, element in zip(arrays, elements)]


def stacked(arrays: Sequence[TensorArray], elements: Sequence[Tensor]) -> list[Tensor]:
    """The arrays as tensors with as many rows as the elements have."""
    results = [array.stack() for array in arrays]
    rows = elements[0].shape.with_rank_at_least(1)[0:1]
    for element in elements[1:]:
        rows.merge_with(element.shape.with_rank_at_least(1)[0:1])
    for result in results:
        result.set_shape(TensorShape(rows).concatenate(result.shape[1:]))
    return results

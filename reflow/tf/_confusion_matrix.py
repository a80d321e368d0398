"""tf.confusion_matrix, and the shapes of labels and predictions made to fit each other."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Tensor
from reflow.ops.comparisons import Equal
from reflow.ops.math import Maximum
from reflow.tf._arrays import rank as rank_of
from reflow.tf._arrays import squeeze
from reflow.tf._casts import cast
from reflow.tf._checks import assert_less, assert_non_negative
from reflow.tf._cond import cond
from reflow.tf._control_flow import with_dependencies
from reflow.tf._filling import ones_like, zeros
from reflow.tf._joining import stack
from reflow.tf._reductions import reduce_max
from reflow.tf._scopes import name_scope
from reflow.tf._sparse_math import sparse_add


def remove_squeezable_dimensions(
    labels: Any, predictions: Any, expected_rank_diff: int = 0, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Both, of which one loses its last dimension if that makes their ranks as expected.

    Args:
      expected_rank_diff: the rank of the predictions less that of the labels.
    """
    with name_scope(name, "remove_squeezable_dimensions", [labels, predictions]):
        predictions = convert_to_tensor(predictions)
        labels = convert_to_tensor(labels)
        ranks = labels.shape.ndims, predictions.shape.ndims
        if None not in ranks:
            surplus = ranks[1] - ranks[0] - expected_rank_diff
            if surplus == 1:
                predictions = squeeze(predictions, [-1])
            elif surplus == -1:
                labels = squeeze(labels, [-1])
            return labels, predictions
        difference = rank_of(predictions) - rank_of(labels)
        predictions = _squeezed_if(expected_rank_diff + 1, difference, predictions)
        labels = _squeezed_if(expected_rank_diff - 1, difference, labels)
        return labels, predictions


def _squeezed_if(expected: int, difference: Tensor, tensor: Tensor) -> Tensor:
    """The tensor without its last dimension where the difference of ranks is as expected."""
    if tensor.shape.ndims is not None and not tensor.shape[-1].is_compatible_with(1):
        return tensor
    squeezed: Tensor = cond(
        Equal(expected, difference), lambda: squeeze(tensor, [-1]), lambda: tensor
    )
    return squeezed


def confusion_matrix(
    labels: Any,
    predictions: Any,
    num_classes: Any = None,
    dtype: Any = dtypes.int32,
    name: str | None = None,
    weights: Any = None,
) -> Tensor:
    """How often each class (a row) is taken for each class (a column).

    Running it raises InvalidArgumentError for a class that is negative or not below `num_classes`.

    Args:
      labels, predictions: [n], numbers of classes.
      num_classes: by default one more than the largest number that comes.
      dtype: of the result.
      weights: [n], what each prediction counts; by default 1.

    Returns:
      [num_classes, num_classes].
    """
    with name_scope(name, "confusion_matrix", (predictions, labels, num_classes, weights)):
        labels = convert_to_tensor(labels, name="labels")
        predictions = convert_to_tensor(predictions, name="predictions")
        labels, predictions = remove_squeezable_dimensions(labels, predictions)
        predictions = cast(predictions, dtypes.int64)
        labels = cast(labels, dtypes.int64)
        labels = _not_negative(labels, "labels")
        predictions = _not_negative(predictions, "predictions")
        if num_classes is None:
            num_classes = Maximum(reduce_max(predictions), reduce_max(labels)) + 1
        else:
            limit = cast(num_classes, dtypes.int64)
            labels = _below(labels, limit, "labels")
            predictions = _below(predictions, limit, "predictions")
        if weights is not None:
            weights = convert_to_tensor(weights, name="weights")
            predictions.shape.assert_is_compatible_with(weights.shape)
            weights = cast(weights, dtype)
        shape = stack([num_classes, num_classes])
        indices = stack([labels, predictions], axis=1)
        counted = ones_like(predictions, dtype) if weights is None else weights
        counts = SparseTensor(indices, counted, cast(shape, dtypes.int64))
        return sparse_add(zeros(cast(shape, dtypes.int32), dtype), counts)


def _not_negative(numbers: Tensor, name: str) -> Tensor:
    check = assert_non_negative(numbers, message=f"`{name}` contains negative values")
    return with_dependencies([check], numbers)


def _below(numbers: Tensor, limit: Tensor, name: str) -> Tensor:
    check = assert_less(numbers, limit, message=f"`{name}` out of bound")
    return with_dependencies([check], numbers)

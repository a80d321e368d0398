"""What the metrics share: the variables that they sum in, and inputs brought to one shape.

A metric is a pair of tensors: the value of all that came so far, and the update, which adds what
came in this run and gives the new value.

Source: tensorflow/python/ops/metrics_impl.py; the nodes of all metrics are made in its order.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.dtypes import DType
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.tf._distribution import VariableAggregation, VariableSynchronization
from reflow.tf._variables import Variable
from reflow.tf._weights_broadcast import broadcast_weights

Streamed = tuple[Any, Any]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def graph_only(metric: _Function) -> _Function:
    """The metric, which raises RuntimeError while executing eagerly: it has no runs to sum over."""

    @wraps(metric)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if tf.executing_eagerly():
            raise RuntimeError(
                f"tf.metrics.{metric.__name__} is not supported when eager execution is enabled."
            )
        return metric(*args, **kwargs)

    return checked  # type: ignore[return-value]


def metric_variable(
    shape: Any, dtype: DType, validate_shape: bool = True, name: str | None = None
) -> Variable:
    """A local variable of zeros, in the collections LOCAL_VARIABLES and METRIC_VARIABLES."""
    return tf.Variable(  # type: ignore[no-any-return]
        lambda: tf.zeros(shape, dtype),
        trainable=False,
        collections=[GraphKeys.LOCAL_VARIABLES, GraphKeys.METRIC_VARIABLES],
        validate_shape=validate_shape,
        synchronization=VariableSynchronization.ON_READ,
        aggregation=VariableAggregation.SUM,
        name=name,
    )


def collected(
    value: Any, update: Any, metrics_collections: Any, updates_collections: Any
) -> Streamed:
    """The metric, added to the collections that were named."""
    for tensor, collections in ((value, metrics_collections), (update, updates_collections)):
        if collections:
            tf.add_to_collections(collections, tensor)
    return value, update


def ratio(numerator: Any, denominator: Any, name: str | None = None) -> Tensor:
    """Their quotient; 0 where the denominator is not positive."""
    return tf.div_no_nan(numerator, tf.maximum(denominator, 0), name=name)  # type: ignore[no-any-return]


def weighed(values: Tensor, weights: Any) -> Tensor:
    """The weights in float32, in the shape of the values."""
    return broadcast_weights(tf.cast(weights, dtypes.float32), values)

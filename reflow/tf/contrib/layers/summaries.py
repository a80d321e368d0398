"""Summaries of tensors, of activations and of whole collections."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor


def summarize_tensor(tensor: Any, tag: str | None = None) -> Tensor | None:
    """A summary of a tensor: its value if it is a scalar, else a histogram.

    Args:
      tag: what the summary is called; default: the operation's name and "_summary".

    Returns:
      None for strings and booleans.
    """
    if tensor.dtype.base_dtype in (dtypes.string, dtypes.bool):
        return None
    make = tf.summary.scalar if tensor.shape.ndims == 0 else tf.summary.histogram
    summary: Tensor = make(tag or f"{tensor.op.name}_summary", tensor)
    return summary


def summarize_activation(op: Tensor) -> Tensor:
    """A histogram of an activation; of a ReLU and its like also how often it is at its limits."""
    if op.op.type in ("Relu", "Softplus", "Relu6"):
        _summarize_share(op, tf.less, 0.0, "zeros")
    if op.op.type == "Relu6":
        _summarize_share(op, tf.greater, 6.0, "sixes")
    return tf.summary.histogram(f"{op.op.name}/activation", op)  # type: ignore[no-any-return]


def _summarize_share(op: Tensor, compare: Callable[..., Tensor], limit: float, name: str) -> None:
    features = op.op.inputs[0]
    is_beyond = compare(features, tf.cast(limit, features.dtype))
    tf.summary.scalar(f"{op.op.name}/{name}", tf.reduce_mean(tf.to_float(is_beyond)))


def summarize_tensors(
    tensors: Iterable[Any], summarizer: Callable[[Any], Any] = summarize_tensor
) -> list[Any]:
    """The summaries of several tensors."""
    return [summarizer(tensor) for tensor in tensors]


def summarize_collection(
    collection: str,
    name_filter: str | None = None,
    summarizer: Callable[[Any], Any] = summarize_tensor,
) -> list[Any]:
    """The summaries of a collection.

    Args:
      name_filter: a regular expression that the operations' names begin with.
    """
    tensors = [
        tensor
        for tensor in tf.get_collection(collection)
        if name_filter is None or re.match(name_filter, tensor.op.name)
    ]
    return summarize_tensors(tensors, summarizer)


summarize_variables = functools.partial(summarize_collection, GraphKeys.GLOBAL_VARIABLES)
summarize_weights = functools.partial(summarize_collection, GraphKeys.WEIGHTS)
summarize_biases = functools.partial(summarize_collection, GraphKeys.BIASES)


def summarize_activations(
    name_filter: str | None = None, summarizer: Callable[[Any], Any] = summarize_activation
) -> list[Any]:
    """The summaries of the collection ACTIVATIONS."""
    return summarize_collection(GraphKeys.ACTIVATIONS, name_filter, summarizer)

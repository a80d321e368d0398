"""tf.contrib.slim.summaries: summaries of tensors, called after them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from reflow import tf
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor


def add_histogram_summary(
    tensor: Tensor, name: str | None = None, prefix: str | None = None
) -> Any:
    """A histogram of a tensor, called PREFIX/NAME; the name is by default its operation's."""
    return tf.summary.histogram(_name(tensor, name, prefix), tensor)


def add_image_summary(
    tensor: Tensor, name: str | None = None, prefix: str | None = None, print_summary: bool = False
) -> Any:
    """Pictures; see `add_scalar_summary`."""
    return _printable(tf.summary.image, tensor, _name(tensor, name, prefix), print_summary)


def add_scalar_summary(
    tensor: Tensor, name: str | None = None, prefix: str | None = None, print_summary: bool = False
) -> Any:
    """A scalar, called PREFIX/NAME; the name is by default its operation's.

    Args:
      print_summary: whether to print the value, too, when the summary is run.
    """
    return _printable(tf.summary.scalar, tensor, _name(tensor, name, prefix), print_summary)


def add_zero_fraction_summary(
    tensor: Tensor, name: str | None = None, prefix: str | None = None, print_summary: bool = False
) -> Any:
    """The share of a tensor's elements that are 0; see `add_scalar_summary`."""
    name = f"{_name(tensor, name, prefix)}/Fraction_of_Zero_Values"
    return add_scalar_summary(tf.nn.zero_fraction(tensor), name, print_summary=print_summary)


def add_histogram_summaries(tensors: Iterable[Tensor], prefix: str | None = None) -> list[Any]:
    """`add_histogram_summary` of several tensors."""
    return [add_histogram_summary(tensor, prefix=prefix) for tensor in tensors]


def add_image_summaries(tensors: Iterable[Tensor], prefix: str | None = None) -> list[Any]:
    """`add_image_summary` of several tensors."""
    return [add_image_summary(tensor, prefix=prefix) for tensor in tensors]


def add_scalar_summaries(
    tensors: Iterable[Tensor], prefix: str | None = None, print_summary: bool = False
) -> list[Any]:
    """`add_scalar_summary` of several tensors."""
    return [
        add_scalar_summary(tensor, prefix=prefix, print_summary=print_summary) for tensor in tensors
    ]


def add_zero_fraction_summaries(tensors: Iterable[Tensor], prefix: str | None = None) -> list[Any]:
    """`add_zero_fraction_summary` of several tensors."""
    return [add_zero_fraction_summary(tensor, prefix=prefix) for tensor in tensors]


def _name(tensor: Tensor, name: str | None, prefix: str | None) -> str:
    name = name or tensor.op.name
    return f"{prefix}/{name}" if prefix else name


def _printable(make: Callable[..., Any], tensor: Tensor, name: str, print_summary: bool) -> Any:
    if not print_summary:
        return make(name=name, tensor=tensor)
    summary = tf.Print(make(name=name, tensor=tensor, collections=[]), [tensor], name)
    tf.add_to_collection(GraphKeys.SUMMARIES, summary)
    return summary

"""tf.print and tf.Print: what a run computes, shown as it passes."""

from __future__ import annotations

import logging
import os
import pprint
import random
import sys
from collections.abc import Sequence
from typing import Any

from reflow.graph import dtypes, nest
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Operation, Tensor
from reflow.ops import checks
from reflow.ops.text.formatting import PrintV2
from reflow.tf import logging as tf_logging
from reflow.tf._tensor_like import is_tensor
from reflow.tf.strings import format


def Print(
    input_: Any,
    data: Sequence[Any],
    message: str | None = None,
    first_n: int | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> Tensor:
    """`input_`; `message` and `data` are printed to standard error when a run computes it.

    Args:
      first_n: how often to print in a session (None: always).
      summarize: how many elements of each of the data are shown (3; negative: all).
    """
    return checks.Print(
        input_, data, message=message, first_n=first_n, summarize=summarize, name=name
    )


def print_v2(
    *inputs: Any,
    output_stream: Any = None,
    summarize: int | None = 3,
    sep: str = " ",
    end: str = os.linesep,
    name: str | None = None,
    **unknown: Any,
) -> Operation | None:
    """The operation that prints `inputs`: tensors, and whatever else can be printed.

    Args:
      inputs: lists and dictionaries may contain tensors; text stands for itself.
      output_stream: sys.stderr (the default), sys.stdout, a function or level of tf.logging or of
        Python's logging (info, warning, error), or "file://PATH" to write behind what is there.
      summarize: how many elements are shown at either end of each axis (-1: all).
      sep, end: between the inputs, and behind them.

    Raises:
      ValueError: another output stream, or an argument of another name.
    """
    if unknown:
        raise ValueError(f"Unrecognized keyword arguments for tf.print: {unknown}")
    stream = _stream_name(sys.stderr if output_stream is None else output_stream)
    if len(inputs) == 1 and _is_scalar_string(inputs[0]):
        text = inputs[0]
    else:
        template, tensors, placeholder = _template(inputs, sep)
        text = format(
            template,
            tensors,
            placeholder,
            3 if summarize is None else summarize,
            name=f"{name}_format" if name else None,
        )
    printed: Operation | None = PrintV2(text, output_stream=stream, end=end, name=name)
    return printed


def _stream_name(stream: Any) -> str:
    """As the op's attribute names it."""
    if isinstance(stream, str) and stream.startswith("file://"):
        return stream
    if stream is sys.stdout:
        return "stdout"
    if stream is sys.stderr:
        return "stderr"
    for name, choices in (
        ("info", (tf_logging.INFO, tf_logging.info, logging.info)),
        ("warning", (tf_logging.WARN, tf_logging.warn, tf_logging.warning, logging.warning)),
        ("error", (tf_logging.ERROR, tf_logging.error, logging.error)),
    ):
        if stream in choices:
            return f"log({name})"
    raise ValueError(
        f"Unsupported output stream, logging level, or file.{stream}. Supported streams are "
        "sys.stdout, sys.stderr, tf.logging.info, tf.logging.warning, tf.logging.error. File needs "
        "to be in the form of 'file://<filepath>'."
    )


def _is_scalar_string(value: Any) -> bool:
    return (
        is_tensor(value)
        and not isinstance(value, SparseTensor)
        and value.shape.ndims == 0
        and value.dtype.base_dtype is dtypes.string
    )


def _template(inputs: Sequence[Any], sep: str) -> tuple[str, list[Any], str]:
    """The inputs as text with placeholders, the tensors for these, and what a placeholder is."""
    without_tensors = nest.map_structure(lambda leaf: "" if is_tensor(leaf) else leaf, inputs)
    placeholder = _placeholder(" ".join(map(pprint.pformat, without_tensors)))
    tensors: list[Any] = []

    def shown(leaf: Any) -> Any:
        if isinstance(leaf, SparseTensor):
            tensors.extend((leaf.indices, leaf.values, leaf.dense_shape))
            parts = (f"{part}={placeholder}" for part in ("indices", "values", "shape"))
            return f"SparseTensor({', '.join(parts)})"
        if is_tensor(leaf):
            tensors.append(leaf)
            return placeholder
        return leaf

    # pprint writes dictionaries in the order in which nest goes through them.
    texts = [
        item if isinstance(item, str) else pprint.pformat(nest.map_structure(shown, item))
        for item in inputs
    ]
    return sep.join(texts).replace(f"'{placeholder}'", placeholder), tensors, placeholder


def _placeholder(text: str) -> str:
    """A placeholder that the text does not contain; the same for every run of a program."""
    digits = random.Random(5)
    placeholder = "{}"
    while placeholder in text:
        placeholder += str(digits.randint(0, 9))
    return placeholder

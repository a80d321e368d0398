"""tensorflow.python.layers.utils: arguments of layers, and the lengths that they lead to."""

from __future__ import annotations

from typing import Any

from reflow.graph.operation import Tensor
from reflow.tf.layers._branches import known_training, training_cond
from reflow.tf.layers._reachability import reachable_from
from reflow.tf.layers._sizes import (
    conv_input_length,
    conv_output_length,
    convert_data_format,
    normalize_data_format,
    normalize_padding,
    normalize_tuple,
)
from reflow.tf.layers._sizes import deconv_output_length as _deconv_output_length

__all__ = [
    "constant_value",
    "conv_input_length",
    "conv_output_length",
    "convert_data_format",
    "deconv_output_length",
    "get_reachable_from_inputs",
    "normalize_data_format",
    "normalize_padding",
    "normalize_tuple",
    "smart_cond",
]

constant_value = known_training


def deconv_output_length(input_length: Any, filter_size: int, padding: str, stride: int) -> Any:
    """The length that a transposed convolution makes."""
    return _deconv_output_length(input_length, filter_size, padding, stride=stride)


def get_reachable_from_inputs(inputs: Any, targets: Any = None) -> set[Any]:
    """The tensors that depend on `inputs`, and these; `targets` only saves TensorFlow time."""
    return {each for each in reachable_from(inputs) if isinstance(each, Tensor)}


def smart_cond(pred: Any, true_fn: Any = None, false_fn: Any = None, name: Any = None) -> Any:
    """What one of two functions gives, by a `tf.cond` where `pred` is not known."""
    return training_cond(pred, true_fn, false_fn, name)

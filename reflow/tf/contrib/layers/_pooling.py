"""Pooling: the largest or the mean element of each window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.tf._scopes import name_scope
from reflow.tf.contrib.framework import add_arg_scope
from reflow.tf.contrib.layers._parameters import CHANNELS_FORMATS, VOLUME_FORMATS, channels_format
from reflow.tf.contrib.layers.utils import collect_named_outputs, n_positive_integers


def _pooling_of(kind: str, dimensions: int) -> Callable[..., Tensor]:
    """A function that pools: "Max" or "Avg", over 2 or 3 dimensions."""
    formats = CHANNELS_FORMATS if dimensions == 2 else VOLUME_FORMATS
    layer_name = f"{'Average' if kind == 'Avg' else kind}Pooling{dimensions}D"

    def function(
        inputs: Any,
        kernel_size: Any,
        stride: Any = 2,
        padding: str = "VALID",
        data_format: str = next(iter(formats)),
        outputs_collections: Any = None,
        scope: str | None = None,
    ) -> Tensor:
        """What each window of each channel gives.

        Args:
          inputs: [batch, sizes..., channels], or [batch, channels, sizes...].
          kernel_size, stride: a number, or one for each dimension.
          padding: "VALID" or "SAME".
          data_format: such as "NHWC" (default) or "NCHW".
          outputs_collections: collections for the outputs.
          scope: a name.

        Raises:
          ValueError: the format is none.
        """
        channels = channels_format(data_format, formats)
        with name_scope(scope, f"{kind}Pool{dimensions}D", [inputs]) as current:
            inputs = convert_to_tensor(inputs)
            layer = getattr(tf.layers, layer_name)(
                pool_size=kernel_size,
                strides=stride,
                padding=padding,
                data_format=channels,
                _scope=current,
            )
            outputs = layer.apply(inputs)
            return collect_named_outputs(outputs_collections, current, outputs)  # type: ignore[no-any-return]

    function.__name__ = function.__qualname__ = f"{kind.lower()}_pool{dimensions}d"
    return add_arg_scope(function)


avg_pool2d = _pooling_of("Avg", 2)
avg_pool3d = _pooling_of("Avg", 3)
max_pool2d = _pooling_of("Max", 2)
max_pool3d = _pooling_of("Max", 3)


@add_arg_scope
def pool(
    inputs: Any,
    kernel_size: Any,
    pooling_type: str,
    padding: str = "VALID",
    data_format: str | None = None,
    dilation_rate: Any = 1,
    stride: Any = 1,
    outputs_collections: Any = None,
    scope: str | None = None,
) -> Tensor:
    """`tf.nn.pool`, over all dimensions but the batch and the channels.

    Args:
      inputs: [batch, sizes..., channels], or [batch, channels, sizes...].
      kernel_size, dilation_rate, stride: a number, or one for each dimension.
      pooling_type: "MAX" or "AVG".

    Raises:
      ValueError: the rank of the inputs is unknown or below 3.
    """
    with name_scope(scope, f"{pooling_type.lower()}_pool", [inputs]) as current:
        inputs = convert_to_tensor(inputs)
        if inputs.shape.ndims is None:
            raise ValueError("Rank of inputs must be known")
        if inputs.shape.ndims < 3:
            raise ValueError("Rank of inputs must be >= 3")
        dimensions = inputs.shape.ndims - 2
        outputs = tf.nn.pool(
            inputs,
            n_positive_integers(dimensions, kernel_size),
            pooling_type,
            padding,
            dilation_rate=n_positive_integers(dimensions, dilation_rate),
            strides=n_positive_integers(dimensions, stride),
            name=current,
            data_format=data_format,
        )
        return collect_named_outputs(outputs_collections, current, outputs)  # type: ignore[no-any-return]

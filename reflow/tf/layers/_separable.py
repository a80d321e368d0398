"""Separable convolutions: of each channel by itself, then a mixing of the channels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph.operation import Tensor
from reflow.tf import nn
from reflow.tf.initializers import zeros
from reflow.tf.layers._constraints import constraint_of
from reflow.tf.layers._convolutional import Convolutional
from reflow.tf.layers._functions import function_of
from reflow.tf.layers._identifiers import initializer_of
from reflow.tf.layers._regularizers import regularizer_of
from reflow.tf.layers._sizes import CHANNELS_FIRST, convert_data_format

_ZEROS = zeros()


class Separable(Convolutional):
    """What SeparableConv1D and SeparableConv2D have in common.

    Args:
      depth_multiplier: how many channels the first step makes of each one.
      depthwise_..., pointwise_...: of the two kernels, as `kernel_...` of `Convolutional`.
      all others: see `Convolutional`.

    Attributes:
      depthwise_kernel: [window..., inputs' channels, depth_multiplier].
      pointwise_kernel: [1..., inputs' channels * depth_multiplier, filters].
      bias: [filters], or None.
    """

    depthwise_kernel: Any
    pointwise_kernel: Any

    _config = (
        *Convolutional._config,
        "depth_multiplier",
        "depthwise_initializer",
        "pointwise_initializer",
        "depthwise_regularizer",
        "pointwise_regularizer",
        "depthwise_constraint",
        "pointwise_constraint",
    )

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        data_format: str | None = "channels_last",
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = None,
        pointwise_initializer: Any = None,
        bias_initializer: Any = _ZEROS,
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            bias_constraint=bias_constraint,
            trainable=trainable,
            name=name,
            **kwargs,
        )
        self.depth_multiplier = depth_multiplier
        self.depthwise_initializer = initializer_of(depthwise_initializer)
        self.pointwise_initializer = initializer_of(pointwise_initializer)
        self.depthwise_regularizer = regularizer_of(depthwise_regularizer)
        self.pointwise_regularizer = regularizer_of(pointwise_regularizer)
        self.depthwise_constraint = constraint_of(depthwise_constraint)
        self.pointwise_constraint = constraint_of(pointwise_constraint)

    def build(self, input_shape: Any) -> None:
        channels = self._settle_channels(input_shape)
        self.depthwise_kernel = self.add_weight(
            "depthwise_kernel",
            [*self.kernel_size, channels, self.depth_multiplier],
            initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
            trainable=True,
        )
        self.pointwise_kernel = self.add_weight(
            "pointwise_kernel",
            [1] * self.rank + [self.depth_multiplier * channels, self.filters],
            initializer=self.pointwise_initializer,
            regularizer=self.pointwise_regularizer,
            constraint=self.pointwise_constraint,
            trainable=True,
        )
        self._add_bias()
        self.built = True

    def call(self, inputs: Any) -> Any:
        return self.activation(
            self._separated(
                inputs,
                self.depthwise_kernel,
                self.pointwise_kernel,
                self.strides,
                self.dilation_rate,
            )
        )

    def _separated(
        self,
        images: Any,
        depthwise_kernel: Any,
        pointwise_kernel: Any,
        strides: tuple[int, ...],
        rates: tuple[int, ...],
    ) -> Tensor:
        """The separable convolution of images, with the bias."""
        is_first = self.data_format == CHANNELS_FIRST
        outputs = nn.separable_conv2d(
            images,
            depthwise_kernel,
            pointwise_kernel,
            strides=(1, 1, *strides) if is_first else (1, *strides, 1),
            padding="VALID" if self.padding == "causal" else self.padding.upper(),
            rate=rates,
            data_format=convert_data_format(self.data_format, 4),
        )
        return self._biased(outputs) if self.use_bias else outputs


class SeparableConv1D(Separable):
    """The separable convolution of sequences, [batch, length, channels]: that of images that are
    one row high; arguments at `Separable`."""

    rank = 1

    def call(self, inputs: Any) -> Any:
        row = 2 if self.data_format == CHANNELS_FIRST else 1
        outputs = self._separated(
            tf.expand_dims(self._with_past(inputs), row),
            tf.expand_dims(self.depthwise_kernel, 0),
            tf.expand_dims(self.pointwise_kernel, 0),
            self.strides * 2,
            (1, *self.dilation_rate),
        )
        return self.activation(tf.squeeze(outputs, [row]))


class SeparableConv2D(Separable):
    """The separable convolution of images, [batch, height, width, channels]; arguments at
    `Separable`."""

    rank = 2


separable_conv1d = function_of(SeparableConv1D, "separable_conv1d")
separable_conv2d = function_of(SeparableConv2D, "separable_conv2d")

"""Transposed convolutions: they enlarge by their strides what convolutions make smaller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph.execution import executing_eagerly
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.tf import nn
from reflow.tf.initializers import zeros
from reflow.tf.layers._convolutional import Convolutional
from reflow.tf.layers._functions import function_of
from reflow.tf.layers._sizes import (
    CHANNELS_FIRST,
    convert_data_format,
    deconv_output_length,
    normalize_tuple,
)

_ZEROS = zeros()


class Transposed(Convolutional):
    """What Conv2DTranspose and Conv3DTranspose have in common.

    Args:
      output_padding: what is added to the outputs' end along each axis of space, less than the
        stride; None for the largest outputs that fit.
      dilation_rate: as of `Convolutional`; the same along all axes.
      all others: see `Convolutional`.

    Attributes:
      kernel: [window..., filters, inputs' channels].
      bias: [filters], or None.
    """

    _config = (*Convolutional._config, "output_padding")

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        data_format: str | None = "channels_last",
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = _ZEROS,
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: Any = None,
        *,
        output_padding: Any = None,
        dilation_rate: Any = 1,
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
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            trainable,
            name,
            **kwargs,
        )
        if output_padding is not None:
            output_padding = normalize_tuple(output_padding, self.rank, "output_padding")
            if any(added >= stride for added, stride in zip(output_padding, self.strides)):
                raise ValueError(
                    f"Stride {self.strides} must be greater than output padding {output_padding}"
                )
        self.output_padding = output_padding

    def build(self, input_shape: Any) -> None:
        shape = TensorShape(input_shape)
        if shape.ndims != self.rank + 2:
            raise ValueError(
                f"Inputs should have rank {self.rank + 2}. Received input shape: {shape}"
            )
        channels = self._settle_channels(shape)
        self._add_kernel([*self.kernel_size, self.filters, channels])
        self._add_bias()
        self.built = True

    def call(self, inputs: Any) -> Any:
        shape = tf.shape(inputs)
        batch = shape[0]
        lengths = [shape[axis] for axis in self._axes_of_space]
        sizes = self._output_lengths(lengths)
        is_first = self.data_format == CHANNELS_FIRST
        output_shape = tf.stack(
            [batch, self.filters, *sizes] if is_first else [batch, *sizes, self.filters]
        )
        outputs = self._enlarged(inputs, output_shape)
        if not executing_eagerly():
            outputs.set_shape(self.compute_output_shape(inputs.shape))
        if self.use_bias:
            outputs = self._biased(outputs)
        return self.activation(outputs)

    def _enlarged(self, inputs: Any, output_shape: Tensor) -> Tensor:
        """The transposed convolution, of shape `output_shape`."""
        raise NotImplementedError

    @property
    def _axes_of_space(self) -> range:
        first = 2 if self.data_format == CHANNELS_FIRST else 1
        return range(first, first + self.rank)

    def _output_lengths(self, lengths: list[Any]) -> list[Any]:
        return [
            deconv_output_length(length, size, self.padding, added, stride, rate)
            for length, size, added, stride, rate in zip(
                lengths,
                self.kernel_size,
                self.output_padding or [None] * self.rank,
                self.strides,
                self.dilation_rate,
            )
        ]

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        sizes = TensorShape(input_shape).as_list()
        sizes[self._channel_axis] = self.filters
        space = slice(self._axes_of_space.start, self._axes_of_space.stop)
        sizes[space] = self._output_lengths(sizes[space])
        return TensorShape(sizes)


class Conv2DTranspose(Transposed):
    """The transposed convolution of images, [batch, height, width, channels]; arguments at
    `Transposed`."""

    rank = 2

    def _enlarged(self, inputs: Any, output_shape: Any) -> Tensor:
        is_first = self.data_format == CHANNELS_FIRST
        if is_first:
            # The CPU's op has channels last only.
            inputs = tf.transpose(inputs, [0, 2, 3, 1])
            output_shape = tf.stack([output_shape[axis] for axis in (0, 2, 3, 1)])
        else:
            # TensorFlow looks at the batch's size, whose nodes count in seeds, and does no more.
            output_shape[0]
        padding = self.padding.upper()
        if self.dilation_rate == (1, 1):
            strides = (1, *self.strides, 1)
            outputs = nn.conv2d_transpose(inputs, self.kernel, output_shape, strides, padding)
        else:
            rate, other = self.dilation_rate
            if rate != other:
                raise ValueError(f"dilation_rate must be the same in both axes: {rate}, {other}")
            outputs = nn.atrous_conv2d_transpose(inputs, self.kernel, output_shape, rate, padding)
        return tf.transpose(outputs, [0, 3, 1, 2]) if is_first else outputs


class Conv3DTranspose(Transposed):
    """The transposed convolution of volumes, [batch, depth, height, width, channels]; arguments at
    `Transposed`."""

    rank = 3

    def _enlarged(self, inputs: Any, output_shape: Tensor) -> Tensor:
        is_first = self.data_format == CHANNELS_FIRST
        return nn.conv3d_transpose(
            inputs,
            self.kernel,
            output_shape,
            (1, 1, *self.strides) if is_first else (1, *self.strides, 1),
            data_format=convert_data_format(self.data_format, 5),
            padding=self.padding.upper(),
        )


conv2d_transpose = function_of(Conv2DTranspose, "conv2d_transpose")
conv3d_transpose = function_of(Conv3DTranspose, "conv3d_transpose")

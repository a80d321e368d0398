"""Convolutions of sequences, images and volumes with kernels that the layer holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.tf import nn
from reflow.tf._atrous import Convolution
from reflow.tf.initializers import zeros
from reflow.tf.layers._constraints import constraint_of
from reflow.tf.layers._functions import function_of
from reflow.tf.layers._identifiers import activation_of, initializer_of
from reflow.tf.layers._input_spec import InputSpec
from reflow.tf.layers._layer import Layer
from reflow.tf.layers._regularizers import regularizer_of
from reflow.tf.layers._sizes import (
    CHANNELS_FIRST,
    conv_output_length,
    convert_data_format,
    normalize_data_format,
    normalize_padding,
    normalize_tuple,
)

_ZEROS = zeros()


class Convolutional(Layer):
    """activation(convolution(inputs, kernel) + bias): what Conv1D, Conv2D, Conv3D have in common.

    Args:
      filters: how many channels the outputs have.
      kernel_size: the window's size, one number or one for each axis of space.
      strides, dilation_rate: steps of the window, and within it; not both may be above 1.
      padding: "valid" or "same"; "causal" (one dimension only) lets no output see later inputs.
      data_format: "channels_last", [batch, space..., channels], or "channels_first",
        [batch, channels, space...].
      activation: a function of tensors or its name; None for none.
      use_bias: whether to add a bias.
      kernel_initializer, bias_initializer: the first values; that of the kernel is by default the
        variable scope's, at last `glorot_uniform`.
      kernel_regularizer, bias_regularizer, activity_regularizer: functions that give losses, or
        their names.
      kernel_constraint, bias_constraint: functions that optimizers apply after each update, or
        their names.
      trainable, name: see `Layer`.

    Attributes:
      kernel: [window..., inputs' channels, filters].
      bias: [filters], or None.

    Raises:
      ValueError: an argument is not of these; when built: the inputs' channels are not known.
    """

    # Dimensions of space.
    rank: int
    kernel: Any
    bias: Any = None

    _config = (
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "data_format",
        "dilation_rate",
        "activation",
        "use_bias",
        "kernel_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "kernel_constraint",
        "bias_constraint",
    )

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        data_format: str | None = "channels_last",
        dilation_rate: Any = 1,
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
        **kwargs: Any,
    ) -> None:
        super().__init__(
            trainable=trainable,
            name=name,
            activity_regularizer=regularizer_of(activity_regularizer),
            **kwargs,
        )
        self.filters = filters
        self.kernel_size = normalize_tuple(kernel_size, self.rank, "kernel_size")
        self.strides = normalize_tuple(strides, self.rank, "strides")
        self.padding = normalize_padding(padding)
        if self.padding == "causal" and self.rank > 1:
            raise ValueError("Causal padding is only supported for `Conv1D`and ``SeparableConv1D`.")
        self.data_format = normalize_data_format(data_format)
        self.dilation_rate = normalize_tuple(dilation_rate, self.rank, "dilation_rate")
        self.activation = activation_of(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializer_of(kernel_initializer)
        self.bias_initializer = initializer_of(bias_initializer)
        self.kernel_regularizer = regularizer_of(kernel_regularizer)
        self.bias_regularizer = regularizer_of(bias_regularizer)
        self.kernel_constraint = constraint_of(kernel_constraint)
        self.bias_constraint = constraint_of(bias_constraint)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    # -- Variables --------------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        channels = self._settle_channels(input_shape)
        self._add_kernel([*self.kernel_size, channels, self.filters])
        self._add_bias()
        padding = "valid" if self.padding == "causal" else self.padding
        self._convolution = Convolution(
            TensorShape(input_shape),
            self.kernel.shape,
            padding.upper() if isinstance(padding, str) else padding,
            self.strides,
            self.dilation_rate,
            data_format=convert_data_format(self.data_format, self.rank + 2),
        )
        self.built = True

    def _settle_channels(self, input_shape: Any) -> int:
        """How many channels the inputs have, from now on."""
        channels = TensorShape(input_shape).as_list()[self._channel_axis]
        if channels is None:
            raise ValueError("The channel dimension of the inputs should be defined. Found `None`.")
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self._channel_axis: channels})
        return channels  # type: ignore[no-any-return]

    @property
    def _channel_axis(self) -> int:
        return 1 if self.data_format == CHANNELS_FIRST else -1

    def _add_kernel(self, shape: list[int]) -> None:
        self.kernel = self.add_weight(
            "kernel",
            shape,
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            trainable=True,
        )

    def _add_bias(self) -> None:
        if self.use_bias:
            self.bias = self.add_weight(
                "bias",
                [self.filters],
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                trainable=True,
            )

    # -- Calling ----------------------------------------------------------------------------------

    def call(self, inputs: Any) -> Any:
        outputs = self._convolution(self._with_past(inputs), self.kernel)
        if self.use_bias:
            if self.data_format == CHANNELS_FIRST and self.rank == 1:
                # The op BiasAdd takes no sequences with channels first.
                outputs += tf.reshape(self.bias, [1, self.filters, 1])
            else:
                outputs = self._biased(outputs)
        return self.activation(outputs)

    def _biased(self, outputs: Tensor) -> Tensor:
        return nn.bias_add(outputs, self.bias, data_format=convert_data_format(self.data_format, 4))

    def _with_past(self, inputs: Any) -> Any:
        """Causal padding: zeros before the first element, as many as the window reaches back."""
        if self.padding != "causal":
            return inputs
        before = [self.dilation_rate[0] * (self.kernel_size[0] - 1), 0]
        nothing = [0, 0]
        if self.data_format == CHANNELS_FIRST:
            return tf.pad(inputs, [nothing, nothing, before])
        return tf.pad(inputs, [nothing, before, nothing])

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        batch, *sizes = TensorShape(input_shape).as_list()
        is_first = self.data_format == CHANNELS_FIRST
        space = sizes[1:] if is_first else sizes[:-1]
        lengths = [
            conv_output_length(length, size, self.padding, stride, rate)
            for length, size, stride, rate in zip(
                space, self.kernel_size, self.strides, self.dilation_rate, strict=True
            )
        ]
        return TensorShape(
            [batch, self.filters, *lengths] if is_first else [batch, *lengths, self.filters]
        )


class Conv1D(Convolutional):
    """The convolution of sequences, [batch, length, channels]; arguments at `Convolutional`."""

    rank = 1


class Conv2D(Convolutional):
    """The convolution of images, [batch, height, width, channels]; arguments at `Convolutional`."""

    rank = 2


class Conv3D(Convolutional):
    """The convolution of volumes, [batch, depth, height, width, channels]; arguments at
    `Convolutional`."""

    rank = 3


conv1d = function_of(Conv1D, "conv1d")
conv2d = function_of(Conv2D, "conv2d")
conv3d = function_of(Conv3D, "conv3d")

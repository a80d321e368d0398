"""The largest element or the mean of windows that slide over sequences, images and volumes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.tf import nn
from reflow.tf.layers._input_spec import InputSpec
from reflow.tf.layers._layer import Layer
from reflow.tf.layers._sizes import (
    CHANNELS_FIRST,
    CHANNELS_LAST,
    conv_output_length,
    convert_data_format,
    normalize_data_format,
    normalize_padding,
    normalize_tuple,
)


class Pooling(Layer):
    """What all layers that pool have in common.

    Args:
      pool_size: the window's size, one number or one for each axis of space.
      strides: the steps of the window, as `pool_size`.
      padding: "valid" or "same".
      data_format: "channels_last", [batch, space..., channels], or "channels_first".
      name: see `Layer`.

    Raises:
      ValueError: an argument is not of these.
    """

    # Dimensions of space, and the function of tf.nn.
    rank: int
    _pool: Callable[..., Tensor]

    _config = ("pool_size", "strides", "padding", "data_format")

    def __init__(
        self,
        pool_size: Any,
        strides: Any,
        padding: str = "valid",
        data_format: str | None = "channels_last",
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        if strides is None:
            raise ValueError("Argument `strides` must not be None.")
        super().__init__(name=name, **kwargs)
        self.pool_size = normalize_tuple(pool_size, self.rank, "pool_size")
        self.strides = normalize_tuple(strides, self.rank, "strides")
        self.padding = normalize_padding(padding)
        self.data_format = normalize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Any) -> Any:
        return self._pool(
            inputs,
            ksize=self._for_each_axis(self.pool_size),
            strides=self._for_each_axis(self.strides),
            padding=self.padding.upper(),
            data_format=convert_data_format(self.data_format, self.rank + 2),
        )

    def _for_each_axis(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        return (1, 1, *sizes) if self.data_format == CHANNELS_FIRST else (1, *sizes, 1)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        sizes = TensorShape(input_shape).as_list()
        first = 2 if self.data_format == CHANNELS_FIRST else 1
        for axis, (size, stride) in enumerate(
            zip(self.pool_size, self.strides, strict=True), first
        ):
            sizes[axis] = conv_output_length(sizes[axis], size, self.padding, stride)
        return TensorShape(sizes)


class _ChannelsLast(Pooling):
    """Pooling by functions that take channels last only."""

    def call(self, inputs: Any) -> Any:
        is_first = self.data_format == CHANNELS_FIRST
        if is_first:
            inputs = tf.transpose(inputs, [0, *range(2, len(inputs.shape)), 1])
        rank = len(inputs.shape)
        # Sequences come as images that are one column wide.
        column = [1] * (rank - 2 - self.rank)
        pooled = self._pool(
            inputs,
            (1, *self.pool_size, *column, 1),
            (1, *self.strides, *column, 1),
            padding=self.padding.upper(),
            data_format=convert_data_format(CHANNELS_LAST, rank),
        )
        return tf.transpose(pooled, [0, rank - 1, *range(1, rank - 1)]) if is_first else pooled


class _Pooling1D(_ChannelsLast):
    rank = 1

    def call(self, inputs: Any) -> Any:
        column = 3 if self.data_format == CHANNELS_FIRST else 2
        return tf.squeeze(super().call(tf.expand_dims(inputs, column)), column)


class _Pooling3D(_ChannelsLast):
    rank = 3


class MaxPooling1D(_Pooling1D):
    """The largest element of each window of sequences, [batch, length, channels]."""

    _pool = staticmethod(nn.max_pool)


class AveragePooling1D(_Pooling1D):
    """The mean of each window of sequences, [batch, length, channels]."""

    _pool = staticmethod(nn.avg_pool)


class MaxPooling2D(Pooling):
    """The largest element of each window of images, [batch, height, width, channels]."""

    rank = 2
    _pool = staticmethod(nn.max_pool)


class AveragePooling2D(Pooling):
    """The mean of each window of images, [batch, height, width, channels]."""

    rank = 2
    _pool = staticmethod(nn.avg_pool)


class MaxPooling3D(_Pooling3D):
    """The largest element of each window of volumes, [batch, depth, height, width, channels]."""

    _pool = staticmethod(nn.max_pool3d)


class AveragePooling3D(_Pooling3D):
    """The mean of each window of volumes, [batch, depth, height, width, channels]."""

    _pool = staticmethod(nn.avg_pool3d)


def _function_of(layer_class: type[Pooling], name: str) -> Callable[..., Tensor]:
    """function(inputs, ...the arguments of a class of layers that pool)."""

    def function(
        inputs: Any,
        pool_size: Any,
        strides: Any,
        padding: str = "valid",
        data_format: str | None = "channels_last",
        name: Any = None,
    ) -> Tensor:
        layer = layer_class(pool_size, strides, padding, data_format, name)
        return layer.apply(inputs)  # type: ignore[no-any-return]

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"What a new `{layer_class.__name__}` layer gives for `inputs`; see there."
    return function


max_pooling1d = _function_of(MaxPooling1D, "max_pooling1d")
max_pooling2d = _function_of(MaxPooling2D, "max_pooling2d")
max_pooling3d = _function_of(MaxPooling3D, "max_pooling3d")
average_pooling1d = _function_of(AveragePooling1D, "average_pooling1d")
average_pooling2d = _function_of(AveragePooling2D, "average_pooling2d")
average_pooling3d = _function_of(AveragePooling3D, "average_pooling3d")

"""tf.nn's pooling: the largest element or the mean of windows that slide over space.

Windows and strides are one number, one for each axis of space, or one for each axis of the tensor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Tensor
from reflow.ops.pooling.argmax import MaxPoolWithArgmax
from reflow.ops.pooling.averages import AvgPool, AvgPool3D
from reflow.ops.pooling.fractional import FractionalAvgPool, FractionalMaxPool
from reflow.ops.pooling.maxima import MaxPool, MaxPool3D
from reflow.tf._arguments import renamed
from reflow.tf._atrous import checked_steps, with_space_to_batch
from reflow.tf._convolution import step_sizes
from reflow.tf._scopes import name_scope


def _for_each_axis(value: Any, name: str, data_format: str) -> list[int]:
    channel_axis = 1 if data_format.startswith("NC") else len(data_format) - 1
    return step_sizes(value, len(data_format) - 2, channel_axis, name)


def _pool(
    op: OpDefinition,
    input: Any,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str,
    name: str | None,
) -> Tensor:
    ksize = _for_each_axis(ksize, "ksize", data_format)
    strides = _for_each_axis(strides, "strides", data_format)
    return op(  # type: ignore[no-any-return]
        input, ksize=ksize, strides=strides, padding=padding, data_format=data_format, name=name
    )


def _pool_sequences(
    op: OpDefinition,
    input: Any,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str,
    name: str,
) -> Tensor:
    """Pooling over one axis: that of pictures that are one row high."""
    ksize = [1, *_for_each_axis(ksize, "ksize", data_format)]
    strides = [1, *_for_each_axis(strides, "strides", data_format)]
    row, of_pictures = (1, "NHWC") if data_format == "NWC" else (2, "NCHW")
    pooled = op(
        tf.expand_dims(input, row),
        ksize=ksize,
        strides=strides,
        padding=padding,
        data_format=of_pictures,
        name=name,
    )
    return tf.squeeze(pooled, row)


def _pool_any(
    pools: Mapping[int, Callable[..., Any]],
    input: Any,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str | None,
    name: str | None,
) -> Tensor:
    """Pooling with the function of `pools` for as many axes of space as the input has."""
    rank = input.shape.ndims if isinstance(input, Tensor) else np.ndim(input)
    if rank is None and data_format is None:
        raise ValueError("The input must have a rank or a data format must be given.")
    axes = (len(data_format or "") if rank is None else rank) - 2
    if axes not in pools:
        raise ValueError(f"Input tensor must be of rank 3, 4 or 5 but was {axes + 2}.")
    data_format = data_format or ("NWC", "NHWC", "NDHWC")[axes - 1]
    pooled: Tensor = pools[axes](
        input,
        ksize=_for_each_axis(ksize, "ksize", data_format),
        strides=_for_each_axis(strides, "strides", data_format),
        padding=padding,
        data_format=data_format,
        name=name,
    )
    return pooled


# -- Maxima ----------------------------------------------------------------------------------------


def max_pool(
    value: Any,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str | None = "NHWC",
    name: str | None = None,
    input: Any = None,
) -> Tensor:
    """The largest element of each window of pictures.

    Args:
      value: [batch, height, width, channels], or as `data_format` says: "NHWC", "NCHW".
      ksize, strides: the size of the windows, and how far they move.
      padding: "VALID": windows lie inside; "SAME": as many as there are strides.
      input: another name of `value`.

    Raises:
      ValueError: a size of 0, sizes of a wrong number, or windows that do not fit.
    """
    value = renamed("input", input, "value", value)
    with name_scope(name, "MaxPool", [value]) as scope:
        if np.any(np.equal(ksize, 0)):
            raise ValueError("ksize cannot be zero.")
        return _pool(MaxPool, value, ksize, strides, padding, data_format or "NHWC", scope)


def max_pool1d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str | None = "NWC",
    name: str | None = None,
) -> Tensor:
    """The largest element of each window of sequences, [batch, width, channels] or "NCW"."""
    with name_scope(name, "MaxPool1d", [input]) as scope:
        return _pool_sequences(MaxPool, input, ksize, strides, padding, data_format or "NWC", scope)


def max_pool2d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str | None = "NHWC",
    name: str | None = None,
) -> Tensor:
    """The largest element of each window of pictures, as `max_pool`."""
    with name_scope(name, "MaxPool2d", [input]) as scope:
        return _pool(MaxPool, input, ksize, strides, padding, data_format or "NHWC", scope)


def max_pool3d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str | None = "NDHWC",
    name: str | None = None,
) -> Tensor:
    """The largest element of each window of volumes, [batch, depth, height, width, channels] or
    "NCDHW"."""
    with name_scope(name, "MaxPool3D", [input]) as scope:
        return _pool(MaxPool3D, input, ksize, strides, padding, data_format or "NDHWC", scope)


_MAXIMA = {1: max_pool1d, 2: MaxPool, 3: MaxPool3D}


def max_pool_v2(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str | None = None,
    name: str | None = None,
) -> Tensor:
    """The largest element of each window, over 1, 2 or 3 axes of space as the input has them."""
    return _pool_any(_MAXIMA, input, ksize, strides, padding, data_format, name)


def max_pool_with_argmax(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str = "NHWC",
    Targmax: Any = None,
    name: str | None = None,
    output_dtype: Any = None,
    include_batch_in_index: bool = False,
) -> Any:
    """The largest element of each window of pictures, and where in its picture it is.

    Returns:
      (output, argmax): argmax, int64 or `Targmax`, is (y * width + x) * channels + channel, counted
      from the first picture of the batch with `include_batch_in_index`.
    """
    if data_format != "NHWC":
        raise ValueError("Data formats other than 'NHWC' are not yet supported")
    argmax_type = renamed("output_dtype", output_dtype, "Targmax", Targmax)
    return MaxPoolWithArgmax(
        input=input,
        ksize=ksize,
        strides=strides,
        padding=padding,
        Targmax=dtypes.int64 if argmax_type is None else argmax_type,
        include_batch_in_index=include_batch_in_index,
        name=name,
    )


# -- Means -----------------------------------------------------------------------------------------


def avg_pool(
    value: Any,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str | None = "NHWC",
    name: str | None = None,
    input: Any = None,
) -> Tensor:
    """The mean of each window of pictures; what padding adds does not count.

    Arguments as those of `max_pool`.
    """
    with name_scope(name, "AvgPool", [value]) as scope:
        value = renamed("input", input, "value", value)
        return _pool(AvgPool, value, ksize, strides, padding, data_format or "NHWC", scope)


def avg_pool1d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str | None = "NWC",
    name: str | None = None,
) -> Tensor:
    """The mean of each window of sequences, [batch, width, channels] or "NCW"."""
    with name_scope(name, "AvgPool1D", [input]) as scope:
        return _pool_sequences(AvgPool, input, ksize, strides, padding, data_format or "NWC", scope)


def avg_pool3d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str | None = "NDHWC",
    name: str | None = None,
) -> Tensor:
    """The mean of each window of volumes, [batch, depth, height, width, channels] or "NCDHW"."""
    with name_scope(name, "AvgPool3D", [input]) as scope:
        return _pool(AvgPool3D, input, ksize, strides, padding, data_format or "NDHWC", scope)


_MEANS = {1: avg_pool1d, 2: AvgPool, 3: AvgPool3D}


def avg_pool_v2(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str | None = None,
    name: str | None = None,
) -> Tensor:
    """The mean of each window, over 1, 2 or 3 axes of space as the input has them."""
    return _pool_any(_MEANS, input, ksize, strides, padding, data_format, name)


# -- Either ----------------------------------------------------------------------------------------

_POOLS: dict[tuple[str, int], Callable[..., Tensor]] = {
    ("MAX", 1): max_pool,
    ("MAX", 2): max_pool,
    ("MAX", 3): max_pool3d,
    ("AVG", 1): avg_pool,
    ("AVG", 2): avg_pool,
    ("AVG", 3): avg_pool3d,
}
_FORMATS_1D = {None: "NHWC", "NWC": "NHWC", "NCW": "NCHW"}


def pool(
    input: Any,
    window_shape: Any,
    pooling_type: str,
    padding: str,
    dilation_rate: Any = None,
    strides: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Tensor:
    """The largest element ("MAX") or the mean ("AVG") of each window, over 1 to 3 axes of space.

    Args:
      input: [batch, space..., channels], or channels second with a format that begins with "NC".
      window_shape, strides, dilation_rate: one number for each axis of space; with a rate above 1
        a window takes every rate-th element (padding "VALID" only).
      dilations: another name of `dilation_rate`.

    Raises:
      ValueError: strides above the window's sizes, both strides and rates above 1, or windows
        that do not fit.
    """
    dilation_rate = renamed("dilations", dilations, "dilation_rate", dilation_rate)
    with name_scope(name, f"{pooling_type.lower()}_pool", [input]) as scope:
        input = convert_to_tensor(input, name="input")
        axes = len(window_shape)
        if not 1 <= axes <= 3:
            raise ValueError("It is required that 1 <= num_spatial_dims <= 3.")
        input.shape.with_rank(axes + 2)
        strides, rates = checked_steps(axes, strides, dilation_rate)
        if padding == "SAME" and np.any(rates > 1):
            raise ValueError("pooling with SAME padding is not implemented for dilation_rate > 1")
        if np.any(strides > window_shape):
            raise ValueError(
                "strides > window_shape not supported due to inconsistency between CPU and GPU "
                "implementations"
            )
        if (pooling_type, axes) not in _POOLS:
            raise ValueError(f"{axes}-D {pooling_type} pooling is not supported.")
        pool_windows = _POOLS[pooling_type, axes]
        is_channels_first = (data_format or "").startswith("NC")
        outside = ([1, 1], []) if is_channels_first else ([1], [1])
        ksize = [*outside[0], *window_shape, *outside[1]]
        steps = [*outside[0], *strides, *outside[1]]
        first = len(outside[0])
        if axes == 1:
            if data_format not in _FORMATS_1D:
                raise ValueError('data_format must be either "NWC" or "NCW".')
            data_format, ksize, steps = _FORMATS_1D[data_format], [1, *ksize], [1, *steps]

        def windows(x: Tensor, _: Any, padding: str) -> Tensor:
            if axes > 1:
                return pool_windows(x, ksize, steps, padding, name=scope, data_format=data_format)
            # A sequence is a picture that is one row high.
            x = tf.expand_dims(x, first)
            x = pool_windows(x, ksize, steps, padding, name=scope, data_format=data_format)
            return tf.squeeze(x, [first])

        return with_space_to_batch(
            input,
            rates,
            padding,
            windows,
            filter_shape=window_shape,
            spatial_dims=range(first, first + axes),
        )


# -- Windows of random lengths ---------------------------------------------------------------------


def fractional_max_pool(
    value: Any,
    pooling_ratio: Any,
    pseudo_random: bool = False,
    overlapping: bool = False,
    deterministic: bool = False,
    seed: int = 0,
    seed2: int = 0,
    name: str | None = None,
) -> Any:
    """The largest elements of windows whose lengths are drawn.  Graham (2014).

    Args:
      value: [batch, height, width, channels], float32, float64, int32 or int64.
      pooling_ratio: [1, height's, width's, 1]: how many times smaller the output is.
      pseudo_random: one number decides where all windows begin; by default they are shuffled.
      overlapping: a window's last element is the next one's first.
      deterministic: all runs draw the same; with `seed` and `seed2` those are told.

    Returns:
      (output, row_pooling_sequence, col_pooling_sequence): the latter say where windows begin.
    """
    return FractionalMaxPool(
        value, pooling_ratio, pseudo_random, overlapping, deterministic, seed, seed2, name
    )


def fractional_avg_pool(
    value: Any,
    pooling_ratio: Any,
    pseudo_random: bool = False,
    overlapping: bool = False,
    deterministic: bool = False,
    seed: int = 0,
    seed2: int = 0,
    name: str | None = None,
) -> Any:
    """The means of windows whose lengths are drawn; arguments as those of fractional_max_pool."""
    return FractionalAvgPool(
        value, pooling_ratio, pseudo_random, overlapping, deterministic, seed, seed2, name=name
    )

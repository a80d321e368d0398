"""Normalization of each example by itself: by layer, by channel, by groups of channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.tf import initializers
from reflow.tf._variable_scope import variable_scope
from reflow.tf.contrib.framework import add_arg_scope
from reflow.tf.contrib.layers._parameters import channels_format, finished, layer_parameter

_INITIALIZERS = {"beta": initializers.Zeros(), "gamma": initializers.Ones()}


def _parameter(
    name: str,
    shape: Any,
    inputs: Tensor,
    param_initializers: Mapping[str, Any] | None,
    variables_collections: Any,
    trainable: bool,
) -> Any:
    """The variable "beta" or "gamma"."""
    return layer_parameter(
        name,
        variables_collections,
        shape=shape,
        dtype=inputs.dtype.base_dtype,
        initializer=(param_initializers or {}).get(name, _INITIALIZERS[name]),
        trainable=trainable,
    )


@add_arg_scope
def layer_norm(
    inputs: Any,
    center: bool = True,
    scale: bool = True,
    activation_fn: Callable[[Tensor], Tensor] | None = None,
    reuse: bool | None = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    begin_norm_axis: int = 1,
    begin_params_axis: int = -1,
    scope: Any = None,
) -> Tensor:
    """Each example with mean 0 and variance 1, times "gamma", plus "beta".

    Ba et al., "Layer normalization" (2016).

    Args:
      inputs: [batch, ...].
      center, scale: whether there is a beta, and a gamma.
      begin_norm_axis: mean and variance are over this dimension and those after it.
      begin_params_axis: beta and gamma have the sizes of this dimension and those after it.
      reuse, variables_collections, outputs_collections, trainable: see `batch_norm`.
      scope: a name for the variable scope, default "LayerNorm".

    Raises:
      ValueError: the rank or the variables' shape is unknown, or there are no such dimensions.
    """
    with variable_scope(scope, "LayerNorm", [inputs], reuse=reuse) as current:
        inputs = convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        if rank is None:
            raise ValueError(f"Inputs {inputs.name} has undefined rank.")
        if begin_norm_axis < 0:
            begin_norm_axis += rank
        if begin_params_axis >= rank or begin_norm_axis >= rank:
            raise ValueError(
                f"begin_params_axis ({begin_params_axis}) and begin_norm_axis ({begin_norm_axis}) "
                f"must be < rank(inputs) ({rank})"
            )
        shape = inputs.shape[begin_params_axis:]
        if not shape.is_fully_defined():
            raise ValueError(
                f"Inputs {inputs.name}: shape(inputs)[{begin_params_axis}:] is not fully defined: "
                f"{inputs.shape}"
            )
        common = shape, inputs, None, variables_collections, trainable
        beta = _parameter("beta", *common) if center else None
        gamma = _parameter("gamma", *common) if scale else None
        axes = list(range(begin_norm_axis, rank))
        mean, variance = tf.nn.moments(inputs, axes, keep_dims=True)
        # 1e-12 is nothing in half precision.
        epsilon = 1e-3 if inputs.dtype.base_dtype == dtypes.float16 else 1e-12
        outputs = tf.nn.batch_normalization(inputs, mean, variance, beta, gamma, epsilon)
        outputs.set_shape(inputs.shape)
        return finished(outputs, activation_fn, outputs_collections, current.name)  # type: ignore[no-any-return]


@add_arg_scope
def instance_norm(
    inputs: Any,
    center: bool = True,
    scale: bool = True,
    epsilon: float = 1e-6,
    activation_fn: Callable[[Tensor], Tensor] | None = None,
    param_initializers: Mapping[str, Any] | None = None,
    reuse: bool | None = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope: Any = None,
) -> Tensor:
    """Each channel of each example with mean 0 and variance 1, times "gamma", plus "beta".

    Ulyanov et al., "Instance normalization" (2016).

    Args:
      inputs: [batch, ..., channels]; with "NCHW" [batch, channels, ...].
      epsilon: is added to the variance.
      scope: a name for the variable scope, default "InstanceNorm".
      others: see `batch_norm`.

    Raises:
      ValueError: the rank or the number of channels is unknown, or the format is none.
    """
    inputs = convert_to_tensor(inputs)
    rank = inputs.shape.ndims
    if rank is None:
        raise ValueError(f"Inputs {inputs.name} has undefined rank.")
    is_first = channels_format(data_format) == "channels_first"
    with variable_scope(scope, "InstanceNorm", [inputs], reuse=reuse) as current:
        axis = 1 if is_first else rank - 1
        shape = inputs.shape[axis : axis + 1]
        if not shape.is_fully_defined():
            raise ValueError(f"Inputs {inputs.name} has undefined channels dimension {shape}.")

        def parameter(name: str) -> Any:
            vector = _parameter(
                name, shape, inputs, param_initializers, variables_collections, trainable
            )
            sizes = [1, *shape.as_list()] + [1] * (rank - 2)
            return tf.reshape(vector, sizes) if is_first else vector

        beta = parameter("beta") if center else None
        gamma = parameter("gamma") if scale else None
        axes = [other for other in range(1, rank) if other != axis]
        mean, variance = tf.nn.moments(inputs, axes, keep_dims=True)
        outputs = tf.nn.batch_normalization(
            inputs, mean, variance, beta, gamma, epsilon, name="instancenorm"
        )
        return finished(outputs, activation_fn, outputs_collections, current.name)  # type: ignore[no-any-return]


@add_arg_scope
def group_norm(
    inputs: Any,
    groups: int = 32,
    channels_axis: int = -1,
    reduction_axes: Sequence[int] = (-3, -2),
    center: bool = True,
    scale: bool = True,
    epsilon: float = 1e-6,
    activation_fn: Callable[[Tensor], Tensor] | None = None,
    param_initializers: Mapping[str, Any] | None = None,
    reuse: bool | None = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
    mean_close_to_zero: bool = False,
) -> Tensor:
    """Each group of channels of each example with mean 0 and variance 1, times "gamma" for each
    channel, plus "beta".  Wu and He, "Group normalization" (2018).

    Args:
      inputs: of any rank that is known.
      groups: into how many groups the channels are divided.
      channels_axis: which dimension the channels are.
      reduction_axes: over which dimensions mean and variance are, beside the channels of a group.
      epsilon: is added to the variance.
      scope: a name for the variable scope, default "GroupNorm".
      mean_close_to_zero: whether the variance may be computed as the mean of squares less the
        square of the mean, in one pass.
      others: see `batch_norm`.

    Raises:
      ValueError: a size that is needed is unknown, a dimension does not exist or is named twice, or
        the channels do not divide into so many groups.
    """
    inputs = convert_to_tensor(inputs)
    rank = inputs.shape.ndims
    if rank is None:
        raise ValueError(f"Inputs {inputs.name} has undefined rank.")
    if channels_axis > rank - 1:
        raise ValueError("Axis is out of bounds.")
    dynamic_shape = tf.shape(inputs)
    sizes: list[Any] = [
        dynamic_shape[i] if size is None else size for i, size in enumerate(inputs.shape.as_list())
    ]
    channels_axis %= rank
    channels = inputs.shape.as_list()[channels_axis]
    if channels is None:
        raise ValueError(f"Inputs {inputs.name} has undefined channel dimension: {channels_axis}.")
    axes = _checked_axes(inputs, reduction_axes, channels_axis)
    if groups > channels:
        raise ValueError(f"Invalid groups {groups} for {channels} channels.")
    if channels % groups:
        raise ValueError(f"{channels} channels is not commensurate with {groups} groups.")
    divided = [groups, channels // groups]
    before, after = sizes[:channels_axis], sizes[channels_axis + 1 :]
    grouped = tf.reshape(inputs, [*before, *divided, *after])
    # The channels of a group have become a dimension of their own, which moves those after it.
    moments_axes = [channels_axis + 1] + [a + 1 if a > channels_axis else a for a in axes]
    with variable_scope(scope, "GroupNorm", [grouped], reuse=reuse) as current:

        def parameter(name: str) -> Any:
            vector = _parameter(
                name, [channels], inputs, param_initializers, variables_collections, trainable
            )
            return tf.reshape(vector, [1] * len(before) + divided + [1] * len(after))

        beta = parameter("beta") if center else None
        gamma = parameter("gamma") if scale else None
        if mean_close_to_zero:
            count, total, squares, _ = tf.nn.sufficient_statistics(
                grouped, moments_axes, keep_dims=True
            )
            mean, variance = tf.nn.normalize_moments(count, total, squares, shift=None)
        else:
            mean, variance = tf.nn.moments(grouped, moments_axes, keep_dims=True)
        gain = tf.rsqrt(variance + epsilon)
        offset = -mean * gain
        if gamma is not None:
            gain *= gamma
            offset *= gamma
        if beta is not None:
            offset += beta
        outputs = tf.reshape(grouped * gain + offset, sizes)
        return finished(outputs, activation_fn, outputs_collections, current.name)  # type: ignore[no-any-return]


def _checked_axes(inputs: Tensor, axes: Sequence[int], channels_axis: int) -> list[int]:
    rank = inputs.shape.ndims
    checked = [axis + rank if axis < 0 else axis for axis in axes]
    for axis in checked:
        if axis > rank:
            raise ValueError("Axis is out of bounds.")
        if inputs.shape.as_list()[axis] is None:
            raise ValueError(f"Inputs {inputs.name} has undefined dimensions {axis}.")
        if axis == channels_axis:
            raise ValueError("reduction_axis must be mutually exclusive with channels_axis")
    return checked

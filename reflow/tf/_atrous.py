"""Convolutions whose filters have holes (atrous), made by moving blocks of space into the batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.constant_value import constant_value
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape, as_shape
from reflow.ops.convolution.conv2d import Conv2DBackpropInput
from reflow.ops.convolution.conv3d import Conv3D
from reflow.ops.space_batches import BatchToSpaceND, SpaceToBatchND
from reflow.tf._arguments import renamed
from reflow.tf._arrays import shape as shape_of
from reflow.tf._convolution import conv1d, conv2d, conv2d_transpose, step_sizes
from reflow.tf._joining import concat, stack
from reflow.tf._scopes import name_scope
from reflow.tf._space_batches import (
    batch_to_space,
    required_space_to_batch_paddings,
    space_to_batch,
)

# (input, filter) -> output.
Filtering = Callable[[Any, Any], Tensor]
# (dimensions of space, padding) -> Filtering.
FilteringMaker = Callable[[int, Any], Filtering]


def with_space_to_batch(
    input: Any,
    dilation_rate: Any,
    padding: str,
    op: Callable[[Tensor, int, str], Tensor],
    filter_shape: Any = None,
    spatial_dims: Sequence[int] | None = None,
    data_format: str | None = None,
) -> Tensor:
    """op(input, dimensions of space, padding), of every dilation_rate-th place of the input only.

    Args:
      dilation_rate: [dimensions of space] int32.
      op: whatever slides over space; with rates above 1 it is asked for no padding.
      filter_shape: the shape of what slides; needed for padding "SAME".
      spatial_dims: the axes of space; by default those that `data_format` tells.
    """
    input = convert_to_tensor(input, name="input")

    def make(dimensions: int, padding: str) -> Filtering:
        return lambda converted, _: op(converted, dimensions, padding)

    dilated = _Dilated(
        input.shape, dilation_rate, padding, make, filter_shape, spatial_dims, data_format
    )
    return dilated(input, None)


class _Dilated:
    """A filtering that sees every dilation_rate-th place only.

    Making it adds the nodes that depend on the rate and the filter, calling it the others.
    """

    def __init__(
        self,
        input_shape: TensorShape,
        dilation_rate: Any,
        padding: str,
        make: FilteringMaker,
        filter_shape: Any = None,
        spatial_dims: Sequence[int] | None = None,
        data_format: str | None = None,
    ) -> None:
        rate: Tensor = convert_to_tensor(dilation_rate, dtypes.int32, name="dilation_rate")
        if rate.shape.ndims not in (None, 1):
            raise ValueError("rate must be rank 1")
        if not rate.shape.is_fully_defined():
            raise ValueError("rate must have known shape")
        dimensions: int = rate.shape.as_list()[0]
        self._channels_second = data_format is not None and data_format.startswith("NC")
        self._axes = _checked_axes(spatial_dims, dimensions, 2 if self._channels_second else 1)
        least_rank = self._axes[-1] + (0 if self._channels_second else 1)
        if input_shape.ndims is not None and input_shape.ndims < least_rank:
            raise ValueError(f"input tensor must have rank {least_rank} at least")
        self._input_shape = input_shape
        self._rate = rate
        known_rate = constant_value(rate)
        if known_rate is not None and np.any(known_rate < 1):
            raise ValueError("dilation_rate must be positive")
        self._is_dense = known_rate is not None and np.all(known_rate == 1)
        if self._is_dense:
            self._apply = make(dimensions, padding)
            return
        self._apply = make(dimensions, "VALID")
        self._known_rate = rate if known_rate is None else known_rate
        self._dimensions = dimensions
        self._paddings = self._base_paddings(padding, filter_shape)

    def _base_paddings(self, padding: str, filter_shape: Any) -> Any:
        """The padding for the filter alone; None where that is known when it is called."""
        if padding == "VALID":
            return np.zeros([self._dimensions, 2], np.int32)
        if padding != "SAME":
            raise ValueError(f"Invalid padding method {padding!r}")
        if filter_shape is None:
            raise ValueError("filter_shape must be specified for SAME padding")
        known_shape = constant_value(convert_to_tensor(filter_shape, name="filter_shape"))
        if known_shape is None:
            return None
        return _same_paddings(known_shape, self._dimensions, self._known_rate)

    def __call__(self, input: Any, filter: Any) -> Tensor:
        if self._is_dense:
            return self._apply(input, filter)
        sizes = self._input_shape.sizes
        space: Any = None if sizes is None else [sizes[axis] for axis in self._axes]
        if space is None or None in space:
            shape = shape_of(input)
            space = stack([shape[axis] for axis in self._axes])
        paddings = self._paddings
        if paddings is None:
            paddings = _same_paddings(shape_of(filter), self._dimensions, self._known_rate)
        paddings, crops = required_space_to_batch_paddings(space, self._rate, paddings)
        blocks = _for_all_axes(self._rate, 1, self._axes)
        paddings = _for_all_axes(paddings, 0, self._axes)
        crops = _for_all_axes(crops, 0, self._axes)
        result = self._apply(SpaceToBatchND(input, blocks, paddings), filter)
        output: Tensor = BatchToSpaceND(result, blocks, crops)
        if self._channels_second and filter is not None and not output.shape.as_list()[1]:
            output.set_shape([*output.shape.as_list()[:1], filter.shape[-1], *output.shape[2:]])
        return output


def _checked_axes(spatial_dims: Sequence[int] | None, dimensions: int, first: int) -> list[int]:
    axes = list(range(first, first + dimensions) if spatial_dims is None else spatial_dims)
    if sorted({int(axis) for axis in axes}) != axes or any(axis < 1 for axis in axes):
        raise ValueError(
            "spatial_dims must be a montonically increasing sequence of positive integers"
        )
    return axes


def _same_paddings(filter_shape: Any, dimensions: int, rate: Any) -> Tensor:
    """What padding SAME adds for a filter with holes, [dimensions, 2]."""
    sizes = filter_shape[:dimensions]
    margin = sizes + (sizes - 1) * (rate - 1) - 1
    before = margin // 2
    after = margin - before
    return stack([[before[i], after[i]] for i in range(dimensions)])


def _for_all_axes(given: Tensor, fill: int, axes: Sequence[int]) -> Any:
    """Rows for the axes of space spread over all axes from the second on, filled up between."""
    known = constant_value(given)
    rows = given if known is None else known
    rest, dtype = given.shape.as_list()[1:], given.dtype.as_numpy_dtype
    parts: list[Any] = []
    previous = start = 0
    while start < len(axes):
        if axes[start] > 1:
            parts.append(np.full([axes[start] - 1 - previous, *rest], fill, dtype))
        end = start + 1
        while end < len(axes) and axes[end] == axes[end - 1] + 1:
            end += 1
        parts.append(rows[start:end])
        previous, start = axes[end - 1], end
    return np.concatenate(parts) if known is not None else concat(parts, 0)


# -- Convolutions ----------------------------------------------------------------------------------


def convolution(
    input: Any,
    filter: Any,
    padding: str,
    strides: Any = None,
    dilation_rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The convolution of sequences, images or volumes.

    Args:
      input: [batch, *space, inputs], or channels second if data_format begins with "NC".
      filter: [*space, inputs, outputs].
      strides, dilation_rate: a number for each axis of space; not both may be above 1.
    """
    filter = renamed("filters", filters, "filter", filter)
    rates = renamed("dilations", dilations, "dilation_rate", dilation_rate)
    ranks = [as_shape(given.shape).ndims for given in (input, filter)]
    rank = next((rank for rank in ranks if rank is not None), None)
    if rank is None:
        raise ValueError("rank of input or filter must be known")
    dimensions = rank - 2
    if not 1 <= dimensions <= 3:
        raise ValueError(f"Input tensor must be of rank 3, 4 or 5 but was {rank}.")
    channels_second = data_format is not None and data_format.startswith("NC")
    channel_axis = 1 if channels_second else dimensions + 1
    strides = step_sizes(strides, dimensions, channel_axis, "strides")
    rates = step_sizes(rates, dimensions, channel_axis, "dilations")
    with name_scope(name, "convolution", [input, filter]) as scope:
        if all(rate == 1 for rate in rates):
            convolve: Any = {1: conv1d, 2: conv2d, 3: Conv3D}[dimensions]
            return convolve(
                input,
                filter,
                strides,
                padding,
                data_format=data_format,
                dilations=rates,
                name=scope,
            )
        space = slice(2, None) if channels_second else slice(1, -1)
        dilated = Convolution(
            as_shape(input.shape),
            as_shape(filter.shape),
            padding,
            strides[space],
            rates[space],
            scope,
            data_format,
        )
        return dilated(input, filter)


class Convolution:
    """A convolution of inputs and filters of given shapes, which layers make once and call often.

    Args:
      input_shape, filter_shape: of which one has a known rank.
      strides, dilation_rate: a number for each axis of space; not both may be above 1.
      name: of the convolution without holes.

    Raises:
      ValueError: what does not fit.
    """

    def __init__(
        self,
        input_shape: TensorShape,
        filter_shape: TensorShape,
        padding: str,
        strides: Any = None,
        dilation_rate: Any = None,
        name: str | None = None,
        data_format: str | None = None,
    ) -> None:
        rank = input_shape.ndims if filter_shape.ndims is None else filter_shape.ndims
        if rank is None:
            raise ValueError("rank of input or filter must be known")
        for what, shape in (("input", input_shape), ("filter", filter_shape)):
            if shape.ndims not in (None, rank):
                raise ValueError(f"{what} tensor must have rank {rank}")
        channels_second = data_format is not None and data_format.startswith("NC")
        _check_channels(input_shape, filter_shape, 1 if channels_second else rank - 1)
        dimensions = rank - 2
        self._strides, rates = checked_steps(dimensions, strides, dilation_rate)
        self._name, self._data_format = name, data_format
        first = 2 if channels_second else 1
        self._dilated = _Dilated(
            input_shape,
            rates,
            padding,
            self._dense,
            filter_shape,
            range(first, first + dimensions),
            data_format,
        )

    def _dense(self, dimensions: int, padding: str) -> Filtering:
        """The convolution without holes."""
        return _dense_convolution(dimensions, self._strides, padding, self._data_format, self._name)

    def __call__(self, input: Any, filter: Any) -> Tensor:
        return self._dilated(input, filter)


def _check_channels(input_shape: TensorShape, filter_shape: TensorShape, axis: int) -> None:
    given = None if input_shape.sizes is None else input_shape.sizes[axis]
    expected = None if filter_shape.sizes is None else filter_shape.sizes[-2]
    if None not in (given, expected) and given != expected:
        raise ValueError(
            "number of input channels does not match corresponding dimension of filter, "
            f"{given} != {expected}"
        )


def checked_steps(dimensions: int, strides: Any, rates: Any) -> tuple[Any, Any]:
    checked = []
    for name, given in (("dilation_rate", rates), ("strides", strides)):
        given = [1] * dimensions if given is None else given
        if len(given) != dimensions:
            raise ValueError(f"len({name})={len(given)} but should be {dimensions}")
        steps = np.array(given, dtype=np.int32)
        if np.any(steps < 1):
            raise ValueError(f"all values of {name} must be positive")
        checked.append(steps)
    rates, strides = checked
    if np.any(strides > 1) and np.any(rates > 1):
        raise ValueError("strides > 1 not supported in conjunction with dilation_rate > 1")
    return strides, rates


def _dense_convolution(
    dimensions: int, strides: Any, padding: str, data_format: str | None, name: str | None
) -> Filtering:
    """A convolution without holes; ValueError for what there is none of."""
    if not 1 <= dimensions <= 3:
        raise ValueError("`input` and `filter` must have rank at least 3 and at most 5")
    formats = (("NWC", "NCW", "NHWC", "NCHW"), ("NHWC", "NCHW"), ("NDHWC", "NCDHW"))[dimensions - 1]
    if data_format not in (None, *formats):
        given = f" Have: {data_format}" if dimensions == 3 else ""
        raise ValueError(f'data_format must be "{formats[0]}" or "{formats[1]}".{given}')
    channels_second = data_format is not None and data_format.startswith("NC")
    steps = [1, 1, *strides] if channels_second else [1, *strides, 1]
    convolve: Any = (conv1d, conv2d, Conv3D)[dimensions - 1]
    if dimensions == 1:
        steps = strides[0]

    def apply(input: Any, filter: Any) -> Tensor:
        return convolve(input, filter, steps, padding, data_format=data_format, name=name)

    return apply


def atrous_conv2d(
    value: Any, filters: Any, rate: Any, padding: str, name: str | None = None
) -> Tensor:
    """conv2d with a filter that has rate - 1 holes between its elements."""
    return convolution(
        value, filters, padding, dilation_rate=np.broadcast_to(rate, (2,)), name=name
    )


def atrous_conv2d_transpose(
    value: Any,
    filters: Any,
    output_shape: Any,
    rate: int,
    padding: str,
    name: str | None = None,
) -> Tensor:
    """The gradient of atrous_conv2d by its input, as an op of its own.

    value [batch, height, width, inputs]; filters [height, width, outputs, inputs].
    """
    with name_scope(name, "atrous_conv2d_transpose", [value, filters, output_shape]):
        value = convert_to_tensor(value, name="value")
        filters = convert_to_tensor(filters, name="filters")
        if not value.shape.dims[3].is_compatible_with(filters.shape[3]):
            raise ValueError(
                "value's input channels does not match filters' input channels, "
                f"{value.shape[3]} != {filters.shape[3]}"
            )
        if rate < 1:
            raise ValueError(f"rate {rate} cannot be less than one")
        if rate == 1:
            return conv2d_transpose(value, filters, output_shape, [1, 1, 1, 1], padding)
        _check_output_shape(output_shape, filters)
        return _atrous_transpose(value, filters, output_shape, rate, padding)


def _check_output_shape(output_shape: Any, filters: Tensor) -> None:
    shape = convert_to_tensor(output_shape, name="output_shape").shape
    if not shape.is_compatible_with([4]):
        raise ValueError(f"output_shape must have shape (4,), got {shape}")
    if isinstance(output_shape, (list, tuple, np.ndarray)):
        if not filters.shape.dims[2].is_compatible_with(output_shape[3]):
            raise ValueError(
                "output_shape does not match filter's output channels, "
                f"{output_shape[3]} != {filters.shape[2]}"
            )


def _atrous_transpose(
    value: Tensor, filters: Tensor, output_shape: Any, rate: int, padding: str
) -> Tensor:
    if padding == "SAME":
        known = filters.shape.is_fully_defined()
        sizes: Any = filters.shape.as_list() if known else shape_of(filters)
        height, width = sizes[0], sizes[1]
        covered_height = height + (height - 1) * (rate - 1)
        covered_width = width + (width - 1) * (rate - 1)
        rows, columns = covered_height - 1, covered_width - 1
        top = rows // 2
        bottom = rows - top
        left = columns // 2
        right = columns - left
    elif padding == "VALID":
        top = bottom = left = right = 0
    else:
        raise ValueError(f"padding must be either VALID or SAME: {padding}")
    height = output_shape[1] + top + bottom
    width = output_shape[2] + left + right
    extra_rows = (rate - height % rate) % rate
    extra_columns = (rate - width % rate) % rate
    value = space_to_batch(value, [[0, extra_rows], [0, extra_columns]], block_size=rate)
    block_sizes = [
        rate * rate * output_shape[0],
        (height + extra_rows) // rate,
        (width + extra_columns) // rate,
        output_shape[3],
    ]
    blocks = Conv2DBackpropInput(
        block_sizes, filters, value, strides=[1, 1, 1, 1], padding="VALID", data_format="NHWC"
    )
    crops = [[top, bottom + extra_rows], [left, right + extra_columns]]
    return batch_to_space(blocks, crops, block_size=rate)

"""Arguments of layers that slide over space, and the lengths that they lead to."""

from __future__ import annotations

from typing import Any

CHANNELS_LAST = "channels_last"
CHANNELS_FIRST = "channels_first"

_OP_FORMATS = {
    CHANNELS_LAST: {3: "NWC", 4: "NHWC", 5: "NDHWC"},
    CHANNELS_FIRST: {3: "NCW", 4: "NCHW", 5: "NCDHW"},
}


def convert_data_format(data_format: str, ndim: int) -> str:
    """The ops' name of a layer's data format: "NHWC" for "channels_last" and rank 4."""
    if data_format not in _OP_FORMATS:
        raise ValueError("Invalid data_format:", data_format)
    if ndim not in _OP_FORMATS[data_format]:
        raise ValueError("Input rank not supported:", ndim)
    return _OP_FORMATS[data_format][ndim]


def normalize_tuple(value: Any, n: int, name: str) -> tuple[Any, ...]:
    """One integer n times, or n integers as a tuple; ValueError for anything else."""
    if isinstance(value, int):
        return (value,) * n
    fault = f"The `{name}` argument must be a tuple of {n} integers. Received: {value}"
    try:
        sizes = tuple(value)
    except TypeError:
        raise ValueError(fault) from None
    if len(sizes) != n:
        raise ValueError(fault)
    for size in sizes:
        try:
            int(size)
        except (ValueError, TypeError):
            raise ValueError(f"{fault} including element {size} of type {type(size)}") from None
    return sizes


def normalize_data_format(value: str | None) -> str:
    """ "channels_last", also for None, or "channels_first", whatever the case of the letters."""
    data_format = CHANNELS_LAST if value is None else value.lower()
    if data_format not in _OP_FORMATS:
        raise ValueError(
            'The `data_format` argument must be one of "channels_first", "channels_last". '
            f"Received: {value}"
        )
    return data_format


def normalize_padding(value: Any) -> Any:
    """ "valid", "same" or "causal", whatever the case of the letters; lists as they are."""
    if isinstance(value, (list, tuple)):
        return value
    padding = value.lower()
    if padding not in ("valid", "same", "causal"):
        raise ValueError(
            'The `padding` argument must be a list/tuple or one of "valid", "same" (or "causal", '
            f"only for `Conv1D). Received: {padding}"
        )
    return padding


def conv_output_length(
    input_length: int | None, filter_size: int, padding: str, stride: int, dilation: int = 1
) -> int | None:
    """How many places a window of `filter_size` has; None if the length is not known."""
    if input_length is None:
        return None
    reach = (filter_size - 1) * dilation
    places = {
        "same": input_length,
        "causal": input_length,
        "valid": input_length - reach,
        "full": input_length + reach,
    }[padding]
    return (places + stride - 1) // stride


def conv_input_length(
    output_length: int | None, filter_size: int, padding: str, stride: int
) -> int | None:
    """The length of which a window of `filter_size` has `output_length` places."""
    if output_length is None:
        return None
    return (output_length - 1) * stride - 2 * _margin(filter_size, padding) + filter_size


def deconv_output_length(
    input_length: Any,
    filter_size: int,
    padding: str,
    output_padding: int | None = None,
    stride: int = 0,
    dilation: int = 1,
) -> Any:
    """The length that a transposed convolution makes, by nodes of a graph if it is a tensor.

    Args:
      output_padding: what is added at the end; None takes the largest length that fits.
    """
    if input_length is None:
        return None
    filter_size += (filter_size - 1) * (dilation - 1)
    if output_padding is not None:
        margins = 2 * _margin(filter_size, padding)
        return (input_length - 1) * stride + filter_size - margins + output_padding
    length = input_length * stride
    if padding == "valid":
        length += max(filter_size - stride, 0)
    elif padding == "full":
        length -= stride + filter_size - 2
    return length


def _margin(filter_size: int, padding: str) -> int:
    """How far a window reaches over each edge."""
    return {"same": filter_size // 2, "valid": 0, "full": filter_size - 1}[padding]

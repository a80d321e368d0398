"""tf.make_tensor_proto and tf.make_ndarray; the message classes load when one is called."""

from __future__ import annotations

from typing import Any


def make_tensor_proto(
    values: Any,
    dtype: Any = None,
    shape: Any = None,
    verify_shape: bool = False,
    allow_broadcast: bool = False,
) -> Any:
    """A TensorProto message of `values`, as tf.constant would hold them."""
    from reflow.graph import tensor_proto

    return tensor_proto.make_tensor_proto(values, dtype, shape, verify_shape, allow_broadcast)


def make_ndarray(tensor: Any) -> Any:
    """The array that a TensorProto message holds.  ValueError for a malformed message."""
    from reflow.graph import tensor_proto

    return tensor_proto.make_ndarray(tensor)

"""TensorArrays in conditionals and loops: what travels is their flow, a scalar that orders."""

from __future__ import annotations

from typing import Any


def is_tensor_array(value: Any) -> bool:
    """Whether `value` is a tf.TensorArray."""
    return hasattr(value, "flow") and hasattr(value, "handle")


def as_flow(value: Any) -> Any:
    """The flow of a TensorArray; anything else as it is."""
    return value.flow if is_tensor_array(value) else value


def with_flow(like: Any, flow: Any) -> Any:
    """`flow`, which stands for `like`, as a TensorArray again if that is one."""
    return like._with_flow(flow) if is_tensor_array(like) else flow

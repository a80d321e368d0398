"""What a graph's collections say of resources beside variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation, Tensor
from reflow.tf._scopes import name_scope

__all__ = [
    "initialize_resources",
    "local_resources",
    "register_resource",
    "report_uninitialized_resources",
    "shared_resources",
]


class _Resource(NamedTuple):
    """A handle, the operation that makes what it refers to, and whether that has run."""

    handle: Tensor
    create: Operation
    is_initialized: Tensor


def register_resource(
    handle: Tensor, create_op: Operation, is_initialized_op: Tensor, is_shared: bool = True
) -> None:
    """Makes a resource known to the graph, among the shared or the local ones."""
    key = GraphKeys.RESOURCES if is_shared else GraphKeys.LOCAL_RESOURCES
    tf.add_to_collection(key, _Resource(handle, create_op, is_initialized_op))


def shared_resources() -> list[Any]:
    return tf.get_collection(GraphKeys.RESOURCES)


def local_resources() -> list[Any]:
    return tf.get_collection(GraphKeys.LOCAL_RESOURCES)


def report_uninitialized_resources(
    resource_list: Sequence[Any] | None = None, name: str = "report_uninitialized_resources"
) -> Tensor:
    """The names of the resources (default: all) that were not made yet."""
    if resource_list is None:
        resource_list = shared_resources() + local_resources()
    with name_scope(name), tf.device("/cpu:0"):
        if not resource_list:
            return tf.constant([], dtype=dtypes.string)
        missing = tf.logical_not(tf.stack([item.is_initialized for item in resource_list]))
        names = tf.constant([item.handle.name for item in resource_list])
        return tf.boolean_mask(names, missing)


def initialize_resources(resource_list: Sequence[Any], name: str = "init") -> Any:
    """An operation that makes all of these resources."""
    if not resource_list:
        return tf.no_op(name=name)
    return tf.group(*(item.create for item in resource_list), name=name)

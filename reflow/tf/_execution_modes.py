"""Switches between the ways of TensorFlow 1.15 and of TensorFlow 2.

By default a program runs the first way: it builds a graph and runs it in a session.  It may choose
to execute eagerly, once, when it starts.  Of TensorFlow 2's other ways what turns them off asks for
what is the case.
"""

from __future__ import annotations

from typing import Any

from reflow.graph.execution import (
    build_graphs_by_default,
    execute_eagerly_by_default,
    executing_eagerly,
)
from reflow.graph.graph import has_default_graph
from reflow.runtime.config import check_config
from reflow.runtime.eager import engine as _engine
from reflow.runtime.eager.context import (
    ASYNC,
    DEVICE_PLACEMENT_EXPLICIT,
    DEVICE_PLACEMENT_SILENT,
    DEVICE_PLACEMENT_SILENT_FOR_INT32,
    DEVICE_PLACEMENT_WARN,
    SYNC,
    context,
)

__all__ = [
    "control_flow_v2_enabled",
    "disable_control_flow_v2",
    "disable_eager_execution",
    "disable_tensor_equality",
    "disable_v2_behavior",
    "disable_v2_tensorshape",
    "enable_eager_execution",
    "executing_eagerly",
]

_POLICIES = (
    None,
    DEVICE_PLACEMENT_EXPLICIT,
    DEVICE_PLACEMENT_WARN,
    DEVICE_PLACEMENT_SILENT,
    DEVICE_PLACEMENT_SILENT_FOR_INT32,
)


def enable_eager_execution(
    config: Any = None, device_policy: int | None = None, execution_mode: int | None = None
) -> None:
    """Has operations compute at once, for the rest of the program.

    Args:
      config: a tf.ConfigProto.
      device_policy: what is done about tensors on other devices, `tfe.DEVICE_PLACEMENT_*`. Here
        all numbers lie on one device.
      execution_mode: `tfe.SYNC` or `tfe.ASYNC`. Either way an operation is done when it returns.

    Raises:
      TypeError: `config` is no ConfigProto.
      ValueError: a graph was built already, an argument has no known value, or eager execution
        was enabled before with other arguments.
    """
    if config is not None:
        check_config(config)
    if device_policy not in _POLICIES:
        raise ValueError(
            "device_policy must be one of None, tf.contrib.eager.DEVICE_PLACEMENT_*. "
            f"Received: {device_policy}"
        )
    if execution_mode not in (None, SYNC, ASYNC):
        raise ValueError(
            "execution_mode must be one of None, tf.contrib.eager.SYNC, tf.contrib.eager.ASYNC. "
            f"Received: {execution_mode}"
        )
    if has_default_graph() and not executing_eagerly():
        raise ValueError("tf.enable_eager_execution must be called at program startup.")
    context().configure(config, device_policy, execution_mode)
    execute_eagerly_by_default()


def control_flow_v2_enabled() -> bool:
    """False: that is how graphs of TensorFlow 1 are."""
    return False


def disable_v2_behavior() -> None:
    """Asks for graphs, reference variables and TensorFlow 1's shapes, which is how things are."""
    disable_eager_execution()


def disable_eager_execution() -> None:
    """Has operations be added to a graph, as they are unless the program asked for more."""
    build_graphs_by_default()


def disable_v2_tensorshape() -> None:
    """Asks for shapes whose items are `Dimension`s, as they are."""


def disable_tensor_equality() -> None:
    """Asks that `==` between tensors tell whether they are the same one, as it does."""


def disable_control_flow_v2() -> None:
    """Asks for TensorFlow 1's control flow operations, as there are."""

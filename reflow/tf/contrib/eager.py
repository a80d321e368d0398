"""tf.contrib.eager: execution without graphs, and derivatives of functions."""

from __future__ import annotations

from typing import Any

from reflow.graph.execution import executing_eagerly
from reflow.graph.tensor_spec import TensorSpec
from reflow.runtime.eager.callbacks import (
    ExecutionCallback,
    add_execution_callback,
    clear_execution_callbacks,
    errstate,
    inf_callback,
    inf_nan_callback,
    nan_callback,
    seterr,
)
from reflow.runtime.eager.context import (
    ASYNC,
    DEVICE_PLACEMENT_EXPLICIT,
    DEVICE_PLACEMENT_SILENT,
    DEVICE_PLACEMENT_WARN,
    SYNC,
    async_clear_error,
    async_wait,
    execution_mode,
    list_devices,
    num_gpus,
    set_execution_mode,
)
from reflow.tf import app
from reflow.tf._absence import part_or_error
from reflow.tf._custom_gradient import custom_gradient
from reflow.tf._execution_modes import enable_eager_execution
from reflow.tf._gradient_functions import (
    gradients_function,
    implicit_gradients,
    implicit_value_and_gradients,
    value_and_gradients_function,
)
from reflow.tf._gradient_tape import GradientTape
from reflow.tf._resource_variable import ResourceVariable as Variable
from reflow.tf.contrib._eager_network import Network, Sequential
from reflow.tf.data._eager_iterator import EagerIterator as Iterator

__all__ = [
    "ASYNC",
    "DEVICE_PLACEMENT_EXPLICIT",
    "DEVICE_PLACEMENT_SILENT",
    "DEVICE_PLACEMENT_WARN",
    "SYNC",
    "ExecutionCallback",
    "GradientTape",
    "Iterator",
    "Network",
    "Sequential",
    "TensorSpec",
    "Variable",
    "add_execution_callback",
    "async_clear_error",
    "async_wait",
    "clear_execution_callbacks",
    "custom_gradient",
    "enable_eager_execution",
    "errstate",
    "executing_eagerly",
    "execution_mode",
    "gradients_function",
    "implicit_gradients",
    "implicit_value_and_gradients",
    "in_eager_mode",
    "inf_callback",
    "inf_nan_callback",
    "list_devices",
    "nan_callback",
    "num_gpus",
    "run",
    "set_execution_mode",
    "seterr",
    "value_and_gradients_function",
]

in_eager_mode = executing_eagerly


def run(main: Any = None, argv: Any = None) -> None:
    """`tf.app.run` of a program that executes eagerly."""
    enable_eager_execution()
    app.run(main, argv)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)

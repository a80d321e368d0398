"""`tf.config.optimizer`: hints for the optimization of graphs, which change no number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reflow.runtime.eager.context import context

__all__ = ["get_experimental_options", "get_jit", "set_experimental_options", "set_jit"]

_FALSE_BY_DEFAULT = ("disable_model_pruning", "disable_meta_optimizer")
_TOGGLES = (
    "layout_optimizer",
    "constant_folding",
    "shape_optimization",
    "remapping",
    "arithmetic_optimization",
    "dependency_optimization",
    "loop_optimization",
    "function_optimization",
    "debug_stripper",
    "scoped_allocator_optimization",
    "pin_to_host_optimization",
    "implementation_selector",
    "auto_mixed_precision",
    "min_graph_nodes",
)


def get_jit() -> bool:
    """Whether the program has asked for compilation just in time."""
    return context().options.optimizer_jit


def set_jit(enabled: bool) -> None:
    """Asks for compilation just in time: a hint, as plans are compiled anyway."""
    context().options.optimizer_jit = enabled


def get_experimental_options() -> dict[str, Any]:
    """The options that the program has set."""
    return {**dict.fromkeys(_FALSE_BY_DEFAULT, False), **context().options.optimizer_options}


def set_experimental_options(options: Mapping[str, Any]) -> None:
    """Sets options: hints for TensorFlow's graph optimizer; those that it lacks are ignored."""
    known = {key: options[key] for key in (*_TOGGLES, *_FALSE_BY_DEFAULT) if key in options}
    context().options.optimizer_options.update(known)
